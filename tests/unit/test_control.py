"""A run that is talked to while it trains: paused, stepped, changed, gone astray and brought back."""

import math
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from moe_demo.config import BalanceConfig, ConfigError
from moe_demo.insight.held_out import held_out_report
from moe_demo.insight.run import load_run
from moe_demo.runs.commands import Command, CommandReader, send
from moe_demo.runs.events import CHANGEABLE, Event, changed, config_at, setting
from moe_demo.runs.metrics import EvalMetrics, StepMetrics
from moe_demo.runs.store import RunError, RunStore
from moe_demo.training import loop
from moe_demo.training.schedule import DIVERGED, checkpoint_steps, has_diverged
from moe_demo.training.train import Silent, resume_run, train_run
from tests import toy

CONFIG = toy.config(patience=0)  # 4 epochs of 4 steps


@dataclass
class Asks(Silent):
    """Sends commands when certain steps have been taken."""

    path: Path
    commands: dict[int, tuple[Command, ...]]

    def on_step(self, metrics: StepMetrics) -> None:
        for command in self.commands.pop(metrics.step, ()):
            send(self.path, command)


def train(tmp_path: Path, csv: Path, commands: dict[int, tuple[Command, ...]], name: str = "run", **values):
    """A run that gets these commands; one that stays paused ends at once."""
    path = tmp_path / f"{name}.commands"
    path.write_bytes(b"")
    for command in commands.pop(0, ()):
        send(path, command)
    reader = CommandReader(path, idle_seconds=0)
    config = toy.config(patience=0, **values)
    return train_run(tmp_path / name, config, [csv], watcher=Asks(path, commands), commands=reader)


def set_to(name: str, value) -> Command:
    return Command(do="set", name=name, value=value)


def steps_of(folder: Path) -> list[StepMetrics]:
    return [record for record in RunStore(folder).metrics()[0] if isinstance(record, StepMetrics)]


def test_without_commands_a_controlled_run_is_the_run_of_the_command_line(tmp_path: Path, csv: Path):
    train_run(tmp_path / "plain", CONFIG, [csv])
    train(tmp_path, csv, {}, "controlled")
    assert (tmp_path / "plain/metrics.jsonl").read_bytes() == (
        tmp_path / "controlled/metrics.jsonl"
    ).read_bytes()
    assert toy.record_of(tmp_path / "plain") == toy.record_of(tmp_path / "controlled")


def test_a_run_takes_as_many_steps_as_it_is_allowed_then_waits(tmp_path: Path, csv: Path):
    outcome = train(tmp_path, csv, {0: (Command(do="steps", n=3),)})
    assert (outcome.state, outcome.step) == ("stopped", 3)
    assert [event.kind for event in RunStore(tmp_path / "run").events()] == ["paused"]


def test_an_epoch_ends_where_the_next_one_begins(tmp_path: Path, csv: Path):
    assert train(tmp_path, csv, {0: (Command(do="epoch"),)}, "from the start").step == 4
    commands = {0: (Command(do="steps", n=6),), 6: (Command(do="epoch"),)}
    assert train(tmp_path, csv, commands, "from the middle").step == 8


def test_a_pause_holds_between_two_steps_and_going_on_changes_no_bit(tmp_path: Path, csv: Path):
    train_run(tmp_path / "plain", CONFIG, [csv])
    outcome = train(tmp_path, csv, {5: (Command(do="pause"),)})
    assert (outcome.state, outcome.step) == ("stopped", 5)
    assert resume_run(tmp_path / "run").state == "done"
    assert toy.record_of(tmp_path / "run") == toy.record_of(tmp_path / "plain")


def test_stop_ends_the_run_after_its_step_and_it_can_go_on(tmp_path: Path, csv: Path):
    outcome = train(tmp_path, csv, {2: (Command(do="stop"),)})
    assert (outcome.state, outcome.step, outcome.reason) == ("stopped", 2, "stopped by hand")


def test_a_changed_setting_holds_from_the_next_step_and_is_written_down(tmp_path: Path, csv: Path):
    commands = {3: (set_to("lr", 1e-3),), 6: (set_to("top_k", 2),), 9: (set_to("method", "none"),)}
    train(tmp_path, csv, commands)
    store, steps = RunStore(tmp_path / "run"), steps_of(tmp_path / "run")
    assert store.changes() == [
        Event(step=3, kind="lr", value=1e-3, before=3e-3),
        Event(step=6, kind="top_k", value=2, before=4),
        Event(step=9, kind="method", value="none", before="loss_free+seq"),
    ]
    for metrics in steps:
        assert sum(metrics.load_LE[0]) == metrics.n_tokens * (4 if metrics.step <= 6 else 2)
        assert (metrics.balance_loss > 0) == (metrics.step <= 9)
    assert steps[3].lr < steps[2].lr / 2
    assert steps[8].bias_LE == steps[-1].bias_LE != steps[7].bias_LE
    assert store.load_model(16)[0].config.top_k == 2
    assert store.load_model(4)[0].config.top_k == 4
    assert store.config().model.top_k == 4


