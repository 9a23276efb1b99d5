"""The classifier: words become vectors, blocks mix and route them, their mean is classified.

A batch holds its real tokens end to end, headline after headline; padding exists only inside attention. So
nothing in this package can count padding as load.

Letters: T tokens, D width, B headlines, C classes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from moe_demo.config import ModelConfig
from moe_demo.model.attention import Attention
from moe_demo.model.batch import TokenBatch
from moe_demo.model.change import LayerChange
from moe_demo.model.experts import FeedForward
from moe_demo.model.moe import MoELayer
from moe_demo.model.router import Routing


@dataclass(frozen=True, kw_only=True)
class BlockOutput:
    """What one block did: enough to retrace every number, kept without any flag because it costs nothing."""

    moe_input_TD: Tensor  # after RMSNorm: what router and experts see
    routing: Routing
    moe_output_TD: Tensor  # before the residual is added
    mixed_TD: Tensor  # what attention (and, in `moe_transformer`, its FFN) added
    output_TD: Tensor

    def first(self, n_tokens: int) -> BlockOutput:
        """What it did to the first tokens alone."""
        return BlockOutput(
            moe_input_TD=self.moe_input_TD[:n_tokens],
            routing=self.routing.first(n_tokens),
            moe_output_TD=self.moe_output_TD[:n_tokens],
            mixed_TD=self.mixed_TD[:n_tokens],
            output_TD=self.output_TD[:n_tokens],
        )


@dataclass(frozen=True, kw_only=True)
class ClassifierOutput:
    """One forward pass, stage by stage."""

    embedded_TD: Tensor
    blocks: tuple[BlockOutput, ...]
    pooled_BD: Tensor
    logits_BC: Tensor

    @property
    def routings(self) -> tuple[Routing, ...]:
        """One Routing per MoE layer."""
        return tuple(block.routing for block in self.blocks)

    def first(self, n_texts: int, n_tokens: int) -> ClassifierOutput:
        """The pass as the first headlines, of `n_tokens` words together, saw it."""
        return ClassifierOutput(
            embedded_TD=self.embedded_TD[:n_tokens],
            blocks=tuple(block.first(n_tokens) for block in self.blocks),
            pooled_BD=self.pooled_BD[:n_texts],
            logits_BC=self.logits_BC[:n_texts],
        )


class TokenEmbedding(nn.Module):
    """A word's own row plus the mean of its hashed character n-gram rows (fastText, arXiv 1607.04606).

    A word that training never saw has no row of its own, yet its characters still mean something. With
    `only_known_ngrams` those that are in no word of the vocabulary mean nothing: zeros in that mean, in place of the
    row of some other n-gram, with which they share a bucket.
    """

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.has_unseen = config.only_known_ngrams
        self.word = nn.Embedding(config.vocab_size, config.dim)
        self.ngram = nn.EmbeddingBag(config.n_buckets, config.dim, mode="mean")
        nn.init.normal_(self.word.weight, std=config.embedding_std)
        nn.init.normal_(self.ngram.weight, std=config.embedding_std)

    def forward(self, batch: TokenBatch) -> Tensor:
        """Shape (T, D)."""
        return self.word(batch.word_ids_T) + self._mean_of_ngrams(batch)

    def _mean_of_ngrams(self, batch: TokenBatch) -> Tensor:
        if not self.has_unseen:
            return self.ngram(batch.ngram_ids, batch.ngram_offsets_T)
        is_seen, weight = batch.ngram_ids >= 0, self.ngram.weight
        share = is_seen.to(weight.dtype) / batch.n_ngrams_T.repeat_interleave(batch.n_ngrams_T)
        ids, offsets_T = batch.ngram_ids * is_seen, batch.ngram_offsets_T
        return F.embedding_bag(ids, weight, offsets_T, mode="sum", per_sample_weights=share)


class Dropout(nn.Module):
    """In training, every number at zero with probability p, the others scaled up by 1/(1 - p).

    What `nn.Dropout` does; on a CPU that one takes three times as long, drawing its mask bit by bit.
    """

    def __init__(self, p: float) -> None:
        super().__init__()
        self.p = p

    def forward(self, x: Tensor) -> Tensor:
        """The same shape."""
        if not self.training or not self.p:
            return x
        return x * (torch.rand_like(x) >= self.p).to(x.dtype).mul_(1 / (1 - self.p))


class Block(nn.Module):
    """One attention and one MoE layer, RMSNorm before each.

    `attention_moe` is DeepSeek's order, with a residual path around each half. `moe_transformer` is what the source
    article draws: the MoE layer first, *without* a residual path, then a Transformer layer (attention and a dense
    FFN, with theirs). There the gate decides how large a word's vector is, and so how much the word counts.
    """

    def __init__(self, config: ModelConfig, layer: int = 0) -> None:
        super().__init__()
        self.order = config.block_order
        self.attention_norm = nn.RMSNorm(config.dim)
        self.attention = Attention(config.dim, config.n_heads, config.max_tokens)
        self.moe_norm = nn.RMSNorm(config.dim)
        self.moe = MoELayer(config, layer)
        self.ffn_norm = nn.RMSNorm(config.dim) if config.ffn_dim else None
        self.ffn = FeedForward(config.dim, config.ffn_dim) if config.ffn_dim else None
        self.dropout = Dropout(config.dropout)

    def forward(self, x_TD: Tensor, batch: TokenBatch, change: LayerChange | None = None) -> BlockOutput:
        """Run the two halves in this block's order."""
        if self.order == "attention_moe":
            mixed_TD = self._mix(x_TD, batch)
            moe_input_TD = self.moe_norm(x_TD + mixed_TD)
            moe_output_TD, routing = self.moe(moe_input_TD, change, batch)
            output_TD = x_TD + mixed_TD + self.dropout(moe_output_TD)
        else:
            moe_input_TD = self.moe_norm(x_TD)
            moe_output_TD, routing = self.moe(moe_input_TD, change, batch)
            added_TD = self.dropout(moe_output_TD)
            mixed_TD = self._mix(added_TD, batch)
            output_TD = added_TD + mixed_TD
        return BlockOutput(
            moe_input_TD=moe_input_TD,
            routing=routing,
            moe_output_TD=moe_output_TD,
            mixed_TD=mixed_TD,
            output_TD=output_TD,
        )

    def route(self, x_TD: Tensor, batch: TokenBatch) -> Routing:
        """What this block's router decides, without asking the experts."""
        mixed_TD = self._mix(x_TD, batch) if self.order == "attention_moe" else 0
        return self.moe.router(self.moe_norm(x_TD + mixed_TD), words=batch)

    def _mix(self, x_TD: Tensor, batch: TokenBatch) -> Tensor:
        """What attention, and the dense FFN after it where there is one, add to x."""
        mixed_TD = self.dropout(self.attention(self.attention_norm(x_TD), batch))
        if self.ffn is not None and self.ffn_norm is not None:
            mixed_TD = mixed_TD + self.dropout(self.ffn(self.ffn_norm(x_TD + mixed_TD)))
        return mixed_TD


