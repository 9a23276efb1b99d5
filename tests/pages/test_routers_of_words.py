"""Runs whose router looks at the words: hash layers and biases by kind, on the pages that tell of routing."""

from pathlib import Path

import pytest

from moe_demo.config import RunConfig
from moe_demo.insight.lineage import NumberKey, check, lineage_of
from moe_demo.insight.run import Run, load_run, open_run
from moe_demo.insight.slow_step import slow_step
from moe_demo.insight.switches import Seat, Switches
from moe_demo.insight.whatif import whatif
from moe_demo.releases.generations import generation_store
from moe_demo.routers import ROUTERS, with_router
from moe_demo.runs.errors import RunError
from moe_demo.text.word_kinds import kind_of
from moe_demo.training.train import train_run
from moe_demo.ui.kit.i18n import LANGUAGES, speaking, text_in
from moe_demo.ui.router import controls
from moe_demo.ui.router.numbers import offered
from moe_demo.ui.training.data_slow_step import slow_step_data
from moe_demo.ui.training.numbers_slow_step import listed, slow_case
from tests import toy
from tests.pages import app
from tests.pages.numbers import view_of


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small run of each, by its router's name."""
    folder = tmp_path_factory.mktemp("runs")
    csv = toy.write_csv(tmp_path_factory.mktemp("data") / "toy.csv")
    for router in ("v4-hash", "v4.1"):
        train_run(folder / router, config_of(router), [csv], device="cpu")
    return folder


