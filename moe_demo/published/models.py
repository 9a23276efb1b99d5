"""All published models by name, DeepSeek's first."""

from __future__ import annotations

from moe_demo.published.deepseek import DEEPSEEK
from moe_demo.published.errors import PublishedError
from moe_demo.published.others import OTHERS
from moe_demo.published.shape import Published

MODELS: dict[str, Published] = {model.name: model for model in (*DEEPSEEK, *OTHERS)}


def published_model(name: str) -> Published:
    """The model of this name. Raises PublishedError naming those there are."""
    if name not in MODELS:
        raise PublishedError("unknown_model", name=name[:80], known=", ".join(MODELS))
    return MODELS[name]
