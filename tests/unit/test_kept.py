"""What is made of a run stays with it, and goes with it."""

import gc
import weakref

from moe_demo import load_run
from moe_demo.insight.kept import RunCache, kept_with_run
from moe_demo.insight.run import Run


def test_the_answers_asked_for_last_stay_for_each_run():
    made = []

    @kept_with_run(2)
    def said(run: Run, text: str) -> str:
        """What is said."""
        made.append((run.step, text))
        return f"{run.step} {text}"

    late = load_run("document")
    early = late.at(0)
    for run, text in (
        (late, "a"),
        (early, "a"),
        (late, "b"),
        (late, "a"),
        (late, "c"),
        (late, "b"),
        (early, "a"),
    ):
        assert said(run, text) == f"{run.step} {text}"
    assert made == [
        (run.step, text) for run, text in ((late, "a"), (early, "a"), (late, "b"), (late, "c"), (late, "b"))
    ]
    assert said.__doc__ == "What is said."


def test_what_is_named_and_what_is_not_are_different_answers():
    @kept_with_run(8)
    def said(run: Run, one: str = "", other: str = "") -> str:
        return f"{one}-{other}"

    run = load_run("document")
    assert [said(run, "x"), said(run, other="x"), said(run, one="x")] == ["x-", "-x", "x-"]


def test_a_run_that_nobody_holds_any_more_is_gone_with_all_that_was_made_of_it():
    cache: RunCache[object] = RunCache()
    run = load_run("document").at(0)
    value = cache.get(run, "key", lambda: {1, 2})
    gone, gone_too = weakref.ref(run), weakref.ref(value)
    assert cache.has(run, "key")
    del run, value
    gc.collect()
    assert gone() is None
    assert gone_too() is None
