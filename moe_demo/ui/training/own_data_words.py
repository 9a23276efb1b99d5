"""What can be wrong with a file, its rows and its keeping, said in the reader's language.

`text.errors` and `jobs.uploads` have the English sentences of the command line; here each is said again by its
code. What comes from the file or its name is escaped, since Streamlit reads its messages as Markdown.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from moe_demo.jobs.uploads import UploadError
from moe_demo.text.corpus import CorpusError, Reason, Rejected
from moe_demo.text.errors import Detail
from moe_demo.ui.kit.i18n import t
from moe_demo.ui.kit.words import class_word, plain


def sentence(error: CorpusError) -> str:
    """Why a file cannot be used."""
    values = {name: _shown(value) for name, value in error.values.items()}
    if isinstance(counts := error.values.get("counts"), Counter):
        values["reasons"] = _counted(counts)
    if "label" in error.values:
        values["label"] = plain(class_word(str(error.values["label"])))
    return t(f"own_data.errors.{error.code}", **values)


def upload_sentence(error: UploadError) -> str:
    """Why a data set cannot be kept or found."""
    values = {name: _shown(value) for name, value in error.values.items()}
    return t(f"own_data.upload_errors.{error.code}", **values)


def reasons(rejected: Sequence[Rejected]) -> str:
    """The reasons of all these rows with their counts."""
    return _counted(Counter(row.reason for row in rejected))


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


def _counted(counts: Counter[Reason]) -> str:
    pairs = [f"{t(f'own_data.reasons.{reason.name.lower()}')} {n:,}" for reason, n in counts.most_common()]
    return t("common.comma").join(pairs) or t("own_data.no_row")


def _shown(value: object) -> object:
    """Numbers stay numbers, so that a text may format them; everything else is shown as it is, not as Markdown."""
    return value if isinstance(value, int | float) else plain(str(value))
