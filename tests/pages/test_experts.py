"""The experts page: every number is the record's, nothing is named but by a reader, and bad input is told."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from moe_demo import load_run
from moe_demo.insight.accounts import figures
from moe_demo.insight.alignment import matched
from moe_demo.insight.assignments import MAX_HEADLINES, Assignments, Tell, assignments
from moe_demo.insight.coactivation import coactivation
from moe_demo.insight.experts import by_class, by_kind
from moe_demo.insight.information import information
from moe_demo.insight.run import Run
from moe_demo.insight.whatif import Headlines
from moe_demo.releases.seeds import read_seeds
from moe_demo.runs.errors import RunError
from moe_demo.text.word_kinds import KINDS
from moe_demo.ui.experts import data as experts_data
from moe_demo.ui.experts import data_lottery
from moe_demo.ui.experts import measured as experts_measured
from moe_demo.ui.experts import seeds as seeds_room
from moe_demo.ui.experts.measured import Measured
from moe_demo.ui.experts.settings import ExpertsSettings
from moe_demo.ui.kit.i18n import speaking, text_in
from moe_demo.ui.kit.selection import Selection
from moe_demo.ui.kit.views import View
from tests.pages.app import EXAMPLE, drawn, opened, pictures


def found(run: str) -> Assignments:
    return assignments(load_run(run), Headlines.held_out(load_run(run), MAX_HEADLINES))


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(("run", "layer"), [("deepseek", 1), ("document", 0)])
def test_every_cell_of_the_map_is_that_of_the_record(run: str, layer: int, lang: str):
    data = drawn(opened("experts", run=run, l=str(layer), lang=lang), "columns")
    for g, record in enumerate((by_class(found(run))[layer], by_kind(found(run))[layer])):
        cells = [row["cells"][g] for row in data["rows"]]
        for name, values in (
            ("lift", record.counts.lift_EC),
            ("n", record.counts.load_EC),
            ("low", record.band.low_EC),
            ("high", record.band.high_EC),
            ("luck", record.luck_EC),
            ("clear", ~record.within_luck_EC),
        ):
            np.testing.assert_allclose([[cell[name] for cell in row] for row in cells], values, atol=1e-4)
    np.testing.assert_allclose([row["load"] for row in data["rows"]], record.load_E, atol=1e-4)


def test_loads_times_the_fair_share_are_all_assignments():
    data, record = drawn(opened("experts"), "columns"), found("deepseek")
    fair = record.n_tokens * record.top_k / record.n_routed
    assert sum(row["load"] for row in data["rows"]) * fair == pytest.approx(
        record.n_tokens * record.top_k, rel=1e-4
    )


def test_without_a_picked_cell_the_one_farthest_out_is_open():
    data = drawn(opened("experts"), "columns")
    clear = [cell for row in data["rows"] for cell in row["cells"][0] if cell["clear"]]
    row = next(row for row in data["rows"] if row["expert"] == data["picked"]["expert"])
    assert row["cells"][0][data["picked"]["column"]]["lift"] == max(cell["lift"] for cell in clear)
    assert (
        sum(word["n"] for word in data["picked"]["words"]) <= row["cells"][0][data["picked"]["column"]]["n"]
    )


def test_an_expert_picked_on_another_page_is_open_at_its_own_strongest_class():
    data = drawn(opened("experts", e="8"), "columns")
    lifts = [cell["lift"] for cell in data["rows"][8]["cells"][0]]
    assert data["picked"]["expert"] == 8
    assert lifts[data["picked"]["column"]] == max(lifts)


def test_the_claim_counts_the_cells_outside_of_luck():
    data = drawn(opened("experts", l="1"), "columns")
    for g in (0, 1):
        assert str(sum(cell["clear"] for row in data["rows"] for cell in row["cells"][g])) in data["claim"]


def test_the_picked_cell_is_that_of_the_address():
    data = drawn(opened("experts", l="1", e="3", col="6"), "columns")
    picked = data["picked"]
    assert (picked["expert"], picked["column"]) == (3, 6)
    assert picked["title"] == f"L1 E3 × {text_in('zh', 'experts.kinds.latin')}"
    assert any("5G" in word["word"] or word["word"].isascii() for word in picked["words"])


def test_the_experts_of_the_selected_word_are_marked():
    data = drawn(opened("experts", t="1", l="1"), "columns")
    chosen = load_run("deepseek").trace(EXAMPLE).layers[1].topk_idx_TK[1]
    assert {row["expert"] for row in data["rows"] if row["has_word"]} == set(chosen.tolist())
    assert not any(row["has_word"] for row in drawn(opened("experts"), "columns")["rows"])


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_readers_name_carries_lift_and_n_and_the_program_gives_none(lang: str):
    data = drawn(opened("experts", named="0-7-2-甲", lang=lang), "columns")
    cell = data["rows"][7]["cells"][0][2]
    [named] = data["names"]
    for says in (named["says"], *data["rows"][7]["names"]):
        assert f"{cell['lift']:.2f}" in says
        assert f"n = {cell['n']}" in says
    assert named["name"] == "甲"
    without = drawn(opened("experts", lang=lang), "columns")
    assert without["names"] == []
    assert all(row["names"] == [] and row["label"] == f"E{row['expert']}" for row in without["rows"])


@pytest.mark.parametrize("raw", ["0-7-2-<b>", "0-7-甲", "x", "0-7-2-" + "a" * 13])
def test_a_name_that_cannot_be_one_is_told_and_left_out(raw: str):
    at = opened("experts", named=raw)
    assert at.warning[0].value == text_in("zh", "common.bad_address", names="named")
    assert drawn(at, "columns")["names"] == []


def test_cells_that_the_run_does_not_have_fall_back_and_are_told():
    at = opened("experts", run="document", e="1", col="99", named="1-0-0-甲.0-2-1-乙")
    assert at.warning[0].value == text_in("zh", "common.bad_address", names="col, named")
    data = drawn(at, "columns")
    assert [given["name"] for given in data["names"]] == ["乙"]
    assert len(data["rows"]) == 3


def test_a_headline_of_one_word_keeps_the_map():
    data = drawn(opened("experts", s="手机", t="0"), "columns")
    assert sum(row["has_word"] for row in data["rows"]) == load_run("deepseek").config.model.top_k


def two_classes_one_empty(monkeypatch: pytest.MonkeyPatch) -> View:
    """A reader's own two classes of which the held-out half has one alone."""
    run = load_run("document")
    model = replace(run.config.model, labels=("sports", "我的类"))
    run = Run(**vars(run) | {"config": replace(run.config, model=model)})
    texts = [run.encoder.encode(text) for text in ("主队加时绝杀", "火箭夺冠")]
    headlines = Headlines(texts=tuple(texts), label_ids_B=torch.tensor([0, 0]))
    record = replace(assignments(load_run("document"), headlines), labels=run.labels)
    monkeypatch.setattr(
        experts_measured,
        "_measure",
        lambda run, tell: Measured(
            found=record, n_held_out=2, by_class=by_class(record), by_kind=by_kind(record)
        ),
    )
    chosen = Selection(settings=ExpertsSettings(col=1), expert=0)
    return View(chosen, run, load_run("document").trace("火箭夺冠"))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_class_without_a_held_out_headline_is_said_and_has_no_number(
    monkeypatch: pytest.MonkeyPatch, lang: str
):
    with speaking(lang):
        data = experts_data.picture_data(two_classes_one_empty(monkeypatch))
    assert text_in(lang, "experts.claim_empty", labels="我的类") in data["claim"]
    assert data["picked"]["says"] == text_in(lang, "experts.says_nothing", column="我的类")
    for row in data["rows"]:
        assert row["cells"][0][1]["lift"] is None
        assert not row["cells"][0][1]["clear"]
    assert len(data["columns"][1]) == len(KINDS)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_how_many_headlines_are_counted_is_said_and_that_classes_are_left_out(
    monkeypatch: pytest.MonkeyPatch, lang: str
):
    run = load_run("document")
    n = len(Headlines.held_out(run))
    assert n < MAX_HEADLINES
    said = [one.value for one in opened("experts", run="document", lang=lang).caption]
    assert any(text_in(lang, "experts.counted", n=n) in one for one in said)
    experts_data._base.kept.clear()
    experts_measured._kept.clear()
    monkeypatch.setattr(experts_measured, "MAX_HEADLINES", 50)
    monkeypatch.setattr(experts_data, "MOST_CLASSES", 2)
    at = opened("experts", run="document", lang=lang)
    experts_data._base.kept.clear()
    experts_measured._kept.clear()
    expected = text_in(lang, "experts.counted_sample", n=50, all=n)
    expected += text_in(lang, "experts.classes_cut", n=2, all=3)
    assert any(expected in one.value for one in at.caption)
    assert len(drawn(at, "columns")["columns"][0]) == 2


