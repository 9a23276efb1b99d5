"""The figures that the source article ends with, each with the arithmetic that gives it and what the reports say.

Nothing here is a verdict on anybody: a figure either follows from a published configuration or report, or stands in
none that was read; then the arithmetic that comes nearest is named, and whether that it was meant is known or inferred.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

from moe_demo.published.cost import cost, table_flops
from moe_demo.published.count import Conventions, Count, count
from moe_demo.published.models import MODELS, published_model
from moe_demo.published.shape import Source

Unit = Literal["parameters", "gpu_hours", "experts", "flops", "bytes", "times", "name"]
Form = Literal["amount", "share", "ratio", "saving"]
Standing = Literal["published", "computed", "inferred"]
"""`published`: a report gives both numbers or the result. `computed`: from stored configurations. `inferred`: that
somebody reckoned so is a guess."""


@dataclass(frozen=True, kw_only=True)
class Quantity:
    """A number and where it is from."""

    key: str
    """Of its name in the locales."""
    value: float
    unit: Unit
    source: Source | None = None
    """None: counted here, from the configuration of the model of this arithmetic."""


@dataclass(frozen=True, kw_only=True)
class Arithmetic:
    """One quantity, or one beside another."""

    key: str
    form: Form
    standing: Standing
    numerator: Quantity
    denominator: Quantity | None = None

    @property
    def result(self) -> float:
        """A share or saving from 0 to 1, a ratio, or the amount itself."""
        if self.denominator is None:
            return self.numerator.value
        quotient = self.numerator.value / self.denominator.value
        return 1 - quotient if self.form == "saving" else quotient


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A figure of the article."""

    key: Literal["total", "activated", "speed", "cost"]
    value: float
    form: Form
    in_a_report: bool
    says: tuple[Arithmetic, ...]
    """What the primary sources say of it."""
    nearest: tuple[Arithmetic, ...] = ()
    """Arithmetic that gives this number or one near it."""


@dataclass(frozen=True, kw_only=True)
class Near:
    """A model whose activated share is near a given one."""

    name: str
    title: str
    share: float


_V2 = Source(where="arXiv 2405.04434", section="section 3.2.3")
_V3 = Source(where="arXiv 2412.19437", section="abstract")
_V3_COST = Source(where="arXiv 2412.19437", section="section 1")
_MOE = Source(where="arXiv 2401.06066", section="section 5.2.1")
_WEIGHTS = Source(
    where="github.com/deepseek-ai/DeepSeek-V3, README_WEIGHTS.md",
    revision="0b39205aed0d4b1f9a2798e8551e4059c8f94b0c",
)
_LLM_67B = Source(
    where="huggingface.co/deepseek-ai/deepseek-llm-67b-base, config.json, in copies of it",
    revision="c3f813a1121c95488a20132d3a4da89f4a46452f",
)
BITS_OF_V2_CACHE = 6
"""To which DeepSeek-V2's deployment compresses a number of the cache, on average (section 3.2.3)."""
CACHE_BITS = 16


def closest_models(share: float) -> tuple[Near, ...]:
    """All published models by how near their activated share is, each counted the way its makers count."""
    found = [
        Near(
            name=model.name,
            title=model.title,
            share=count(model.shape, Conventions(embeddings=model.embeddings)).share,
        )
        for model in MODELS.values()
    ]
    return tuple(sorted(found, key=lambda near: abs(near.share - share)))


@cache
def claims() -> tuple[Claim, ...]:
    """671B, 3.7 %, 2.1 times, 67 %, in the article's order."""
    return (_total(), _activated(), _speed(), _cost())


def _v3(**conventions: object) -> Count:
    return count(published_model("deepseek-v3").shape, Conventions(**conventions))  # type: ignore[arg-type]


def _counted(key: str, value: float) -> Quantity:
    return Quantity(key=key, value=value, unit="parameters")


def _said(key: str, value: float, source: Source | None, unit: Unit = "parameters") -> Quantity:
    return Quantity(key=key, value=value, unit=unit, source=source)


def _total() -> Claim:
    return Claim(
        key="total",
        value=671e9,
        form="amount",
        in_a_report=True,
        says=(
            Arithmetic(
                key="v3_report_total",
                form="amount",
                standing="published",
                numerator=_said("v3_total", 671e9, _V3),
            ),
            Arithmetic(
                key="v3_counted_total",
                form="amount",
                standing="computed",
                numerator=_counted("v3_total", _v3().total),
            ),
            Arithmetic(
                key="v3_with_mtp",
                form="amount",
                standing="computed",
                numerator=_counted("v3_with_mtp", _v3(mtp=True).total),
            ),
        ),
    )


def _share(key: str, standing: Standing, numerator: Quantity, denominator: Quantity) -> Arithmetic:
    return Arithmetic(key=key, form="share", standing=standing, numerator=numerator, denominator=denominator)


