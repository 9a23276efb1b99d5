"""DeepSeek-V2's three balance losses: made, written, read; what ships is what it says it is."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from moe_demo.releases.device_losses import (
    DEVICE_LOSSES,
    LOSSES,
    DeviceLosses,
    LossOutcome,
    SeedOutcome,
    read_device_losses,
    write_device_losses,
)
from moe_demo.releases.make_device_losses import COMMAND, WEIGHTS, record, with_losses
from moe_demo.runs.errors import RunError
from moe_demo.ui.balance.device_losses import says, table
from moe_demo.ui.kit.i18n import LANGUAGES, speaking
from tests import toy


def outcome(copies: tuple[float, ...]) -> SeedOutcome:
    return SeedOutcome(accuracy=0.9, experts=(0.5, 0.5), work=(0.3, 0.1), copies=copies)


@pytest.fixture
def by_hand() -> DeviceLosses:
    """Two seeds, two layers; the communication loss makes three of four more even."""
    before = (outcome((0.4, 0.4)), outcome((0.4, 0.4)))
    after = (outcome((0.2, 0.3)), outcome((0.5, 0.1)))
    seeds = {"none": before, "expert": before, "device": before, "communication": after}
    return DeviceLosses(
        command=COMMAND, made="2026-11-29T00:00:00+00:00", seconds=1.0, seeds=(0, 1), n_steps=5, n_devices=4,
        reachable=2, weights=WEIGHTS, outcomes=tuple(LossOutcome(losses=name, seeds=seeds[name]) for name in LOSSES),
    )  # fmt: skip


def test_each_set_of_losses_has_those_before_it():
    weights = [
        (balance.expert_weight, balance.device_alpha, balance.communication_alpha)
        for balance in (with_losses(toy.config(), losses).balance for losses in LOSSES)
    ]
    assert weights == [(0, 0, 0), (0.003, 0, 0), (0.003, 0.05, 0), (0.003, 0.05, 0.02)]
    assert with_losses(toy.config(), "none").model.score_fn == "softmax"


def test_pairs_are_compared_by_seed_and_layer(by_hand: DeviceLosses):
    assert by_hand.lower_in("copies", "communication", "device") == (3, 4)
    assert by_hand.lower_in("work", "device", "expert") == (0, 4)
    assert by_hand.mostly_lower("copies", "communication", "device")
    assert not by_hand.mostly_lower("work", "device", "expert")
    assert by_hand.of("communication").mean_vio("copies", 0) == pytest.approx(0.35)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_section_says_in_how_many_comparisons_and_lists_every_set(by_hand: DeviceLosses, lang: str):
    with speaking(lang):
        frame = table(by_hand)
        assert "3" in says(by_hand)
    assert len(frame) == len(LOSSES)
    assert frame.iloc[3, -1] == "0.35 / 0.20"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_where_the_last_loss_evens_nothing_it_is_said(by_hand: DeviceLosses, lang: str):
    outcomes = {one.losses: one.seeds for one in by_hand.outcomes}
    outcomes["communication"] = outcomes["device"]
    same = tuple(LossOutcome(losses=name, seeds=outcomes[name]) for name in LOSSES)
    with speaking(lang):
        assert says(replace(by_hand, outcomes=same)).endswith(("**.", "**。"))
        assert not says(by_hand).endswith(("**.", "**。"))


def test_a_recording_survives_its_file(csv: Path, tmp_path: Path):
    made = record(replace(toy.config(epochs=1)), (0, 1), [csv])
    write_device_losses(made, tmp_path / "losses.json")
    assert read_device_losses(tmp_path / "losses.json") == made
    assert made.n_devices == 4
    assert all(len(one.seeds) == 2 for one in made.outcomes)


def test_the_one_that_ships_names_command_seeds_and_time():
    found = read_device_losses()
    assert (found.command, found.weights) == (COMMAND, WEIGHTS)
    assert len(found.seeds) >= 3
    assert found.seconds > 0
    assert found.made[:2] == "20"
    assert all(0.7 < one.accuracy < 0.95 for outcome in found.outcomes for one in outcome.seeds)


@pytest.mark.parametrize(
    "change", [{"outcomes": []}, {"seeds": [0]}, {"more": 1}, {"outcomes": [{"losses": "none"}]}]
)
def test_a_broken_recording_is_refused_in_a_sentence(tmp_path: Path, change: dict):
    path = tmp_path / "losses.json"
    path.write_text(json.dumps(json.loads(DEVICE_LOSSES.read_text()) | change))
    with pytest.raises(RunError):
        read_device_losses(path)
