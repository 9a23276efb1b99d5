"""What the pictures of a checkpoint say is what was counted: cell by cell, mark by mark."""

import numpy as np
import plotly.graph_objects as go
import pytest

from moe_demo.figures.checkpoint import STRONGEST, confusion_matrix, expert_class_map
from moe_demo.insight.specialisation import MIN_EXPECTED, Specialisation
from moe_demo.ui.kit.i18n import labels

NAMES = ["tech", "sports", "entertainment"]
CONFUSION = np.array([[8, 1, 1], [0, 5, 0], [2, 0, 2]])


def written(figure: go.Figure) -> dict[tuple[int, int], str]:
    """The text in every cell, by (row, column); titles of panels have no cell."""
    notes = [note for note in figure.layout.annotations if note.xref != "paper"]
    return {(int(note.y), int(note.x)): note.text for note in notes}


def confusion(counts: np.ndarray = CONFUSION, names: list[str] = NAMES) -> go.Figure:
    return confusion_matrix(counts, names, labels("checkpoint.confusion"))


def experts(load_EC: list[list[int]]) -> tuple[Specialisation, go.Figure]:
    found = Specialisation(layer=0, labels=("a", "b"), n_headlines=9, load_EC=np.array(load_EC))
    return found, expert_class_map(found, ["a", "b"], labels("checkpoint.experts"))


def test_confusion_cells_have_count_and_share_of_their_row():
    figure = confusion()
    assert written(figure)[0, 0] == "8<br>80%"
    assert written(figure)[2, 0] == "2<br>50%"
    assert written(figure)[1, 1] == "5<br>100%"
    share_CC = np.array(figure.data[0].z, dtype=float)
    assert share_CC.sum(axis=1) == pytest.approx([1, 1, 1])
    assert figure.layout.yaxis.autorange == "reversed"  # the first class on top, as in a table


def test_the_diagonal_is_framed_and_nothing_else():
    frames = {(shape.x0 + 0.5, shape.y0 + 0.5) for shape in confusion().layout.shapes}
    assert frames == {(0, 0), (1, 1), (2, 2)}


def test_a_class_without_headlines_has_counts_and_no_share():
    figure = confusion(np.array([[3, 1], [0, 0]]), ["a", "b"])
    assert written(figure)[1, 0] == "0"
    assert np.array(figure.data[0].z, dtype=float)[1].tolist() == [0, 0]


@pytest.mark.parametrize("n", [2, 10])
def test_two_to_ten_classes_with_long_names_that_begin_alike(n):
    names = [f"a very long name of a class number {place}" for place in range(n)]
    figure = confusion(np.eye(n, dtype=int) * 7, names)
    assert len(written(figure)) == n * n
    assert len(set(figure.layout.xaxis.ticktext)) == n
    assert max(map(len, figure.layout.xaxis.ticktext)) <= 14
    assert figure.data[0].customdata[0][n - 1][0] == names[0]  # in full where it is pointed at


def test_a_class_name_is_text_and_never_a_mark():
    figure = confusion(np.eye(2, dtype=int), ["<b>x</b>", "a&b"])
    assert figure.layout.xaxis.ticktext == ("&lt;b>x&lt;/b>", "a&amp;b")


def test_lift_is_written_as_it_is_and_tinted_by_its_logarithm():
    found, figure = experts([[300, 100], [100, 300]])
    assert found.lift_EC.tolist() == [[1.5, 0.5], [0.5, 1.5]]
    assert written(figure) == {(0, 0): "1.50", (0, 1): "0.50", (1, 0): "0.50", (1, 1): "1.50"}
    cells = figure.data[0]
    assert np.array(cells.z) == pytest.approx(np.log2(found.lift_EC))
    assert cells.zmin == -cells.zmax  # no tint at 1.0
    assert cells.colorscale[1][0] == 0.5


def test_only_cells_with_too_few_expected_words_are_hatched():
    found, figure = experts([[300, 300], [MIN_EXPECTED, 8]])
    hatched = [shape for shape in figure.layout.shapes if shape.type == "path"]
    assert found.small_EC.tolist() == [[False, False], [True, True]]
    assert len(hatched) == 2
    assert all(f",{1.42:g}" in shape.path for shape in hatched)  # in the row of expert 1


def test_a_dead_expert_is_named_and_has_no_lift():
    _, figure = experts([[200, 200], [0, 0], [100, 100]])
    assert {row for row, _ in written(figure)} == {0, 2}
    bars, numbers = figure.data[1:]
    assert list(bars.x) == pytest.approx([2.0, 0.0, 1.0])
    assert all(place > max(bar, 1.0) for place, bar in zip(numbers.x, bars.x, strict=True)), "on bar or line"
    assert list(numbers.text) == ["2.00", labels("checkpoint.experts")["dead"], "1.00"]


def test_no_tint_is_so_strong_that_the_ink_on_it_is_lost():
    for figure in (confusion(), experts([[300, 100], [100, 300]])[1]):
        alphas = [float(colour.rsplit(",", 1)[1].rstrip(")")) for _, colour in figure.data[0].colorscale]
        assert max(alphas) == STRONGEST < 0.65
