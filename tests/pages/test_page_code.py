"""The few lines of Python behind each page, its notebook and its link: run, and held against the page."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

import numpy as np
import pytest

from moe_demo.published import count, published_model
from moe_demo.ui.frame.pages import page_at, page_called
from moe_demo.ui.workbench.data_code import PAGES, link_of, notebook_of, page_code, run_code
from tests.pages import numbers
from tests.pages.app import opened, sent


def view_of(**params: str) -> Any:
    return numbers.view_of("workbench", params)


ASKED: list[dict[str, str]] = [
    {},
    {"t": "2", "l": "1", "e": "3", "step": "276", "s": "火箭'夺冠\"\\n"},
    {
        "k": "2",
        "temp": "0.5",
        "bias": "0.5",
        "be": "3",
        "groups": "no",
        "off": "0-1.1-2",
        "topk": "3",
        "limit": "1",
        "model": "kimi-k2",
        "tables": "both",
    },
]


@pytest.mark.parametrize("asked", ASKED, ids=["as it opens", "another place", "with settings"])
@pytest.mark.parametrize("name", PAGES)
def test_the_lines_behind_a_page_run_and_their_notebook_agrees_with_itself(name: str, asked: dict[str, str]):
    view = view_of(**asked)
    code = page_code(name, view)
    result = run_code(code)
    assert result.size
    assert np.isfinite(result).all()
    book = json.loads(notebook_of(name, code, result, link_of(name, view)))
    space: dict[str, Any] = {}
    for cell in book["cells"]:
        if cell["cell_type"] == "code":
            exec("".join(cell["source"]), space)
    with pytest.raises(AssertionError):  # the last cell does compare
        exec("".join(book["cells"][-1]["source"]), space | {"result": 2 * result + 1})


SHOWN: dict[str, Callable[[dict[str, Any]], list[float]]] = {
    "start": lambda data: [one["p"] for one in data["classes"]],
    "router": lambda data: [row["gate"] for row in data["rows"] if row["chosen"]],
    "mixture": lambda data: [row["norm"] for row in data["rows"]],
    "whatif": lambda data: [one["after"] for one in data["answers"]],
    "nodes": lambda data: [sum(node["copies"] for node in data["nodes"])],
}
"""Page -> the numbers that its main picture is sent."""


@pytest.mark.parametrize("asked", ASKED, ids=["as it opens", "another place", "with settings"])
@pytest.mark.parametrize("name", SHOWN)
def test_the_lines_behind_a_page_find_the_numbers_that_its_picture_shows(name: str, asked: dict[str, str]):
    at = opened("" if name == "start" else name, **asked)
    data = dict(sent(at))[f"{name}/picture"]
    view = view_of(**asked)
    found = run_code(page_code(name, view))
    if name == "nodes":
        found = found[[view.selection.layer]]
    np.testing.assert_allclose(sorted(found), sorted(SHOWN[name](data)), rtol=1e-4, atol=1e-5)


def test_the_lines_find_what_the_trace_and_the_records_say():
    """One by one, by other ways than the lines themselves take."""
    view = view_of(t="2", l="1", off="0-1.1-2", topk="3", k="2", limit="1")
    trace = view.trace
    np.testing.assert_allclose(run_code(page_code("start", view)), list(trace.probabilities.values()))
    gates = run_code(page_code("router", view))
    scores_E = trace.layers[1].scores_TE[2]
    best = sorted(scores_E[trace.layers[1].choice_TE[2] > -np.inf], reverse=True)
    assert len(gates) == 2
    assert gates.sum() == pytest.approx(1.0, abs=1e-5)
    assert gates.max() <= best[0] / (best[0] + min(best)) + 1e-6
    norms = run_code(page_code("mixture", view))
    pieces = trace.layers[1].weighted_TKD[2]
    np.testing.assert_allclose(norms[:4], np.linalg.norm(pieces, axis=-1), rtol=1e-5)
    assert run_code(page_code("nodes", view)).tolist() == [len(trace.tokens)] * 2  # one node a word
    changed = run_code(page_code("whatif", view))
    assert changed.sum() == pytest.approx(1.0, abs=1e-5)
    assert abs(changed - trace.probabilities_C).max() > 1e-3
    v3 = run_code(page_code("scale", view))[0]
    assert v3.tolist() == [
        count(published_model("deepseek-v3").shape).total,
        count(published_model("deepseek-v3").shape).activated,
    ]
    recorded = [one.accuracy for one in numbers.recording().runs]
    assert run_code(page_code("balance", view)).tolist() == recorded
    accuracies = run_code(page_code("training", view))
    assert accuracies[-1] == view.run.last_eval.accuracy
    experts = run_code(page_code("experts", view))
    assert experts.max() - 1 == pytest.approx(view.run.last_eval.max_vio_L[1], abs=0.01)


@pytest.mark.parametrize("name", PAGES)
def test_the_link_of_a_page_opens_it_as_it_is(name: str):
    view = view_of(k="3", off="0-1", l="1", lang="en", s="火箭夺冠")
    path, _, query = link_of(name, view).partition("?")
    assert page_at(path.strip("/")) == page_called(name)
    params = dict(parse_qsl(query))
    assert {"l": "1", "lang": "en", "s": "火箭夺冠", "k": "3", "off": "0-1"}.items() <= params.items()
