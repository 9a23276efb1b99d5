"""The record of one headline's way through the model, number by number, as numpy arrays.

`trace_text` is the border between torch and everything that is shown: behind it there is no torch. The arrays are
those of the forward pass itself; only what single experts said (`expert_out_TKD`, `shared_out_TSD`) and where
attention looked are asked of the same layer once more, and the law that ties them to the layer's output is tested:

    sum over S of shared_out + sum over K of gates x expert_out = output

Letters: T tokens, D width, E routed experts, S shared experts, K chosen, G groups, M kept, L layers, C classes,
H heads of attention.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from moe_demo.model.balance import max_vio
from moe_demo.model.batch import TokenBatch
from moe_demo.model.change import LayerChange
from moe_demo.model.classifier import Block, BlockOutput, Classifier, ClassifierOutput
from moe_demo.model.familiarity import familiarity
from moe_demo.model.moe import MoELayer
from moe_demo.model.router import Routing
from moe_demo.text.tokenizer import EncodedText, TextEncoder

if TYPE_CHECKING:
    import pandas as pd

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, kw_only=True)
class LayerTrace:
    """One MoE layer's part in a forward pass. Names follow the glossary: see `moe_demo.model.router`."""

    layer: int
    input_TD: Array
    """What router and experts see: the block's RMSNorm has been applied."""
    logits_TE: Array
    scores_TE: Array
    choice_TE: Array
    """scores + bias; -inf where the expert's group was left out, or where the table names others."""
    topk_idx_TK: Array
    """Chosen experts, best choice score first."""
    gates_TK: Array
    group_scores_TG: Array | None
    """None where the layer has one group."""
    kept_groups_TM: Array | None
    bias_E: Array
    expert_out_TKD: Array
    """Each chosen expert's output before its gate."""
    shared_out_TSD: Array
    output_TD: Array
    """Sum of both, before the residual path."""
    mixed_TD: Array
    """What the block's attention added."""
    attention_HTT: Array
    """How much each token looks at each other in the block's attention, head by head; rows sum to 1."""
    block_output_TD: Array
    """The block's output: attention and MoE together, and in the order `attention_moe` the residual path."""
    dropped_TK: Array | None = None
    """True where a full expert dropped the token; None where experts take every token."""
    kind_bias_TE: Array | None = None
    """What the kind of each word adds to the bias; None where all words have the same."""
    hash_order_TE: Array | None = None
    """The row of the table that chose each word's experts, the first K of it; None where scores choose."""

    def __post_init__(self) -> None:
        (n_tokens, n_routed), (_, top_k) = self.scores_TE.shape, self.topk_idx_TK.shape
        expected = {"choice_TE": (n_tokens, n_routed), "gates_TK": (n_tokens, top_k), "bias_E": (n_routed,)}
        for name, shape in expected.items():
            found = getattr(self, name).shape
            assert found == shape, f"{name} has shape {found}, not {shape}"

    @property
    def n_routed(self) -> int:
        """E."""
        return int(self.scores_TE.shape[1])

    @property
    def bias_TE(self) -> Array:
        """The bias of every word and expert, that of the word's kind with it."""
        common_TE = np.broadcast_to(self.bias_E, self.scores_TE.shape)
        return common_TE if self.kind_bias_TE is None else common_TE + self.kind_bias_TE

    @property
    def mean_bias_E(self) -> Array:
        """The bias of each expert; the mean over the words where they have their own."""
        return np.asarray(self.bias_TE.mean(0))

    @property
    def load_E(self) -> Array:
        """Assignments per routed expert over these tokens; sums to T x K."""
        return np.bincount(self.topk_idx_TK.ravel(), minlength=self.n_routed)

    @property
    def weighted_TKD(self) -> Array:
        """gate x expert output: what each chosen expert adds."""
        return np.asarray(self.gates_TK[..., None] * self.expert_out_TKD)

    @property
    def gates_TE(self) -> Array:
        """Gate values spread over all experts, 0 for those not chosen."""
        gates_TE = np.zeros_like(self.scores_TE)
        np.put_along_axis(gates_TE, self.topk_idx_TK, self.gates_TK, axis=1)
        return gates_TE

    @property
    def max_vio(self) -> float:
        """MaxVio of this headline alone: few tokens, so far from 0 even for an even router."""
        return max_vio(torch.from_numpy(self.load_E))


