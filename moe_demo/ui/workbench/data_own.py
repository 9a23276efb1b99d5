"""What the picture of a file's classes is given."""

from __future__ import annotations

from typing import TypedDict

from moe_demo.text.corpus import Corpus
from moe_demo.ui.kit.i18n import language, t
from moe_demo.ui.kit.looks import ClassLook, class_looks


class ClassCount(ClassLook):
    """A class and how many headlines it has, as a number and as it is shown."""

    count: int
    shown: str


class WorkbenchClassCountsData(TypedDict):
    """How many headlines of each class a file has."""

    rows: list[ClassCount]
    label: str
    lang: str


def class_counts_data(corpus: Corpus) -> WorkbenchClassCountsData:
    """The classes in the order of their labels."""
    rows: list[ClassCount] = [
        {**look, "count": count, "shown": f"{count:,}"}
        for look, count in zip(class_looks(corpus.labels), corpus.class_counts.values(), strict=True)
    ]
    return {"rows": rows, "label": t("own_data.bars_label"), "lang": language()}
