"""The balance page: nothing is given away before the loads are shown, and every number is one of the recording."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import pytest
from streamlit.testing.v1 import AppTest

from moe_demo.config import METHODS
from moe_demo.insight.balance_terms import batch_loss
from moe_demo.insight.comparison import findings, most_uneven, relative_loads, shuffled
from moe_demo.jobs.jobs import Job
from moe_demo.releases.device_losses import read_device_losses
from moe_demo.releases.recording import RECORDING, Recording, folder_name, read_recording, read_steps
from moe_demo.releases.recording_settings import SEEDS
from moe_demo.releases.sentence_balance import read_sentence_balance
from moe_demo.runs.owners import Caller, hashed
from moe_demo.runs.store import RunError, RunStore
from moe_demo.ui.balance import device_losses, one_sentence
from moe_demo.ui.balance import live as balance_live
from moe_demo.ui.balance import page as balance_page
from moe_demo.ui.balance.data import model_line, picture_data
from moe_demo.ui.balance.data_formulas import formulas
from moe_demo.ui.balance.settings import BalanceSettings
from moe_demo.ui.balance.table import sentence
from moe_demo.ui.kit import caller
from moe_demo.ui.kit.i18n import labels, speaking, text_in
from moe_demo.ui.kit.words import letter
from tests.pages import app

NOTHING_ASKED = BalanceSettings()


@pytest.fixture(autouse=True)
def strict_text_and_no_runs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MOE_DEMO_STRICT_TEXT", "1")
    monkeypatch.setenv("MOE_DEMO_RUNS", str(tmp_path))
    monkeypatch.setattr(caller, "visitor_id", lambda: "nobody")


@pytest.fixture(scope="module")
def recording() -> Recording:
    return read_recording(RECORDING)


def opened(**params: str) -> AppTest:
    return app.opened("balance", **params)


def comparison(at: AppTest) -> dict[str, Any]:
    return app.drawn(at, "runs")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_before_the_loads_are_shown_only_marks_are_sent(lang: str, recording: Recording):
    at = opened(lang=lang)
    data = comparison(at)
    assert at.title[0].value == text_in(lang, "balance.title")
    assert not data["revealed"]
    runs = shuffled(recording.of_seed(SEEDS[0]))
    assert len(runs) == len(METHODS)
    for drawn, run in zip(data["runs"], runs, strict=True):
        assert drawn["loss"] == pytest.approx([one.loss for one in run.evaluations], abs=1e-5)
        assert drawn["accuracy"] == pytest.approx([one.accuracy for one in run.evaluations], abs=1e-5)
        assert drawn.keys() == {"letter", "steps", "loss", "accuracy", "state", "most_uneven", "says"}
        assert not drawn["most_uneven"]
    with speaking(lang):
        names = labels("balance.methods").values()
    assert not any(name in str(data["runs"]) + data["ask"] for name in names)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_is_revealed_is_the_load_of_the_recording(lang: str, recording: Recording):
    data = comparison(opened(lang=lang, reveal="yes"))
    runs = shuffled(recording.of_seed(SEEDS[0]))
    for drawn, run in zip(data["runs"], runs, strict=True):
        assert drawn["name"] == text_in(lang, f"balance.methods.{run.method.replace('+', '_')}")
        assert drawn["max_vio"] == run.final.max_vio_L
        assert drawn["floor"] == run.floor
        shown = [layer[-1] for layer in drawn["load"]]
        assert shown == relative_loads(run.final).round(3).tolist()
    assert [drawn["most_uneven"] for drawn in data["runs"]].index(True) == most_uneven(runs)


def test_the_verdict_answers_the_guess(recording: Recording):
    uneven = most_uneven(shuffled(recording.of_seed(SEEDS[0])))
    right, wrong = (comparison(opened(reveal="yes", guess=str(g)))["ask"] for g in (uneven, (uneven + 1) % 5))
    assert right.startswith(text_in("zh", "balance.ask.right"))
    assert not wrong.startswith(text_in("zh", "balance.ask.right"))
    assert letter(uneven) in right
    assert letter(uneven) in wrong


@pytest.mark.parametrize(
    "params", [{"guess": "9"}, {"reveal": "x"}, {"way": "7"}, {"moment": "-1"}, {"alpha": "99"}]
)
def test_a_broken_parameter_falls_back_and_is_told(params: dict[str, str]):
    at = opened(**params)
    data = comparison(at)
    assert (data["guess"], data["revealed"]) == (None, False)
    assert any(next(iter(params)) in warning.value for warning in at.warning)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("method", METHODS)
def test_each_method_shows_its_formula_with_the_numbers_of_the_step(
    lang: str, method: str, recording: Recording
):
    step = read_steps(RECORDING / folder_name(method, SEEDS[0]))[3]
    at = opened(lang=lang, way=method.replace("+", "_"), moment=str(step.step))
    shown = [one.value.strip("$\n") for one in at.latex]
    assert shown == formulas(step, 0)
    data = app.drawn(at, "headlines")
    assert data["batch"]["f"] == batch_loss(step, 0).f_E.round(3).tolist()
    assert [row["text"] for row in data["headlines"]] == [one.text for one in step.terms.headlines]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_statement_has_words_for_holding_and_for_not_holding(lang: str, recording: Recording):
    with speaking(lang):
        for finding in findings(recording.runs):
            for answer in ("yes", "no"):
                values = finding.values
                assert text_in(lang, f"balance.findings.{finding.name}_{answer}", **values)
            assert sentence(finding).startswith(
                text_in(lang, f"balance.findings.{'yes' if finding.holds else 'no'}")
            )


def test_a_slider_picks_a_value_of_the_recording():
    at = opened()
    at.select_slider(key="balance.bias_rate").set_value(0).run()
    assert not at.exception, at.exception
    values = [run.value for run in read_recording(RECORDING).sweep if run.method == "loss_free"]
    assert any(f"u = {min(values):g}" in one.value for one in at.markdown)


def test_a_missing_recording_is_one_sentence(monkeypatch: pytest.MonkeyPatch):
    def missing() -> Recording:
        raise RunError("no_recording", folder="X")

    monkeypatch.setattr(balance_page, "recording", missing)
    at = app.opened("balance")
    reason = text_in("zh", "errors.run.no_recording", folder="X")
    assert at.error[0].value == text_in("zh", "balance.broken", reason=reason)
    assert not any("runs" in data for data in app.pictures(at))


class FakeJobs:
    """Notes down what is started."""

    started: ClassVar[list[tuple[str, Any, Caller]]] = []

    def __init__(self) -> None:
        self.runs = Path("nowhere")

    def names(self) -> list[str]:
        return [name for name, _, _ in self.started]

    def start(self, config: Any, owner: Caller, name: str) -> None:
        self.started.append((name, config, owner))

    def store(self, name: str) -> RunStore:
        return RunStore(self.runs / name)

    def get(self, name: str) -> Job:
        return Job(
            name=name, state="queued", place=1, reason="", step=0, n_steps=0, private=False,
            owner=hashed("me"), created=0.0,
        )  # fmt: skip


def test_five_jobs_with_the_recordings_settings_and_a_seed_of_their_own(
    monkeypatch: pytest.MonkeyPatch, recording: Recording
):
    monkeypatch.setattr(FakeJobs, "started", [])
    monkeypatch.setattr(balance_live, "Jobs", FakeJobs)
    monkeypatch.setattr(caller, "visitor_id", lambda: "me")
    assert balance_live.start(recording.base, Caller("me")) == 1
    assert [config.balance.method for _, config, _ in FakeJobs.started] == list(METHODS)
    assert {config.seed for _, config, _ in FakeJobs.started} == {SEEDS.stop}
    assert balance_live.start(recording.base, Caller("me")) == 2
    newest, first = balance_live.sets(recording.base)
    assert (newest.number, first.number) == (2, 1)
    assert [run.method for run in newest.runs] == list(METHODS)
    assert newest.active
    assert not any(run.evaluations for run in newest.runs)
    monkeypatch.setattr(caller, "visitor_id", lambda: "somebody else")
    assert balance_live.sets(recording.base) == []


def test_runs_that_have_not_begun_have_no_line_and_no_verdict(recording: Recording):
    runs = [replace(run, evaluations=()) for run in recording.of_seed(SEEDS[0])[:4]] + [
        recording.of_seed(SEEDS[0])[4]
    ]
    data = picture_data(runs, replace(NOTHING_ASKED, reveal=True))
    assert data["ask"] == text_in("zh", "balance.ask.waiting")
    assert [bool(run["steps"]) for run in data["runs"]] == [False] * 4 + [True]
    assert not any(run["most_uneven"] for run in data["runs"])


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_names_its_model_and_has_no_sentence(lang: str, recording: Recording):
    at, model = opened(lang=lang, s="火箭夺冠"), recording.base.model
    with speaking(lang):
        assert model_line(model) in [caption.value for caption in at.caption]
    assert all(str(n) in model_line(model) for n in (model.n_layers, model.n_routed, model.top_k))
    assert not [data for data in app.pictures(at) if "examples" in data]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_why_balance_is_answered_by_the_loads_on_show(lang: str, recording: Recording):
    hidden, shown = opened(lang=lang), opened(lang=lang, reveal="yes")
    answer = text_in(lang, "balance.cost.answer")
    assert all(answer in [text.value for text in at.markdown] for at in (hidden, shown))
    runs = shuffled(recording.of_seed(SEEDS[0]))
    [table] = [text.value for text in shown.markdown if text_in(lang, "balance.cost.time") in text.value]
    for run, line in zip(runs, table.splitlines()[2:], strict=True):
        times = [load.max() / load.mean() for load in relative_loads(run.final)]
        assert f"{sum(times) / len(times):.2f}" in line
    assert not any(text_in(lang, "balance.cost.time") in text.value for text in hidden.markdown)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_figure_of_one_seed_names_it_and_a_mean_its_seeds(lang: str, recording: Recording):
    """66 times on top and 61 below: the first is one run's, the second the mean over seeds."""
    assert str(SEEDS[0]) in comparison(opened(lang=lang, reveal="yes"))["ask"]
    with speaking(lang):
        said = [sentence(finding) for finding in findings(recording.runs)]
    seeds = {"zh": "个种子", "en": "seeds"}[lang]
    assert all(f"{len(recording.seeds)} {seeds}" in text for text in said)


