"""What the address asks of the scale page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from moe_demo.published.count import Conventions, Embeddings
from moe_demo.ui.kit.page_settings import PageSettings

OURS = "ours"
ModelName = Literal[
    "ours",
    "deepseek-moe-16b",
    "deepseek-v2-lite",
    "deepseek-v2",
    "deepseek-v3",
    "deepseek-v4-flash",
    "deepseek-v4-pro",
    "deepseek-v4.1-flash",
    "mixtral-8x7b",
    "olmoe-1b-7b",
    "gpt-oss-120b",
    "qwen3-30b-a3b",
    "qwen3-235b-a22b",
    "qwen3-next-80b-a3b",
    "glm-4.5-air",
    "glm-5",
    "minimax-m2",
    "kimi-k2",
    "kimi-k3",
]


@dataclass(frozen=True, kw_only=True)
class ScaleSettings(PageSettings):
    """Two models, and what is counted."""

    model: ModelName = "deepseek-v3"
    compare: ModelName = "deepseek-v2"
    """The model beside it."""
    tables: Embeddings = "head"
    """Which of the two tables of tokens counts as activated."""
    mtp: bool = False
    engram: bool = False
    prompt: bool = False
    """Whether a token of the prompt is meant, where that makes a difference."""
    wide: bool = False
    """Whether latent experts are taken at the model's width, which is wrong."""

    @property
    def conventions(self) -> Conventions:
        """What is counted."""
        return Conventions(
            embeddings=self.tables,
            mtp=self.mtp,
            tables=self.engram,
            phase="prefill" if self.prompt else "decode",
            latent=not self.wide,
        )
