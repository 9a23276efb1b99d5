"""What the papers measured of balancing: their figures, from their models and their data, to stand beside ours."""

from __future__ import annotations

from dataclasses import dataclass

from moe_demo.config import BalanceMethod


@dataclass(frozen=True, kw_only=True)
class PaperFigure:
    """One printed number, or two that belong together."""

    source: str
    """arXiv number and table or section, as one cites it."""
    model: str
    method: BalanceMethod
    setting: str
    """What else was set, in symbols; may be empty."""
    measure: str
    """`perplexity` or `loss` on validation data: lower is better."""
    value: str
    max_vio: str
    """Global MaxVio, mean over layers; empty where it is not printed."""


def _loss_free(
    table: str, model: str, method: BalanceMethod, setting: str, value: str, max_vio: str
) -> PaperFigure:
    return PaperFigure(
        source=f"arXiv 2408.15664, {table}",
        model=model,
        method=method,
        setting=setting,
        measure="perplexity",
        value=value,
        max_vio=max_vio,
    )


def _v3(model: str, method: BalanceMethod, value: str) -> PaperFigure:
    return PaperFigure(
        source="arXiv 2412.19437, §4.5.3",
        model=model,
        method=method,
        setting="",
        measure="loss",
        value=value,
        max_vio="",
    )


FIGURES = (
    _loss_free("Table 2", "1B", "aux_loss", "α = 0.001", "9.56", "0.72"),
    _loss_free("Table 2", "1B", "loss_free", "u = 0.001", "9.50", "0.04"),
    _loss_free("Table 2", "3B", "aux_loss", "α = 0.001", "7.97", "0.52"),
    _loss_free("Table 2", "3B", "loss_free", "u = 0.001", "7.92", "0.04"),
    _loss_free("Table 3", "1B", "loss_free", "b += u·sign(e), u = 0.001", "9.50", "0.044"),
    _loss_free("Table 3", "1B", "loss_free", "b += u·e, u = 0.01", "9.53", "0.028"),
    _loss_free("Table 3", "1B", "loss_free", "b += u·e, u = 0.0001", "9.51", "0.040"),
    _loss_free("Table 4", "1B", "loss_free", "s × b, u = 0.01", "9.52", "0.041"),
    _loss_free("Table 4", "1B", "loss_free", "s × b, u = 0.001", "9.52", "0.036"),
    _loss_free("Table 4", "1B", "loss_free", "s × b, u = 0.0001", "9.54", "0.048"),
    _v3("1B", "seq_aux_loss", "2.258"),
    _v3("1B", "aux_loss", "2.253"),
    _v3("1B", "loss_free", "2.253"),
    _v3("3B", "seq_aux_loss", "2.085"),
    _v3("3B", "aux_loss", "2.080"),
    _v3("3B", "loss_free", "2.080"),
)
