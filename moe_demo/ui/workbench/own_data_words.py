"""What can be wrong with the rows of a file, said in the reader's language by its code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from moe_demo.text.corpus import Rejected
from moe_demo.text.errors import Detail
from moe_demo.ui.kit.errors import counted
from moe_demo.ui.kit.i18n import t
from moe_demo.ui.kit.words import class_word


def reasons(rejected: Sequence[Rejected]) -> str:
    """The reasons of all these rows with their counts."""
    return counted(Counter(row.reason for row in rejected))


def details(row: Rejected) -> str:
    """What exactly is wrong with a row, for a table: not escaped."""
    detail = row.detail
    if not isinstance(detail, Detail):
        return detail
    values = dict(detail.values)
    if isinstance(written := values.get("labels"), Iterable):
        places = [t("own_data.place", label=class_word(label), line=line) for label, line in written]
        values["places"] = t("common.comma").join(places)
    return t(f"own_data.details.{detail.code}", **values)