def test_the_foot_of_a_card_says_what_its_picture_shows(recording: Recording):
    """Rows at 7 to 11 % of a fair share are not "no expert is dead": the smallest load is said."""
    data = comparison(opened(reveal="yes"))
    for drawn, run in zip(data["runs"], shuffled(recording.of_seed(SEEDS[0])), strict=True):
        assert f"{relative_loads(run.final).min():.0%}" in " ".join(drawn["foot"])


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_one_sentence_is_shown_under_every_weight(lang: str):
    found = read_sentence_balance()
    at = opened(lang=lang)
    data = dict(app.sent(at))["balance/sentence"]
    assert text_in(lang, "balance.sentence.title") in [header.value for header in at.header]
    assert len(data["cards"]) == len(found.runs) == 4
    assert [card["chosen"] for card in data["cards"]] == [run.seq_alpha == found.chosen for run in found.runs]
    for card, run in zip(data["cards"], found.runs, strict=True):
        assert [layer["experts"] for layer in card["layers"]] == [
            [list(row) for row in layer.experts] for layer in run.layers
        ]
        worst = max(layer.max_vio for layer in run.layers)
        assert card["foot"] == text_in(lang, "balance.sentence.foot", accuracy=run.accuracy, vio=worst)


def test_a_broken_sentence_recording_is_told_and_the_page_goes_on(monkeypatch: pytest.MonkeyPatch):
    def missing() -> None:
        raise RunError("no_recording", folder="X")

    monkeypatch.setattr(one_sentence, "recording", missing)
    at = opened()
    reason = text_in("zh", "errors.run.no_recording", folder="X")
    assert text_in("zh", "balance.broken", reason=reason) in [error.value for error in at.error]
    assert at.select_slider(key="balance.bias_rate")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_losses_over_devices_are_shown_with_what_they_even(lang: str):
    found = read_device_losses()
    at = opened(lang=lang)
    with speaking(lang):
        said, frame = device_losses.says(found), device_losses.table(found)
    assert said in [element.value for element in at.markdown]
    assert any(found.command in caption.value for caption in at.caption)
    [shown] = [one.value for one in at.markdown if one.value.startswith(f"| {' | '.join(frame.columns)} |")]
    assert all(f"| {' | '.join(row)} |" in shown for row in frame.to_numpy())
    assert "0.05" in frame.iloc[-2, 0]
    assert frame.iloc[-1, 1] == f"{found.of('communication').mean_accuracy:.1%}"