@dataclass(frozen=True, kw_only=True)
class ForwardTrace:
    """One headline through the whole model."""

    run_id: str
    step: int
    """Optimizer steps the weights have seen."""
    text: str
    tokens: tuple[str, ...]
    token_spans: tuple[tuple[int, int], ...]
    """Where each token stands in `text`."""
    known_T: Array
    """False where the word has no row of its own and lives by its character n-grams."""
    left_out: str
    """The end of the text that the token limit cut off, or an empty string."""
    labels: tuple[str, ...]
    embedded_TD: Array
    layers: tuple[LayerTrace, ...]
    averaged_TD: Array
    """The token vectors whose mean is the sentence vector."""
    pooling_count: float
    """What their sum is divided by: the number of words or more, see `Classifier.pooling_counts`."""
    pooled_D: Array
    logits_C: Array
    probabilities_C: Array
    familiarity: float
    """How much the text is like the headlines of the classes, higher is more; `Run.is_familiar` knows the threshold."""

    @property
    def label(self) -> str:
        """The class with the highest probability."""
        return self.labels[int(self.probabilities_C.argmax())]

    @property
    def probabilities(self) -> dict[str, float]:
        """Probability of each label."""
        return dict(zip(self.labels, map(float, self.probabilities_C), strict=True))

    def frame(self) -> pd.DataFrame:
        """A tidy table, one row per token x layer x expert, for notebooks and CSV export."""
        import pandas as pd

        rows = []
        for layer in self.layers:
            gates_TE, bias_TE = layer.gates_TE, layer.bias_TE
            for t, token in enumerate(self.tokens):
                rows += [
                    {
                        "token_idx": t,
                        "token": token,
                        "layer": layer.layer,
                        "expert": e,
                        "logit": float(layer.logits_TE[t, e]),
                        "score": float(layer.scores_TE[t, e]),
                        "bias": float(bias_TE[t, e]),
                        "choice": float(layer.choice_TE[t, e]),
                        "chosen": bool(e in layer.topk_idx_TK[t]),
                        "gate": float(gates_TE[t, e]),
                    }
                    for e in range(layer.n_routed)
                ]
        return pd.DataFrame(rows)

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON types. JSON has no infinity: a choice score of -inf (group left out) becomes null."""
        record = {
            f.name: _plain(getattr(self, f.name)) for f in fields(self) if f.name not in ("layers", "known_T")
        }
        record["known"] = self.known_T.tolist()
        record["layers"] = [_layer_dict(layer) for layer in self.layers]
        record["label"] = self.label
        record["probabilities"] = self.probabilities
        return {_json_name(name): value for name, value in record.items()}


@torch.inference_mode()
def trace_text(
    model: Classifier,
    encoder: TextEncoder,
    text: str,
    *,
    run_id: str = "",
    step: int = 0,
    changes: Mapping[int, LayerChange] | None = None,
) -> ForwardTrace:
    """Run one headline and record everything; `changes` asks "what if" of single layers.

    Raises EmptyTextError where the text has no token. The model is only read: many readers may share it.
    """
    encoded = encoder.encode(text)
    batch = TokenBatch.of([encoded])
    output = model(batch, changes)
    layers = [
        _layer_trace(index, layer, block, (changes or {}).get(index), _attention(model, output, index, batch))
        for index, (layer, block) in enumerate(zip(model.moe_layers, output.blocks, strict=True))
    ]
    logits_C = output.logits_BC[0]
    return ForwardTrace(
        run_id=run_id,
        step=step,
        text=text,
        tokens=tuple(token.text for token in encoded.tokens),
        token_spans=tuple((token.start, token.end) for token in encoded.tokens),
        known_T=np.asarray(encoded.word_ids_T) > 0,
        left_out=left_out(text, encoded),
        labels=model.config.labels,
        embedded_TD=output.embedded_TD.numpy(),
        layers=tuple(layers),
        averaged_TD=model.norm(output.blocks[-1].output_TD).numpy(),
        pooling_count=float(model.pooling_counts(batch)[0]),
        pooled_D=output.pooled_BD[0].numpy(),
        logits_C=logits_C.numpy(),
        probabilities_C=logits_C.softmax(-1).numpy(),
        familiarity=float(familiarity(output.logits_BC)[0]),
    )


def left_out(text: str, encoded: EncodedText) -> str:
    """The end of a text that the limits of the encoder cut off, or an empty string."""
    return text[encoded.tokens[-1].end :] if encoded.truncated else ""


def _attention(model: Classifier, output: ClassifierOutput, index: int, batch: TokenBatch) -> Tensor:
    """Where the attention of a block looks, shape (H, T, T): of what comes in, or of what the experts add."""
    block: Block = model.blocks[index]  # type: ignore[assignment]
    before_TD = output.blocks[index - 1].output_TD if index else output.embedded_TD
    x_TD = output.blocks[index].moe_output_TD if block.order == "moe_transformer" else before_TD
    weights_HTT: Tensor = block.attention.weights(block.attention_norm(x_TD), batch)
    return weights_HTT


def _layer_trace(
    index: int, layer: MoELayer, block: BlockOutput, change: LayerChange | None, attention_HTT: Tensor
) -> LayerTrace:
    routing, input_TD = block.routing, block.moe_input_TD
    bias_E = layer.router.bias_E if change is None or change.bias_E is None else change.bias_E
    return LayerTrace(
        layer=index,
        input_TD=input_TD.numpy(),
        bias_E=bias_E.numpy(),
        expert_out_TKD=layer.experts.outputs(input_TD, routing.topk_idx_TK).numpy(),
        shared_out_TSD=layer.shared_outputs(input_TD, change).numpy(),
        output_TD=block.moe_output_TD.numpy(),
        mixed_TD=block.mixed_TD.numpy(),
        attention_HTT=attention_HTT.numpy(),
        block_output_TD=block.output_TD.numpy(),
        **_arrays(routing),
    )


def _arrays(routing: Routing) -> dict[str, Any]:
    return {name: None if value is None else value.numpy() for name, value in vars(routing).items()}


_SHAPE_SUFFIX = re.compile(r"_[A-Z]+$")


def _json_name(name: str) -> str:
    """Field names without their shape letters: `gates_TK` is written as `gates`."""
    return _SHAPE_SUFFIX.sub("", name)


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return (
            [_plain(row) for row in value]
            if value.ndim > 1
            else [_finite(number) for number in value.tolist()]
        )
    return value


def _finite(number: Any) -> Any:
    return None if isinstance(number, float) and math.isinf(number) else number


def _layer_dict(layer: LayerTrace) -> dict[str, Any]:
    record = {_json_name(f.name): _plain(getattr(layer, f.name)) for f in fields(layer)}
    record["load"] = layer.load_E.tolist()
    return record