class Classifier(nn.Module):
    """Headlines to class logits, through L MoE layers."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        self.config = config
        self.embedding = TokenEmbedding(config)
        self.dropout = Dropout(config.dropout)
        self.blocks = nn.ModuleList(Block(config, layer) for layer in range(config.n_layers))
        self.norm = nn.RMSNorm(config.dim) if config.final_norm else nn.Identity()
        self.head = nn.Linear(config.dim, config.n_classes)

    def forward(
        self, batch: TokenBatch, changes: Mapping[int, LayerChange] | None = None
    ) -> ClassifierOutput:
        """Classify B headlines; `changes` maps a layer's index to a what-if for it."""
        embedded_TD = self.embedding(batch)
        x_TD = self.dropout(self._hide_tokens(embedded_TD))
        outputs = []
        for layer, block in enumerate(self.blocks):
            outputs.append(block(x_TD, batch, (changes or {}).get(layer)))
            x_TD = outputs[-1].output_TD
        pooled_BD = mean_pool(self.norm(x_TD), batch, self.pooling_counts(batch))
        return ClassifierOutput(
            embedded_TD=embedded_TD,
            blocks=tuple(outputs),
            pooled_BD=pooled_BD,
            logits_BC=self.head(pooled_BD),
        )

    def routings(self, batch: TokenBatch) -> tuple[Routing, ...]:
        """One Routing per layer, as `forward` has them, for a sixth less: nobody asks what the last experts say."""
        x_TD, routings = self.dropout(self._hide_tokens(self.embedding(batch))), []
        for block in self.blocks[:-1]:
            output: BlockOutput = block(x_TD, batch)
            routings.append(output.routing)
            x_TD = output.output_TD
        last: Block = self.blocks[-1]  # type: ignore[assignment]
        return (*routings, last.route(x_TD, batch))

    def _hide_tokens(self, x_TD: Tensor) -> Tensor:
        """In training, some token vectors at zero: the class must follow from what is left of the headline."""
        if not self.training or not self.config.token_dropout:
            return x_TD
        return x_TD * (torch.rand(len(x_TD), 1, device=x_TD.device) >= self.config.token_dropout)

    def pooling_counts(self, batch: TokenBatch) -> Tensor:
        """What the sum over each headline's words is divided by, shape (B,): the number of words, or more.

        `pooling_pseudocount` words of nothing are counted along. Outside training the count is larger where few
        different words are known, `few_words_divisors` says how many times: what a word suggests, little confirms. So
        class scores are scaled down, as by a temperature of such texts. (In training words are left out on purpose.)
        """
        count_B = batch.lengths_B + self.config.pooling_pseudocount
        divisors = self.config.few_words_divisors
        if self.training or not divisors:
            return count_B
        times_N = count_B.new_tensor([*divisors, 1.0])
        return count_B * times_N[batch.n_known_words_B.clamp(max=len(divisors))]

    def adopt(self, config: ModelConfig) -> None:
        """Route by another rule, such as another K; every weight stays as it is."""
        self.config = config
        for layer in self.moe_layers:
            layer.router.rule = config.routing_rule

    @property
    def moe_layers(self) -> list[MoELayer]:
        """The L MoE layers, first to last."""
        return [block.moe for block in self.blocks]  # type: ignore[misc]


def mean_pool(x_TD: Tensor, batch: TokenBatch, count_B: Tensor) -> Tensor:
    """The sum of each headline's token vectors, divided by its count: the mean, shape (B, D).

    A count larger than the number of words draws the mean of few words towards nothing: additive smoothing, as where
    a mean is estimated from few observations. One word alone is then no sure answer.
    """
    summed_BD = x_TD.new_zeros(len(batch.lengths_B), x_TD.shape[1]).index_add(0, batch.sequence_T, x_TD)
    return summed_BD / count_B.unsqueeze(1)
