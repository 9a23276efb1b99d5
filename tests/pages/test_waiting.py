"""What takes a while takes one place on the page, whether the reader sees the bar or not."""

from collections.abc import Callable

import pytest
from streamlit.testing.v1 import AppTest


def _script() -> None:
    import streamlit as st

    from moe_demo.ui.kit.waiting import waiting

    asked = st.session_state["asked"]
    try:
        with waiting("measuring", when=asked != "known") as tell:
            tell(1, 2)
            if asked == "fails":
                raise ValueError("gone")
            if asked == "stopped":
                st.stop()
    except ValueError:
        st.caption("gone")
    st.caption("after")


@pytest.fixture
def shown() -> Callable[[str], tuple[dict[int, str], int]]:
    """Type of the element at each place, and how many bars are to be seen."""

    def run(asked: str) -> tuple[dict[int, str], int]:
        at = AppTest.from_function(_script)
        at.session_state["asked"] = asked
        at.run()
        assert not at.exception
        places = {place: node.type for place, node in at.main.children.items()}
        return places, sum(kind == "progress" for kind in places.values())

    return run


@pytest.mark.parametrize("asked", ["works", "known"])
def test_the_bar_is_gone_when_the_answer_is_there_and_its_place_is_kept(shown, asked: str):
    places, bars = shown(asked)
    assert bars == 0
    assert places[1] == "caption"
    assert places.keys() <= {0, 1}


def test_the_bar_is_gone_where_there_is_no_answer(shown):
    places, bars = shown("fails")
    assert bars == 0
    assert places[1] == places[2] == "caption"


def test_a_run_that_is_ended_leaves_its_bar_to_the_next(shown):
    places, bars = shown("stopped")
    assert bars == 1
    assert 1 not in places
