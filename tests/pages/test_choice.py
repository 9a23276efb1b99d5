"""A list whose words change, and a browser that has not heard yet that they have."""

import pytest
from streamlit.testing.v1 import AppTest


def script() -> None:
    import streamlit as st

    from moe_demo.ui.kit.choice import choice

    def go(run: str) -> None:
        st.query_params["run"] = run

    run = st.query_params.get("run", "first")
    words = {name: f"{name}, beside {run}" for name in ("first", "second", "third")}
    choice("run", words, run, "run", go, keep=False)
    st.button("third", on_click=go, args=("third",))


@pytest.fixture
def at() -> AppTest:
    """A page with a list of three runs, of which the first is chosen, and a button that chooses the third."""
    return AppTest.from_function(script).run()


def chosen(at: AppTest) -> str:
    """What the list shows and the address says."""
    [field] = at.selectbox
    assert at.query_params["run"] == field.value
    return field.value


def choose_third(at: AppTest) -> None:
    [button] = at.button
    button.click().run()
    button.set_value(False)  # pressed once


def test_a_list_that_the_browser_still_sends_undoes_no_choice_made_elsewhere(at: AppTest):
    [before] = at.selectbox
    before.set_value("first")  # what it shows
    choose_third(at)
    assert chosen(at) == "third"
    before.run()  # something has happened in the browser before the new list was there
    assert chosen(at) == "third"


def test_a_choice_is_made_once_however_often_the_browser_sends_it(at: AppTest):
    [before] = at.selectbox
    before.set_value("second").run()
    choose_third(at)
    before.run()
    assert chosen(at) == "third"


@pytest.mark.parametrize("last", ["first", "third"])
def test_of_two_choices_before_an_answer_the_last_one_holds(at: AppTest, last: str):
    [before] = at.selectbox
    before.set_value("second").run()
    before.set_value(last).run()
    assert chosen(at) == last
