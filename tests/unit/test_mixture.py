"""The pieces of a layer: they add up, they point somewhere, and what they cause is measured."""

import numpy as np
import pytest

from moe_demo import load_run
from moe_demo.insight.held_out import split_of_run
from moe_demo.insight.mixture import mixture, removal_effects, toward
from moe_demo.insight.run import Run
from moe_demo.insight.switches import Seat, Switches
from moe_demo.insight.whatif import whatif

TEXT = "苹果公司发布了最新的iPhone 15"


@pytest.fixture(params=["document", "deepseek"])
def run(request: pytest.FixtureRequest) -> Run:
    return load_run(request.param)


def test_the_pieces_of_two_hundred_headlines_add_up_to_every_layers_output(run: Run):
    for text in split_of_run(run.store).held_out.texts[:200]:
        for layer in mixture(run.trace(text)).layers:
            np.testing.assert_allclose(layer.pieces_TPD.sum(1), layer.output_TD, atol=1e-5, rtol=1e-5)
            np.testing.assert_allclose(layer.running_TPD[:, -1], layer.output_TD, atol=1e-5, rtol=1e-5)


def test_the_record_names_every_piece_and_its_numbers_are_the_pieces(run: Run):
    record = mixture(run.trace(TEXT)).to_dict()
    model = run.config.model
    assert [layer["layer"] for layer in record["layers"]] == list(range(model.n_layers))
    for layer in record["layers"]:
        assert [row["token"] for row in layer["tokens"]] == record["tokens"]
        for row in layer["tokens"]:
            kinds = ["expert" if "expert" in piece else "shared" for piece in row["pieces"]]
            assert kinds == ["expert"] * model.top_k + ["shared"] * model.n_shared
            np.testing.assert_allclose(
                np.sum([piece["output"] for piece in row["pieces"]], 0), row["output"], atol=1e-5
            )
            for piece in row["pieces"]:
                assert piece["norm"] == pytest.approx(np.linalg.norm(piece["output"]), rel=1e-5)
    frame = mixture(run.trace(TEXT)).frame()
    assert len(frame) == len(record["tokens"]) * model.n_layers * (model.top_k + model.n_shared)
    assert (frame.loc[frame.kind == "shared", "gate"] == 1).all()


def test_in_the_articles_order_the_straight_way_to_the_classes_is_exact():
    """Class scores = bias + what the pieces add directly + what the Transformer layer adds, averaged over words."""
    run = load_run("document")
    trace = run.trace(TEXT)
    layer = mixture(trace).layers[-1]
    found = toward(run, trace, layer)
    assert found.direct_TPC is not None
    mixed_C = trace.layers[-1].mixed_TD.mean(0) @ found.directions_CD.T
    bias_C = run.model.head.bias.detach().numpy()
    np.testing.assert_allclose(found.direct_TPC.sum((0, 1)) + mixed_C + bias_C, trace.logits_C, atol=1e-4)
    for t, p, c in np.ndindex(found.cosine_TPC.shape):
        piece_D, direction_D = layer.pieces_TPD[t, p], found.directions_CD[c]
        cosine = piece_D @ direction_D / np.linalg.norm(piece_D) / np.linalg.norm(direction_D)
        assert found.cosine_TPC[t, p, c] == pytest.approx(cosine, abs=1e-5)


def test_behind_a_norm_nothing_is_called_exact():
    run = load_run("deepseek")
    trace = run.trace(TEXT)
    assert all(toward(run, trace, layer).direct_TPC is None for layer in mixture(trace).layers)


def test_what_a_piece_causes_is_the_difference_that_leaving_it_out_makes(run: Run):
    """A word of its own is a sentence in which silencing a seat is leaving out one piece."""
    trace = run.trace("手机")
    effects = removal_effects(run, "手机")
    for layer, effect_TPC in zip(trace.layers, effects, strict=True):
        for place, expert in enumerate(layer.topk_idx_TK[0].tolist()):
            silent = whatif(run, "手机", Switches(silenced=(Seat(layer.layer, expert),)))
            np.testing.assert_allclose(
                effect_TPC[0, place], trace.logits_C - silent.after.logits_C, atol=1e-4
            )
        if run.config.model.n_shared:
            without = whatif(run, "手机", Switches(shared_off=(layer.layer,)))
            np.testing.assert_allclose(effect_TPC[0, -1], trace.logits_C - without.after.logits_C, atol=1e-4)
