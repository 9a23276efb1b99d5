"""Experiments in miniature: resumable, compared seed by seed, and honest where nothing can be told apart."""

import json
from dataclasses import replace
from pathlib import Path
from statistics import mean, stdev

import pytest

from moe_demo.cli import main
from moe_demo.insight.switches import Switches
from moe_demo.model.classifier import Classifier
from moe_demo.releases import run_experiment as runner
from moe_demo.releases.experiments import (
    EXPERIMENTS,
    NAMES,
    RECORDED,
    Experiment,
    Outcome,
    base,
    config_of,
    experiment_in,
    paired,
    read_experiment,
    recorded_names,
    reference_of,
    write_experiment,
)
from moe_demo.releases.run_experiment import run_experiment, trainings
from moe_demo.runs.data import read_corpora, split_of
from moe_demo.runs.errors import RunError
from moe_demo.training.distributed import one_thread
from moe_demo.training.train import build_trainer
from tests import toy

SMALL = replace(
    toy.config(epochs=1, patience=0), model=replace(toy.config().model, n_groups=1, topk_groups=1, dim=8)
)


def parameters(name: str, variant: str) -> tuple[int, int]:
    """Of the experts of a layer: all, and those that a word uses."""
    config = replace(config_of(name, variant, base()).model, vocab_size=10)
    moe = Classifier(config).moe_layers[0]
    shared = sum(value.numel() for value in moe.shared.parameters())
    each = sum(value.numel() for value in moe.experts.parameters()) // config.n_routed
    return each * config.n_routed + shared, each * config.top_k + shared


@pytest.mark.parametrize("name", ["segmentation", "shared", "top-disabled"])
def test_sizes_of_all_variants_are_the_same(name: str):
    assert len({parameters(name, variant) for variant in EXPERIMENTS[name]}) == 1


@pytest.mark.parametrize("name", NAMES)
def test_every_variant_is_a_setting_that_can_be_had_and_another_one(name: str):
    found = set()
    for variant in EXPERIMENTS[name]:
        config = config_of(name, variant, base())
        switches = Switches(**EXPERIMENTS[name][variant].get("switches", {}))
        switches.check(config.model)
        found.add((json.dumps(config.to_dict()), switches))
    assert len(found) == len(EXPERIMENTS[name]) > 1


def test_what_is_only_switched_is_held_against_the_same_model_and_trained_with_it():
    for name in ("top-disabled", "fewer-active"):
        for variant, changes in EXPERIMENTS[name].items():
            if "switches" in changes:
                reference = reference_of(name, variant)
                assert "switches" not in EXPERIMENTS[name][reference]
                assert config_of(name, variant, base()) == config_of(name, reference, base())
            else:
                assert reference_of(name, variant) == next(iter(EXPERIMENTS[name]))
        of_trainings = [variants for _, variants in trainings(name, base())]
        assert [one for variants in of_trainings for one in variants] == list(EXPERIMENTS[name])
        assert len(of_trainings) == sum("switches" not in changes for changes in EXPERIMENTS[name].values())


def test_an_intervention_is_that_of_the_what_if_page_on_the_model_just_trained(csv: Path, tmp_path: Path):
    found = run_experiment("fewer-active", tmp_path / "one.json", 2, [csv], SMALL)
    config = replace(config_of("fewer-active", "fine-3", SMALL), seed=1)
    split = split_of(read_corpora([csv], config.model.labels), config)
    with one_thread():
        trainer = build_trainer(config, split)
        trainer.take_all_steps()
        if trainer.calibrates:
            trainer.calibrate()
        as_trained = trainer.evaluate()
        for router in (layer.router for layer in trainer.model.moe_layers):
            router.rule = replace(router.rule, top_k=3)
        with_three = trainer.evaluate()
    for variant, expected in (("fine-7", as_trained), ("fine-3", with_three)):
        [outcome] = [one for one in found.outcomes if (one.variant, one.seed) == (variant, 1)]
        assert outcome.loss == round(expected.loss, 6)
        assert outcome.accuracy == round(expected.accuracy, 6)
        assert outcome.max_vio == round(mean(expected.max_vio_L), 4)
    assert found.values("fine-7", "loss") != found.values("fine-3", "loss")


def test_a_difference_in_change_takes_each_from_its_own_model_as_trained():
    losses = {"fine-0": (1.0, 1.1), "fine-4": (1.6, 1.8), "coarse-0": (2.0, 2.1), "coarse-4": (2.1, 2.3)}
    outcomes = [
        Outcome(
            variant=variant, seed=seed, accuracy=0.9, loss=losses.get(variant, (3.0, 3.0))[seed], max_vio=0
        )
        for variant in EXPERIMENTS["top-disabled"]
        for seed in (0, 1)
    ]
    found = Experiment(
        name="top-disabled", command="", made="", seconds=1, n_steps=1, n_held_out=1, outcomes=tuple(outcomes)
    )
    assert found.difference("coarse-4", "loss") == paired([2.1 - 2.0, 2.3 - 2.1])
    difference = found.difference_in_change("fine-4", "coarse-4", "loss")
    assert (difference.mean, difference.low, difference.high) == pytest.approx((0.5, 0.5, 0.5))


