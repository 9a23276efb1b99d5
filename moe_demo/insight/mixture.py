"""What a MoE layer adds to a word, taken apart: gate x expert output, piece by piece, and what each piece causes.

    parts = mixture(trace)                       exact: the pieces of every word sum to the layer's output
    first_sight(layer, token)                    who is heard loudest, who adds most
    toward(run, trace, parts)                    how far each piece points to each class
    removal_effects(run, text)                   measured: the class scores with one piece left out

A piece is one chosen expert's output times its gate, or a shared expert's output, before which no gate stands
(DeepSeekMoE, arXiv 2401.06066, Eq. 9). A gate alone says little of what a piece does: its length and its direction do.

Letters: T tokens, D width, K chosen, S shared experts, P = K + S pieces (the chosen ones first), L layers, C classes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from moe_demo.insight.kept import kept_with_run
from moe_demo.insight.run import Run
from moe_demo.insight.trace import ForwardTrace, LayerTrace
from moe_demo.model.batch import TokenBatch
from moe_demo.model.change import LayerChange
from moe_demo.text.tokenizer import EncodedText

if TYPE_CHECKING:
    import pandas as pd

Array = np.ndarray[Any, Any]

_KEPT = 256


@dataclass(frozen=True, kw_only=True)
class LayerMixture:
    """One MoE layer's output for every word, as a sum."""

    layer: int
    experts_TK: Array
    """Who stands behind the first K pieces."""
    gates_TP: Array
    """1 for the shared experts."""
    outputs_TPD: Array
    """What each expert says."""
    pieces_TPD: Array
    """The gate already applied."""
    input_TD: Array
    output_TD: Array

    @property
    def n_chosen(self) -> int:
        """K."""
        return int(self.experts_TK.shape[1])

    @property
    def norm_TP(self) -> Array:
        """Length of each piece."""
        return np.asarray(np.linalg.norm(self.pieces_TPD, axis=-1))

    @property
    def output_norm_T(self) -> Array:
        """Length of the whole output."""
        return np.asarray(np.linalg.norm(self.output_TD, axis=-1))

    @property
    def running_TPD(self) -> Array:
        """The sum so far, piece by piece; the last is the layer's output."""
        return np.asarray(self.pieces_TPD.cumsum(axis=1))

    @property
    def running_norm_TP(self) -> Array:
        """Length of the sum so far."""
        return np.asarray(np.linalg.norm(self.running_TPD, axis=-1))

    def name(self, token: int, piece: int) -> tuple[str, int]:
        """("expert", its number) or ("shared", its number)."""
        if piece < self.n_chosen:
            return "expert", int(self.experts_TK[token, piece])
        return "shared", piece - self.n_chosen


