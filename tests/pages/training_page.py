"""The training page without a browser: its buttons and fields, and runs that have got somewhere."""

import shutil

from streamlit.testing.v1 import AppTest

from moe_demo import load_run
from moe_demo.jobs.jobs import Jobs
from moe_demo.runs.owners import Caller, new_id
from moe_demo.runs.store import RunStore
from moe_demo.ui.kit.i18n import text_in

MINE, THEIRS = Caller(new_id()), Caller(new_id())
MAIN = ("train", "play", "pause")


def buttons(at: AppTest) -> dict[str, bool]:
    """The buttons of the row that are there: whether one may press them."""
    row = {button.key: button for button in at.button if button.key and button.key.startswith("training.")}
    main = row.pop("training.main")
    [shown] = [
        name
        for name in MAIN
        if main.label in {text_in(lang, f"training.buttons.{name}") for lang in ("zh", "en")}
    ]
    return {shown: not main.disabled} | {
        key.removeprefix("training."): not button.disabled
        for key, button in row.items()
        if key != "training.delete"
    }


def press(at: AppTest, name: str) -> AppTest:
    assert buttons(at)[name], f"{name} is not to be pressed"
    return at.button(key=f"training.{'main' if name in MAIN else name}").click().run()


def with_settings(at: AppTest, *, is_open: bool = True) -> AppTest:
    """Open the settings, or close them: what they hold is drawn only while they are open."""
    at.session_state["training.settings"] = is_open
    return at.run()


def field(at: AppTest, name: str):
    """The field of a setting, whatever run it belongs to."""
    [found] = [
        widget
        for widget in (*at.number_input, *at.selectbox, *at.checkbox)
        if widget.key and widget.key.startswith(f"training.set.{name}.")
    ]
    return found


def put_run(jobs: Jobs, name: str, state: str, reason: str = "", owner: Caller = MINE) -> RunStore:
    """A job that has got somewhere: the bundled run's folder under another name."""
    job = jobs.start(load_run("document").config, owner=owner, name=name)
    jobs.stop(job.name, Caller(operator=True))
    store = RunStore(jobs.runs / job.name)
    shutil.copytree(load_run("document").store.folder, store.folder)
    store.write_status(state, 312, 832, reason)
    return store
