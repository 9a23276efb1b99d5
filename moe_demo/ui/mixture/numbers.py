"""The numbers of the mixture page that tell where they come from."""

from __future__ import annotations

from moe_demo.insight.lineage import NumberKey, sentence_case
from moe_demo.insight.mixture import mixture, toward
from moe_demo.ui.kit.lineage import Offer
from moe_demo.ui.kit.views import View
from moe_demo.ui.kit.words import class_words
from moe_demo.ui.mixture.data import piece_label
from moe_demo.ui.mixture.data_waterfall import found, step_name
from moe_demo.ui.mixture.settings import MixtureSettings


def offered(view: View) -> Offer:
    """Every piece of the selected word in the selected layer, their sum, and what each does to every class."""
    chosen = view.selection
    token = chosen.token or 0
    case = sentence_case(
        view.run,
        view.trace,
        token=token,
        layer=chosen.layer,
        expert=chosen.expert,
        whole=chosen.of(MixtureSettings).of == "sentence",
    )
    steps = found(view).steps
    layer = mixture(view.trace).layers[chosen.layer]
    pieces, labels = range(layer.gates_TP.shape[1]), range(len(view.run.labels))
    is_linear = toward(view.run, view.trace, layer).direct_TPC is not None
    of_class = ("direct", "cosine") if is_linear else ("cosine",)
    return Offer(
        keys=(
            NumberKey("gate"),
            NumberKey("layer_output"),
            *(NumberKey(name, (p,)) for p in pieces for name in ("output", "piece")),
            *(NumberKey(name, (p, c)) for p in pieces for c in labels for name in of_class),
        ),
        buttons=(
            NumberKey("output_length"),
            *(NumberKey("length", (p,)) for p in pieces),
            *(NumberKey("removal", (p, c)) for p in pieces for c in labels),
            *(NumberKey("step", (n, c)) for n in range(len(steps)) for c in labels),
            *(NumberKey("class_logit", (c,)) for c in labels),
        ),
        case=lambda _: case,
        word=view.trace.tokens[token],
        layer=chosen.layer,
        expert=case.expert,
        names={
            "label": class_words(view.run.labels),
            "step": [step_name(one) for one in steps],
            "piece": [piece_label(layer, token, p) for p in pieces],
        },
    )