def test_a_run_cut_off_makes_its_changes_again_at_the_same_steps(tmp_path: Path, csv: Path, monkeypatch):
    commands = {3: (set_to("bias_rate", 0.02),), 7: (set_to("lr", 6e-3), set_to("alpha", 0.5))}
    train(tmp_path, csv, {**commands, 0: ()}, "whole")
    monkeypatch.setattr(loop, "SAVE_SECONDS", math.inf)  # saves at the ends of epochs: steps 4, 8, ...

    class KilledError(Exception):
        pass

    def die(self, metrics: StepMetrics) -> None:
        Asks.on_step(self, metrics)
        if metrics.step == 7:
            raise KilledError

    path = tmp_path / "cut.commands"
    path.write_bytes(b"")
    watcher = type("Dies", (Asks,), {"on_step": die})(path, {3: commands[3]})
    with pytest.raises(KilledError):
        train_run(tmp_path / "cut", CONFIG, [csv], watcher=watcher, commands=CommandReader(path))
    store = RunStore(tmp_path / "cut")
    store.note(Event(step=7, kind="lr", value=6e-3, before=3e-3))  # it was written before the process died
    store.note(Event(step=7, kind="alpha", value=0.5, before=0.01))
    resume_run(tmp_path / "cut")
    assert toy.record_of(tmp_path / "cut") == toy.record_of(tmp_path / "whole")


def test_a_run_that_diverges_goes_back_and_waits_and_goes_on_under_a_smaller_rate(tmp_path: Path, csv: Path):
    # at the beginning of an epoch: at its end, weights that are about to diverge would be saved
    outcome = train(tmp_path, csv, {4: (set_to("lr", 10.0),)}, lr=1e-2)
    store = RunStore(tmp_path / "run")
    diverged = [event for event in store.events() if event.kind == "diverged"]
    assert outcome.state == "stopped"
    assert outcome.step < diverged[0].step
    assert [metrics.step for metrics in steps_of(tmp_path / "run")] == list(range(1, outcome.step + 1))
    assert store.changes() == [] or store.changes()[0].step <= outcome.step
    path = tmp_path / "again"
    send(path, set_to("lr", 3e-3))
    send(path, Command(do="play"))
    assert resume_run(tmp_path / "run", commands=CommandReader(path, idle_seconds=0)).state == "done"


def test_without_anyone_to_ask_divergence_ends_the_run_with_its_step(tmp_path: Path, csv: Path):
    with pytest.raises(
        RunError, match=r"diverged: at step \d+ the loss is .*; train again with a learning rate"
    ):
        train_run(tmp_path / "run", toy.config(lr=10.0, epochs=20, patience=0), [csv])
    assert RunStore(tmp_path / "run").status().state == "failed"


def test_divergence_is_no_number_or_ten_times_the_loss_of_knowing_nothing(tmp_path: Path, csv: Path):
    train(tmp_path, csv, {0: (Command(do="steps", n=1),)})
    [metrics] = steps_of(tmp_path / "run")
    values = {name: getattr(metrics, name) for name in metrics.__dataclass_fields__}
    for loss, expected in ((math.nan, True), (math.inf, True), (11.0, True), (10.9, False), (1.1, False)):
        changed_metrics = StepMetrics(**{**values, "loss": loss, "ce_loss": loss})
        assert has_diverged(changed_metrics, 3) == expected, loss
    assert DIVERGED * math.log(3) == pytest.approx(10.986, abs=1e-3)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("lr", 0.0),
        ("lr", 1e9),
        ("lr", math.nan),
        ("top_k", 0),
        ("top_k", 9),
        ("method", "magic"),
        ("alpha", -1.0),
    ],
)
def test_a_value_no_run_can_have_is_refused_by_name_and_ignored_by_a_run(
    tmp_path: Path, csv: Path, name, value
):
    with pytest.raises(ConfigError, match=name):
        changed(CONFIG, name, value)
    if value == value:  # JSON knows no NaN
        train(tmp_path, csv, {1: (set_to(name, value), Command(do="steps", n=1))})
        assert RunStore(tmp_path / "run").changes() == []


