"""Five generations of one router: made, written, read; what ships is what it says it is."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from moe_demo.insight.generations import sentence_routing
from moe_demo.insight.run import load_run, open_run
from moe_demo.releases.bundle import size_of
from moe_demo.releases.generations import (
    GENERATIONS,
    generation_store,
    read_generations,
    write_generations,
)
from moe_demo.releases.make_generations import COMMAND, record
from moe_demo.routers import ROUTERS, with_router
from moe_demo.runs.errors import RunError
from tests import toy

TEXT = "苹果公司发布了最新的iPhone 15"


def test_a_recording_survives_its_file_and_keeps_the_models_of_the_first_seed(csv: Path, tmp_path: Path):
    common = replace(toy.config(epochs=1))
    made = record(common, tmp_path, (0, 1), [csv])
    write_generations(made, tmp_path)
    assert read_generations(tmp_path) == made
    for one in made.routers:
        run = open_run(generation_store(one.router, tmp_path))
        assert run.config.seed == 0
        assert run.last_eval.accuracy == pytest.approx(one.accuracy[0], abs=1e-6)
        assert len(one.max_vio) == len(one.sets_per_word) == 2
    assert [one.router for one in made.routers] == list(ROUTERS)


def test_what_ships_differs_by_the_router_alone():
    configs = {router: generation_store(router).config() for router in ROUTERS}
    first = configs["v2"]
    for router, config in configs.items():
        assert with_router(first, router) == config, router
    assert len({generation_store(router).data().fingerprint for router in ROUTERS}) == 1


def test_what_ships_names_command_seeds_and_time_and_is_small():
    found = read_generations()
    assert found.command == COMMAND
    assert len(found.seeds) >= 3
    assert found.seconds > 0
    assert found.made[:2] == "20"
    assert size_of(GENERATIONS) < 3_000_000
    accuracies = [value for one in found.routers for value in one.accuracy]
    assert all(0.8 < value < 0.95 for value in accuracies)
    assert found.seed_spread <= max(accuracies) - min(accuracies)
    assert found.router_spread <= max(accuracies) - min(accuracies)


def test_the_models_that_ship_answer_and_keep_to_their_rules():
    for router in ROUTERS:
        trace = open_run(generation_store(router)).trace(TEXT)
        layers = [sentence_routing(trace, layer, 4) for layer in range(2)]
        assert trace.label == "tech"
        assert [one.by_table for one in layers] == [router == "v4-hash", False]
        if router in ("v2", "v3"):
            reached = [{*(row // 4)} for one in layers for row in one.experts_TK]
            assert all(len(groups) <= 2 for groups in reached)


def test_sets_and_groups_are_counted_over_the_words():
    trace = load_run("deepseek").trace("火箭夺冠火箭")
    found = sentence_routing(trace, 0, 4)
    chosen = trace.layers[0].topk_idx_TK.tolist()
    assert found.n_sets == len({tuple(sorted(row)) for row in chosen})
    assert found.groups_per_word == pytest.approx(np.mean([len({e // 4 for e in row}) for row in chosen]))
    assert found.probability == max(trace.probabilities.values())


@pytest.mark.parametrize(
    "change", [{"routers": []}, {"seeds": [0]}, {"routers": [{"router": "v2"}]}, {"more": 1}]
)
def test_a_broken_recording_is_refused_in_a_sentence(tmp_path: Path, change: dict):
    shutil.copy(GENERATIONS / "generations.json", tmp_path)
    path = tmp_path / "generations.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(RunError):
        read_generations(tmp_path)