def _activated() -> Claim:
    v3, both = _v3(), _v3(embeddings="both")
    total, said_total = _counted("v3_total", v3.total), _said("v3_total", 671e9, _V3)
    said = _said("v3_activated", 37e9, _V3)
    in_weights_file = _said("v3_activated", 36.7e9, _WEIGHTS)
    return Claim(
        key="activated",
        value=0.037,
        form="share",
        in_a_report=False,
        says=(
            _share("v3_report", "published", said, said_total),
            _share("v3_weights_file", "published", in_weights_file, said_total),
            _share("v3_head", "computed", _counted("v3_activated_head", v3.activated), total),
            _share("v3_both", "computed", _counted("v3_activated_both", both.activated), total),
        ),
        nearest=(_share("trillion", "inferred", said, _counted("trillion", 1e12)), *_look_alikes(v3)),
    )


def _look_alikes(v3: Count) -> tuple[Arithmetic, ...]:
    """Other shares near 3.7 %: of other parts of V3, of V2's experts, of other models."""
    v2 = published_model("deepseek-v2").shape
    k3, qwen = count(published_model("kimi-k3").shape), published_model("qwen3-next-80b-a3b").said_in
    ffn_all, ffn_used = (sum(v3.of(part)[side] for part in ("routed", "shared", "dense")) for side in (0, 1))
    chosen, routed = (
        _said(key, value, None, "experts")
        for key, value in (("v2_chosen", v2.top_k), ("v2_routed", v2.routed))
    )
    return (
        _share("v3_ffn", "computed", _counted("v3_ffn_used", ffn_used), _counted("v3_ffn", ffn_all)),
        _share("v2_experts", "computed", chosen, routed),
        _share("k3", "computed", _counted("k3_activated", k3.activated), _counted("k3_total", k3.total)),
        _share("qwen_next", "published", _said("qwen_activated", 3e9, qwen), _said("qwen_total", 80e9, qwen)),
    )


def _speed() -> Claim:
    dense_7b = table_flops(layers=30, width=4096, vocab=102400, ffn=1, length=4096)
    moe_16b = table_flops(layers=28, width=2048, vocab=102400, ffn=2, length=4096)

    def times(key: str, value: float, source: Source, standing: Standing = "published") -> Arithmetic:
        return Arithmetic(
            key=key, form="ratio", standing=standing, numerator=_said(key, value, source, "times")
        )

    return Claim(
        key="speed",
        value=2.1,
        form="ratio",
        in_a_report=False,
        says=(
            times("v2_throughput", 5.76, _V2),
            times("moe_16b_speed", 2.5, _MOE),
            times("v3_speed", 2, Source(where="arXiv 2412.19437", section="section 6")),
            times("mtp_speed", 1.8, Source(where="arXiv 2412.19437", section="section 5.4.3")),
        ),
        nearest=(
            times("more_than_two", 2, Source(where="arXiv 2412.19437", section="section 6"), "inferred"),
            Arithmetic(
                key="flops_16b",
                form="ratio",
                standing="computed",
                numerator=_said("flops_7b", dense_7b, None, "flops"),
                denominator=_said("flops_moe_16b", moe_16b, None, "flops"),
            ),
        ),
    )


def _cost() -> Claim:
    def saving(key: str, standing: Standing, numerator: Quantity, denominator: Quantity) -> Arithmetic:
        return Arithmetic(
            key=key, form="saving", standing=standing, numerator=numerator, denominator=denominator
        )

    v2_hours = _said("v2_hours", 172_800, _V2, "gpu_hours")
    hours_67b = _said("dense_67b_hours", 300_600, _V2, "gpu_hours")
    v3_hours = _said("v3_hours", 180_000, _V3_COST, "gpu_hours")
    # DeepSeek 67B: 95 layers of 8 key and value heads of 128 numbers
    cache_67b = 95 * 2 * 8 * 128 * CACHE_BITS / 8
    cache_v2 = cost(published_model("deepseek-v2").shape).cache_numbers * BITS_OF_V2_CACHE / 8
    return Claim(
        key="cost",
        value=0.67,
        form="saving",
        in_a_report=False,
        says=(
            saving("v2_training", "published", v2_hours, hours_67b),
            saving("v3_training", "computed", v3_hours, hours_67b),
            saving(
                "v2_cache",
                "published",
                _said("v2_cache", cache_v2, _V2, "bytes"),
                _said("dense_67b_cache", cache_67b, _LLM_67B, "bytes"),
            ),
        ),
        nearest=(
            Arithmetic(
                key="name_67b",
                form="amount",
                standing="inferred",
                numerator=_said("dense_67b", 67e9, _LLM_67B, "name"),
            ),
        ),
    )