def test_every_changeable_setting_is_found_and_set():
    for name in CHANGEABLE:
        value = "none" if name == "method" else 2
        assert setting(changed(CONFIG, name, value), name) == value
    events = [
        Event(step=2, kind="lr", value=0.5),
        Event(step=4, kind="paused"),
        Event(step=4, kind="lr", value=0.25),
    ]
    assert [config_at(CONFIG, events, step).lr for step in (0, 2, 3, 4, 5)] == [3e-3, 3e-3, 0.5, 0.5, 0.25]


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"{}",
        b"[]",
        b"3",
        b'{"do": "dance"}',
        b'{"do": "steps"}',
        b'{"do": "set", "name": "seed", "value": 1}',
        b"\xff\n",
    ],
)
def test_a_line_that_is_no_command_is_left_out(tmp_path: Path, line: bytes):
    path = tmp_path / "commands"
    path.write_bytes(line + b"\n" + Command(do="pause").to_line().encode() + b"\n" + b'{"do": "pl')
    reader = CommandReader(path)
    assert reader.new() == [Command(do="pause")]
    with open(path, "ab") as file:
        file.write(b'ay"}\n')
    assert reader.new() == [Command(do="play")]
    assert reader.new() == []


def test_evaluations_after_a_change_of_k_count_k_assignments_a_token(tmp_path: Path, csv: Path):
    train(tmp_path, csv, {4: (set_to("top_k", 2),)})
    evals = [record for record in RunStore(tmp_path / "run").metrics()[0] if isinstance(record, EvalMetrics)]
    totals = {record.step: sum(map(sum, record.load_LEC[0])) for record in evals}
    assert totals[4] == 2 * totals[8]


def test_where_a_run_waits_there_is_a_checkpoint_to_look_at_and_never_two(tmp_path: Path, csv: Path):
    """Paused at steps 2, 3 and 6 of 16: each time the newest checkpoint is that step, and only the last one stays."""
    seen = []

    class Looks(CommandReader):
        asked = iter(
            [Command(do="steps", n=2), Command(do="steps", n=1), Command(do="steps", n=3), Command(do="stop")]
        )

        def new(self) -> list[Command]:
            if store.status().state == "paused" or not seen:
                seen.append(store.checkpoint_steps()[-1])
                return [command] if (command := next(self.asked, None)) else []
            return []

    path, store = tmp_path / "commands", RunStore(tmp_path / "run")
    path.write_bytes(b"")
    train_run(store.folder, CONFIG, [csv], commands=Looks(path, idle_seconds=60))
    assert seen[1:4] == [2, 3, 6]
    assert [step for step in store.checkpoint_steps() if step not in checkpoint_steps(16, 4)] == [6]


# -- the last step: biases fitted to clean words ---------------------------------------------------------------

CALIBRATED = BalanceConfig(method="loss_free", calibration_passes=1)


def evaluations_of(folder: Path) -> list[EvalMetrics]:
    return [record for record in RunStore(folder).metrics()[0] if isinstance(record, EvalMetrics)]


def test_calibration_is_an_event_between_two_evaluations_of_the_last_step(tmp_path: Path, csv: Path):
    train_run(tmp_path / "run", toy.config(patience=0, balance=CALIBRATED), [csv])
    store = RunStore(tmp_path / "run")
    (event,) = store.events()
    before, after = evaluations_of(store.folder)[-2:]
    assert (event.step, event.kind, event.value) == (16, "calibrated", "3")
    assert before.step == after.step == 16
    assert before.load_LEC != after.load_LEC
    assert store.checkpoint_steps()[-1] == 16


def test_the_last_checkpoint_is_of_the_calibrated_model(tmp_path: Path, csv: Path):
    train_run(tmp_path / "run", toy.config(patience=0, balance=CALIBRATED), [csv])
    run = load_run(tmp_path / "run")
    steps = steps_of(tmp_path / "run")
    biases = [layer.router.bias_E.tolist() for layer in run.model.moe_layers]
    assert biases != steps[-1].bias_LE
    assert held_out_report(run).evaluation == evaluations_of(tmp_path / "run")[-1] == run.last_eval


def test_a_run_that_was_cut_off_at_its_calibration_does_it_again(tmp_path: Path, csv: Path, monkeypatch):
    config = toy.config(patience=0, balance=CALIBRATED)
    train_run(tmp_path / "whole", config, [csv])
    folder = tmp_path / "cut"
    with monkeypatch.context() as patch:
        patch.setattr(loop.Loop, "_mark", _cut_off)
        with pytest.raises(KeyboardInterrupt):
            train_run(folder, config, [csv])
    resume_run(folder)
    assert toy.record_of(folder) == toy.record_of(tmp_path / "whole")
    assert RunStore(folder).events() == RunStore(tmp_path / "whole").events()


def _cut_off(*_: object) -> None:
    raise KeyboardInterrupt


def test_calibration_can_be_switched_off(tmp_path: Path, csv: Path):
    off = replace(CALIBRATED, calibration_passes=0)
    train_run(tmp_path / "run", toy.config(patience=0, balance=off), [csv])
    assert RunStore(tmp_path / "run").events() == []
    steps = [record.step for record in evaluations_of(tmp_path / "run")]
    assert len(set(steps)) == len(steps)
