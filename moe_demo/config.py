"""What a run is made of: frozen, validated settings and the presets.

Letters: T real tokens, D model width, F expert width, E routed experts, S shared experts, K chosen per token, G groups,
M groups kept, L MoE layers, C classes, B headlines in a batch.
"""

from __future__ import annotations

import dataclasses
import re
import types
import typing
from dataclasses import dataclass, field, fields, replace
from typing import Any, Literal, get_args

from moe_demo.errors import ConfigError as ConfigError
from moe_demo.errors import one_line
from moe_demo.limits import MAX_LABEL_CHARS, MAX_LABELS, MAX_PRESET_CHARS
from moe_demo.rules import (
    SHOWN_CHARS,
    must_be,
    refuse,
    require,
    require_bounded,
    require_choices,
    require_divisors,
    shown,
    types_of_fields,
)

ScoreFn = Literal["softmax", "sigmoid", "sqrt_softplus"]
GroupScore = Literal["top_sum", "max"]
BlockOrder = Literal["attention_moe", "moe_transformer"]
BalanceMethod = Literal["none", "aux_loss", "seq_aux_loss", "loss_free", "loss_free+seq"]
DropBy = Literal["position", "probability"]  # whom a full expert drops
CapacityOver = Literal["headline", "batch"]  # what shares the places of an expert
METHODS: tuple[BalanceMethod, ...] = get_args(BalanceMethod)

_NAME = re.compile(r"\w[\w-]*")  # of a preset, also one of another version: folders are called after it
LABELS = ("tech", "sports", "entertainment")


