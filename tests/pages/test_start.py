"""The start page: what it draws is the record of a forward pass, in two languages, whatever the sentence."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from moe_demo import load_run
from moe_demo.insight.sparsity import sparsity
from moe_demo.releases.examples import read_examples
from moe_demo.runs import catalogue
from moe_demo.runs.metrics import EvalMetrics
from moe_demo.ui.frame.data import PRESETS
from moe_demo.ui.kit import source
from moe_demo.ui.kit.i18n import speaking, t, text_in
from tests.pages.app import EXAMPLE, drawn, numbers, opened, routes, strip

ODD = [
    "山",
    "🏆🏆🏆",
    "مرحبا بالعالم",
    "<script>alert(1)</script>",
    "**粗** [a](b) $x$",
    "a" * 512,
    "很长的标题" * 2000,
]


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", ["deepseek", "document"])
def test_the_picture_shows_the_record_of_the_forward_pass(lang: str, name: str):
    at = opened(lang=lang, run=name)
    trace, data = load_run(name).trace(EXAMPLE), routes(at)
    assert at.title[0].value == text_in(lang, "start.title")
    assert [token["text"] for token in data["tokens"]] == list(trace.tokens)
    for shown, layer in zip(data["layers"], trace.layers, strict=True):
        chosen = np.array(shown["experts"])
        assert chosen.tolist() == layer.topk_idx_TK.tolist()
        assert np.allclose(shown["gates"], layer.gates_TK, atol=1e-5)
        assert np.allclose(shown["scores"], np.take_along_axis(layer.scores_TE, chosen, 1), atol=1e-5)
    assert np.allclose([item["p"] for item in data["classes"]], trace.probabilities_C)
    assert data["classes"][data["best"]]["word"] == text_in(lang, f"classes.{trace.label}")


def test_the_bottom_line_counts_experts_and_parameters_of_the_real_model():
    run = load_run("deepseek")
    count, model, line = sparsity(run.model), run.config.model, routes(opened())["line"]
    assert f"{model.top_k} + {model.n_shared}" in line
    assert f"{model.n_routed} + {model.n_shared}" in line
    assert f"{count.used:,} / {count.total:,}" in line


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_answer_so_far_says_what_the_sum_of_the_words_is_divided_by(lang: str):
    model, n = load_run("deepseek").config.model, len(load_run("deepseek").trace(EXAMPLE).tokens)
    values = {"added": f"{model.pooling_pseudocount:g}", "all": n}
    smoothed, plain = (
        routes(opened(lang=lang, run=name))["arrival_lines"] for name in ("deepseek", "document")
    )
    none, one, two, three = model.few_words_divisors  # 发布, iPhone and 15 are the words that are known
    times = [none, one, one, one, one, two, three]
    assert smoothed == [
        text_in(lang, "flow.status_mean_few", n=i, times=f"{by:g}", **values)
        for i, by in enumerate(times, start=1)
    ]
    assert plain == [text_in(lang, "flow.status_mean", n=i, all=n) for i in range(1, n + 1)]


def test_without_shared_experts_none_is_drawn_or_counted():
    data = routes(opened(run="document"))
    assert data["shared"] == []
    assert "+" not in data["line"]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_caption_is_made_from_the_data(lang: str):
    trace = load_run("deepseek").trace(EXAMPLE)
    token = opened(lang=lang, t="5", l="1").markdown
    gates = trace.layers[1].gates_TK[5]
    top = f"E{trace.layers[1].topk_idx_TK[5][gates.argmax()]}"
    assert any(f"**{top}**" in text.value and f"{gates.max():.2f}" in text.value for text in token)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("text", ODD)
def test_any_sentence_is_drawn(lang: str, text: str):
    at = opened(lang=lang, s=text)
    assert routes(at)["tokens"]
    assert not at.warning
    cut = strip(at)["cut"]
    assert bool(cut) == (len(text) > 512)


@pytest.mark.parametrize("preset", PRESETS)
def test_every_example_is_read_whole(preset: str):
    assert strip(opened(s=preset))["left_out"] == ""


def test_the_badge_names_run_step_and_seed():
    run = load_run("deepseek")
    badge = routes(opened())["badge"]
    assert all(part in badge for part in (run.run_id, str(run.step), str(run.config.seed)))


def test_an_earlier_checkpoint_shows_its_own_routes():
    run = load_run("deepseek", step=0)
    data = routes(opened(step="0"))
    assert data["layers"][0]["experts"] == run.trace(EXAMPLE).layers[0].topk_idx_TK.tolist()


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_without_any_run_there_is_one_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, lang: str):
    monkeypatch.setattr(catalogue, "BUNDLED_RUNS", tmp_path)
    at = opened(lang=lang)
    assert [error.value for error in at.error] == [
        text_in(lang, "common.run_broken", reason=text_in(lang, "errors.run.missing", name="deepseek"))
    ]
    assert not at.title


@pytest.mark.parametrize("n_bytes", [0, 1000])
def test_a_torn_run_falls_back_to_the_bundled_one_and_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, n_bytes: int
):
    shutil.copytree(load_run("document").store.folder, tmp_path / "torn")
    for weights in (tmp_path / "torn" / "checkpoints").iterdir():
        weights.write_bytes(weights.read_bytes()[:n_bytes])
    monkeypatch.setenv("MOE_DEMO_RUNS", str(tmp_path))
    at = opened(run="torn")
    assert at.warning[0].value == text_in("zh", "common.bad_address", names="run")
    assert routes(at)["badge"] == routes(opened())["badge"]


def test_the_training_record_is_drawn_from_the_run():
    evals = [record for record in load_run("deepseek").metrics if isinstance(record, EvalMetrics)]
    lines = drawn(opened(), "figure")["figure"]["data"]

    def of(words: str) -> list[list[float]]:
        return [
            numbers(line["y"]) for line in lines if line["name"] == text_in("zh", f"start.training.{words}")
        ]

    assert of("held_out") == [[record.loss for record in evals], [record.accuracy for record in evals]]
    [floor] = of("floor")
    assert 0 < max(floor) < min(max(record.max_vio_L) for record in evals)


def test_the_page_ends_with_the_code_that_ran():
    at = opened()
    assert not at.code
    at.session_state[source.OPEN] = True
    code = "".join(block.value for block in at.run().code)
    assert "def route(" in code
    assert "def gate_values(" in code


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", ["deepseek", "document"])
def test_the_first_line_says_what_the_model_does_with_its_own_counts(lang: str, name: str):
    model = load_run(name).config.model
    with speaking(lang):
        first = t("common.comma").join(text_in(lang, f"classes.{label}") for label in model.labels[:-1])
        classes = t("start.classes", first=first, last=text_in(lang, f"classes.{model.labels[-1]}"))
        line = t("start.caption", classes=classes, k=model.top_k, routed=model.n_routed)
    assert all(str(n) in line for n in (model.top_k, model.n_routed))
    assert any(text.value == line for text in opened(lang=lang, run=name).markdown)


def test_a_sentence_unlike_the_classes_is_marked_beside_the_answer_and_on_other_pages_below_the_sentence():
    odd = {"s": "asdf qwer zxcv", "lang": "en"}
    line = text_in("en", "unfamiliar.unknown", n=3, unknown=3)
    assert routes(opened(**odd))["unfamiliar"] == line
    assert strip(opened(**odd))["unfamiliar"] == ""
    assert strip(opened("router", **odd))["unfamiliar"] == line
    assert strip(opened("router"))["unfamiliar"] == ""
    assert strip(opened("journey", **odd))["unfamiliar"] == ""  # its run has no threshold


def test_examples_say_why_they_are_there_for_the_run_that_they_were_found_for():
    found = read_examples()
    shown = {one["text"]: one["why"] for one in strip(opened(lang="en"))["examples"]}
    assert list(shown)[: len(PRESETS)] == list(PRESETS)
    for one in found:
        assert shown[one.text]
        if one.after:
            assert text_in("en", f"classes.{one.after}") in shown[one.text]
    for other in ({"run": "document"}, {"step": "0"}):
        assert not {one.text for one in found} & {one["text"] for one in strip(opened(**other))["examples"]}
