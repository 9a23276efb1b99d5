"""The pictures' data has one shape on both sides: the committed JSDoc is what the TypedDicts of Python say."""

from typing import Any, Literal, NotRequired, TypedDict

import pytest

from scripts import picture_types
from tests.typed import mismatches


class Inner(TypedDict):
    p: float
    kind: Literal["a", "b"]


class Outer(TypedDict):
    inner: list[Inner]
    pair: tuple[int, str]
    many: tuple[str, ...]
    words: dict[str, str]
    maybe: int | None
    late: NotRequired[bool]


RIGHT: dict[str, Any] = {
    "inner": [{"p": 1, "kind": "a"}],
    "pair": [1, "x"],
    "many": [],
    "words": {"a": "b"},
    "maybe": None,
}


def test_the_committed_types_are_those_of_python():
    files = picture_types.written()
    assert {path.name for path in picture_types.UI.glob("*/*.types.js")} == {path.name for path in files}
    stale = [path.name for path, content in files.items() if path.read_text(encoding="utf-8") != content]
    assert stale == [], "run `make types`"


def test_every_picture_says_what_it_takes():
    scripts = [
        path for path in picture_types.UI.glob("*/*.js") if "\nexport default" in path.read_text("utf-8")
    ]
    pictures = {path.relative_to(picture_types.UI).with_suffix("").as_posix() for path in scripts}
    assert picture_types.picture_types().keys() == pictures - {"kit/mount"}  # which only fetches the others


@pytest.mark.parametrize(
    ("hint", "expected"),
    [
        (list[list[float]], "Array<Array<number>>"),
        (tuple[int, str], "[number, string]"),
        (tuple[str, ...], "Array<string>"),
        (dict[str, bool], "Record<string, boolean>"),
        (int | float | None, "number|null"),
        (Literal["a", "b"] | None, '"a"|"b"|null'),
        (list[Inner], "Array<Inner>"),
    ],
)
def test_a_type_is_written_as_jsdoc_says_it(hint: Any, expected: str):
    assert picture_types.jsdoc(hint) == expected


def test_a_type_that_json_does_not_know_is_refused():
    with pytest.raises(TypeError, match="JSON"):
        picture_types.jsdoc(set[int])


def test_right_data_has_no_mismatch():
    assert list(mismatches(RIGHT, Outer)) == []
    assert list(mismatches(RIGHT | {"late": True}, Outer)) == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"maybe": "1"}, "data.maybe"),
        ({"maybe": True}, "data.maybe"),
        ({"pair": [1]}, "data.pair"),
        ({"many": [1]}, "data.many[0]"),
        ({"words": {"a": None}}, "data.words.a"),
        ({"late": None}, "data.late"),
        ({"extra": 1}, "data has extra"),
        ({"inner": [{"p": 0.5}]}, "data.inner[0] lacks kind"),
        ({"inner": [{"p": 0.5, "kind": "c"}]}, "data.inner[0].kind"),
        ({"inner": {}}, "data.inner"),
    ],
)
def test_a_wrong_part_is_named(change: dict[str, Any], told: str):
    [found] = mismatches(RIGHT | change, Outer)
    assert found.startswith(told)
