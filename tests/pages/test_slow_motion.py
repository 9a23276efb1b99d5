"""Slow motion and the checkpoint's panel on the training page: closed at first, then the step's own numbers."""

from dataclasses import replace

import pytest

from moe_demo.config import BalanceConfig
from moe_demo.insight.run import load_run
from moe_demo.insight.slow_step import slow_step
from moe_demo.training.train import train_run
from moe_demo.ui.kit.i18n import LANGUAGES, speaking
from moe_demo.ui.training.data_slow_step import STAGES, slow_step_data
from tests import toy
from tests.pages.app import drawn, opened, pictures


@pytest.mark.parametrize("method", ["none", "aux_loss", "seq_aux_loss", "loss_free", "loss_free+seq"])
def test_every_method_is_told_at_every_stage_in_both_languages(tmp_path, method):
    config = replace(toy.config(balance=BalanceConfig(method=method)), epochs=1, grad_clip=0.05)
    train_run(tmp_path / "run", config, [toy.write_csv(tmp_path / "toy.csv")], device="cpu")
    for at in (1, None):  # a step that was taken, and the one past the end
        run = load_run(tmp_path / "run", at)
        step = slow_step(run)
        for spoken in LANGUAGES:
            with speaking(spoken):
                data = slow_step_data(run, step, 1, 2)
            assert [stage["id"] for stage in data["stages"]] == list(STAGES)
            assert all(stage["name"] and stage["claim"] and stage["formula"] for stage in data["stages"])
            assert f"{step.metrics.loss:.4f}" in data["stages"][3]["value"]
            assert data["layer"] == 1
            moves = data["before"] != data["after"]
            assert moves == (method in ("loss_free", "loss_free+seq"))


def test_what_is_drawn_is_the_picked_headline_and_layer_of_the_step():
    run = load_run("deepseek")
    step = slow_step(run)
    data = slow_step_data(run, step, 1, 5)
    picked, layer = step.headlines[5], step.layers[1]
    assert len(data["batch"][5]["words"]) == len(picked.words) > len(picked.read)  # half are left out
    assert len(data["scores"]) == len(picked.read)
    assert data["scores"][0] == pytest.approx(layer.scores_TE[picked.begin].tolist(), abs=1e-4)
    assert data["chosen"][0] == layer.topk_idx_TK[picked.begin].tolist()
    assert sum(data["mine"]) == len(picked.read) * 4
    assert sum(data["load"]) == step.metrics.n_tokens * 4
    norms = [row["norm"] for row in data["gradients"]]  # the other layer is in them as one part
    assert sum(norm**2 for norm in norms) ** 0.5 == pytest.approx(step.metrics.grad_norm, 1e-4)


def test_the_page_draws_slow_motion_only_once_it_is_asked_for():
    at = opened("training")
    assert not any("most_headlines" in data for data in pictures(at))
    at.toggle(key="slow.open").set_value(True).run()
    assert not at.exception
    data = drawn(at, "most_headlines")
    assert data["step"] == load_run("deepseek").step + 1
    assert len(data["batch"]) == load_run("deepseek").config.batch_size


def test_the_page_shows_the_hardest_headlines_of_the_checkpoint():
    at = opened("training", step="0")
    [table] = [frame.value for frame in at.dataframe if "损失" in frame.value.columns]
    assert len(table) == 12
    assert table["损失"].is_monotonic_decreasing
    assert (table["真实类别"] != table["模型的答案"]).any()
