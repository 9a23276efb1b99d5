"""One headline under four weights of the sequence-wise loss: made, written, read, and refused where it is broken."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from moe_demo.insight.word_routing import overlap, sets_per_word
from moe_demo.presets import preset
from moe_demo.releases.make_sentence_balance import TOO_MUCH, V3, record
from moe_demo.releases.sentence_balance import (
    SENTENCE_BALANCE,
    read_sentence_balance,
    write_sentence_balance,
)
from moe_demo.runs.files import RunError
from tests import toy


@pytest.fixture(scope="module")
def csv(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return toy.write_csv(tmp_path_factory.mktemp("data") / "toy.csv")


def test_a_recording_survives_its_file(csv: Path, tmp_path: Path):
    base = toy.config(epochs=1)
    base = replace(base, balance=replace(base.balance, seq_alpha=0.02))
    made = record(base, "机器人国家队夺冠", [csv])
    write_sentence_balance(made, tmp_path / "one.json")
    assert read_sentence_balance(tmp_path / "one.json") == made
    assert [run.seq_alpha for run in made.runs] == [0.0, V3, 0.02, TOO_MUCH]
    for layer in (layer for run in made.runs for layer in run.layers):
        assert layer.n_sets == len(set(layer.experts))
        assert len(layer.experts) == len(made.tokens)


def test_the_one_that_ships_is_of_the_preset_and_adds_up():
    found, config = read_sentence_balance(), preset("deepseek")
    assert (found.chosen, found.seed) == (config.balance.seq_alpha, config.seed)
    assert (found.n_routed, found.top_k) == (config.model.n_routed, config.model.top_k)
    assert [run.seq_alpha for run in found.runs] == [0.0, V3, found.chosen, TOO_MUCH]
    for layer in (layer for run in found.runs for layer in run.layers):
        rows_TK = np.array(layer.experts)
        assert layer.n_sets == round(sets_per_word(rows_TK) * len(rows_TK))
        assert layer.overlap == pytest.approx(overlap(rows_TK), abs=1e-6)


def test_the_one_that_ships_shows_what_its_section_says():
    """More sets with the chosen weight than with none; with too much, all headlines together are uneven."""
    runs = {run.seq_alpha: run for run in read_sentence_balance().runs}
    none, chosen, much = (
        runs[alpha].layers for alpha in (0.0, preset("deepseek").balance.seq_alpha, TOO_MUCH)
    )
    for few, many in zip(none, chosen, strict=True):
        assert many.held_out_sets_per_word > few.held_out_sets_per_word
        assert many.held_out_overlap < few.held_out_overlap
    assert max(layer.max_vio for layer in much) > 2 * max(layer.max_vio for layer in chosen)


@pytest.mark.parametrize(
    "change",
    [
        {"runs": []},
        {"tokens": ["一"]},
        {"n_routed": 2},
        {"top_k": 3},
        {"runs": [{"seq_alpha": "x"}]},
        {"runs": 3},
        {"unknown": 1},
    ],
)
def test_a_broken_one_is_refused_in_one_sentence(tmp_path: Path, change: dict[str, Any]):
    record_ = json.loads(SENTENCE_BALANCE.read_text(encoding="utf-8")) | change
    path = tmp_path / "broken.json"
    path.write_text(json.dumps(record_), encoding="utf-8")
    with pytest.raises(RunError, match="make the recording again"):
        read_sentence_balance(path)


def test_a_missing_one_is_refused(tmp_path: Path):
    with pytest.raises(RunError):
        read_sentence_balance(tmp_path / "missing.json")
