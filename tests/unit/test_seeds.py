"""The recording of other seeds: it is of what ships, adds up, and is refused where it is broken or does not fit."""

from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest

from moe_demo import load_run
from moe_demo.config import RunConfig
from moe_demo.insight.alignment import leaning, same_leaning
from moe_demo.insight.assignments import MAX_HEADLINES, assignments
from moe_demo.insight.whatif import Headlines
from moe_demo.presets import preset
from moe_demo.releases.make_seeds import OTHER_SEEDS, record
from moe_demo.releases.seeds import (
    SEEDS,
    SeedsError,
    check_comparable,
    read_seeds,
    settings_of,
    write_seeds,
)
from moe_demo.runs.errors import RunError
from tests import toy


def test_what_ships_is_of_the_preset_that_ships_from_other_seeds_on_the_same_headlines():
    seeds, bundled = read_seeds(), load_run("deepseek")
    recorded = RunConfig.from_dict(seeds.settings)  # a setting that came later has its default
    assert settings_of(recorded) == settings_of(preset("deepseek")), (
        f"the preset has changed: run {seeds.command}"
    )
    assert seeds.fingerprint == bundled.store.data().fingerprint
    assert [one.seed for one in seeds.runs] == list(OTHER_SEEDS)
    assert bundled.config.seed not in OTHER_SEEDS
    assert seeds.made
    assert all(one.seconds > 0 for one in seeds.runs)
    assert SEEDS.stat().st_size < 200_000


def test_its_words_are_those_of_the_bundled_run_and_every_word_has_k_experts():
    seeds, run = read_seeds(), load_run("deepseek")
    found = assignments(run, Headlines.held_out(run, MAX_HEADLINES))
    assert seeds.words == found.words[: len(seeds.words)]
    assert list(seeds.counts) == found.count_W[: len(seeds.words)].tolist()
    for one in seeds.runs:
        for layer in one.layers:
            np.testing.assert_array_equal(
                layer.load_WE.sum(axis=1), np.array(seeds.counts) * run.config.model.top_k
            )
            assert np.array(layer.class_loads).sum() == found.n_tokens * found.top_k
        assert 0.8 < one.accuracy < 1


def test_the_same_seeds_make_the_same_counts_and_lie_on_disk_as_they_were_made(tmp_path: Path):
    files = [toy.write_csv(tmp_path / "toy.csv")]
    made, again = (record(toy.config(epochs=1), (1, 2), files) for _ in range(2))
    timeless = [
        replace(one, made="", runs=tuple(replace(run, seconds=0.0) for run in one.runs))
        for one in (made, again)
    ]
    assert asdict(timeless[0]) == asdict(timeless[1])
    assert made.runs[0].layers != made.runs[1].layers
    write_seeds(made, tmp_path / "seeds.json")
    read = read_seeds(tmp_path / "seeds.json")
    assert read.runs == made.runs
    assert read.words == made.words


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"runs": []}', '{"words": ["a"], "runs": [{"layers": []}]}']
)
def test_a_broken_recording_is_one_sentence(tmp_path: Path, content: str):
    (tmp_path / "seeds.json").write_text(content, encoding="utf-8")
    with pytest.raises(RunError, match=r"seeds\.json"):
        read_seeds(tmp_path / "seeds.json")


def test_a_run_of_another_shape_cannot_stand_beside_it():
    with pytest.raises(SeedsError, match="document: layers 1, experts 3"):
        check_comparable(read_seeds(), load_run("document"))


def test_a_run_of_other_headlines_cannot_either():
    seeds = replace(read_seeds(), fingerprint="0")
    with pytest.raises(SeedsError, match="other headlines"):
        check_comparable(seeds, load_run("deepseek"))
    check_comparable(read_seeds(), load_run("deepseek"))


def test_a_run_of_other_classes_has_other_headlines_not_another_shape():
    seeds = read_seeds()
    model = seeds.settings["model"] | {"labels": ["春", "夏", "秋"]}
    with pytest.raises(SeedsError, match="other headlines"):
        check_comparable(replace(seeds, settings=seeds.settings | {"model": model}), load_run("deepseek"))


def test_leaning_and_how_often_it_is_the_same_by_chance():
    load_EC = np.array([[9, 1], [1, 9], [8, 2], [2, 8]])
    assert leaning(load_EC).tolist() == [0, 1, 0, 1]
    same = same_leaning(load_EC, load_EC, np.array([0, 1, 2, 3]))
    assert same.n_same == 4
    assert same.by_chance == 2, "of four experts, two and two: a random partner agrees half of the time"
    assert same_leaning(load_EC, load_EC, np.array([1, 0, 3, 2])).n_same == 0
