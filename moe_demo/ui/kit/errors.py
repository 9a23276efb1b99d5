"""Every error and every reason of a run in the reader's language, by its key.

st.error(sentence(error))       escaped: Streamlit reads its messages as Markdown, and names are anybody's
said(job.reason)                as it is, for what is set as text
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from moe_demo.errors import Said, SaidError
from moe_demo.text.corpus import Reason
from moe_demo.ui.kit.i18n import t, texts
from moe_demo.ui.kit.words import class_word, plain

_PLACES = {"corpus": "own_data.errors", "upload": "own_data.upload_errors"}
"""Topic of an error -> where its sentences stand in the locales, if not below `errors`."""


def sentence(error: SaidError) -> str:
    """What went wrong, as Markdown that shows the sentence and nothing else."""
    return _filled(error.said, {name: _shown(value) for name, value in error.values.items()})


def said(reason: str) -> str:
    """Why a run paused, ended or failed; a text without a key, of another program or version, stays as it is."""
    return _filled(reason, reason.values) if isinstance(reason, Said) else reason


def said_as_markdown(reason: str) -> str:
    """The same, as Markdown that shows the sentence and nothing else."""
    return plain(said(reason))


def place_of(key: str) -> str:
    """Where the sentence of an error stands in the locales."""
    topic, _, code = key.partition(".")
    return f"{_PLACES.get(topic, f'errors.{topic}')}.{code}"


def counted(counts: Counter[Reason]) -> str:
    """Reasons for which rows are left out, with their counts."""
    pairs = [f"{t(f'own_data.reasons.{reason.name.lower()}')} {n:,}" for reason, n in counts.most_common()]
    return t("common.comma").join(pairs) or t("own_data.no_row")


def _filled(spoken: Said, values: Mapping[str, Any]) -> str:
    key, values = place_of(spoken.key), dict(values)
    if key not in texts("zh"):
        return str(spoken)  # of another version
    if isinstance(counts := spoken.values.get("counts"), Counter):
        values["reasons"] = counted(counts)
    if isinstance(rule := spoken.values.get("rule"), Said):
        values["rule"] = said(rule)
    if "label" in values:
        values["label"] = class_word(str(values["label"]))
    return t(key, **values)


def _shown(value: object) -> object:
    """Numbers stay numbers, so that a text may format them; everything else is shown as it is, not as Markdown."""
    return value if isinstance(value, int | float) else plain(str(value))
