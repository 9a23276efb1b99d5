"""Routes of other models: files made from models of the transformers library load, and count as those models say."""

import base64
import io
import json
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch

from moe_demo import load_run
from moe_demo.cluster.traffic import traffic
from moe_demo.figures.routes import load_map
from moe_demo.insight import routes_files
from moe_demo.insight.coactivation import coactivation
from moe_demo.insight.route_figures import layer_figures, loads, pairs_met, possible_nodes, relative_loads
from moe_demo.insight.routes_errors import RoutesError
from moe_demo.insight.routes_files import MAX_BYTES, atlas_trace, read_routes, vllm_answer
from moe_demo.ui.kit.i18n import labels
from moe_demo.ui.workbench import routes_process
from moe_demo.ui.workbench.routes_process import routes_apart

N_LAYERS, N_ROUTED, TOP_K, N_TOKENS = 3, 8, 2, 60


def mixtral_routes() -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Chosen experts (T, K) and their gates, layer by layer, of a small Mixtral with random weights."""
    from transformers import MixtralConfig, MixtralForCausalLM

    torch.manual_seed(0)
    config = MixtralConfig(
        vocab_size=100, hidden_size=16, intermediate_size=16, num_hidden_layers=N_LAYERS, num_attention_heads=2,
        num_key_value_heads=2, num_local_experts=N_ROUTED, num_experts_per_tok=TOP_K, initializer_range=0.5,
    )  # fmt: skip
    model = MixtralForCausalLM(config).eval()
    ids = torch.randint(0, 100, (1, N_TOKENS))
    with torch.inference_mode():
        output = model(ids, output_router_logits=True)
    for logits_TE in output.router_logits:
        best = logits_TE.softmax(-1).topk(TOP_K, dim=-1)
        yield best.indices.numpy(), (best.values / best.values.sum(-1, keepdim=True)).numpy()


@pytest.fixture(scope="module")
def mixtral() -> tuple[np.ndarray, np.ndarray]:
    """Experts and gates, (L, T, K)."""
    experts, gates = zip(*mixtral_routes(), strict=True)
    return np.stack(experts), np.stack(gates)


def independent_loads(experts_LTK: np.ndarray) -> list[list[int]]:
    """One by one, without NumPy's counting."""
    found = [[0] * N_ROUTED for _ in experts_LTK]
    for layer, of_layer in enumerate(experts_LTK.tolist()):
        for word in of_layer:
            for expert in word:
                found[layer][expert] += 1
    return found


def npy(array: np.ndarray) -> str:
    content = io.BytesIO()
    np.save(content, array)
    return base64.b64encode(content.getvalue()).decode()


def answer(experts_LTK: np.ndarray, form: str) -> dict[str, Any]:
    """As vLLM answers, its prompt of 40 words apart (0.21) or together with the rest (later versions)."""
    routes_TLK = experts_LTK.transpose(1, 0, 2).astype(np.int16)
    prompt, rest = routes_TLK[:40], routes_TLK[40:]
    choice: dict[str, Any] = {"index": 0, "text": "…", "finish_reason": "length"}
    base = {"object": "text_completion", "model": "mixtral-of-random-weights", "choices": [choice]}
    if form == "lists, the prompt apart":
        choice["routed_experts"] = rest.tolist()
        return base | {"prompt_routed_experts": prompt.tolist()}
    if form == "base64 of one array":
        choice["routed_experts"] = npy(routes_TLK)
        return base
    choice["message"] = {"role": "assistant", "routed_experts": routes_TLK.tolist()}  # of a chat
    return base


def trace_line(experts_LTK: np.ndarray, gates_LTK: np.ndarray, **changes: Any) -> dict[str, Any]:
    """As moe-routing-atlas writes one."""
    return {
        "model_id": "mixtral-of-random-weights",
        "num_layers": N_LAYERS,
        "num_experts": N_ROUTED,
        "top_k": TOP_K,
        "text": "a text",
        "token_strs": [f"t{t}" for t in range(N_TOKENS)],
        "activations": [
            {
                "layer": layer,
                "token_idx": t,
                "expert_idx": int(experts_LTK[layer, t, k]),
                "gate_weight": float(gates_LTK[layer, t, k]),
                "output_norm": 0.0,
            }
            for t in range(N_TOKENS)
            for layer in range(N_LAYERS)
            for k in range(TOP_K)
        ],
        "timestamp": "2026-06-05T14:30:22.123Z",
    } | changes


