"""The numbers of the journey that tell where they come from."""

from __future__ import annotations

from moe_demo.insight.journey import looked_at
from moe_demo.insight.lineage import NumberKey, sentence_case
from moe_demo.ui.journey.settings import JourneySettings
from moe_demo.ui.kit.lineage import Offer
from moe_demo.ui.kit.views import View
from moe_demo.ui.kit.words import class_words, expert_name

_OF_STAGE: dict[str, tuple[NumberKey, ...]] = {
    "tokens": (),
    "vectors": (NumberKey("token_vector"),),
    "router": (NumberKey("score"), NumberKey("logit")),
    "choice": (NumberKey("choice"), NumberKey("gate"), NumberKey("words_taken")),
    "experts": (NumberKey("output", (0,)),),
    "gates": (NumberKey("piece", (0,)), NumberKey("gate")),
    "transformer": (
        NumberKey("block_output"),
        NumberKey("layer_output"),
        NumberKey("mixed"),
        NumberKey("mixed_change"),
    ),
    "pooling": (NumberKey("pooled"),),
}


def offered(view: View) -> Offer:
    """The numbers of all stages for the selected word, those of the stage on show first."""
    chosen = view.selection
    token = chosen.token or 0
    case = sentence_case(view.run, view.trace, token=token, layer=0, expert=chosen.expert)
    labels = range(len(view.run.labels))
    classes = tuple(NumberKey(name, (c,)) for name in ("probability", "class_logit") for c in labels)
    looks_at = looked_at(case.routed, token)
    attention = () if looks_at is None else (NumberKey("attention", (looks_at,)),)
    stages = _OF_STAGE | {"transformer": (*_OF_STAGE["transformer"], *attention), "classes": classes}
    shown = chosen.of(JourneySettings).stage
    rest = [key for stage, keys in stages.items() if stage != shown for key in keys]
    return Offer(
        keys=tuple(dict.fromkeys([*stages[shown], *rest])),
        case=lambda _: case,
        word=view.trace.tokens[token],
        layer=0,
        expert=case.expert,
        names={
            "label": class_words(view.run.labels),
            "other": view.trace.tokens,
            "piece": (expert_name(int(case.routed.topk_idx_TK[token, 0])),),
        },
    )
