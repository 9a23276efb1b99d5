"""How an error is told: one plain sentence in English, and a key with values that say it in any other language.

A kind of error is a subclass of `SaidError` with a table of its sentences. The command line prints the sentence; a page
looks the key up in the locales (`ui.kit.errors`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, ClassVar, Self


class Said(str):
    """A sentence in English that knows its key and values; to everything else it is a text."""

    key: str
    values: dict[str, Any]

    def __new__(cls, key: str, template: str, values: Mapping[str, Any]) -> Self:
        """The template, filled."""
        sentence = super().__new__(cls, template.format(**values))
        sentence.key, sentence.values = key, dict(values)
        return sentence

    @property
    def plain_values(self) -> dict[str, str | int | float]:
        """The values as JSON takes them."""
        return {
            name: value if isinstance(value, int | float) else str(value)
            for name, value in self.values.items()
        }

    def __reduce__(
        self,
    ) -> tuple[Callable[[str, str, Mapping[str, Any]], Said], tuple[str, str, dict[str, Any]]]:
        """As copy and pickle need it."""
        return Said.again, (str(self), self.key, self.values)

    @classmethod
    def again(cls, sentence: str, key: str, values: Mapping[str, Any]) -> Said:
        """What was written down as a sentence, its key and its values."""
        return cls(key, "{sentence}", {**values, "sentence": sentence})


class SaidError(ValueError):
    """An error whose message is one plain sentence; `code` and `values` let a page say it in another language."""

    topic: ClassVar[str]
    sentences: ClassVar[Mapping[str, str]]
    """Code -> what it says in English, with placeholders for the values."""

    def __init__(self, code: str, **values: Any) -> None:
        self.code, self.values = code, values
        self.said = Said(f"{self.topic}.{code}", self.sentences[code], values)
        super().__init__(self.said)

    def __reduce__(self) -> tuple[Callable[[], SaidError], tuple[()]]:
        """As pickle needs it: made from code and values, not from the sentence."""
        return partial(type(self), self.code, **self.values), ()