def encoded(*records: dict[str, Any]) -> bytes:
    return "\n".join(json.dumps(one) for one in records).encode()


@pytest.mark.parametrize("form", ["lists, the prompt apart", "base64 of one array", "a chat"])
def test_an_answer_of_vllm_loads_and_its_loads_are_an_independent_count(mixtral: Any, form: str):
    experts_LTK, _ = mixtral
    routes = routes_apart(encoded(answer(experts_LTK, form)), "answer.json", N_ROUTED)
    assert (routes.source, routes.model, routes.is_ours) == ("vllm", "mixtral-of-random-weights", False)
    assert (routes.n_layers, routes.n_tokens, routes.n_routed, routes.top_k) == (
        N_LAYERS,
        N_TOKENS,
        N_ROUTED,
        TOP_K,
    )
    assert loads(routes).tolist() == independent_loads(experts_LTK)


def test_traces_of_moe_routing_atlas_load_and_their_loads_are_an_independent_count(mixtral: Any):
    experts_LTK, gates_LTK = mixtral
    data = encoded(trace_line(experts_LTK, gates_LTK), trace_line(experts_LTK, gates_LTK))
    routes = routes_apart(data, "traces.jsonl")
    assert (routes.source, routes.is_ours, routes.n_routed) == ("moe_atlas", False, N_ROUTED)
    assert routes.lengths_B == (N_TOKENS, N_TOKENS)
    assert routes.tokens[:2] == ("t0", "t1")
    assert (loads(routes) == 2 * np.array(independent_loads(experts_LTK))).all()
    assert routes.gates_LTK is not None
    np.testing.assert_allclose(routes.gates_LTK[:, :N_TOKENS], gates_LTK, rtol=1e-6)


