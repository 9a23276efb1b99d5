"""The server's life: warm before the first visitor; queue and clearing up go on when nobody is looking.

    st.App(…, lifespan=lifespan.warmed_up)

There is no visitor here and no run of a script: nothing below may ask for one, or Streamlit warns at every start.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from moe_demo.jobs.jobs import Jobs
from moe_demo.runs.catalogue import BUNDLED_RUNS
from moe_demo.runs.store import RunError, RunStore
from moe_demo.text.errors import EmptyTextError
from moe_demo.text.segmentation import warm_up as warm_up_jieba
from moe_demo.ui.kit import streamlit_quirks, views
from moe_demo.ui.kit.selection import DEFAULT_TEXT
from moe_demo.ui.server import heap

WARM_RUNS = ("deepseek", "document")
_QUEUE_SECONDS = 0.5
_GIVE_BACK_SECONDS = 10.0
_SWEEP_SECONDS = 3600.0


@asynccontextmanager
async def warmed_up(_app: object) -> AsyncIterator[None]:
    """From before the first visitor until the server ends."""
    heap.share_heaps()
    streamlit_quirks.let_callbacks_end()
    warm_up()
    clock = asyncio.create_task(_queue_clock())
    yield
    clock.cancel()


def warm_up() -> None:
    """Load what the first visitors would otherwise wait for. A run that cannot be read is told when it is asked for.

    All checkpoints of the bundled runs, the last one last: so the time machine turns at once, and what models take of
    memory is taken from the start.
    """
    warm_up_jieba()
    for name in WARM_RUNS:
        store = RunStore(BUNDLED_RUNS / name)
        for step in store.checkpoint_steps():
            with suppress(RunError, EmptyTextError):
                views.traced(views.opened(store, step), DEFAULT_TEXT)


async def _queue_clock() -> None:
    """Start the training that waits as soon as there is a place for it, and forget visits that are over."""
    swept = given_back = 0.0
    while True:
        await asyncio.sleep(_QUEUE_SECONDS)
        streamlit_quirks.forget_ended_visits()
        if time.monotonic() - given_back > _GIVE_BACK_SECONDS:
            given_back = time.monotonic()
            await asyncio.to_thread(heap.give_back)
        if time.monotonic() - swept > _SWEEP_SECONDS:
            swept = time.monotonic()
            with suppress(RunError):
                await asyncio.to_thread(Jobs().remove_outlived)
        with suppress(RunError):  # a full disk: whoever asks for the job is told
            await asyncio.to_thread(Jobs().advance)
