"""Train on headlines of one's own: bring a file, see what is in it, say what its labels mean, keep it.

    draw()       the section; the rest of the page is run again only when a data set is kept or deleted

What is shown of a file comes from `text.intake`; what is kept goes through `jobs.uploads`. The file's text is
shown by tables and by escaped Markdown, never as Markdown or HTML of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import PurePath
from typing import Literal

import streamlit as st

from moe_demo.config import LABELS, RunConfig
from moe_demo.errors import SaidError
from moe_demo.jobs.reading import PackedIntake, intake_apart
from moe_demo.jobs.uploads import MAX_NAME_CHARS, Dataset, UploadError, Uploads
from moe_demo.text.corpus import Corpus, CorpusError, Reason, Rejected, held_out_size
from moe_demo.text.intake import (
    MAX_CLASS_CHARS,
    MAX_CLASSES,
    MAX_UPLOAD_BYTES,
    MAX_UPLOAD_ROWS,
    SMALLEST_CLASS,
    Intake,
    WrittenLabel,
    class_name,
    mapped,
)
from moe_demo.ui.frame import navigation
from moe_demo.ui.kit import caller, redraw, selection, streamlit_quirks
from moe_demo.ui.kit.errors import sentence
from moe_demo.ui.kit.i18n import LANGUAGES, labels, t, text_in
from moe_demo.ui.kit.new_run import plan_of, start
from moe_demo.ui.kit.picture import picture
from moe_demo.ui.kit.waiting import waiting
from moe_demo.ui.kit.words import class_word, plain
from moe_demo.ui.server.visitor import has_cookie
from moe_demo.ui.workbench.data_own import class_counts_data
from moe_demo.ui.workbench.own_data_words import details, reasons

MAX_LABEL_ROWS = 30  # labels that get a row; the rarer ones of a file with more are left out
MAX_TABLE_ROWS = 200
PREVIEW_ROWS = 8
LEAVE_OUT = ""
_COLUMNS = (5, 2, 5)


def draw() -> None:
    """The section: heading, file, preview, labels, and this browser's data sets."""
    st.header(t("own_data.title"), anchor="own-data")
    limits = {"mb": MAX_UPLOAD_BYTES // 2**20, "rows": MAX_UPLOAD_ROWS, "days": Uploads().limits.kept_days}
    st.caption(t("own_data.caption", **limits))
    if not has_cookie():
        st.info(t("own_data.no_cookies"))
    _panel()


@st.fragment
def _panel() -> None:
    _say()
    intake = _brought()
    if intake is not None:
        _overview(intake)
        corpus = _mapping(intake)
        _tables(intake, corpus)
    _kept()


def _say() -> None:
    """What the last click did, once."""
    done = st.session_state.pop("own.said", None)
    if done:
        key, name = done
        st.success(t(f"own_data.{key}", name=plain(name)))


# -- the file ----------------------------------------------------------------------------------------------------


def _brought() -> Intake | None:
    """The file that the reader has chosen, looked at once; or one sentence why it cannot be used."""
    turn = st.session_state.setdefault("own.turn", 0)  # a new key empties the field after a file was kept
    label = t("own_data.file", mb=MAX_UPLOAD_BYTES // 2**20)
    with st.container(key="own.drop"):
        refused = t("own_data.refused", mb=MAX_UPLOAD_BYTES // 2**20)
        words = {"browse": t("own_data.browse"), "limit": t("own_data.limit"), "refused": refused}
        streamlit_quirks.upload_field_words("own.drop", **words)
        file = st.file_uploader(label, key=f"own.file.{turn}", max_upload_size=MAX_UPLOAD_BYTES // 2**20)
    if file is None:
        st.session_state.pop("own.intake", None)
        return None
    if st.session_state.get("own.intake", ("", None))[0] != file.file_id:
        with waiting(t("own_data.reading")) as tell:
            packed = intake_apart(file.getvalue(), file.name, meanwhile=lambda: tell(0, 1))
            st.session_state["own.intake"] = (file.file_id, packed)
    kept: PackedIntake = st.session_state["own.intake"][1]
    try:
        return kept.opened()
    except CorpusError as error:
        st.error(sentence(error))
        return None


def _overview(intake: Intake) -> None:
    """Format, encoding, lengths: one line, with a second where something is cut."""
    lengths = intake.lengths
    st.markdown(
        t(
            "own_data.overview",
            file=plain(intake.file),
            form=t(f"own_data.forms.{intake.form.name.lower()}"),
            encoding=intake.encoding,
            rows=len(intake.rows),
            labels=len(intake.labels),
            shortest=lengths.shortest,
            median=lengths.median,
            longest=lengths.longest,
        )
    )
    if lengths.n_cut is None:
        st.caption(t("own_data.cut_many", tokens=lengths.max_tokens))
    elif lengths.n_cut:
        st.caption(t("own_data.cut", n=lengths.n_cut, tokens=lengths.max_tokens))


# -- the labels --------------------------------------------------------------------------------------------------


def _mapping(intake: Intake) -> Corpus | None:
    """Left what the labels mean, right what comes of it; None where it does not make a data set."""
    left, right = st.columns([6, 5], gap="large")
    with left:
        mapping = _label_rows(intake)
    with right:
        st.subheader(t("own_data.classes_title"))
        try:
            corpus = mapped(intake, mapping)
        except CorpusError as error:
            st.warning(sentence(error))
            return None
        picture("workbench/class_counts", data=class_counts_data(corpus), key="own.bars")
        _keep_form(intake, corpus)
    return corpus


def _label_rows(intake: Intake) -> dict[str, str | None]:
    """One row a label. Returns the class of each, None where its headlines are left out."""
    st.subheader(t("own_data.labels_title"))
    st.caption(t("own_data.labels_hint", chars=MAX_CLASS_CHARS))
    for place, heading in zip(st.columns(_COLUMNS), ("as_written", "count", "class"), strict=True):
        place.caption(t(f"own_data.{heading}"))
    proposed = [_proposed(label) for label in intake.labels]
    shown = intake.labels[:MAX_LABEL_ROWS]
    typed = [_class_of(st.session_state.get(_row_key(number))) for number in range(len(shown))]
    options = [LEAVE_OUT, *dict.fromkeys((*LABELS, *(name for name in (*proposed, *typed) if name)))]
    mapping = {label.written: _label_row(label, number, options) for number, label in enumerate(shown)}
    if None in proposed[:MAX_LABEL_ROWS]:
        st.caption(
            t("own_data.small_labels", least=SMALLEST_CLASS, chars=MAX_CLASS_CHARS, classes=MAX_CLASSES)
        )
    if rest := intake.labels[MAX_LABEL_ROWS:]:
        st.caption(t("own_data.more_labels", n=len(rest), rows=sum(label.count for label in rest)))
    return mapping


def _label_row(label: WrittenLabel, number: int, options: Sequence[str]) -> str | None:
    written, count, choice = st.columns(_COLUMNS, vertical_alignment="center")
    name = plain(class_name(label.written))
    published = f" · {plain(_published(label.published_name))}" if label.published_name else ""
    written.markdown(f"{name}{published}")
    count.markdown(f"{label.count:,}")
    chosen = choice.selectbox(
        t("own_data.class_of", label=name),
        options,
        index=options.index(_proposed(label) or LEAVE_OUT),
        key=_row_key(number),
        format_func=_option,
        accept_new_options=True,
        label_visibility="collapsed",
    )
    return _class_of(chosen)


def _row_key(number: int) -> str:
    """The widget of a label's class; another file has others."""
    return f"own.class.{st.session_state['own.intake'][0]}.{number}"


def _proposed(label: WrittenLabel) -> str | None:
    """The proposed class; one that is only an id in the file gets its published name, in the reader's language."""
    if label.proposed in LABELS or label.proposed != class_name(label.published_name):
        return label.proposed
    return _published(label.published_name)


def _published(name: str) -> str:
    return labels("own_data.published").get(name, name)


def _option(option: str) -> str:
    return class_word(option) if option else t("own_data.leave_out")


def _class_of(chosen: str | None) -> str | None:
    """The class of a choice. One of ours may have been typed by its name, in either language."""
    wanted = (chosen or LEAVE_OUT).strip()
    names = {text_in(spoken, f"classes.{label}"): label for spoken in LANGUAGES for label in LABELS}
    names |= {text_in(spoken, "own_data.leave_out"): LEAVE_OUT for spoken in LANGUAGES}
    return names.get(wanted, wanted) or None


def _keep_form(intake: Intake, corpus: Corpus) -> None:
    fraction = RunConfig().held_out_fraction
    held_out = sum(held_out_size(corpus.source, *item, fraction) for item in corpus.class_counts.items())
    st.caption(t("own_data.sizes", n=len(corpus), held_out=held_out, left_out=len(corpus.rejected)))
    name, button = st.columns([3, 2], vertical_alignment="bottom")
    wanted = name.text_input(
        t("own_data.name"),
        PurePath(intake.file).stem[:MAX_NAME_CHARS],
        max_chars=MAX_NAME_CHARS,
        key=f"own.name.{st.session_state['own.intake'][0]}",
    )
    if not button.button(t("own_data.keep"), key="own.keep", type="primary", width="stretch"):
        return
    try:
        dataset = Uploads().keep(corpus, wanted, caller.current())
    except UploadError as error:
        st.error(sentence(error))
        return
    st.session_state["own.said"] = ("kept", dataset.name)
    st.session_state["own.turn"] += 1
    redraw.now()  # data sets are listed elsewhere too


# -- the rows ----------------------------------------------------------------------------------------------------


def _tables(intake: Intake, corpus: Corpus | None) -> None:
    """The first rows, and all that is not used with its reason."""
    rejected = (*intake.unusable, *intake.repeats) if corpus is None else corpus.rejected
    with st.expander(t("own_data.preview", n=min(PREVIEW_ROWS, len(intake.rows)))):
        first = intake.rows[:PREVIEW_ROWS]
        columns = ("line", "text", "label")
        _table({name: [getattr(row, name) for row in first] for name in columns}, "preview")
    if not rejected:
        st.caption(t("own_data.none_left_out"))
        return
    with st.expander(t("own_data.left_out", n=len(rejected), reasons=reasons(rejected))):
        if len(rejected) > MAX_TABLE_ROWS:
            st.caption(t("own_data.first_rows", n=MAX_TABLE_ROWS))
        by_interest = sorted(rejected, key=lambda row: row.reason is Reason.OTHER_CLASS)  # asked for: last
        _rejected_table(by_interest[:MAX_TABLE_ROWS])


def _rejected_table(rejected: Sequence[Rejected]) -> None:
    columns: dict[str, Sequence[object]] = {
        "line": [row.line for row in rejected],
        "reason": [t(f"own_data.reasons.{row.reason.name.lower()}") for row in rejected],
        "detail": [details(row) for row in rejected],
        "text": [row.text for row in rejected],
    }
    _table(columns, "rejected")


def _table(columns: Mapping[str, Sequence[object]], name: str) -> None:
    widths: dict[str, Literal["small", "medium", "large"]] = {"line": "small", "text": "large"}
    headings = {
        column: st.column_config.Column(t(f"own_data.columns.{column}"), width=widths.get(column, "medium"))
        for column in columns
    }
    st.dataframe(
        columns, hide_index=True, column_config=headings, key=f"own.{name}", alt=t(f"own_data.alt.{name}")
    )


# -- what is kept ------------------------------------------------------------------------------------------------


def _kept() -> None:
    """This browser's data sets, each with a delete button that asks once more."""
    st.subheader(t("own_data.kept_title"))
    datasets = Uploads().of(caller.current())
    if not datasets:
        st.caption(t("own_data.none_kept"))
    for dataset in datasets:
        _kept_row(dataset)


def _kept_row(dataset: Dataset) -> None:
    said, train, button = st.columns([5, 2, 2], vertical_alignment="center")
    counts = t("common.comma").join(
        f"{plain(class_word(label))} {count:,}" for label, count in dataset.class_counts.items()
    )
    until = datetime.fromtimestamp(dataset.created, UTC) + timedelta(days=Uploads().limits.kept_days)
    said.markdown(f"**{plain(dataset.name)}** · {counts}")
    said.caption(t("own_data.kept_until", n=dataset.n_headlines, date=f"{until:%Y-%m-%d}"))
    key = f"own.train.{dataset.key}"
    if train.button(t("own_data.train"), key=key, type="primary", width="stretch"):
        _train(dataset)
    if st.session_state.get("own.deleting") != dataset.key:
        args = (dataset.key,)
        button.button(
            t("own_data.delete"), key=f"own.delete.{dataset.key}", on_click=_ask, args=args, width="stretch"
        )
        return
    said.warning(t("own_data.really", name=plain(dataset.name)))
    yes, no = button.columns(2)
    no.button(t("own_data.no"), key="own.no", on_click=_ask, args=(None,), width="stretch")
    if yes.button(t("own_data.yes"), key="own.yes", type="primary", width="stretch"):
        _delete(dataset)


def _train(dataset: Dataset) -> None:
    """A run of the default preset on it, shown by the training page."""
    try:
        start(plan_of(dataset))
    except SaidError as error:
        st.error(sentence(error))
        return
    navigation.go("training", selection.current())


def _ask(key: str | None) -> None:
    st.session_state["own.deleting"] = key


def _delete(dataset: Dataset) -> None:
    st.session_state["own.deleting"] = None
    try:
        Uploads().delete(dataset.key, caller.current())
    except UploadError as error:
        st.error(sentence(error))
        return
    st.session_state["own.said"] = ("deleted", dataset.name)
    redraw.now()
