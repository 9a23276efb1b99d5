"""The nodes page: every copy, dropped word and load on it is the record's."""

import pytest

from moe_demo import load_run
from moe_demo.cluster.traffic import chance_nodes
from moe_demo.insight.dropping import lost_words
from moe_demo.insight.node_traffic import sentence_traffic, traffic_of
from moe_demo.insight.switches import Switches
from moe_demo.insight.whatif import whatif
from moe_demo.ui.kit.i18n import text_in
from moe_demo.ui.nodes.measured import outcome, routed
from tests.pages.app import EXAMPLE, drawn, numbers, opened, pictures


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(("limit", "layer"), [(None, 0), (1, 1), (4, 0)])
def test_the_board_has_every_copy_of_the_sentence(limit: int | None, layer: int, lang: str):
    asked = {"l": str(layer), "lang": lang} | ({"limit": str(limit)} if limit else {})
    data, run = drawn(opened("nodes", **asked), "copies"), load_run("deepseek")
    trace = whatif(run, EXAMPLE, Switches(topk_groups=limit)).after
    sent = sentence_traffic(trace, 4)
    assert data["copies"] == [
        {"token": copy.token, "node": copy.node, "experts": list(copy.experts)}
        for copy in sent.copies
        if copy.layer == layer
    ]
    assert data["counts"] == trace.layers[layer].load_E.tolist()
    assert [node["copies"] for node in data["nodes"]] == sent.layers[layer].copies_G.tolist()
    free = sentence_traffic(whatif(run, EXAMPLE, Switches(topk_groups=4)).after, 4).layers[layer]
    says = {
        "per_expert": 28,
        "per_node": sent.layers[layer].copies_per_node,
        "free": free.copies_per_node,
        "words": 7,
        "k": 4,
    }
    assert data["claim"] == text_in(lang, "nodes.claim_free" if limit == 4 else "nodes.claim", **says)


def test_the_shares_of_nodes_are_those_of_all_held_out_headlines():
    run = load_run("deepseek")
    data = drawn(opened("nodes", limit="3"), "copies")
    sent = traffic_of(routed(run, 3), 4)[0]
    assert [node["share"] for node in data["nodes"]] == pytest.approx(sent.copies_share_G.tolist())
    at = opened("nodes", limit="3")
    [chart] = [
        data["figure"] for data in pictures(at) if data.get("label") == text_in("zh", "nodes.reached_label")
    ]
    measured, chance = (numbers(trace["y"]) for trace in chart["data"])
    assert measured == pytest.approx(sent.tokens_share_X[1:].tolist())
    assert sum(chance) == pytest.approx(1)
    assert any(f"**{sent.nodes_per_token:.2f}**" in line.value for line in at.markdown)
    assert any(f"{chance_nodes(256, 8, 8):.2f}" in line.value for line in at.markdown)


def test_a_router_without_groups_has_no_limit_to_move():
    at = opened("nodes", run="document", limit="2")
    data = drawn(at, "copies")
    assert [len(node["experts"]) for node in data["nodes"]] == [1, 1, 1]
    assert len(data["copies"]) == len(data["tokens"])  # K = 1
    assert text_in("zh", "nodes.no_groups") in [caption.value for caption in at.caption]
    assert "nodes.limit" not in [slider.key for slider in at.select_slider]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_words_that_lose_an_expert_are_struck_through(lang: str):
    answer = whatif(load_run("deepseek"), EXAMPLE, Switches(capacity_factor=1.0, drop_by="probability"))
    at = opened("nodes", factor="1", dropby="probability", lang=lang)
    for layer in (0, 1):
        lost = [one for one in lost_words(answer) if one.layer == layer]
        [line] = [
            line.value for line in at.markdown if f"L{layer}**" in line.value and "\u2003" in line.value
        ]
        assert line.count("~~") == 2 * len(lost) > 0
        assert all(f"~~{one.word}~~" in line for one in lost)
    assert not at.dataframe  # sent once somebody opens it
    at.session_state["nodes.lost.open"] = True
    at.run()
    assert len(at.dataframe[0].value) == len(lost_words(answer))


def test_without_a_capacity_no_word_is_struck_and_the_sum_is_told():
    at = opened("nodes")
    assert not [line for line in at.markdown if "~~" in line.value]
    assert text_in("zh", "nodes.dropless_says", words=7, k=4, sum=28) in [line.value for line in at.markdown]


@pytest.mark.parametrize(("stay", "layer"), [("no", 0), ("yes", 1)])
def test_devices_hold_what_the_plan_says_and_are_as_busy_as_the_record(stay: str, layer: int):
    run = load_run("deepseek")
    data = drawn(opened("nodes", stay=stay, l=str(layer), spare="2", window="5", lang="en"), "devices")
    found = outcome(run, 2, stay == "yes", 1, 3)
    plan = found.stale.plans[0]
    for place, device in enumerate(data["devices"]):
        assert [slot["expert"] for slot in device["slots"]] == plan.held(layer, place)
        loads_V = found.stale.device_loads_WLV[5, layer]
        assert device["served"] == pytest.approx(loads_V[place] / loads_V.mean())
        assert ("served" in device["slowest"]) == (loads_V[place] == loads_V.max())
    replicas_E = plan.replicas_LE[layer]
    assert all(
        slot["replica"] == (replicas_E[slot["expert"]] > 1) for d in data["devices"] for slot in d["slots"]
    )


def test_the_wrong_metric_stands_beside_the_right_one():
    found = outcome(load_run("deepseek"), 1, False, 1, 3)
    shown = [metric.value for metric in opened("nodes").metric]
    assert shown == [f"{found.balancedness_over_layers:.3f}", f"{found.balancedness:.3f}"]


def test_every_limit_and_every_factor_is_measured_once_a_reader_asks():
    at = opened("nodes", run="document", over="batch")
    at.toggle(key="nodes.measure").set_value(True).run()
    assert not at.exception
    table = at.dataframe[0].value
    assert len(table) == 4
    assert table.iloc[0, 0] == 1.0