def test_headlines_that_are_gone_are_said_and_nothing_else_is_drawn(monkeypatch: pytest.MonkeyPatch):
    from moe_demo.insight.held_out import DataGoneError
    from moe_demo.ui.experts import page

    def gone(*_: object) -> None:
        raise DataGoneError("my*file.csv")

    monkeypatch.setattr(page, "is_measured", lambda run: False)
    monkeypatch.setattr(page, "measured", gone)
    at = opened("experts")
    assert at.info[0].value == text_in("zh", "experts.data_gone", source="my\\*file\\.csv")


def test_the_script_is_thin(repo_root: Path):
    assert 10 <= len((repo_root / "pages" / "experts.py").read_text("utf-8").splitlines()) <= 35


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_pair_is_that_of_the_record(lang: str):
    at = opened("experts", l="1", lang=lang)
    data = drawn(at, "group_size")
    record = coactivation(found("deepseek"), 1, load_run("deepseek").config.model.routing_rule)
    assert record is not None
    for i, row in enumerate(data["rows"]):
        assert [pair["n"] for pair in row] == record.together_EE[i, :i].tolist()
        np.testing.assert_allclose([pair["lift"] for pair in row], record.lift_EE[i, :i], atol=1e-3)
        assert [pair["clear"] for pair in row] == record.clear_EE[i, :i].tolist()
    most = np.nanmax(np.where(record.clear_EE, record.lift_EE, np.nan))
    assert f"{most:.1f}" in data["claim"]


