"""Words that more than one page uses: names of classes, methods, experts and layers, and a reader's own text.

Every word comes from the locales by `kit.i18n`; what is written the same in all languages (E3, L0) is made here.
"""

from __future__ import annotations

from collections.abc import Iterable

from moe_demo.config import ModelConfig
from moe_demo.insight.run import Run
from moe_demo.ui.kit.glossary import meanings
from moe_demo.ui.kit.i18n import labels, t

_MARKDOWN_SIGNS = frozenset("\\`*_{}[]()<>#+-.!|~$:&\"'")


def sentences(first: str, second: str) -> str:
    """A title and what is found under it; neither stop nor space stands between them yet."""
    return t("common.sentences", first=first, second=second)


def class_word(label: str) -> str:
    """The class in the reader's language; a class of one's own data keeps its name."""
    return labels("classes").get(label, label)


def class_words(of: Iterable[str]) -> list[str]:
    """The same of several classes."""
    return [class_word(label) for label in of]


def method_word(method: str) -> str:
    """A method of balancing in the reader's language."""
    return t(f"balance.methods.{method_key(method)}")


def method_key(method: str) -> str:
    """A method as it stands in keys of the locales and in names of runs: `loss_free_seq` for `loss_free+seq`."""
    return method.replace("+", "_")


def letter(place: int) -> str:
    """The name of a run that has none yet."""
    return t("balance.letters")[place]


def expert_name(expert: int) -> str:
    """`E3`."""
    return f"E{expert}"


def expert_names(experts: Iterable[int]) -> str:
    """`E3, E5`, with the comma of the reader's language."""
    return t("common.comma").join(expert_name(expert) for expert in experts)


def layer_name(layer: int) -> str:
    """`L0`."""
    return f"L{layer}"


def routing_note(model: ModelConfig) -> str:
    """What a reader must know of a router that looks at the words themselves; empty for all others."""
    if model.n_hash_layers:
        layers = t("common.comma").join(layer_name(layer) for layer in range(model.n_hash_layers))
        return t("common.by_hash", layers=layers)
    return t("common.by_kind") if model.kind_biases else ""


def layer_title(layer: int) -> str:
    """A layer as a heading: counted from 1 for people, with its name."""
    return t("flow.layer", n=layer + 1, index=layer)


def badge(run: Run) -> str:
    """Where the numbers come from: computed now, by which run, at which step, from which seed."""
    return t("flow.badge", run=run.run_id, step=run.step, seed=run.config.seed)


def badge_hint() -> str:
    """What the badge says, for one who does not know runs, steps and seeds."""
    return f"{t('flow.words.badge_hint')}\n{meanings('step', 'seed')}"


def key_help(prefix: str) -> dict[str, str]:
    """What the keys do: `key|meaning` in each text below `prefix`, as key -> meaning; and "="."""
    return dict(line.split("|", 1) for line in (*labels(prefix).values(), t("lineage.key")))


def plain(text: str) -> str:
    """A reader's text as Markdown that shows it and nothing else."""
    return "".join(f"\\{char}" if char in _MARKDOWN_SIGNS else char for char in text)
