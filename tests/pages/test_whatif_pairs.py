"""Two sentences beside each other on the what-if page: in the address, with their routes, and the reason."""

import pytest

from moe_demo import load_run
from moe_demo.insight.routing_diff import MINIMAL_PAIRS, routing_diff
from moe_demo.ui.kit.i18n import text_in
from tests.pages.app import drawn, opened


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", ["deepseek", "document"])
def test_the_sentence_of_the_address_is_compared(name: str, lang: str):
    a, b = MINIMAL_PAIRS[1]
    data = drawn(opened("whatif", s=a, beside=b, run=name, lang=lang, off="0-1"), "sentences")
    found = routing_diff(load_run(name), a, b)
    assert [sentence["text"] for sentence in data["sentences"]] == [a, b]
    assert [[cell["a"] for cell in row["cells"]] for row in data["rows"]] == [
        [list(experts) for experts in word.experts_a] for word in found.words
    ]
    assert [[cell["moved"] for cell in row["cells"]] for row in data["rows"]] == [
        list(word.moved) for word in found.words
    ]
    why = text_in(lang, "whatif.pairs.why_same")
    assert data["why"] == (why if name == "document" else "")


def test_a_pair_of_the_list_sets_both_sentences():
    at = opened("whatif")
    [box] = [box for box in at.selectbox if box.label == text_in("zh", "whatif.pairs.choose")]
    assert box.value == ""
    box.set_value("2").run()
    assert (at.query_params["s"], at.query_params["beside"]) == tuple(
        [text] for text in MINIMAL_PAIRS[2]
    ) or (
        at.query_params["s"],
        at.query_params["beside"],
    ) == MINIMAL_PAIRS[2]
    assert drawn(at, "sentences")["rows"]


def test_a_sentence_of_ones_own_stands_in_the_address():
    at = opened("whatif", s="火箭升空")
    at.text_input(key="whatif.beside").set_value(" 火箭\t来了 ").run()
    assert at.query_params["beside"] in ("火箭 来了", ["火箭 来了"])
    assert [row["word"] for row in drawn(at, "sentences")["rows"]] == ["火箭"]
    at.text_input(key="whatif.beside").set_value("").run()
    assert "beside" not in at.query_params


def test_sentences_without_a_common_word_say_so():
    data = drawn(opened("whatif", s="火箭升空", beside="手机", lang="en"), "sentences")
    assert data["claim"] == text_in("en", "whatif.pairs.none_shared")
    assert data["rows"] == []


def test_what_has_no_word_is_refused_in_one_sentence():
    at = opened("whatif", beside="\u200b", lang="en")
    assert len(at.warning) == 1
    at = opened("whatif", s="火箭", beside="　 ", lang="en")
    assert not at.exception


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_all_pairs_stand_in_a_table(lang: str):
    at = opened("whatif", lang=lang)
    run = load_run("deepseek")
    [table] = [block.value for block in at.markdown if block.value.startswith("|")]
    shared = [(pair, word) for pair in MINIMAL_PAIRS for word in routing_diff(run, *pair).words]
    lines = table.splitlines()[2:]
    assert len(lines) == len(shared)
    for line, (pair, word) in zip(lines, shared, strict=True):
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        assert " / ".join(pair) in cells[0]
        assert cells[1] == word.text
        assert [not cell.startswith("0 ") for cell in cells[2:-1]] == list(word.moved)
