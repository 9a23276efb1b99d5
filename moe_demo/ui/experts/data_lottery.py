"""What the table of matched experts is given: each expert's partner in trainings from other seeds."""

from __future__ import annotations

from typing import TypedDict

from moe_demo.insight.alignment import Matched, SameLeaning, leaning
from moe_demo.insight.run import Run
from moe_demo.ui.experts.seeds import beside, live, lottery
from moe_demo.ui.kit.i18n import labels, language, t
from moe_demo.ui.kit.looks import class_looks
from moe_demo.ui.kit.words import expert_name, layer_title


class Leaning(TypedDict):
    """The class that an expert's words are of most beyond chance."""

    glyph: str
    hue: str
    word: str


class Partner(TypedDict):
    """The matched expert of one other training."""

    label: str
    overlap: float
    survives: bool
    leaning: Leaning


class LotteryRow(TypedDict):
    """One expert of this page's run."""

    label: str
    leaning: Leaning
    partners: list[Partner]


class LotteryNumber(TypedDict):
    """A number of a sentence, and its key."""

    text: str
    why: str


class OtherTraining(TypedDict):
    """A training beside it, and how the matching went."""

    name: str
    luck: float
    numbers: dict[str, LotteryNumber]
    """By their names in the sentence that says how it went."""


class ExpertsLotteryData(TypedDict):
    """One layer's experts and their partners."""

    name: str
    layer: int
    others: list[OtherTraining]
    rows: list[LotteryRow]
    title: str
    claim: str
    words: dict[str, str]
    lang: str


def lottery_data(run: Run, layer: int, twin: Run | None) -> ExpertsLotteryData:
    """What the table draws. Raises SeedsError, RunError."""
    found, others, mine = lottery(run, layer, twin), beside(run, twin), live(run)
    looks = [
        Leaning(glyph=look["glyph"], hue=look["hue"], word=look["word"]) for look in class_looks(run.labels)
    ]
    leaning_E = leaning(mine.class_load_LEC[layer])
    theirs = [leaning(other.class_load_LEC[layer]) for other in others]
    rows: list[LotteryRow] = [
        {
            "label": expert_name(e),
            "leaning": looks[leaning_E[e]],
            "partners": [
                {
                    "label": expert_name(int(pairs.partner_E[e])),
                    "overlap": float(pairs.overlap_E[e]),
                    "survives": bool(pairs.survives_E[e]),
                    "leaning": looks[other_E[pairs.partner_E[e]]],
                }
                for (pairs, _), other_E in zip(found, theirs, strict=True)
            ],
        }
        for e in range(len(leaning_E))
    ]
    return {
        "name": mine.name,
        "layer": layer,
        "others": [
            {"name": other.name, "luck": pairs.luck, "numbers": _numbers(place, pairs, same)}
            for place, (other, (pairs, same)) in enumerate(zip(others, found, strict=True))
        ],
        "rows": rows,
        "title": t("experts.lottery_label", layer=layer_title(layer)),
        "claim": _claim(rows, found),
        "words": labels("experts.lottery"),
        "lang": language(),
    }


def _numbers(place: int, pairs: Matched, same: SameLeaning) -> dict[str, LotteryNumber]:
    texts = {
        "mean": f"{pairs.overlap_E.mean():.2f}",
        "chance": f"{pairs.chance:.2f}",
        "survive": str(int(pairs.survives_E.sum())),
        "same": str(same.n_same),
        "by_chance": f"{same.by_chance:.1f}",
    }
    return {name: {"text": text, "why": f"lottery_{name}-{place}"} for name, text in texts.items()}


def _claim(rows: list[LotteryRow], found: tuple[tuple[Matched, SameLeaning], ...]) -> str:
    """How many find a partner everywhere; and how many keep their number."""
    everywhere = sum(all(partner["survives"] for partner in row["partners"]) for row in rows)
    kept = sum(all(partner["label"] == row["label"] for partner in row["partners"]) for row in rows)
    return t("experts.lottery_claim", n=len(rows), everywhere=everywhere, others=len(found), kept=kept)
