"""The settings of a config.json, asked for one by one; what is missing is gathered and told at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moe_demo.published.errors import PublishedError

MOST = 10**9
MAX_LAYERS = 10_000
_SHOWN = 60


class Settings:
    """Values by key. A missing size is noted and 1 stands for it until `check` raises."""

    def __init__(self, values: Mapping[str, Any], name: str) -> None:
        self.values, self.name = values, name
        self.missing: list[str] = []
        self.tie_is_guessed = False

    def size(self, *keys: str, least: int = 1, most: int = MOST) -> int:
        """A whole number under the first of these keys that is there; all of them are names of one thing."""
        for key in keys:
            if self.values.get(key) is not None:
                return self._whole(key, self.values[key], least, most)
        self.missing.append(" or ".join(keys))
        return max(1, least)

    def optional(self, key: str, default: int = 0, most: int = MOST) -> int:
        """A whole number that may be left out or null."""
        value = self.values.get(key)
        return default if value is None else self._whole(key, value, 0, most)

    def flag(self, key: str) -> bool:
        """A truth value; false where it is left out."""
        return self.values.get(key) is True

    @property
    def layers(self) -> int:
        """All layers."""
        return self.size("num_hidden_layers", most=MAX_LAYERS)

    @property
    def tied(self) -> bool:
        """Whether table and head are one; where a file does not say so, they are taken for two."""
        self.tie_is_guessed = "tie_word_embeddings" not in self.values
        return self.flag("tie_word_embeddings")

    @property
    def has_mtp(self) -> bool:
        """Whether the checkpoint holds modules that predict further tokens."""
        keys = ("num_nextn_predict_layers", "num_mtp_layers", "mtp_num_hidden_layers")
        return any(isinstance(self.values.get(key), int) and self.values[key] > 0 for key in keys)

    def entries(self, key: str, n: int) -> list[Any] | None:
        """A list of at least n entries, None where there is none. Raises PublishedError."""
        value = self.values.get(key)
        if value is None:
            return None
        if not isinstance(value, list) or len(value) < n:
            raise PublishedError("bad_list", name=self.name, key=key, n=n)
        return value

    def check(self) -> None:
        """Raise PublishedError where something is missing."""
        if self.missing:
            raise PublishedError("missing", name=self.name, keys=", ".join(dict.fromkeys(self.missing)))

    def _whole(self, key: str, value: Any, least: int, most: int) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            shown = repr(value)[:_SHOWN]
            raise PublishedError("bad_value", name=self.name, key=key, least=least, most=most, value=shown)
        return value
