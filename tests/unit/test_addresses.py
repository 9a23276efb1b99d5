"""Whatever strangers write into an address: a selection with its notices, never an exception."""

import pytest

from moe_demo.insight.run import load_run
from moe_demo.runs.catalogue import RunCatalogue
from moe_demo.runs.owners import NOBODY
from moe_demo.runs.store import RunError
from moe_demo.ui.frame.pages import PAGES
from moe_demo.ui.kit import page_settings, selection

STRANGE = [
    "",
    "x" * 256,
    "x" * 100_000,
    "中" * 90,
    "a\0b",
    "a/b",
    "../../etc/passwd",
    "\udc80",
    "²",
    "٣",
    "-1",
    "9" * 5000,
    "1e999",
    "nan",
    "inf",
    "-0",
    "[1](http://host)",
]
NAMES = sorted({*selection.KEYS.values(), *page_settings.every_name()})


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
@pytest.mark.parametrize("value", STRANGE, ids=range(len(STRANGE)))
def test_every_parameter_takes_every_value(page, value: str):
    for name in NAMES:
        chosen = selection.parsed(page.settings, ((name, value),))
        assert isinstance(chosen, selection.Selection)
        again = selection.parsed(page.settings, tuple(chosen.params(page.settings).items()))
        assert again.of(page.settings) == chosen.of(page.settings)


@pytest.mark.parametrize("name", [value for value in STRANGE if value != "-1"], ids=repr)
def test_a_name_that_no_run_can_have_is_that_of_no_run(name: str):
    assert not RunCatalogue().has(name, NOBODY)
    assert not RunCatalogue().is_coming(name, NOBODY)
    with pytest.raises(RunError):
        load_run(name or "-")


def test_the_notice_names_a_few_parameters_and_the_beginning_of_each():
    pairs = tuple((f"{number}{'x' * 1000}", "1") for number in range(1000))
    notices = selection.parsed(page_settings.PageSettings, pairs).notices
    assert sum(map(len, notices)) < 500


def test_long_addresses_are_not_kept():
    selection.parsed.cache_clear()
    for number in range(10):
        pairs = {"s": str(number) * 10_000}
        selection.kept_or_parsed(page_settings.PageSettings, tuple(pairs.items()))
    assert selection.parsed.cache_info().currsize == 0