def test_what_an_expert_tells_is_written_with_its_bias_taken_off():
    [table] = [
        one for one in pictures(opened("experts")) if one.get("label") == text_in("zh", "experts.tells_title")
    ]
    record = found("deepseek")
    said = information(record.by_headline(0), record.label_ids_B, 3)
    cells = table["rows"][0]["cells"]
    assert [cell["text"] for cell in cells[:3]] == [
        f"{said.raw:.3f}",
        f"{said.bias:.3f}",
        f"{said.corrected:.3f}",
    ]
    assert (cells[2]["why"], cells[2]["layer"]) == ("information-0", 0)


def test_a_model_of_one_expert_a_word_says_that_there_are_no_pairs():
    at = opened("experts", run="document")
    assert at.info[0].value == text_in("zh", "experts.no_pairs")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_numbers_of_the_debate_come_after_a_vote_or_after_none(lang: str):
    at = opened("experts", lang=lang)
    assert not [data for data in pictures(at) if "charts" in data]
    with speaking(lang):  # a test sets a value by its words
        at.radio(key="experts.believe").set_value("path").run()
    assert dict(at.query_params)["believe"] in ("path", ["path"])
    assert drawn(at, "charts")["lang"] == lang
    with speaking(lang):
        at.radio(key="experts.now").set_value("topic").run()
    votes = {
        name: text_in(lang, f"experts.accounts.{vote}")
        for name, vote in (("before", "path"), ("after", "topic"))
    }
    assert any(block.value == text_in(lang, "experts.debate_votes", **votes) for block in at.markdown)
    without = opened("experts", lang=lang)
    without.button(key="experts.skip").click().run()
    assert drawn(without, "charts")