@dataclass(frozen=True, kw_only=True)
class Mixture:
    """Every layer's output taken apart, for one headline."""

    tokens: tuple[str, ...]
    layers: tuple[LayerMixture, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON types: per layer and token the input, the pieces with their gates applied, and their sum."""
        return {"tokens": list(self.tokens), "layers": [self._layer(layer) for layer in self.layers]}

    def _layer(self, layer: LayerMixture) -> dict[str, Any]:
        rows = [
            {
                "token": token,
                "input": layer.input_TD[t].tolist(),
                "pieces": [
                    {
                        layer.name(t, p)[0]: layer.name(t, p)[1],
                        "gate": float(layer.gates_TP[t, p]),
                        "output": layer.pieces_TPD[t, p].tolist(),
                        "norm": float(layer.norm_TP[t, p]),
                    }
                    for p in range(layer.gates_TP.shape[1])
                ],
                "output": layer.output_TD[t].tolist(),
            }
            for t, token in enumerate(self.tokens)
        ]
        return {"layer": layer.layer, "tokens": rows}

    def frame(self) -> pd.DataFrame:
        """A tidy table, one row per layer x token x piece, for notebooks and CSV export."""
        import pandas as pd

        return pd.DataFrame(
            {
                "layer": layer.layer,
                "token_idx": t,
                "token": token,
                "kind": layer.name(t, p)[0],
                "index": layer.name(t, p)[1],
                "gate": float(layer.gates_TP[t, p]),
                "norm": float(layer.norm_TP[t, p]),
            }
            for layer in self.layers
            for t, token in enumerate(self.tokens)
            for p in range(layer.gates_TP.shape[1])
        )


def mixture(trace: ForwardTrace) -> Mixture:
    """The sums behind a recorded forward pass."""
    return Mixture(tokens=trace.tokens, layers=tuple(_taken_apart(layer) for layer in trace.layers))


def _taken_apart(layer: LayerTrace) -> LayerMixture:
    n_tokens, n_shared, _ = layer.shared_out_TSD.shape
    return LayerMixture(
        layer=layer.layer,
        experts_TK=layer.topk_idx_TK,
        gates_TP=np.concatenate([layer.gates_TK, np.ones((n_tokens, n_shared), np.float32)], axis=1),
        outputs_TPD=np.concatenate([layer.expert_out_TKD, layer.shared_out_TSD], axis=1),
        pieces_TPD=np.concatenate([layer.weighted_TKD, layer.shared_out_TSD], axis=1),
        input_TD=layer.input_TD,
        output_TD=layer.output_TD,
    )


@dataclass(frozen=True, kw_only=True)
class FirstSight:
    """What a word's pieces show at once, by their numbers P."""

    loudest: int
    """The chosen expert with the largest gate."""
    longest: int
    """The chosen expert whose piece is longest."""
    longest_of_all: int
    """The longest piece, a shared expert's included."""


def first_sight(layer: LayerMixture, token: int) -> FirstSight:
    """Who is heard loudest and who adds most."""
    norm_P, k = layer.norm_TP[token], layer.n_chosen
    return FirstSight(
        loudest=int(layer.gates_TP[token, :k].argmax()),
        longest=int(norm_P[:k].argmax()),
        longest_of_all=int(norm_P.argmax()),
    )


@dataclass(frozen=True, kw_only=True)
class SentenceSight:
    """The same over all words of a sentence."""

    n_other: int
    """Words whose longest piece is not that of their largest gate."""
    n_shared: int
    """Words whose longest piece of all is a shared expert's."""
    longest_word: int
    """The word whose layer output is longest, and the one whose is shortest."""
    shortest_word: int


def sentence_sight(layer: LayerMixture) -> SentenceSight:
    """How often the loudest expert is not the one that adds most."""
    sights = [first_sight(layer, token) for token in range(len(layer.norm_TP))]
    return SentenceSight(
        n_other=sum(sight.loudest != sight.longest for sight in sights),
        n_shared=sum(sight.longest_of_all >= layer.n_chosen for sight in sights),
        longest_word=int(layer.output_norm_T.argmax()),
        shortest_word=int(layer.output_norm_T.argmin()),
    )


@dataclass(frozen=True, kw_only=True)
class Toward:
    """How far the pieces of a layer point to each class: by the rows of the classifier's matrix."""

    directions_CD: Array
    cosine_TPC: Array
    """0 where a piece is nothing."""
    direct_TPC: Array | None
    """What each piece adds to the class scores on the straight way, in logits; None where that way is not linear.

    In the article's order the last MoE layer's output is averaged and multiplied by the classifier's matrix, so a
    piece adds piece . w_c / `ForwardTrace.pooling_count`. What the Transformer layer makes of the same piece
    comes on top, and is not in here.
    With a norm before the average, as in the default model, nothing is exact: there only leaving a piece out tells.
    """


def toward(run: Run, trace: ForwardTrace, layer: LayerMixture) -> Toward:
    """The pieces of a layer against the class directions."""
    directions_CD = run.model.head.weight.detach().numpy()
    dot_TPC = layer.pieces_TPD @ directions_CD.T
    length_TPC = layer.norm_TP[..., None] * np.linalg.norm(directions_CD, axis=1)
    model = run.config.model
    is_linear = (
        model.block_order == "moe_transformer" and not model.final_norm and layer.layer == model.n_layers - 1
    )
    return Toward(
        directions_CD=directions_CD,
        cosine_TPC=np.divide(dot_TPC, length_TPC, out=np.zeros_like(dot_TPC), where=length_TPC > 0),
        direct_TPC=dot_TPC / trace.pooling_count if is_linear else None,
    )


@kept_with_run(_KEPT)
@torch.inference_mode()
def removal_effects(run: Run, text: str) -> tuple[Array, ...]:
    """Per layer, what every piece causes, shape (T, P, C): the class logits as they are less those without the piece.

    Measured: the whole model runs once for every piece, with that piece alone left out at that word. Several shared
    experts are left out together, as one last piece. Kept for all readers: some 2 kB a sentence.
    """
    trained = run.trace(text)
    encoded = run.encoder.encode(text)
    return tuple(_effects(run, encoded, trained, layer) for layer in trained.layers)


def _effects(run: Run, encoded: EncodedText, trained: ForwardTrace, layer: LayerTrace) -> Array:
    """One copy of the sentence for each of its pieces in this layer, all in one batch."""
    (n_tokens, top_k), n_shared = layer.topk_idx_TK.shape, int(layer.shared_out_TSD.shape[1])
    n_pieces = top_k + min(n_shared, 1)
    n_copies = n_tokens * n_pieces
    batch = TokenBatch.of([encoded] * n_copies)
    silenced_CTE = torch.zeros(n_copies, n_tokens, layer.n_routed, dtype=torch.bool)
    shared_off_CT = torch.zeros(n_copies, n_tokens, dtype=torch.bool)
    for copy in range(n_copies):
        token, piece = divmod(copy, n_pieces)
        if piece < top_k:
            silenced_CTE[copy, token, layer.topk_idx_TK[token, piece]] = True
        else:
            shared_off_CT[copy, token] = True
    change = LayerChange(silenced=silenced_CTE.flatten(0, 1), shared_off=shared_off_CT.flatten())
    logits_NC = run.model(batch, {layer.layer: change}).logits_BC.numpy()
    return np.asarray((trained.logits_C - logits_NC).reshape(n_tokens, n_pieces, -1))