def test_co_activation_and_traffic_are_counted_one_by_one(mixtral: Any):
    experts_LTK, _ = mixtral
    routes = read_routes(encoded(answer(experts_LTK, "a chat")), "a.json", N_ROUTED)
    found = layer_figures(routes, 1, n_nodes=4)
    words = [set(row) for row in experts_LTK[1].tolist()]
    for pair in found.pairs:
        assert pair.together == sum(set(pair.experts) <= word for word in words)
    assert found.sent.copies_per_node == sum(len({expert // 2 for expert in word}) for word in words)
    assert found.sent.copies_per_expert == N_TOKENS * TOP_K
    counts = [sum(expert in word for word in words) for expert in range(N_ROUTED)]
    assert found.max_vio == pytest.approx(max(counts) / (sum(counts) / N_ROUTED) - 1)
    assert found.idle == sum(count < 0.05 * sum(counts) / N_ROUTED for count in counts)
    np.testing.assert_allclose(found.relative_E, relative_loads(routes)[1])


def test_pairs_are_counted_as_those_of_our_own_runs():
    from moe_demo import Headlines
    from moe_demo.insight.assignments import assignments

    run = load_run("deepseek")
    found = assignments(run, Headlines.held_out(run, 60))
    pairs = coactivation(found, 0, run.config.model.routing_rule)
    assert pairs is not None
    first_P, second_P, together_P = pairs_met(found.experts_LTK[0], found.n_routed)
    counted_EE = np.zeros_like(pairs.together_EE)
    counted_EE[first_P, second_P] = together_P
    np.testing.assert_array_equal(counted_EE, np.triu(pairs.together_EE, k=1))


@pytest.mark.parametrize("form", ["vllm", "moe_atlas"])
def test_our_own_routes_go_out_and_come_in_again_and_are_called_ours(form: str):
    trace = load_run("deepseek").trace("苹果公司发布了最新的iPhone 15")
    experts_LTK = np.stack([layer.topk_idx_TK for layer in trace.layers])
    gates_LTK = np.stack([layer.gates_TK for layer in trace.layers])
    if form == "vllm":
        data = vllm_answer("deepseek@552", 16, trace.tokens, experts_LTK)
        fields = json.loads(data)["choices"][0]["routed_experts"]
        assert np.array(fields).shape == (len(trace.tokens), 2, 4)  # words x layers x chosen, as vLLM has it
    else:
        data = atlas_trace("deepseek@552", 16, trace.text, trace.tokens, experts_LTK, gates_LTK)
        line = json.loads(data)
        assert {"model_id", "num_layers", "num_experts", "top_k", "token_strs", "activations"} <= line.keys()
        assert line["activations"][0].keys() == {"layer", "token_idx", "expert_idx", "gate_weight"}
    routes = read_routes(data, "ours")
    assert (routes.source, routes.is_ours, routes.n_routed, routes.tokens) == (form, True, 16, trace.tokens)
    assert (routes.experts_LTK == experts_LTK).all()
    for layer, of_layer in enumerate(trace.layers):
        assert (loads(routes)[layer] == of_layer.load_E).all()
        ours = traffic(of_layer.topk_idx_TK, 16, 4)
        assert layer_figures(routes, layer, 4).sent.copies_per_node == ours.copies_per_node


def changed(mixtral: Any, **values: Any) -> bytes:
    """A trace in which one route of the first word says something else."""
    line = trace_line(*mixtral)
    line["activations"][0] |= values
    return encoded(line)


def test_without_their_number_the_last_expert_seen_is_the_last(mixtral: Any):
    experts_LTK, _ = mixtral
    routes = read_routes(encoded(answer(experts_LTK, "a chat")), "a.json")
    assert routes.n_routed == experts_LTK.max() + 1


def lists(value: Any) -> bytes:
    return encoded({"choices": [{"routed_experts": value}]})


def npy_that_claims(head: str, content: bytes = b"\0" * 10) -> bytes:
    """A .npy with this head, as an answer of vLLM has it."""
    text = head.ljust(117) + "\n"
    raw = b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text.encode() + content
    return lists(base64.b64encode(raw).decode())


def one_route(**changes: Any) -> bytes:
    """A trace of one word in one layer."""
    route = {"layer": 0, "token_idx": 0, "expert_idx": 0, "gate_weight": 0.5} | changes
    return encoded({"num_layers": 1, "num_experts": 4, "top_k": 1, "activations": [route]})


ROUTES = [[[0, 1], [2, 3]], [[1, 2], [3, 0]]]
BAD: dict[str, tuple[bytes, str]] = {
    "nothing": (b"  \n", "empty"),
    "no JSON": (b"routes\n", "not_json"),
    "one line that is none": (encoded({"activations": []}) + b"\nx", "not_json"),
    "a number": (b"3", "not_json"),
    "nested without end": (b"[" * 100_000, "not_json"),
    "an answer without routes": (encoded({"choices": [{"text": "x"}]}), "no_routes"),
    "another JSON": (encoded({"a": 1}), "no_routes"),
    "both kinds": (
        encoded({"choices": [{"routed_experts": ROUTES}]}, {"activations": []}),
        "mixed",
    ),
    "a word with fewer experts": (lists([[[0, 1], [2, 3]], [[1, 2], [3]]]), "ragged"),
    "a word with fewer layers": (lists([[[0, 1], [2, 3]], [[1, 2]]]), "ragged"),
    "words instead of numbers": (lists([[["a", "b"]]]), "encoding"),
    "fractions": (lists([[[0.5, 1.0]]]), "encoding"),
    "two dimensions": (lists([[0, 1]]), "encoding"),
    "a table": (lists({"a": 1}), "encoding"),
    "no base64": (lists("§"), "encoding"),
    "base64 of something else": (lists(base64.b64encode(b"hello").decode()), "encoding"),
    "a route that was not kept": (lists([[[0, -1]]]), "below"),
    "the same expert twice": (lists([[[1, 1]]]), "repeated"),
    "49 bytes of experts that no model has": (lists([[[32767, 0]]]), "many_experts"),
    "beyond 16 bits": (lists([[[40000]]]), "many_experts"),
    "beyond 64 bits": (lists([[[10**30]]]), "many_experts"),
    "beyond 64 bits, unsigned": (
        npy_that_claims("{'descr': '<u8', 'fortran_order': False, 'shape': (1,1,1)}", b"\xff" * 8),
        "many_experts",
    ),
    "a hundred thousand layers": (lists([[[0]] * 100_000]), "many_layers"),
    "a hundred thousand chosen": (lists([[list(range(100_000))]]), "many_chosen"),
    "many layers of many experts": (lists([[[4095]] * 1000]), "wide"),
    "an empty list": (b"[]", "no_routes"),
    "truth values": (lists([[[True, False]]]), "encoding"),
    "a long text among numbers": (lists([[["x" * 100_000]] + [[1]] * 1000]), "encoding"),
    "a head that is not closed": (
        npy_that_claims("{'descr': '<u1', 'fortran_order': False, 'shape': (1,1,1)"),
        "encoding",
    ),
    "a head that claims more than there is": (
        npy_that_claims("{'descr': '<u1', 'fortran_order': False, 'shape': (1000000000000,1,1)}"),
        "encoding",
    ),
    "a gate that is no float": (one_route(gate_weight=10**400), "field"),
    "a gate that is none of 32 bits": (one_route(gate_weight=1e300), "field"),
    "an infinite gate": (one_route(gate_weight=7).replace(b"7", b"1e999"), "field"),
    "two models": (
        encoded({"choices": [{"routed_experts": ROUTES}, {"routed_experts": [[[0, 1]]]}]}),
        "other_model",
    ),
}


@pytest.mark.parametrize(("data", "code"), BAD.values(), ids=BAD)
def test_a_file_that_is_none_is_one_sentence(data: bytes, code: str):
    with pytest.raises(RoutesError) as caught:
        read_routes(data, "坏.json")
    assert caught.value.code == code
    assert "坏.json" in str(caught.value)


@pytest.mark.parametrize("order", ["C", "F"])
def test_an_array_of_any_order_and_width_is_read(mixtral: Any, order: Any):
    routes_TLK = mixtral[0].transpose(1, 0, 2)
    for dtype in ("<u1", ">i4", "<u8"):
        read = read_routes(lists(npy(np.asarray(routes_TLK.astype(dtype), order=order))), "a.json", N_ROUTED)
        np.testing.assert_array_equal(read.experts_LTK, mixtral[0])


def test_what_a_page_cannot_show_is_shown_as_far_as_it_can():
    one = {"choices": [{"routed_experts": [[[0]]]}], "model": "m\ud800" + "x" * 1000}
    read = read_routes(encoded(one | {"moe_demo": {"n_routed_experts": 2, "tokens": ["\udfff"]}}), "a.json")
    assert read.model == "m?" + "x" * 198
    assert read.tokens == ("?",)


def test_the_most_that_is_taken_is_counted_without_pairs_of_all_experts():
    """K = 64 of 4,096: a count an (E, E) pair of places would take 2,016 times 134 MB."""
    rng = np.random.default_rng(0)
    chosen_TK = np.stack([rng.choice(4096, 64, replace=False) for _ in range(200)])
    read = read_routes(lists(chosen_TK[:, None].tolist()), "a.json", 4096)
    started = time.process_time()
    found = layer_figures(read, 0, 16)
    assert time.process_time() - started < 10
    [most, *_] = found.pairs
    both = sum(set(most.experts) <= set(row) for row in chosen_TK.tolist())
    assert most.together == both


def test_an_array_of_objects_is_refused_and_nothing_of_it_is_run():
    content = io.BytesIO()
    np.save(content, np.array([[[{"a": 1}]]], dtype=object), allow_pickle=True)
    with pytest.raises(RoutesError) as caught:
        read_routes(lists(base64.b64encode(content.getvalue()).decode()), "a.json")
    assert caught.value.code == "encoding"


def test_an_expert_beyond_the_count_is_refused(mixtral: Any):
    for data, count in ((changed(mixtral, expert_idx=8), None), (lists(ROUTES), 3)):
        with pytest.raises(RoutesError, match=r"is beyond the \d experts that there are"):
            read_routes(data, "a.json", count)


def test_a_trace_with_missing_layers_or_words_is_refused(mixtral: Any):
    line = trace_line(*mixtral)
    routes = line["activations"]
    no_layer = [one for one in routes if one["layer"] != 1]
    with pytest.raises(RoutesError, match="of its 3 layers, layer 1 has no routes"):
        read_routes(encoded(line | {"activations": no_layer}), "a.jsonl")
    with pytest.raises(RoutesError, match="word 59 has 1 experts in layer 2"):
        read_routes(encoded(line | {"activations": routes[:-1]}), "a.jsonl")
    with pytest.raises(RoutesError, match="layer 3 is beyond its 3 layers"):
        read_routes(changed(mixtral, layer=3), "a.jsonl")
    with pytest.raises(RoutesError, match="layer 0 has no routes"):
        read_routes(encoded(line | {"activations": []}), "a.jsonl")


@pytest.mark.parametrize(
    ("name", "value"),
    [("num_layers", 0), ("num_experts", "8"), ("top_k", None), ("num_layers", 10**9), ("token_strs", 3)],
)
def test_a_field_that_is_not_what_the_format_says_is_named(mixtral: Any, name: str, value: Any):
    with pytest.raises(RoutesError, match=name):
        read_routes(encoded(trace_line(*mixtral) | {name: value}), "a.jsonl")


@pytest.mark.parametrize(("name", "value"), [("token_idx", -1), ("gate_weight", "x"), ("expert_idx", True)])
def test_a_route_that_is_not_what_the_format_says_is_named(mixtral: Any, name: str, value: Any):
    with pytest.raises(RoutesError, match=name):
        read_routes(changed(mixtral, **{name: value}), "a.jsonl")


def test_a_word_far_away_takes_no_memory(mixtral: Any):
    with pytest.raises(RoutesError) as caught:
        read_routes(changed(mixtral, token_idx=2**31 - 1), "a.jsonl")
    assert caught.value.code == "too_many"


def test_a_file_over_the_limit_is_not_read(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(routes_process, "apart", None)  # it does not get so far
    with pytest.raises(RoutesError, match=f"more than {MAX_BYTES // 1_000_000} MB"):
        routes_apart(b" " * (MAX_BYTES + 1), "big.json")
    with pytest.raises(RoutesError, match="more than 20 MB"):
        read_routes(b" " * (MAX_BYTES + 1), "big.json")


def test_more_routes_than_are_taken_are_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(routes_files, "MAX_ROUTES", 7)
    with pytest.raises(RoutesError, match="more than 7 routes"):
        read_routes(lists(ROUTES), "a.json")


def test_what_the_process_refuses_is_told_as_it_would_be_here():
    with pytest.raises(RoutesError) as caught:
        routes_apart(b"routes", "a.json")
    assert caught.value.code == "not_json"


def test_the_map_has_a_row_a_layer_and_its_middle_is_the_fair_share(mixtral: Any):
    experts_LTK, _ = mixtral
    routes = read_routes(encoded(answer(experts_LTK, "a chat")), "a.json", N_ROUTED)
    figure = load_map(relative_loads(routes), TOP_K, labels("routes.chart"))
    [cells] = figure.data
    assert np.shape(cells.z) == (N_LAYERS, N_ROUTED)
    np.testing.assert_allclose(np.asarray(cells.z).mean(axis=1), 1.0)
    axes = (figure.layout.xaxis, figure.layout.yaxis)
    assert [axis.automargin for axis in axes] == [True, True]  # room for what the ticks say
    middle = [place for place, hue in cells.colorscale if hue.upper() == "#F2F2F2"]
    assert middle == [pytest.approx(1 / cells.zmax)]


@pytest.mark.parametrize(
    ("n", "nodes"), [(16, [2, 4, 8, 16]), (7, [7]), (23, [23]), (6, [2, 3, 6]), (256, [2, 4, 8, 16])]
)
def test_nodes_are_those_that_the_experts_divide_evenly_among(n: int, nodes: list[int]):
    assert possible_nodes(n) == nodes