def test_it_goes_on_where_it_was_stopped(csv: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path, train, trained = tmp_path / "shared.json", runner._trained, []

    def until_the_third(config, name, variants, split):
        trained.append((*variants, config.seed))
        if len(trained) == 3:
            raise KeyboardInterrupt
        return train(config, name, variants, split)

    monkeypatch.setattr(runner, "_trained", until_the_third)
    with pytest.raises(KeyboardInterrupt):
        run_experiment("shared", path, 2, [csv], SMALL)
    assert experiment_in(path, "shared").seeds == (0,)
    found = run_experiment("shared", path, 2, [csv], SMALL)
    assert found.seeds == (0, 1)
    assert trained == [("0+5", 0), ("1+4", 0), ("0+5", 1), ("0+5", 1), ("1+4", 1)]
    assert experiment_in(path, "shared") == found
    assert run_experiment("shared", path, 2, [csv], SMALL) == found
    assert len(trained) == 5


def test_an_interval_is_students_over_pairs_of_one_seed():
    values = [0.3, 0.1, 0.2, 0.5, 0.4]
    found = paired(values)
    assert found.mean == pytest.approx(mean(values))
    assert found.high - found.mean == pytest.approx(2.776 * stdev(values) / 5**0.5)
    assert found.is_clear
    assert not paired([-1.0, 1.0]).is_clear
    outcomes = [
        Outcome(variant=variant, seed=seed, accuracy=0.9, loss=loss, max_vio=0.1)
        for variant, losses in (("0+5", (1.0, 2.0, 3.0)), ("1+4", (0.9, 1.8)))
        for seed, loss in enumerate(losses)
    ]
    one = Experiment(
        name="shared", command="", made="", seconds=1, n_steps=1, n_held_out=1, outcomes=tuple(outcomes)
    )
    assert one.seeds == (0, 1)
    assert one.difference("1+4", "loss") == paired([0.9 - 1.0, 1.8 - 2.0])


def test_the_command_says_what_came_of_it(csv: Path, tmp_path: Path, capsys, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(runner, "base", lambda: SMALL)
    command = [
        "experiment",
        "shared",
        "--seeds",
        "2",
        "--data",
        str(csv),
        "--out",
        str(tmp_path / "one.json"),
    ]
    assert main(command) == 0
    said = capsys.readouterr()
    assert "loss against 0+5" in said.out
    assert said.err.count("held-out loss") == 4
    assert main([*command, "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["outcomes"]) == 4


@pytest.mark.parametrize("seeds", ["1", "11", "-3"])
def test_so_few_or_many_seeds_are_refused(seeds: str, tmp_path: Path, capsys):
    assert main(["experiment", "shared", "--seeds", seeds, "--out", str(tmp_path / "one.json")]) == 2
    assert "--seeds must be in 2..10" in capsys.readouterr().err
    assert not (tmp_path / "one.json").exists()


@pytest.mark.parametrize(
    "content", ["[]", '{"name": "balance"}', '{"name": "shared", "outcomes": [{"variant": "9"}]}']
)
def test_a_file_of_something_else_is_refused_in_a_sentence(content: str, tmp_path: Path):
    path = tmp_path / "one.json"
    path.write_text(content)
    with pytest.raises(RunError):
        run_experiment("shared", path, 2)
    assert path.read_text() == content


def test_those_that_ship_have_five_seeds_and_name_command_and_time():
    assert recorded_names()
    for name in recorded_names():
        found = read_experiment(name)
        assert found.seeds == (0, 1, 2, 3, 4)
        assert found.command == f"python -m moe_demo experiment {name}"
        assert found.seconds > 0
        assert found.made[:2] == "20"
        assert {path.stem for path in RECORDED.iterdir()} == set(recorded_names())


@pytest.mark.parametrize("n_seeds", [0, 1, 11])
def test_a_recording_whose_seeds_give_no_interval_is_refused_in_a_sentence(n_seeds: int, tmp_path: Path):
    whole = read_experiment("shared")
    first = [one for one in whole.outcomes if one.seed == 0]
    outcomes = tuple(replace(one, seed=seed) for seed in range(n_seeds) for one in first)
    write_experiment(replace(whole, outcomes=outcomes), tmp_path / "shared.json")
    with pytest.raises(RunError, match=f"2 to 10 seeds of every variant, and it has {n_seeds}"):
        read_experiment("shared", tmp_path)