@pytest.fixture(autouse=True)
def here(runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOE_DEMO_RUNS", str(runs))
    monkeypatch.setenv("MOE_DEMO_STRICT_TEXT", "1")


def config_of(router: str) -> RunConfig:
    return with_router(toy.config(epochs=1), router)


def opened_run(runs: Path, router: str) -> Run:
    return load_run(runs / router)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_router_page_of_a_hash_layer_shows_the_words_row_and_no_cut(runs: Path, lang: str):
    at = app.opened("router", lang=lang, run="v4-hash")
    data = app.drawn(at, "rows")
    row = opened_run(runs, "v4-hash").trace(app.EXAMPLE).layers[0].hash_order_TE[0, :4].tolist()
    assert data["cut"] is None
    assert {one["e"] for one in data["rows"] if one["chosen"]} == set(row)
    assert [one["e"] for one in data["rows"] if one["choice"] is not None] == sorted(row)
    assert all(f"E{e}" in data["lines"]["evidence"] for e in row)
    assert data["lines"]["claim"] == text_in(lang, "router.hash.claim")
    assert at.slider(key="router.bias").disabled
    assert data["scales"]["score"] >= max(one["score"] for one in data["rows"])


def test_more_experts_are_the_next_of_the_row(runs: Path):
    at = app.opened("router", run="v4-hash")
    at.slider(key="router.k").set_value(6).run()
    data = app.drawn(at, "rows")
    row = opened_run(runs, "v4-hash").trace(app.EXAMPLE).layers[0].hash_order_TE[0, :6].tolist()
    assert {one["e"] for one in data["rows"] if one["chosen"]} == set(row)


def test_the_second_layer_is_chosen_by_scores(runs: Path):
    at = app.opened("router", run="v4-hash", l="1")
    data = app.drawn(at, "rows")
    assert data["cut"] == sorted(row["choice"] for row in data["rows"])[-4]
    assert not at.slider(key="router.bias").disabled


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_bias_of_a_kind_is_named_after_the_kind_of_the_word(runs: Path, lang: str):
    trace = opened_run(runs, "v4.1").trace(app.EXAMPLE)
    for token, word in enumerate(trace.tokens):
        data = app.drawn(app.opened("router", lang=lang, run="v4.1", t=str(token)), "rows")
        assert text_in(lang, f"experts.kinds.{kind_of(word)}") in data["heads"]["bias"]["formula"]
        biases = [row["bias"] for row in data["rows"]]
        assert biases == pytest.approx(trace.layers[0].bias_TE[token].tolist())
    assert any(biases)


@pytest.mark.parametrize("router", ["v4-hash", "v4.1"])
def test_every_number_of_the_router_page_can_be_found_again(router: str):
    view = view_of("router", {"run": router})
    asked = controls.read(view)
    offer = offered(view, controls.rerouted(view, asked))
    for key in offer.keys:
        assert check(offer.lineage(key)).agrees, key


@pytest.mark.parametrize("page", ["", "experts", "whatif"])
@pytest.mark.parametrize("router", ["v4-hash", "v4.1"])
def test_other_pages_say_how_such_a_run_chooses(page: str, router: str):
    at = app.opened(page, lang="en", run=router)
    note = text_in("en", "common.by_hash" if router == "v4-hash" else "common.by_kind")
    begin = note.split("{layers}")[-1][:30]
    assert any(begin in caption.value for caption in at.caption)


def test_a_push_of_the_bias_moves_nothing_in_a_hash_layer_and_words_in_another(runs: Path):
    run = opened_run(runs, "v4-hash")
    for layer, moves in ((0, False), (1, True)):
        found = whatif(run, app.EXAMPLE, Switches(pushed=((Seat(layer, 5), 9.0),)))
        before, after = (trace.layers[layer].load_E.tolist() for trace in (found.before, found.after))
        assert (before != after) == moves
        assert (after[5] == len(found.before.tokens)) == moves


@pytest.mark.parametrize(
    ("router", "layer", "told"), [("v4-hash", 0, "_hash"), ("v4-hash", 1, ""), ("v4.1", 0, "_kinds")]
)
def test_one_step_says_which_biases_move(runs: Path, router: str, layer: int, told: str):
    run = opened_run(runs, router)
    step = slow_step(run)
    for spoken in LANGUAGES:
        with speaking(spoken):
            data = slow_step_data(run, step, layer, 0)
        begin = text_in(spoken, f"slow.value.bias{told}").split("{")[0]
        assert data["stages"][5]["value"].startswith(begin)
        assert (data["rate"] > 0) == (told == "")
        assert (data["before"] == data["after"]) == (told == "_hash")
    assert step.as_recorded or step.recorded is None


def test_the_recorded_step_of_a_hash_layer_keeps_its_biases(runs: Path):
    run = opened_run(runs, "v4-hash")
    biases = [record.bias_LE for record in run.metrics if hasattr(record, "bias_LE")]
    assert not any(any(step[0]) for step in biases)
    assert any(biases[-1][1])


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("layer", [0, 1])
def test_five_generations_route_the_sentence_of_the_page(lang: str, layer: int):
    text = "火箭夺冠后火箭发射"
    data = app.drawn(app.opened("router", lang=lang, s=text, l=str(layer)), "cards")
    assert len(data["cards"]) == len(ROUTERS)
    for router, card in zip(ROUTERS, data["cards"], strict=True):
        run = open_run(generation_store(router))
        trace = run.trace(text)
        assert data["tokens"] == list(trace.tokens)
        assert card["chosen"] == trace.layers[layer].topk_idx_TK.tolist()
        assert f"{max(trace.probabilities.values()):.1%}" in card["here"][0]["value"]
    by_table = text_in(lang, "generations.rules.v4_hash")
    assert [card["rule"] == by_table for card in data["cards"]] == [False, False, False, layer == 0, False]


def test_where_the_recording_is_broken_the_rest_of_the_page_stays(monkeypatch: pytest.MonkeyPatch):
    def broken() -> None:
        raise RunError("missing", name="generations")

    monkeypatch.setattr("moe_demo.ui.router.generations.read_generations", broken)
    at = app.opened("router")
    assert len(at.error) == 1
    assert app.drawn(at, "rows")


@pytest.mark.parametrize("router", ["v4-hash", "v4.1"])
def test_every_number_of_a_step_can_be_found_again(runs: Path, router: str):
    run = opened_run(runs, router)
    step = slow_step(run)
    for layer in range(2):
        case, keys = slow_case(run, step, layer, 5), listed(step, layer, 0)
        assert all(check(lineage_of(key, case)).agrees for key in keys)
        moves = router == "v4-hash" and layer == 1
        assert (NumberKey("slow_bias") in keys) == moves
