"""A run that somebody brings as a zip: checked in a process of its own, then a private run of that browser.

    name = bring(jobs, data, "deepseek-1.zip", owner)

    runs/.imports/KEY/     where it is unpacked; gone when this is over, whatever happens

The process (`jobs.import_process`) unpacks and checks; here the folder is only moved to its place.
"""

from __future__ import annotations

import re
import secrets
import shutil
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from moe_demo.config import RunConfig
from moe_demo.jobs.apart import Limit, RefusedError, apart
from moe_demo.jobs.import_errors import RunImportError
from moe_demo.jobs.jobs import Jobs
from moe_demo.runs.files import explained
from moe_demo.runs.owners import Caller

FOLDER = ".imports"  # a dot: no run's name begins with one
MAX_ZIP_BYTES = 100_000_000
LIMIT = Limit(seconds=60, mb=8000)
"""Of addresses; the libraries of a torch for GPUs are some five thousand."""
_UNFINISHED_SECONDS = 3600.0
_CHARS = 30


@dataclass(frozen=True, kw_only=True)
class Unpacked:
    """What the process found in a zip."""

    config: RunConfig
    name: str
    """Of the folder in it; empty where it has none."""


def bring(jobs: Jobs, data: bytes, file: str, owner: Caller) -> str:
    """Check and keep a run; returns its name. Nothing is kept of a zip that is refused.

    Raises RunError: what is wrong with the zip (RunImportError), or no place for it.
    """
    assert owner.visitor, "a run without an owner would be everybody's"
    if len(data) > MAX_ZIP_BYTES:
        raise RunImportError("too_large", file=file, limit=MAX_ZIP_BYTES // 1_000_000)
    _sweep(jobs.runs / FOLDER)
    jobs.require_place(owner)
    folder = jobs.runs / FOLDER / secrets.token_hex(16)
    try:
        with explained(jobs.runs):
            folder.mkdir(parents=True)
        found = _checked(data, file, folder)
        return jobs.adopt(folder, run_name(found.name or PurePosixPath(file).stem), found.config, owner)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def run_name(wanted: str) -> str:
    """What an imported run is called: letters and digits, then a number."""
    stem = "-".join(re.findall(r"\w+", wanted))[:_CHARS].strip("-") or "run"
    stem = f"run-{stem}" if stem.startswith("balance") else stem
    return stem if re.search(r"-\d+$", stem) else f"{stem}-1"


def _checked(data: bytes, file: str, folder: Path) -> Unpacked:
    try:
        return apart("moe_demo.jobs.import_process", (data, file, folder), Unpacked)
    except RefusedError as refused:
        if refused.why != "too_much":
            raise RunImportError("busy" if refused.why == "busy" else "failed", file=file) from None
        raise RunImportError("reading", file=file, seconds=LIMIT.seconds, mb=LIMIT.mb) from None


def _sweep(folder: Path) -> None:
    """Remove what a killed process left."""
    with suppress(OSError):
        for path in folder.iterdir():
            with suppress(OSError):
                if time.time() - path.stat().st_mtime > _UNFINISHED_SECONDS:
                    shutil.rmtree(path)
