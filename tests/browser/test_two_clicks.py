"""Two messages of one browser within some milliseconds, as the server gets them: neither is lost."""

import random
import time

from benchmarks._visitor import Visitor
from tests.browser.helpers import Server

PAIRS = (
    60  # with a third of the first clicks lost, as there were, all of these come through by a chance of 1e-11
)
MOST_SECONDS = 0.006


def pause_for(seconds: float) -> None:
    began = time.perf_counter()
    while time.perf_counter() - began < seconds:
        pass  # to sleep takes longer than what is meant here


def test_of_two_clicks_neither_is_lost(server: Server):
    """The answer to the first is left for the second, but not before it has done what it was for."""
    drawn = random.Random(0)
    lost = []
    with Visitor(server.base_url) as visitor:
        visitor.open("top-k")
        for number in range(PAIRS):
            token, expert, pause = number % 5 + 1, number % 16, drawn.uniform(0, MOST_SECONDS)
            visitor.send("strip", pick={"token": token})
            pause_for(pause)
            visitor.send("score", pick={"expert": expert})
            assert visitor.settle() == ()
            if visitor.address != {"t": str(token), "e": str(expert)}:
                lost.append((pause, visitor.address))
    assert lost == []


def test_a_click_that_arrives_while_another_page_is_opened_shows_no_error(server: Server):
    """It may come too late to be done: what it was made in is no longer there."""
    drawn = random.Random(0)
    with Visitor(server.base_url) as visitor:
        visitor.open("top-k")
        for number in range(PAIRS):
            to = ("train", "top-k")[number % 2]
            visitor.leave_for(to)
            pause_for(drawn.uniform(0, 3 * MOST_SECONDS))
            visitor.send("strip", pick={"token": number % 5})
            assert visitor.settle() == ()
            assert visitor.page == to