@dataclass(frozen=True, kw_only=True)
class RoutingRule:
    """How affinity scores become a choice and gate values: the router's settings, without its weights.

    A rule is separate from the weights so that a what-if (another K, another temperature) is a new value
    handed to the same pure functions, never a change to a model that other readers share.
    """

    n_routed: int
    top_k: int
    score_fn: ScoreFn = "sigmoid"
    norm_topk: bool = True  # divide the K gate values by their sum; skipped when K = 1
    route_scale: float = 1.0  # DeepSeek-V3's released code multiplies by 2.5 after normalising
    n_groups: int = 1  # G: contiguous blocks of experts, one per node
    topk_groups: int = 1  # M: how many groups a token may touch
    group_score: GroupScore = "top_sum"  # V3: sum of a group's best K/M choice scores; V2: its best one
    temperature: float = 1.0  # divides the logits; 1 in training, a what-if elsewhere

    def __post_init__(self) -> None:
        require_choices(self)
        require_bounded(self)
        require(self, self.n_routed >= 1, "n_routed", must_be("at_least", bound=1))
        require(
            self,
            1 <= self.top_k <= self.n_routed,
            "top_k",
            must_be("within", bounds=f"1..n_routed={self.n_routed}"),
        )
        require(self, self.temperature > 0, "temperature", must_be("above", bound=0))
        require(self, self.route_scale > 0, "route_scale", must_be("above", bound=0))
        require(self, self.n_groups >= 1, "n_groups", must_be("at_least", bound=1))
        require(
            self,
            self.n_routed % self.n_groups == 0,
            "n_groups",
            must_be("divisor", of=f"n_routed={self.n_routed}"),
        )
        require(
            self,
            1 <= self.topk_groups <= self.n_groups,
            "topk_groups",
            must_be("within", bounds=f"1..n_groups={self.n_groups}"),
        )
        reachable = self.topk_groups * self.group_size
        require(
            self,
            self.top_k <= reachable,
            "top_k",
            must_be("within", bounds=f"1..topk_groups x group size={reachable}"),
        )

    @property
    def group_size(self) -> int:
        """Experts in one group, E / G."""
        return self.n_routed // self.n_groups

    @property
    def counted_per_group(self) -> int:
        """How many choice scores a group's score sums: K/M in V3 (arXiv 2412.19437, section 2.1.2), 1 in V2."""
        if self.group_score == "max":
            return 1
        return min(self.group_size, max(1, self.top_k // self.topk_groups))


@dataclass(frozen=True, kw_only=True)
class ModelConfig:
    """Shape of the classifier. `vocab_size` is set by the trainer from the training split."""

    labels: tuple[str, ...] = LABELS
    vocab_size: int = 1  # rows of the word table; row 0 stands for every unknown word
    n_buckets: int = 16384  # rows of the hashed character n-gram table
    min_n: int = 1  # shortest character n-gram of a word
    max_n: int = 2  # longest
    only_known_ngrams: bool = False  # whether those that no word of the vocabulary has count as zeros
    max_tokens: int = 64  # longer headlines are cut, and the reader is told
    dim: int = 32
    n_heads: int = 4
    n_layers: int = 2
    block_order: BlockOrder = "attention_moe"
    ffn_dim: int = 0  # width of the dense FFN that follows attention; 0 where the MoE layer takes its place
    expert_dim: int = 32
    n_routed: int = 16
    n_shared: int = 1
    top_k: int = 4
    score_fn: ScoreFn = "sigmoid"
    norm_topk: bool = True
    route_scale: float = 1.0
    n_groups: int = 4
    topk_groups: int = 2
    group_score: GroupScore = "top_sum"
    n_hash_layers: int = 0  # first MoE layers whose experts follow from the word alone (DeepSeek-V4: 3 of 43)
    kind_biases: bool = False  # a routing bias for each kind of word (DeepSeek-V4.1: for text and for images)
    final_norm: bool = True  # RMSNorm before pooling; the source article's classifier has none
    pooling_pseudocount: float = 0.0  # words of nothing that the mean counts along, so few make none sure
    few_words_divisors: tuple[
        float, ...
    ] = ()  # of that mean, outside training, where 0, 1, ... words are known
    embedding_std: float = 0.1  # spread of the first word and n-gram vectors
    router_std: float = 0.1  # and of the first expert directions; DeepSeek's models start from 0.006
    dropout: float = 0.2
    token_dropout: float = 0.5  # share of token vectors hidden in training: no single word may decide

    def __post_init__(self) -> None:
        require_choices(self)
        require_bounded(self)
        require(
            self, all(isinstance(label, str) and label for label in self.labels), "labels", must_be("words")
        )
        require(self, 2 <= len(self.labels) <= MAX_LABELS, "labels", must_be("two_labels"))
        longest = max(map(len, self.labels))
        require(self, longest <= MAX_LABEL_CHARS, "labels", must_be("short", limit=MAX_LABEL_CHARS))
        require(self, all(one_line(label) == label for label in self.labels), "labels", must_be("shown"))
        different = {label.casefold() for label in self.labels}  # a file's classes are known in any capitals
        require(self, len(different) == len(self.labels), "labels", must_be("no_repeats"))
        sizes = ("vocab_size", "n_buckets", "min_n", "max_tokens", "dim", "n_heads", "n_layers", "expert_dim")
        for name in sizes:
            require(self, getattr(self, name) >= 1, name, must_be("at_least", bound=1))
        require_divisors(self, "few_words_divisors")
        require(self, self.max_n >= self.min_n, "max_n", must_be("at_least", bound=f"min_n={self.min_n}"))
        require(
            self,
            self.dim % (2 * self.n_heads) == 0,
            "dim",
            must_be("multiple", of=f"2 x n_heads={2 * self.n_heads}"),
        )
        for name in ("n_shared", "ffn_dim", "pooling_pseudocount", "n_hash_layers"):
            require(self, getattr(self, name) >= 0, name, must_be("at_least", bound=0))
        at_most = must_be("at_most", bound=self.n_layers)
        require(self, self.n_hash_layers <= self.n_layers, "n_hash_layers", at_most)
        require(self, self.n_groups == 1 or not self.n_hash_layers, "n_groups", must_be("is", value=1))
        for name in ("embedding_std", "router_std"):
            require(self, getattr(self, name) > 0, name, must_be("above", bound=0))
        for name in ("dropout", "token_dropout"):
            require(self, 0 <= getattr(self, name) < 1, name, must_be("within", bounds="[0, 1)"))
        self.routing_rule  # noqa: B018  building it validates the router's fields

    @property
    def n_classes(self) -> int:
        """C."""
        return len(self.labels)

    @property
    def routing_rule(self) -> RoutingRule:
        """The router's share of this configuration."""
        names = [f.name for f in fields(RoutingRule) if f.name != "temperature"]
        return RoutingRule(**{name: getattr(self, name) for name in names})


@dataclass(frozen=True, kw_only=True)
class BalanceConfig:
    """How load is kept even. The methods are named in `moe_demo.model.balance`."""

    method: BalanceMethod = "loss_free+seq"
    alpha: float = 0.01  # weight of the expert-level loss of `aux_loss`
    seq_alpha: float = 1e-4  # weight of the sequence-wise loss; 1e-4 in DeepSeek-V3
    device_alpha: float = 0.0  # weight of the device-level loss; it needs n_groups > 1; 0.05 in DeepSeek-V2
    communication_alpha: float = 0.0  # and of the communication loss; 0.02 in DeepSeek-V2
    bias_rate: float = 1e-3  # u of the loss-free update; gamma in DeepSeek-V3
    calibration_passes: int = 0  # over clean headlines after training, at each of three rates; 0 = none

    def __post_init__(self) -> None:
        require_choices(self)
        require_bounded(self)
        require(self, self.calibration_passes >= 0, "calibration_passes", must_be("at_least", bound=0))
        for name in ("alpha", "seq_alpha", "device_alpha", "communication_alpha", "bias_rate"):
            require(self, getattr(self, name) >= 0, name, must_be("at_least", bound=0))

    @property
    def expert_weight(self) -> float:
        """Weight of the batch-wise expert-level loss under this method."""
        return self.alpha if self.method == "aux_loss" else 0.0

    @property
    def sequence_weight(self) -> float:
        """Weight of the sequence-wise loss under this method."""
        return self.seq_alpha if self.method in ("seq_aux_loss", "loss_free+seq") else 0.0

    @property
    def bias_step(self) -> float:
        """u: how far a routing bias moves after one optimizer step under this method."""
        return self.bias_rate if self.method in ("loss_free", "loss_free+seq") else 0.0

    @property
    def calibrates(self) -> bool:
        """Whether the biases are fitted to clean words after the last step: only a method that moves them can."""
        return self.bias_step > 0 and self.calibration_passes > 0


@dataclass(frozen=True, kw_only=True)
class RunConfig:
    """Everything that decides a run: same RunConfig, data and machine, same weights."""

    preset: str = "deepseek"
    model: ModelConfig = field(default_factory=ModelConfig)
    balance: BalanceConfig = field(default_factory=BalanceConfig)
    data: str = "builtin"  # "builtin" or the name of the file the headlines came from
    seed: int = 0
    epochs: int = 10
    batch_size: int = 64
    lr: float = 6e-3
    weight_decay: float = 0.05
    warmup_fraction: float = 0.05  # share of all steps over which the learning rate climbs
    grad_clip: float = 1.0
    label_smoothing: float = 0.05
    word_dropout: float = 0.1  # share of words whose own row is hidden in training: n-grams must carry them
    words_left_out: float = 0.0  # share of words that a text lacks in training: no single word may decide
    min_count: int = 2  # a word needs as many occurrences in the training split to get a row of its own
    held_out_fraction: float = 0.2
    patience: int = 5  # epochs without a better held-out accuracy before training stops; 0 = never
    outlier_weight: float = 0.0  # of the loss on texts of no class (arXiv 1812.04606); 0 trains without them
    outlier_share: float = 0.25  # such texts in a batch, as a share of its headlines
    confidence_temperature: float = 1.0  # divides the class scores from the last step on (arXiv 1706.04599)

    def __post_init__(self) -> None:
        require_bounded(self)
        is_name = _NAME.fullmatch(self.preset) and len(self.preset) <= MAX_PRESET_CHARS
        require(self, bool(is_name), "preset", must_be("plain_name", limit=MAX_PRESET_CHARS))
        for name in ("epochs", "batch_size", "min_count"):
            require(self, getattr(self, name) >= 1, name, must_be("at_least", bound=1))
        require(self, 0 < self.lr <= 10, "lr", must_be("within", bounds="(0, 10]"))
        for name in ("grad_clip", "confidence_temperature"):
            require(self, getattr(self, name) > 0, name, must_be("above", bound=0))
        for name in ("warmup_fraction", "label_smoothing", "word_dropout", "words_left_out"):
            require(self, 0 <= getattr(self, name) < 1, name, must_be("within", bounds="[0, 1)"))
        require(self, 0 < self.held_out_fraction < 1, "held_out_fraction", must_be("within", bounds="(0, 1)"))
        for name in ("patience", "weight_decay", "outlier_weight"):
            require(self, getattr(self, name) >= 0, name, must_be("at_least", bound=0))
        require(self, 0 < self.outlier_share <= 1, "outlier_share", must_be("within", bounds="(0, 1]"))
        require(self, 0 <= self.seed < 2**63, "seed", must_be("within", bounds="0..2^63-1"))
        for name in ("device_alpha", "communication_alpha"):
            if getattr(self.balance, name) > 0 and not self.model.n_groups > 1:
                raise ConfigError("groups", field=name)

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON types, nested as the classes are."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> RunConfig:
        """Inverse of `to_dict`; raises ConfigError on an unknown or ill-typed field."""
        return _build(cls, _as_named_now(values))


def _as_named_now(values: dict[str, Any]) -> dict[str, Any]:
    """Settings of a run of an earlier version: `lone_word_divisor` divided where 0 or 1 words were known."""
    model = values.get("model") if isinstance(values, dict) else None
    if not isinstance(model, dict) or "lone_word_divisor" not in model:
        return values
    model = dict(model)
    divisor = model.pop("lone_word_divisor")
    return {**values, "model": {"few_words_divisors": [divisor] * 2, **model}}


def _build(cls: Any, values: dict[str, Any]) -> Any:
    if not isinstance(values, dict):
        raise ConfigError("table", owner=cls.__name__, value=shown(values))
    types_of = types_of_fields(cls)
    unknown = sorted(set(values) - set(types_of))
    if unknown:
        raise ConfigError("unknown", owner=cls.__name__, names=", ".join(unknown)[:SHOWN_CHARS])
    return cls(**{name: _typed(cls, name, types_of[name], value) for name, value in values.items()})


_TYPE_RULES = {int: "whole", float: "number", bool: "truth", str: "text", tuple: "list"}


def _typed(cls: Any, name: str, hint: Any, value: Any) -> Any:
    """`value` as the field's type: JSON knows neither tuples nor the difference between 1 and 1.0."""
    if dataclasses.is_dataclass(hint):
        return _build(hint, value)
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if isinstance(hint, types.GenericAlias) and isinstance(value, list | tuple):
        return tuple(value)
    if typing.get_origin(hint) is Literal:
        return value  # checked by the class itself
    expected = tuple if isinstance(hint, types.GenericAlias) else hint
    if not isinstance(value, expected) or (isinstance(value, bool) and expected is not bool):
        refuse(cls, name, must_be(_TYPE_RULES[expected]), value)
    return value


def with_labels(config: RunConfig, labels: tuple[str, ...]) -> RunConfig:
    """The same run for other classes: the head follows the labels."""
    return replace(config, model=replace(config.model, labels=labels))
