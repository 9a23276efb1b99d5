"""The recording of the comparison: small, readable as runs, reproducible; its formulas give the losses of training."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from moe_demo.config import METHODS, BalanceConfig
from moe_demo.insight.balance_terms import batch_loss, bias_update, sequence_loss, unevenness
from moe_demo.insight.load import random_max_vio
from moe_demo.presets import preset
from moe_demo.releases import make_recording
from moe_demo.releases.bundle import size_of
from moe_demo.releases.headline_noise import headline_noise
from moe_demo.releases.make_recording import BUDGET_BYTES, dense_early, record
from moe_demo.releases.recording import RECORDING, folder_name, read_recording, read_steps, read_sweep
from moe_demo.releases.recording_settings import with_knob, with_method
from moe_demo.runs.metrics import EvalMetrics, StepMetrics
from moe_demo.runs.store import RunError, RunStore
from tests import toy

BALANCE = BalanceConfig(alpha=0.1, seq_alpha=0.05, bias_rate=0.01)
BASE = toy.config(patience=0, epochs=2, balance=BALANCE)
SWEPT = [("aux_loss", 0.5), ("loss_free", 0.02)]


def recorded(csv: Path, out: Path) -> Path:
    record(BASE, out, [csv], seeds=range(2), swept=SWEPT, sweep_seeds=range(1))
    return out


@pytest.fixture(scope="module")
def made(csv: Path, tmp_path_factory) -> Path:
    return recorded(csv, tmp_path_factory.mktemp("recorded") / "balance")


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def records(made: Path, method: str, kind: type, seed: int = 0) -> list:
    return [one for one in RunStore(made / folder_name(method, seed)).metrics()[0] if isinstance(one, kind)]


def test_steps_are_dense_early_and_end_with_the_last():
    steps = dense_early(400, 27)
    assert steps == sorted(set(steps))
    assert (steps[0], steps[-1]) == (1, 400)
    assert 20 <= len(steps) <= 27
    assert sum(step <= 40 for step in steps) > len(steps) / 3


def test_every_run_is_a_run_folder_without_weights(made: Path):
    for method in METHODS:
        for seed in range(2):
            store = RunStore(made / folder_name(method, seed))
            assert store.status().state == "done"
            assert (store.status().written, store.data().files) == (0.0, [])
            assert (store.config().balance.method, store.config().seed) == (method, seed)
            evaluations = records(made, method, EvalMetrics, seed)
            assert (evaluations[0].step, evaluations[-1].step) == (0, store.status().n_steps)
            assert bool(records(made, method, StepMetrics, seed)) == (seed == 0)
    assert not list(made.rglob("*.safetensors"))


def test_the_same_machine_makes_the_same_bytes(made: Path, csv: Path, tmp_path: Path):
    assert contents(recorded(csv, tmp_path / "again")) == contents(made)


def test_methods_start_from_the_same_weights_and_see_the_same_batches(made: Path):
    assert len({str(records(made, method, EvalMetrics)[0].load_LEC) for method in METHODS}) == 1
    assert len({records(made, method, StepMetrics)[0].ce_loss for method in METHODS}) == 1


def test_f_and_p_give_the_balance_loss_of_that_step(made: Path):
    layers = range(BASE.model.n_layers)
    for step in read_steps(made / "aux_loss-0"):
        total = sum(batch_loss(step, layer).total for layer in layers)
        assert BALANCE.alpha * total == pytest.approx(step.metrics.balance_loss, rel=1e-4)
    for step in read_steps(made / "seq_aux_loss-0"):
        total = sum(sequence_loss(step, layer).mean for layer in layers)
        assert BALANCE.alpha * total == pytest.approx(step.metrics.balance_loss, rel=1e-4)
    for step in read_steps(made / "loss_free_seq-0"):
        total = sum(sequence_loss(step, layer).mean for layer in layers)
        assert BALANCE.seq_alpha * total == pytest.approx(step.metrics.balance_loss, rel=1e-4)


def test_the_headlines_of_a_batch_make_up_the_sequence_loss(
    csv: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(make_recording, "HEADLINES", BASE.batch_size)
    config = replace(BASE, epochs=1, balance=replace(BALANCE, method="seq_aux_loss"))
    make_recording.record_run(tmp_path / "run", config, [csv], detailed=True)
    texts = {headline.text: headline.label for headline in toy.corpus().headlines}
    for step in read_steps(tmp_path / "run"):
        sequence = sequence_loss(step, 1)
        assert len(sequence.headlines) == BASE.batch_size
        totals = [headline.terms.total for headline in sequence.headlines]
        assert np.mean(totals) == pytest.approx(sequence.mean, rel=1e-4)
        pushes = [unevenness(headline.terms.f_E) for headline in sequence.headlines]
        assert np.mean(pushes) == pytest.approx(sequence.unevenness, rel=1e-4)
        assert all(
            texts[one.text.replace(" ", "，")] == one.label for one in sequence.headlines if " " in one.text
        )
        assert sum(one.terms.n_tokens for one in sequence.headlines) == step.metrics.n_tokens


def test_the_bias_moves_by_u_against_the_load(made: Path):
    found = read_steps(made / "loss_free-0")
    first = bias_update(found[0], 0)
    assert np.allclose(first.before_E, 0, atol=1e-6)
    for step in found:
        update = bias_update(step, 0)
        assert (update.sign_E == np.sign(update.mean - update.load_E)).all()
        assert np.allclose(update.after_E - update.before_E, BALANCE.bias_rate * update.sign_E)
    assert bias_update(read_steps(made / "none-0")[-1], 0).rate == 0


def test_a_sweep_is_the_comparison_with_one_knob_turned(made: Path):
    sweep = read_sweep(made)
    assert [(run.method, run.value, run.seed) for run in sweep] == [(*setting, 0) for setting in SWEPT]
    config = with_knob(BASE, "seq_aux_loss", 0.7, 3)
    assert config == replace(BASE, seed=3, balance=replace(BALANCE, method="seq_aux_loss", seq_alpha=0.7))
    assert read_recording(made).sweep == tuple(sweep)


def test_a_torn_sweep_is_one_sentence(made: Path, tmp_path: Path):
    (tmp_path / "sweep.jsonl").write_text('{"method": ')
    with pytest.raises(RunError, match="make the recording again"):
        read_sweep(tmp_path)


def test_noise_is_blind_choice_for_single_words_and_more_for_words_that_go_together():
    experts = torch.arange(4000) % 8
    one_word = torch.nn.functional.one_hot(experts, 8).unsqueeze(1)
    [single] = headline_noise(one_word)
    # Counts that sum to a whole lean away from each other, which `random_max_vio` leaves out: sqrt(E / (E - 1)).
    assert single == pytest.approx(random_max_vio(4000, 8, 1) * (8 / 7) ** 0.5, rel=0.08)
    [together] = headline_noise(one_word * 9)
    assert together == pytest.approx(single, rel=1e-6)  # nine words that go as one count as one
    assert together > 2.5 * random_max_vio(9 * 4000, 8, 1)


def test_the_recording_in_the_repository_is_that_of_the_preset():
    shipped, base = read_recording(RECORDING), preset("balance")
    assert {run.method for run in shipped.runs} == set(METHODS)
    assert len(shipped.seeds) >= 3
    for run in shipped.runs:
        expected = with_method(base, run.method, run.seed)
        assert replace(run.config, model=replace(run.config.model, vocab_size=1)) == expected
        assert len(run.evaluations) >= 15
    assert size_of(RECORDING) <= BUDGET_BYTES
