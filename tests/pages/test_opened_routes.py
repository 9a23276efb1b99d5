"""A file of routes that is opened on the workbench: it stands on the experts and nodes pages too, for this visit."""

import json
from collections import Counter
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from moe_demo.ui.kit.i18n import LANGUAGES, text_in
from tests.pages.app import drawn, numbers, opened, sent

N_LAYERS, N_ROUTED, TOP_K, N_WORDS = 3, 12, 2, 90
EXPERTS_LTK = np.array(
    [
        [[(t * t + layer) % N_ROUTED, (t * t + layer + 1 + t % 3) % N_ROUTED] for t in range(N_WORDS)]
        for layer in range(N_LAYERS)
    ]
)
ANSWER = json.dumps(
    {
        "model": "somebodys-model",
        "choices": [{"routed_experts": EXPERTS_LTK.transpose(1, 0, 2).tolist()}],
    }
).encode()


@pytest.fixture(autouse=True)
def _runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOE_DEMO_RUNS", str(tmp_path / "runs"))


def with_file(lang: str, data: bytes = ANSWER, name: str = "their answer.json") -> AppTest:
    """The workbench, with a file brought in."""
    return bring(opened("workbench", lang=lang), data, name)


def bring(at: AppTest, data: bytes, name: str) -> AppTest:
    field = next(one for one in at.file_uploader if str(one.key).startswith("workbench.routes"))
    field.set_value((name, data, "application/json")).run()
    assert not at.exception, at.exception
    return at


def on(at: AppTest, page: str) -> AppTest:
    at.switch_page(f"pages/{page}.py").run()
    assert not at.exception, at.exception
    return at


def said(at: AppTest) -> str:
    kinds = (at.markdown, at.caption, at.header)
    return "\n".join(item.value for kind in kinds for item in kind).replace("\\", "")


def charts(at: AppTest) -> list[dict[str, Any]]:
    return [data["figure"] for picture, data in sent(at) if picture == "kit/chart"]


def frame_having(at: AppTest, column: str) -> Any:
    [found] = [one.value for one in at.dataframe if column in one.value.columns]
    return found


@pytest.mark.parametrize("lang", LANGUAGES)
def test_load_and_pairs_of_the_file_stand_on_the_experts_page_as_theirs(lang: str):
    at = on(with_file(lang), "experts")
    assert text_in(lang, "routes.title_load") in said(at)
    assert text_in(lang, "routes.whose.theirs") in said(at)
    assert "their answer.json" in said(at)
    assert "somebodys-model" in said(at)
    [cells] = [figure["data"][0] for figure in charts(at) if figure["data"][0]["type"] == "heatmap"]
    counts = [Counter(of_layer.ravel().tolist()) for of_layer in EXPERTS_LTK]
    fair = N_WORDS * TOP_K / N_ROUTED
    shown = np.reshape(numbers(cells["z"]), (N_LAYERS, N_ROUTED))
    np.testing.assert_allclose(shown, [[count[e] / fair for e in range(N_ROUTED)] for count in counts])
    at.selectbox(key="experts.routes.layer").set_value(2).run()
    both = Counter(pair for row in EXPERTS_LTK[2].tolist() for pair in combinations(sorted(row), 2))
    pairs = frame_having(at, text_in(lang, "routes.pairs.together"))
    assert len(pairs) > 3
    for names, words in zip(pairs.iloc[:, 0], pairs.iloc[:, 1], strict=True):
        first, second = (int(name[1:]) for name in names.split(" + "))
        assert both[first, second] == words


@pytest.mark.parametrize("lang", LANGUAGES)
def test_traffic_of_the_file_stands_on_the_nodes_page_for_as_many_nodes_as_are_picked(lang: str):
    at = on(with_file(lang), "nodes")
    assert text_in(lang, "routes.title_traffic") in said(at)
    assert text_in(lang, "routes.whose.theirs") in said(at)
    assert at.selectbox(key="nodes.routes.nodes").value == 4  # as our own board has
    for nodes in (4, 6):
        at.selectbox(key="nodes.routes.nodes").set_value(nodes).run()
        reached = [{expert // (N_ROUTED // nodes) for expert in word} for word in EXPERTS_LTK[0].tolist()]
        copies = Counter(node for of_word in reached for node in of_word)
        table = frame_having(at, text_in(lang, "routes.copies.per_node"))
        assert table[text_in(lang, "routes.copies.per_node")].tolist() == [copies[n] for n in range(nodes)]
        bars = [figure["data"][0] for figure in charts(at) if figure["data"][0]["type"] == "bar"]
        shares = numbers(bars[0]["y"])
        assert len(shares) == nodes
        assert shares[:2] == pytest.approx(
            [sum(len(of_word) == n for of_word in reached) / N_WORDS for n in (1, 2)]
        )
        assert not any(one.get("meta") for one in charts(at)[0]["data"])  # no sum of ours explains theirs


@pytest.mark.parametrize("page", ["experts", "nodes"])
def test_without_a_file_there_is_no_panel_and_what_the_model_does_stays_where_it_was(page: str):
    without, with_one = opened(page, lang="en"), on(with_file("en"), page)
    assert "Routes from a file" not in said(without)
    assert "Routes from a file" in said(with_one)
    ours = [drawn(at, {"experts": "max_name", "nodes": "copies"}[page]) for at in (without, with_one)]
    assert ours[0] == ours[1]


def test_what_is_picked_holds_on_every_page_and_a_file_that_is_forgotten_is_gone_from_all():
    at = on(with_file("en"), "experts")
    at.selectbox(key="experts.routes.layer").set_value(1).run()
    at = on(at, "nodes")
    assert at.selectbox(key="nodes.routes.layer").value == 1
    at = on(at, "workbench")
    assert at.selectbox(key="workbench.routes.layer").value == 1
    links = [link.proto for link in at.get("page_link") if link.proto.label.endswith("page")]
    assert [link.page for link in links] == ["specialization", "expert-parallel"]
    at = on(at, "nodes")
    at.button(key="nodes.routes.forget").click().run()
    for page in ("nodes", "experts", "workbench"):
        at = on(at, page)
        assert "somebodys-model" not in said(at)
    bring(at, ANSWER, "again.json")  # and may be opened again
    assert "again.json" in said(at)


def test_a_file_that_is_refused_leaves_open_what_was_open():
    at = bring(with_file("en"), b'{"a": 1}', "bad.json")
    assert at.error[0].value.replace("\\", "").startswith("bad.json ")
    assert "their answer.json" in said(at)
    assert "bad.json" not in said(on(at, "experts"))


def test_ours_is_called_ours_on_every_page():
    ours = json.loads(ANSWER) | {"moe_demo": {"n_routed_experts": N_ROUTED, "tokens": []}}
    at = with_file("en", json.dumps(ours).encode())
    for page in ("workbench", "experts", "nodes"):
        at = on(at, page)
        assert text_in("en", "routes.whose.ours") in said(at)
        assert text_in("en", "routes.whose.theirs") not in said(at)
