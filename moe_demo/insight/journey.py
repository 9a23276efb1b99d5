"""One headline's way through the `document` model as nine stages, in the order of the source article.

`journey` turns a ForwardTrace into a plain record, JSON types only: the page and its picture show these numbers
and compute none. Laws that hold in it, and are tested:

    weighted    = gate x expert output                      stage "gates"
    entered     = weighted: no residual path around the MoE stage "transformer"
    left        = entered + what attention and FFN added    stage "transformer"
    pooled      = mean over tokens of the averaged vectors  stage "pooling"
    probability = softmax(logits); sums to 1                stage "classes"

Letters: T tokens, D width, E routed experts, C classes, V coordinates shown (the first of D).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from moe_demo.insight import article
from moe_demo.insight.journey_record import (
    ChoiceStage,
    ClassesStage,
    ExpertsStage,
    GatesStage,
    HeldOutLoad,
    JourneyRecord,
    MostLift,
    Paper,
    Piece,
    PoolingStage,
    RouterStage,
    TokensStage,
    TransformerStage,
    VectorsStage,
)
from moe_demo.insight.specialisation import Specialisation
from moe_demo.insight.trace import Array, ForwardTrace, LayerTrace

SHOWN = 16
"""V: how many coordinates of a vector are drawn."""
_DIGITS = 5


def journey(
    trace: ForwardTrace, experts: Specialisation | None = None, ngrams: Sequence[Sequence[str]] = ()
) -> JourneyRecord:
    """The nine stages of one headline.

    Args:
        trace: of a model with one MoE layer, before its Transformer, and one expert for each token.
        experts: what the layer's experts took on held-out headlines; None where the run was never evaluated.
        ngrams: the character n-grams of each token; empty leaves them out.
    """
    assert len(trace.layers) == 1, f"the article has one MoE layer, the trace {len(trace.layers)}"
    layer = trace.layers[0]
    assert layer.topk_idx_TK.shape[1] == 1, "the article sends each token to one expert"
    return {
        "text": trace.text,
        "run": trace.run_id,
        "step": trace.step,
        "words": list(trace.tokens),
        "dim": int(trace.embedded_TD.shape[1]),
        "shown": min(SHOWN, int(trace.embedded_TD.shape[1])),
        "n_experts": layer.n_routed,
        "labels": list(trace.labels),
        "article": article_record(trace),
        "stages": [
            _tokens(trace),
            _vectors(trace, ngrams),
            _router(trace, layer, experts),
            _choice(trace, layer),
            _experts(layer),
            _gates(trace, layer),
            _transformer(trace, layer),
            _pooling(trace),
            _classes(trace),
        ],
    }


def article_record(trace: ForwardTrace) -> Paper:
    """The article's numbers, and under which of this headline's tokens each of its own stands."""
    columns, left_out = align(article.TOKENS, trace.tokens)
    same = trace.text.strip() == article.TEXT and None not in columns
    return {
        "text": article.TEXT,
        "same_text": same,
        "words": list(article.TOKENS),
        "names": list(article.VECTOR_NAMES),
        "columns": [i for i in columns if i is not None] if same else list(range(len(article.TOKENS))),
        "left_out": left_out if same else [],
        "experts": [{"number": one.number, "label": one.label} for one in article.EXPERTS],
        "scores": [
            {"token": one.token, "scores_E": list(one.scores_E), "chosen": one.chosen}
            for one in article.SCORES
        ],
        "outputs": [
            {
                "token": one.token,
                "written": one.written,
                "expert": one.expert,
                "meant": one.meant,
                "values": list(one.values),
            }
            for one in article.OUTPUTS
        ],
        "weighted": [
            {"token": one.token, "gate": one.gate, "written": one.written, "expert": one.expert}
            for one in article.WEIGHTED
        ],
        "context": article.CONTEXT,
        "pooling": article.POOLING,
        "probabilities": [{"label": label, "value": value} for label, value in article.PROBABILITIES],
    }


def align(ours: Sequence[str], theirs: Sequence[str]) -> tuple[list[int | None], list[int]]:
    """Where each of `ours` stands in `theirs`, in order (None: nowhere), and which of `theirs` is then left over."""
    columns: list[int | None] = []
    start = 0
    for word in ours:
        found = theirs.index(word, start) if word in theirs[start:] else None
        columns.append(found)
        start = start if found is None else found + 1
    return columns, [i for i in range(len(theirs)) if i not in columns]


def _tokens(trace: ForwardTrace) -> TokensStage:
    return {
        "id": "tokens",
        "facts": {"n": len(trace.tokens)},
        "spans": [list(span) for span in trace.token_spans],
        "pieces": pieces(trace),
    }


def pieces(trace: ForwardTrace) -> list[Piece]:
    """The sentence from end to end: each token, and what stands between tokens (`token` is None)."""
    found: list[Piece] = []
    place = 0
    for token, (start, end) in enumerate(trace.token_spans):
        if start > place:
            found.append({"text": trace.text[place:start], "token": None})
        found.append({"text": trace.text[start:end], "token": token})
        place = end
    return found


def _vectors(trace: ForwardTrace, ngrams: Sequence[Sequence[str]]) -> VectorsStage:
    known = [bool(k) for k in trace.known_T]
    return {
        "id": "vectors",
        "facts": {"n": len(known), "dim": int(trace.embedded_TD.shape[1]), "unknown": known.count(False)},
        "values": _shown(trace.embedded_TD),
        "limit": _limit(trace.embedded_TD),
        "known": known,
        "ngrams": [list(grams) for grams in ngrams],
    }


def _router(trace: ForwardTrace, layer: LayerTrace, experts: Specialisation | None) -> RouterStage:
    best_T = layer.scores_TE.max(axis=1)
    surest, torn = int(best_T.argmax()), int(best_T.argmin())
    return {
        "id": "router",
        "facts": {
            "surest": trace.tokens[surest],
            "surest_score": _number(best_T[surest]),
            "surest_expert": int(layer.scores_TE[surest].argmax()),
            "torn": trace.tokens[torn],
            "torn_score": _number(best_T[torn]),
        },
        "logits": _numbers(layer.logits_TE),
        "scores": _numbers(layer.scores_TE),
        "held_out": None if experts is None else _held_out(experts),
    }


def _held_out(experts: Specialisation) -> HeldOutLoad:
    """Every expert by class, with the cell that stands out most."""
    lift_EC = np.where(experts.small_EC, np.nan, experts.lift_EC)
    most: MostLift | None = None
    if not np.isnan(lift_EC).all():
        expert, label = np.unravel_index(np.nanargmax(lift_EC), lift_EC.shape)
        most = {
            "expert": int(expert),
            "label": experts.labels[label],
            "lift": _number(lift_EC[expert, label]),
        }
    return {
        "n_headlines": experts.n_headlines,
        "chance": _numbers(experts.chance_C),
        "load": experts.load_E.tolist(),
        "load_share": _numbers(experts.load_share_E),
        "count": experts.load_EC.tolist(),
        "share": _numbers(experts.share_EC),
        "lift": _numbers(experts.lift_EC),
        "small": experts.small_EC.tolist(),
        "most": most,
    }


def _choice(trace: ForwardTrace, layer: LayerTrace) -> ChoiceStage:
    """Who got whom. `swayed` are tokens that the bias sent elsewhere than their highest score."""
    expert_T = layer.topk_idx_TK[:, 0]
    busiest = int(layer.load_E.argmax())
    swayed_T = layer.scores_TE.argmax(axis=1) != expert_T
    return {
        "id": "choice",
        "facts": {
            "n": len(expert_T),
            "busiest": busiest,
            "busiest_load": int(layer.load_E[busiest]),
            "used": int((layer.load_E > 0).sum()),
            "swayed": int(swayed_T.sum()),
        },
        "expert": expert_T.tolist(),
        "gate": _numbers(layer.gates_TK[:, 0]),
        "scores": _numbers(layer.scores_TE),
        "bias": _numbers(layer.bias_E),
        "choice": _numbers(layer.choice_TE),
        "load": layer.load_E.tolist(),
        "swayed": swayed_T.tolist(),
    }


def _experts(layer: LayerTrace) -> ExpertsStage:
    out_TD = layer.expert_out_TKD[:, 0]
    return {
        "id": "experts",
        "facts": {"used": int((layer.load_E > 0).sum()), "all": layer.n_routed},
        "expert": layer.topk_idx_TK[:, 0].tolist(),
        "input": _shown(layer.input_TD),
        "input_limit": _limit(layer.input_TD),
        "values": _shown(out_TD),
        "limit": _limit(out_TD),
    }


def _gates(trace: ForwardTrace, layer: LayerTrace) -> GatesStage:
    gate_T, weighted_TD = layer.gates_TK[:, 0], layer.weighted_TKD[:, 0]
    loud, quiet = int(gate_T.argmax()), int(gate_T.argmin())
    return {
        "id": "gates",
        "facts": {
            "loud": trace.tokens[loud],
            "loud_gate": _number(gate_T[loud]),
            "quiet": trace.tokens[quiet],
            "quiet_gate": _number(gate_T[quiet]),
        },
        "expert": layer.topk_idx_TK[:, 0].tolist(),
        "gate": _numbers(gate_T),
        "output": _shown(layer.expert_out_TKD[:, 0]),
        "values": _shown(weighted_TD),
        "limit": _limit(layer.expert_out_TKD[:, 0]),
    }


def _transformer(trace: ForwardTrace, layer: LayerTrace) -> TransformerStage:
    """The vectors that enter, what attention and its dense FFN add to each, and the vectors that leave."""
    entered_TD = layer.output_TD
    change_T = np.linalg.norm(layer.mixed_TD, axis=1) / np.linalg.norm(entered_TD, axis=1)
    most = int(change_T.argmax())
    looks_TT = layer.attention_HTT.mean(0)
    looks_at_T = [looked_at(layer, token) for token in range(len(change_T))]
    return {
        "id": "transformer",
        "facts": {"most": trace.tokens[most], "most_change": _number(change_T[most]), "n": len(change_T)},
        "entered": _shown(entered_TD),
        "added": _shown(layer.mixed_TD),
        "values": _shown(layer.block_output_TD),
        "change": _numbers(change_T),
        "looks_at": looks_at_T,
        "looks": [None if j is None else _number(looks_TT[t, j]) for t, j in enumerate(looks_at_T)],
        "limit": _limit(layer.block_output_TD),
    }


def looked_at(layer: LayerTrace, token: int) -> int | None:
    """The other word at which a word looks most, mean over heads; None for a word alone."""
    looks_T = layer.attention_HTT[:, token].mean(0)
    others = [other for other in range(len(looks_T)) if other != token]
    return max(others, key=lambda other: float(looks_T[other]), default=None)


def _pooling(trace: ForwardTrace) -> PoolingStage:
    """The columns, their mean, and the sentence vector; they differ where a norm stands behind the mean."""
    mean_D = trace.averaged_TD.sum(axis=0) / trace.pooling_count
    return {
        "id": "pooling",
        "facts": {
            "n": len(trace.tokens),
            "dim": len(mean_D),
            "count": _number(trace.pooling_count),
            "added": _number(trace.pooling_count - len(trace.tokens)),
        },
        "values": _shown(trace.averaged_TD),
        "mean": _shown(mean_D),
        "count": trace.pooling_count,
        "pooled": _shown(trace.pooled_D),
        "normed_after": not np.allclose(mean_D, trace.pooled_D, atol=1e-4),
        "limit": _limit(trace.averaged_TD),
    }


def _classes(trace: ForwardTrace) -> ClassesStage:
    return {
        "id": "classes",
        "facts": {"label": trace.label, "probability": _number(trace.probabilities_C.max())},
        "pooled": _shown(trace.pooled_D),
        "limit": _limit(trace.averaged_TD),
        "logits": _numbers(trace.logits_C),
        "probabilities": _numbers(trace.probabilities_C),
        "label": trace.label,
    }


def _shown(values: Array) -> Any:
    """The first V coordinates of vectors."""
    return _numbers(values[..., :SHOWN])


def _limit(values_TD: Array) -> float:
    """The end of a colour scale that is symmetric around 0: the largest size among the coordinates shown."""
    return float(np.abs(values_TD[..., :SHOWN]).max())


def _numbers(values: Array) -> Any:
    """Nested lists of rounded numbers; None where there is none (NaN, or an infinity that JSON does not know)."""
    if values.ndim:
        return [_numbers(row) for row in values]
    return _number(values)


def _number(value: Any) -> float | None:
    return round(float(value), _DIGITS) if np.isfinite(value) else None
