"""How an error is told: one plain sentence in English, and a key with values that say it in any other language.

A kind of error is a subclass of `SaidError` with a table of its sentences; that of settings stands here, the others
beside what they are about. The command line prints the sentence; a page looks the key up in the locales
(`ui.kit.errors`).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, ClassVar, Self

_TURNS = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
"""They let what follows run from right to left."""


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


def one_line(text: str) -> str:
    """A text that a terminal shows as it is: line breaks, escape sequences and lone surrogates are written out."""
    return "".join(char.encode("unicode_escape").decode() if _is_control(char) else char for char in text)


def _is_control(char: str) -> bool:
    return unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") or char in _TURNS


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


CONFIG_SENTENCES = {
    "rule": "{owner}.{field} must be {rule}, got {value}.",
    "table": "{owner} must be a table of settings, got {value}.",
    "unknown": "{owner} has no setting named {names}.",
    "groups": "BalanceConfig.{field} needs ModelConfig.n_groups above 1, got 1.",
    "preset": "There is no preset {name!r}; choose one of {known}.",
    "device": "device must be one of auto, cpu, cuda, got {device!r}.",
    "no_cuda": "device is cuda, but torch finds no CUDA GPU here; use cpu or auto.",
    "expert_ranks": "The {n_routed} experts cannot be shared out evenly among {ranks} processes; "
    "let --expert-parallel be a divisor of {n_routed}.",
    "expert_processes": "--expert-parallel {value} needs a multiple of {value} processes, got {world}; "
    "start them with torchrun --nproc-per-node={value} -m moe_demo ...",
    "one_process": "The experts are shared out among several processes; "
    "start them with torchrun --nproc-per-node=4 -m moe_demo parallel ...",
    "few_headlines": "{world} processes need as many headlines at least, got {n}.",
    "processes": "RunConfig.batch_size must be a multiple of the number of processes, {world}, got {value}.",
    "transformers": "The same as transformers' DeepseekV3MoE needs {field} to be {rule}, got {value}.",
    "memory": "Such a model takes about {needed:,.0f} GB of memory to train, and this machine has {there:,.0f} GB; "
    "make the model or batch_size smaller.",
    "labels": "The headlines are of the classes {found}, model.labels are {labels}; let both be the same.",
    "two_starts": "--config and --preset both name settings to start from; leave one of them out.",
    "set_form": "--set takes NAME=VALUE, such as model.dim=48, got {given!r}.",
    "set_name": "There is no setting named {name}.",
    "resume": "--resume goes on with the settings of {folder}; leave out {options}.",
}


class ConfigError(SaidError):
    """A setting has a value that no run can be built from; the message names field, value and rule."""

    topic = "config"
    sentences = CONFIG_SENTENCES
