"""A file that somebody brings, looked at before its classes are known.

    intake_of(bytes, name)     -> Intake    format, encoding, labels as written, lengths, what cannot be used and why
    mapped(intake, mapping)    -> Corpus    the headlines under the classes that the reader chose for the labels

`corpus.read_corpus` asks for labels it knows and refuses the others. Here an unknown label is a question: it may
be a class of its own, another name of a class, or of no interest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median

from moe_demo.config import LABELS, RunConfig
from moe_demo.text.corpus import (
    Corpus,
    CorpusError,
    Headline,
    Reason,
    Rejected,
    held_out_size,
    tally,
    text_key,
    without_repeats,
)
from moe_demo.text.errors import Detail, quote
from moe_demo.text.formats import parse
from moe_demo.text.labels import OTHER_CLASS, published_names, resolve_label
from moe_demo.text.rows import Format, Row
from moe_demo.text.segmentation import MAX_TOKENS, normalize, tokenize

MAX_UPLOAD_BYTES = 20 * 2**20  # as maxUploadSize in .streamlit/config.toml; 20 MiB are some 300,000 headlines
# The default preset takes some 3,000 headlines a second on two cores of a laptop, and sees each of them ten times:
# 50,000 are two to three minutes of training, 200,000 would be more than ten.
MAX_UPLOAD_ROWS = 50_000
MAX_TEXT_CHARS = 10_000  # longer is an article, of which a model of headlines would see the beginning
MAX_LABEL_CHARS = 500  # longer is no label, and would be shown
MIN_CLASSES, MAX_CLASSES = 2, 10
MAX_CLASS_CHARS = 20
SMALLEST_CLASS = 3  # headlines: with fewer, none is left over to be held out (see `held_out_size`)
_MAX_COUNTED = 2_000  # long texts that are cut into words to see how many are too long: half a second or so
_HELD_OUT_FRACTION = RunConfig().held_out_fraction


@dataclass(frozen=True, kw_only=True)
class UsableRow(Row):
    """A row with a text and a label; what makes two headlines the same is worked out once."""

    key: str


@dataclass(frozen=True, kw_only=True)
class WrittenLabel:
    """A label as the file writes it."""

    written: str
    count: int
    """Rows that have it, repeats included."""
    published_name: str
    """What the data set's authors call this class id; empty where the label is no id."""
    proposed: str | None
    """The class it probably means, None where it is better left out."""


@dataclass(frozen=True, kw_only=True)
class Lengths:
    """How long the texts are, in characters."""

    shortest: int
    median: float
    longest: int
    n_cut: int | None
    """Texts of which the model reads the beginning only; None where counting them would take too long."""
    max_tokens: int
    """The most words that the model reads."""


@dataclass(frozen=True, kw_only=True)
class Intake:
    """What was found in a file."""

    file: str
    form: Format
    encoding: str
    rows: tuple[UsableRow, ...]
    """Every row with a text and a label, repeats included."""
    labels: tuple[WrittenLabel, ...]
    """The most frequent first; in the order of the file where two are equal."""
    lengths: Lengths
    unusable: tuple[Rejected, ...]
    """Rows without a text or a label, and broken ones."""
    repeats: tuple[Rejected, ...]
    """The same headline as before, or with another label as well: under the labels as written."""

    @property
    def rejected_counts(self) -> dict[Reason, int]:
        """How many rows were left out for which reason."""
        return dict(Counter(row.reason for row in (*self.unusable, *self.repeats)))

    @property
    def proposal(self) -> dict[str, str | None]:
        """The proposed class of every label, as `mapped` takes it."""
        return {label.written: label.proposed for label in self.labels}


def intake_of(data: bytes, file: str) -> Intake:
    """Look at the content of a file; `file` is its name.

    Raises:
        CorpusError: nothing in it can be used; the message is one sentence naming the file and what to do.
    """
    if len(data) > MAX_UPLOAD_BYTES:
        raise CorpusError("too_large", file=file, limit=MAX_UPLOAD_BYTES)
    parsed = parse(data, file, MAX_UPLOAD_ROWS, need_label=True)
    rows, unusable = _sorted_out(parsed.rows)
    if not rows:
        counts = Counter(row.reason for row in unusable)
        raise CorpusError("no_labelled", file=file, reasons=tally(unusable), counts=counts)
    _, repeats = without_repeats(rows, lambda row: row.key)
    return Intake(
        file=file,
        form=parsed.form,
        encoding=parsed.encoding,
        rows=tuple(rows),
        labels=_labels(rows, parsed.form),
        lengths=_lengths([row.text for row in rows]),
        unusable=tuple(unusable),
        repeats=tuple(sorted(repeats, key=lambda row: row.line)),
    )


def mapped(intake: Intake, mapping: Mapping[str, str | None]) -> Corpus:
    """The headlines of a file under the reader's classes.

    Several labels may mean one class. Repeats are looked for again: what contradicts itself as written may agree
    once two labels are one class. The classes come in a fixed order: ours first, then the others by their labels'
    frequency. So the same mapping gives the same model, in whatever order it was put together.

    Args:
        intake: what `intake_of` found.
        mapping: label as written -> class name; None, or a label that is not in it, leaves its headlines out.

    Raises:
        CorpusError: fewer than two classes or more than ten, a name that cannot be shown, a class too small.
    """
    class_of = _class_names(intake, mapping)
    labelled = [replace(row, label=name) for row in intake.rows if (name := class_of[row.label]) is not None]
    left_out = [
        Rejected(row.line, row.text, Reason.OTHER_CLASS, Detail("label", label=row.label))
        for row in intake.rows
        if class_of[row.label] is None
    ]
    kept, repeats = without_repeats(labelled, lambda row: row.key)
    corpus = Corpus(
        headlines=tuple(Headline(row.text, row.label) for row in kept),
        labels=_class_order(class_of),
        source=intake.file,
        rejected=tuple(sorted([*intake.unusable, *left_out, *repeats], key=lambda row: row.line)),
    )
    for label, n_headlines in corpus.class_counts.items():
        held_out_size(intake.file, label, n_headlines, _HELD_OUT_FRACTION)
    return corpus