def test_every_account_has_three_seeds_each_beside_its_chance():
    data = drawn(opened("experts", believe="unsure"), "charts")
    run = load_run("deepseek")
    mine = {(f.account, f.layer): f for f in figures(found("deepseek"), run.config.model.routing_rule)}
    theirs = [{(f.account, f.layer): f for f in one.figures} for one in read_seeds().runs]
    assert [chart["account"] for chart in data["charts"]] == ["committee", "topic", "features", "path"]
    for chart in data["charts"]:
        for place, row in enumerate(chart["rows"]):
            key = (chart["account"], None if chart["account"] == "path" else place)
            wanted = [mine[key], *(one[key] for one in theirs)]
            assert [dot["value"] for dot in row["dots"]] == pytest.approx([f.value for f in wanted])
            assert [dot["chance"] for dot in row["dots"]] == pytest.approx([f.chance for f in wanted])
            assert [dot["is_live"] for dot in row["dots"]] == [True, False, False]
            assert all(
                0 <= value <= chart["limit"] for dot in row["dots"] for value in (dot["value"], dot["chance"])
            )


def test_matched_experts_are_those_of_the_record_and_no_expert_keeps_its_partner_twice():
    data, seeds, record = drawn(opened("experts", l="1"), "others"), read_seeds(), found("deepseek")
    for place, one in enumerate(seeds.runs):
        pairs = matched(record.by_word(1)[: len(seeds.words)], one.layers[1].load_WE, np.array(seeds.counts))
        column = [row["partners"][place] for row in data["rows"]]
        assert [partner["label"] for partner in column] == [f"E{e}" for e in pairs.partner_E]
        assert [partner["survives"] for partner in column] == pairs.survives_E.tolist()
        assert len({partner["label"] for partner in column}) == 16
    everywhere = sum(all(partner["survives"] for partner in row["partners"]) for row in data["rows"])
    assert str(everywhere) in data["claim"]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_run_of_another_shape_is_told_and_the_rest_of_the_page_stays(lang: str):
    told = text_in(
        lang,
        "errors.seeds.other_shape",
        name="document",
        layers=1,
        experts=3,
        k=1,
        other_layers=2,
        other_experts=16,
        other_k=4,
    )
    shown = opened("experts", run="document", believe="unsure", lang=lang)
    assert [info.value for info in shown.info].count(told) == 2, "beside the accounts and beside the partners"
    assert all(len(row["dots"]) == 1 for chart in drawn(shown, "charts")["charts"] for row in chart["rows"])
    beside = opened("experts", lang=lang, **{"with": "document"})
    assert [info.value for info in beside.info] == [told]
    assert drawn(beside, "columns")["rows"]


def test_a_recording_that_is_broken_is_told_and_the_rest_of_the_page_stays(monkeypatch: pytest.MonkeyPatch):
    def broken() -> None:
        raise RunError("bad_recording", path="seeds.json", why="x")

    monkeypatch.setattr(seeds_room, "read_seeds", broken)
    monkeypatch.setattr(data_lottery, "lottery", lambda run, layer, twin: broken())
    at = opened("experts", believe="unsure")
    assert [info.value.replace("\\", "") for info in at.info] == [
        text_in("zh", "errors.run.bad_recording", path="seeds.json")
    ] * 2


def test_a_run_of_the_same_shape_beside_it_is_one_training_more():
    run = load_run("deepseek")
    recorded = seeds_room.lottery(run, 0, None)
    *others, (pairs, same) = seeds_room.lottery(run, 0, run)
    assert len(others) == len(recorded) == 2
    assert pairs.partner_E.tolist() == list(range(16))
    assert (pairs.overlap_E == 1).all()
    assert same.n_same == 16


def test_two_readers_who_ask_at_once_have_it_measured_once(monkeypatch: pytest.MonkeyPatch):
    run, calls = load_run("document"), []
    measure = experts_measured._measure

    def counted(run: Run, tell: Tell) -> Measured:
        calls.append(run)
        return measure(run, tell)

    monkeypatch.setattr(experts_measured, "_measure", counted)
    with ThreadPoolExecutor(4) as readers:
        answers = list(readers.map(experts_measured.measured, [run] * 4))
    assert len(calls) == 1
    assert all(answer is answers[0] for answer in answers)
