"""Files of one JSON object a line, as TNEWS and other data sets of CLUE are handed out."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import PurePath

from moe_demo.text.errors import CorpusError, Detail
from moe_demo.text.header import LABEL_COLUMNS, TEXT_COLUMNS, header_error, label_places, text_place
from moe_demo.text.rows import RawRow

_ENDINGS = (".json", ".jsonl", ".ndjson")
_LINES_LOOKED_AT = 200


def is_json(lines: Sequence[str], file: str) -> bool:
    """Whether the file is JSON: by its name, or because most of its first lines are objects.

    A headline may begin with { or [ as well, so that one line says nothing.

    Raises:
        CorpusError: json_array, json_object.
    """
    is_named = PurePath(file).suffix.lower() in _ENDINGS
    number, first = next((number, line.strip()) for number, line in enumerate(lines, 1) if line.strip())
    inside = first.removeprefix("[").lstrip()
    begins_array = first == "[" or inside.replace(" ", "").startswith(('{"', "{}"))
    if first.startswith("[") and (is_named or begins_array):
        raise CorpusError("json_array", file=file, line=number)
    looked_at = list(islice((line for line in lines if line.strip()), _LINES_LOOKED_AT))
    if first == "{" or (len(looked_at) == 1 and _is_around_others(first)):
        raise CorpusError("json_object", file=file, line=number)
    return is_named or 2 * sum(_object(line) is not None for line in looked_at) >= len(looked_at)


def json_rows(lines: Sequence[str], file: str, need_label: bool) -> Iterator[RawRow]:
    """Rows of JSON objects; whether the keys are there at all is known after the last line.

    Raises:
        CorpusError: header (text_header where no label is needed).
    """
    keys: dict[str, None] = {}  # in the order in which they were met
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        record = _object(line)
        if record is None:
            yield RawRow(number, line, broken=Detail("not_json"))
            continue
        keys |= dict.fromkeys(record)
        text = next((record[name] for name in TEXT_COLUMNS if record.get(name)), "")
        yield RawRow(number, text, tuple(record.get(name, "") for name in LABEL_COLUMNS))
    names = list(keys)
    if keys and (text_place(names) is None or (need_label and not label_places(names))):
        number = next(number for number, line in enumerate(lines, 1) if line.strip())
        raise header_error(file, number, ", ".join(keys), need_label)


def _is_around_others(line: str) -> bool:
    """Whether a line is an object that has lists or objects in it, and no text of its own."""
    try:
        record = json.loads(line, parse_int=str, parse_float=str)
    except (ValueError, RecursionError):
        return False
    if not isinstance(record, dict) or not any(isinstance(value, list | dict) for value in record.values()):
        return False
    return text_place([key.casefold() for key, value in record.items() if isinstance(value, str)]) is None


def _object(line: str) -> dict[str, str] | None:
    """The object of a line by its keys in lower case, what is no text or number as nothing; None if it is none.

    Numbers stay as they are written: of thousands of digits, they would be slow to read or refused.
    """
    if not line.lstrip().startswith("{"):
        return None
    try:
        record = json.loads(line.rstrip().removesuffix(","), parse_int=str, parse_float=str)
    except (ValueError, RecursionError):
        return None
    return {key.casefold(): value if isinstance(value, str) else "" for key, value in record.items()}
