"""What the picture of one headline is given: its words' experts under four weights of the sequence-wise loss."""

from __future__ import annotations

from typing import TypedDict

from moe_demo.releases.sentence_balance import SentenceBalance, SentenceRun
from moe_demo.ui.kit.i18n import labels, language, t
from moe_demo.ui.kit.words import layer_name


class SentenceGrid(TypedDict):
    """One layer: the experts of each word, K of them."""

    name: str
    experts: list[list[int]]
    line: str


class SentenceCard(TypedDict):
    """One training."""

    title: str
    foot: str
    chosen: bool
    layers: list[SentenceGrid]


class BalanceSentenceData(TypedDict):
    """The same headline through trainings that differ in one number."""

    tokens: list[str]
    n_experts: int
    cards: list[SentenceCard]
    label: str
    words: dict[str, str]
    lang: str


def sentence_data(recording: SentenceBalance) -> BalanceSentenceData:
    """A card for each training, by ascending weight."""
    return {
        "tokens": list(recording.tokens),
        "n_experts": recording.n_routed,
        "cards": [_card(recording, run) for run in recording.runs],
        "label": t("balance.sentence.label", text=recording.text),
        "words": labels("balance.sentence.words"),
        "lang": language(),
    }


def claim(recording: SentenceBalance) -> str:
    """What the trainings show: of the layer with the fewest sets, and for too much of the most uneven one."""
    none, chosen, much = recording.runs[0], _of_preset(recording), recording.runs[-1]
    few, good, uneven = _fewest(none), _fewest(chosen), _most_uneven(much)
    return t(
        "balance.sentence.claim",
        n=len(recording.tokens),
        alpha=chosen.seq_alpha,
        none=none.layers[few].n_sets,
        none_layer=layer_name(few),
        none_mean=none.layers[few].held_out_sets_per_word,
        chosen=chosen.layers[good].n_sets,
        chosen_layer=layer_name(good),
        chosen_mean=chosen.layers[good].held_out_sets_per_word,
        much_alpha=much.seq_alpha,
        much_layer=layer_name(uneven),
        much_overlap=much.layers[uneven].overlap,
        overlap=chosen.layers[uneven].overlap,
        vio=_worst_vio(chosen),
        much_vio=_worst_vio(much),
    )


def _of_preset(recording: SentenceBalance) -> SentenceRun:
    return next(run for run in recording.runs if run.seq_alpha == recording.chosen)


def _fewest(run: SentenceRun) -> int:
    return min(range(len(run.layers)), key=lambda place: run.layers[place].held_out_sets_per_word)


def _most_uneven(run: SentenceRun) -> int:
    return max(range(len(run.layers)), key=lambda place: run.layers[place].max_vio)


def _worst_vio(run: SentenceRun) -> float:
    return max(layer.max_vio for layer in run.layers)


def _card(recording: SentenceBalance, run: SentenceRun) -> SentenceCard:
    kind = _kind(recording, run)
    return {
        "title": t(f"balance.sentence.{kind}", alpha=run.seq_alpha),
        "foot": t("balance.sentence.foot", accuracy=run.accuracy, vio=_worst_vio(run)),
        "chosen": kind == "chosen",
        "layers": [
            {
                "name": layer_name(place),
                "experts": [list(row) for row in layer.experts],
                "line": t(
                    "balance.sentence.line",
                    sets=layer.n_sets,
                    n=len(recording.tokens),
                    overlap=layer.overlap,
                ),
            }
            for place, layer in enumerate(run.layers)
        ],
    }


def _kind(recording: SentenceBalance, run: SentenceRun) -> str:
    if run.seq_alpha == recording.chosen:
        return "chosen"
    if not run.seq_alpha:
        return "none"
    return "less" if run.seq_alpha < recording.chosen else "more"