def class_name(written: str) -> str:
    """A class name as it is kept: without characters that cannot be seen, single spaces between its words."""
    return " ".join(normalize(written).split())


def _sorted_out(rows: Sequence[Row]) -> tuple[list[UsableRow], list[Rejected]]:
    """Rows with a text and a label, and the others."""
    usable, unusable = [], []
    for row in rows:
        text = _storable(row.text).strip()
        if row.broken:
            unusable.append(Rejected(row.line, text[:MAX_TEXT_CHARS], Reason.BROKEN, row.broken))
        elif len(text) > MAX_TEXT_CHARS:
            detail = Detail("too_long", count=len(text), limit=MAX_TEXT_CHARS)
            unusable.append(Rejected(row.line, text[:MAX_TEXT_CHARS], Reason.BROKEN, detail))
        elif not (key := text_key(text)):
            unusable.append(Rejected(row.line, text, Reason.BLANK_TEXT))
        elif len(row.label) > MAX_LABEL_CHARS:
            detail = Detail("long_label", count=len(row.label), limit=MAX_LABEL_CHARS)
            unusable.append(Rejected(row.line, text, Reason.BROKEN, detail))
        elif not class_name(row.label):
            unusable.append(Rejected(row.line, text, Reason.NO_LABEL))
        else:
            usable.append(UsableRow(line=row.line, text=text, label=_storable(row.label).strip(), key=key))
    return usable, unusable


def _storable(text: str) -> str:
    """The text without what no CSV file in UTF-8 can hold; JSON can write both as escapes."""
    return text.replace("\0", "").encode("utf-8", "ignore").decode("utf-8")


def _lengths(texts: Sequence[str]) -> Lengths:
    """A text of no more characters than the model reads words is never cut, so few are taken apart."""
    sizes = [len(text) for text in texts]
    long_texts = [text for text in texts if len(text) > MAX_TOKENS]
    is_quick = len(long_texts) <= _MAX_COUNTED
    return Lengths(
        shortest=min(sizes),
        median=median(sizes),
        longest=max(sizes),
        n_cut=sum(tokenize(text).truncated is not None for text in long_texts) if is_quick else None,
        max_tokens=MAX_TOKENS,
    )


def _labels(rows: Sequence[UsableRow], form: Format) -> tuple[WrittenLabel, ...]:
    counts = Counter(row.label for row in rows)
    published = published_names(form, counts)
    meaning = {written: _meaning(written, published) for written, _ in counts.most_common()}
    proposed = _worth_having(meaning, counts)
    return tuple(
        WrittenLabel(
            written=written,
            count=count,
            published_name=published.get(written, ""),
            proposed=meaning[written] if meaning[written] in proposed else None,
        )
        for written, count in counts.most_common()
    )


def _meaning(written: str, published: Mapping[str, str]) -> str:
    """One of our classes where it names one; else what its authors call it, else the label itself."""
    label = resolve_label(written, LABELS, published)
    return class_name(published.get(written, written)) if label in (None, OTHER_CLASS) else str(label)


def _worth_having(meaning: Mapping[str, str], counts: Mapping[str, int]) -> set[str]:
    """The classes to propose: those that can be learned and shown, and no more than there may be.

    Small ones are proposed where there would be no two classes without them: the reader is then told which
    class needs more headlines.
    """
    sizes: Counter[str] = Counter()
    for written, name in meaning.items():
        sizes[name] += counts[written]
    fitting = [name for name, _ in sizes.most_common() if len(name) <= MAX_CLASS_CHARS]
    large = [name for name in fitting if sizes[name] >= SMALLEST_CLASS]
    return set((large if len(large) >= MIN_CLASSES else fitting)[:MAX_CLASSES])


def _class_names(intake: Intake, mapping: Mapping[str, str | None]) -> dict[str, str | None]:
    """The class of every label of the file. Names that differ in case only are one, as when a file is read."""
    spelling: dict[str, str] = {}
    class_of: dict[str, str | None] = {}
    for label in intake.labels:
        wanted = mapping.get(label.written)
        name = None if wanted is None else class_name(wanted)
        if name is not None and not 0 < len(name) <= MAX_CLASS_CHARS:
            raise CorpusError("class_name", file=intake.file, found=quote(name), limit=MAX_CLASS_CHARS)
        class_of[label.written] = name if name is None else spelling.setdefault(name.casefold(), name)
    names = list(spelling.values())
    if not names:
        raise CorpusError("no_class", file=intake.file)
    if len(names) < MIN_CLASSES:
        raise CorpusError("only_class", file=intake.file, label=names[0])
    if len(names) > MAX_CLASSES:
        raise CorpusError("many_classes", file=intake.file, count=len(names), limit=MAX_CLASSES)
    return class_of


def _class_order(class_of: Mapping[str, str | None]) -> tuple[str, ...]:
    names = dict.fromkeys(name for name in class_of.values() if name is not None)
    return (*(label for label in LABELS if label in names), *(name for name in names if name not in LABELS))
