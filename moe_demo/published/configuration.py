"""A Hugging Face config.json read as a shape, with what is easily counted wrongly named beside it.

No default of a class is taken for a size: those of `Qwen3MoeConfig`, for one, are of another model than the one
somebody means. What is missing is said.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from moe_demo.published.architectures import READERS, text_settings
from moe_demo.published.errors import PublishedError
from moe_demo.published.models import MODELS
from moe_demo.published.settings import Settings
from moe_demo.published.shape import Shape

MAX_SHOWN = 80
MAX_BYTES = 1_000_000
"""The largest that is seen has some 30 kB."""


@dataclass(frozen=True, kw_only=True)
class Configuration:
    """What a config.json says."""

    name: str
    architecture: str
    shape: Shape
    same_as: str | None
    """Name of the stored model of the same shape, apart from its MTP module."""
    notes: tuple[str, ...]
    """Keys of what is easily counted wrongly in it, as in `notes.NOTES`."""


def read_configuration(text: str, name: str = "config.json") -> Configuration:
    """The configuration in a text. Raises PublishedError with one sentence where it cannot be counted."""
    if len(text) > MAX_BYTES:
        raise PublishedError("too_large", name=name, limit=MAX_BYTES)
    try:
        values = json.loads(text)
    except (ValueError, RecursionError):
        raise PublishedError("not_json", name=name) from None
    if not isinstance(values, dict):
        raise PublishedError("not_object", name=name)
    values = text_settings(values)
    found = values.get("model_type")
    if not isinstance(found, str) or not found:
        raise PublishedError("no_type", name=name)
    if found not in READERS:
        known, found = ", ".join(sorted(READERS)), found[:MAX_SHOWN].encode("utf-8", "replace").decode()
        raise PublishedError("architecture", name=name, found=found, known=known)
    settings = Settings(values, name)
    shape = READERS[found](settings)
    settings.check()
    require_consistent(shape, name)
    same = next((model.name for model in MODELS.values() if _core(model.shape) == _core(shape)), None)
    return Configuration(
        name=name, architecture=found, shape=shape, same_as=same, notes=tuple(_notes(shape, settings))
    )


def read_configuration_file(path: Path) -> Configuration:
    """The configuration in a file; no more than MAX_BYTES of it are read. Raises PublishedError."""
    try:
        if not path.is_file():
            raise PublishedError("unreadable", name=path.name[:80], why="there is no such file")
        with open(path, "rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise PublishedError("unreadable", name=path.name[:80], why=error.strerror or error) from error
    if len(content) > MAX_BYTES:
        raise PublishedError("too_large", name=path.name, limit=MAX_BYTES)
    return read_configuration(content.decode("utf-8", "replace").removeprefix("\ufeff"), path.name)


def require_consistent(shape: Shape, name: str) -> None:
    """Raise PublishedError where sizes contradict each other."""
    pairs = (
        ("experts a token uses", shape.top_k, "experts", shape.routed),
        ("dense layers", shape.dense_layers + 1, "layers", shape.layers),
    )
    for small, small_value, large, large_value in pairs:
        if small_value > large_value:
            raise PublishedError(
                "more_than",
                name=name,
                small=small,
                small_value=small_value,
                large=large,
                large_value=large_value,
            )


def _core(shape: Shape) -> tuple[object, ...]:
    """What two descriptions of one model agree in: the count of MTP modules is left out of some of them."""
    kinds = sorted((repr(kind), n) for kind, n in _joined(shape))
    sizes = (shape.hidden, shape.vocab, shape.expert_width, shape.routed, shape.shared, shape.top_k)
    return (*kinds, *sizes, shape.dense_layers, shape.dense_width, shape.latent)


def _joined(shape: Shape) -> list[tuple[object, int]]:
    counts: dict[object, int] = {}
    for kind, n in shape.attention:
        counts[kind] = counts.get(kind, 0) + n
    return list(counts.items())


def _notes(shape: Shape, settings: Settings) -> list[str]:
    holds = {
        "mtp_outside": settings.has_mtp,
        "latent_experts": shape.latent is not None,
        "two_activated": shape.encoder_layers is not None,
        "engram_outside": shape.engram is not None,
        "moe_layers": shape.dense_layers > 0,
        "hash_layers": shape.hash_layers > 0,
        "tie_missing": settings.tie_is_guessed,
    }
    return [key for key, is_so in holds.items() if is_so]
