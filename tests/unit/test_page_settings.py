"""Settings of a page: what is written is read again, and what cannot be read is named."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import pytest

from moe_demo.config import METHODS
from moe_demo.releases.recording_settings import ALPHAS, RATES
from moe_demo.ui.balance.settings import BalanceSettings
from moe_demo.ui.kit.page_settings import (
    Between,
    Named,
    OneOf,
    PageSettings,
    Places,
    Words,
    changed,
    names,
    read,
    tidy_name,
    written,
)
from moe_demo.ui.router.settings import RouterSettings


@dataclass(frozen=True, kw_only=True)
class Example(PageSettings):
    former: ClassVar = {("kind", "2"): ("word", "b_c"), ("word", "1"): ("word", "a")}

    k: Annotated[int, Between(1, 8)] | None = None
    temp: Annotated[float, Between(0.25, 4.0)] = 1.0
    knob: Annotated[float, OneOf((0.001, 1.0))] | None = None
    on: bool = True
    word: Literal["a", "b+c"] = "a"
    off: Annotated[tuple[tuple[int, ...], ...], Places(2, most=3)] = ()
    named: Annotated[tuple[tuple[int | str, ...], ...], Named(2, most=2)] = ()
    push: Annotated[tuple[tuple[int, ...], ...], Places(3, signed=True)] = ()
    beside: Annotated[str, Words(8)] = ""


@pytest.mark.parametrize(
    ("settings", "params"),
    [
        (Example(), {}),
        (Example(k=4, temp=0.7), {"k": "4", "temp": "0.7"}),
        (Example(on=False, word="b+c"), {"on": "no", "word": "b_c"}),
        (Example(knob=0.001), {"knob": "0.001"}),
        (Example(knob=1.0), {"knob": "1"}),
        (Example(off=((0, 3), (1, 12))), {"off": "0-3.1-12"}),
        (Example(named=((0, 3, "球队"), (1, 0, "a b 7"))), {"named": "0-3-球队.1-0-a b 7"}),
        (Example(push=((0, 3, -20), (1, 12, 5))), {"push": "0-3--20.1-12-5"}),
        (Example(beside="火箭 a=1&b"), {"beside": "火箭 a=1&b"}),
    ],
)
def test_what_is_written_is_read_again(settings: Example, params: dict[str, str]):
    assert written(settings) == params
    assert read(Example, params) == (settings, ())


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        *[("k", raw) for raw in ("0", "9", "3.0", "", "x", "٣", "1_0", " 3", "9" * 400, "-1")],
        *[("temp", raw) for raw in ("0", "5", "nan", "inf", "1e400", "0x1", "1_0")],
        *[("knob", raw) for raw in ("0.5", "", "x")],
        *[("on", raw) for raw in ("1", "true", "Yes")],
        *[("word", raw) for raw in ("c", "b+c", "0")],
        ("kind", "7"),
        *[("push", raw) for raw in ("0-3", "0-3---2", "0-3-", "0-3-2--")],
        *[("beside", raw) for raw in ("123456789", "a\nb", "a\x00")],
        *[
            ("off", raw)
            for raw in ("", "0", "0-3-1", "0-3.", "0--3", "0-x", "0-3.0-3", "0-1.0-2.0-3.0-4", "٣-1")
        ],
        *[
            ("named", raw)
            for raw in ("", "0-3", "0-3-", "x-3-a", "0-3-<b>", "0-3-a.0-3-b", "0-3- a", "0-3-" + "a" * 13)
        ],
        ("named", "0-1-a.0-2-b.0-3-c"),
    ],
)
def test_what_cannot_be_read_is_its_default_and_named(name: str, raw: str):
    settings, unread = read(Example, {name: raw, "temp" if name != "temp" else "k": "2"})
    assert unread == (name,)
    assert settings == (Example(temp=2.0) if name != "temp" else Example(k=2))


def test_old_names_and_values_are_understood():
    old = BalanceSettings.former
    assert read(Example, {"kind": "2"}) == (Example(word="b+c"), ())
    assert read(Example, {"word": "1"}) == (Example(), ())
    assert "kind" in names(Example)
    for i, method in enumerate(METHODS):
        assert read(BalanceSettings, {"way": str(i)}) == (BalanceSettings(way=method), ())
    for i in range(len(ALPHAS)):
        assert read(BalanceSettings, {"alpha": str(i)})[0].aux_alpha == ALPHAS[i]
        assert read(BalanceSettings, {"seqalpha": str(i)})[0].seq_alpha == ALPHAS[i]
        assert read(BalanceSettings, {"rate": str(i)})[0].bias_rate == RATES[i]
    assert read(BalanceSettings, {"reveal": "1"}) == (BalanceSettings(reveal=True), ())
    assert read(RouterSettings, {"groups": "0"}) == (RouterSettings(groups=False), ())
    for (_, value), new in old.items():
        assert value != new[1], "an old value that means something today must have another name"


def test_a_change_is_checked_by_the_page():
    assert changed(Example(k=3), {"k": None, "on": False}) == Example(on=False)
    for changes in ({"k": 9}, {"k": "3"}, {"nothing": 1}, {"temp": 9.0}, {"word": "z"}):
        with pytest.raises(ValueError, match="Example"):
            changed(Example(), changes)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("球队", "球队"),
        ("  <script>alert(1)</script> ", "script alert"),
        ("a-b.c", "a b c"),
        ("🏆", ""),
        ("", ""),
        ("一二三四五六七八九十一二三", "一二三四五六七八九十一二"),
    ],
)
def test_a_typed_name_keeps_letters_and_digits_and_can_stand_in_the_address(typed: str, kept: str):
    assert tidy_name(typed) == kept
    assert tidy_name(kept) == kept
    if kept:
        assert read(Example, written(Example(named=((0, 1, kept),)))) == (Example(named=((0, 1, kept),)), ())
