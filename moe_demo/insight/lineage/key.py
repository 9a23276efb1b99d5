"""Which number is asked for: a quantity and the places that the selection does not already say.

NumberKey("gate")                the gate of the selected word, layer and expert
NumberKey("class_logit", (2,))   the logit of class 2; `class_logit-2` in an address
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_WORD = re.compile(r"([a-z_]{1,24})((?:-[0-9]{1,7}){0,3})")


@dataclass(frozen=True)
class NumberKey:
    """One number."""

    name: str
    at: tuple[int, ...] = ()

    def __str__(self) -> str:
        return "-".join([self.name, *map(str, self.at)])

    @classmethod
    def read(cls, raw: str) -> NumberKey:
        """The key that an address names. Raises ValueError for what is none; whether there is one is asked later."""
        found = _WORD.fullmatch(raw)
        if found is None:
            raise ValueError(f"{raw} names no number")
        return cls(found[1], tuple(int(part) for part in found[2].split("-")[1:]))
