"""The models of the page: the published ones, and the bundled run as the smallest."""

from __future__ import annotations

from functools import lru_cache

from moe_demo.published import MODELS, Conventions, Count, Published, Shape, Source, count, shape_of
from moe_demo.published.deepseek import DEEPSEEK
from moe_demo.runs.catalogue import RunCatalogue
from moe_demo.ui.kit.i18n import t
from moe_demo.ui.scale.settings import OURS

BUNDLED = "deepseek"


@lru_cache(maxsize=1)
def _shape_of_ours() -> Shape:
    """Of the bundled run. Raises RunError where its settings cannot be read."""
    store = RunCatalogue().find(BUNDLED)
    assert store is not None, "it ships with the app"
    return shape_of(store.config().model)


def model_named(name: str) -> Published:
    """One of them; ours has its title in the reader's language."""
    if name != OURS:
        return MODELS[name]
    source = Source(where=f"moe_demo/bundled_runs/{BUNDLED}/config.json")
    return Published(
        name=OURS, title=t("scale.ours"), family="ours", shape=_shape_of_ours(), sources=(source,)
    )


def names() -> tuple[str, ...]:
    """Of all of them, ours first."""
    return (OURS, *MODELS)


def row() -> tuple[str, ...]:
    """Of those in the picture: from ours to DeepSeek-V4.1."""
    return (OURS, *(model.name for model in DEEPSEEK))


@lru_cache(maxsize=512)
def counted(name: str, conventions: Conventions) -> Count:
    """A model's parameters under these conventions."""
    shape = _shape_of_ours() if name == OURS else MODELS[name].shape
    return count(shape, conventions)
