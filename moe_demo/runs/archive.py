"""A run folder as one file to hand on: a zip of what a reader needs, and of nothing that belongs to this machine.

    packed(store)          the bytes: NAME/config.json, NAME/vocab.txt, ..., NAME/checkpoints/step-000128.safetensors

Left out are the state to train on from and the lock. `data.json` names no file of this machine, `status.json` no
process: the run is told as finished, wherever it stood.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from dataclasses import asdict, replace
from typing import Any

from moe_demo.runs.errors import not_written
from moe_demo.runs.store import RunError, RunStore, Status

RECORDS = ("config.json", "vocab.txt", "data.json", "status.json", "metrics.jsonl")
"""What every run has."""
OPTIONAL = ("events.jsonl",)
CHECKPOINT = re.compile(r"checkpoints/step-\d{6,9}\.safetensors")
_MADE = (1980, 1, 1, 0, 0, 0)  # the same run gives the same file


def packed(store: RunStore) -> bytes:
    """The zip. Raises RunError where the run is not whole, or there is no room to make the file."""
    steps = store.checkpoint_steps()
    if not steps:
        raise RunError("no_checkpoint", folder=store.folder)
    made = {
        "data.json": _json(asdict(replace(store.data(), files=[]))),
        "status.json": _json(asdict(finished(store.status(), steps[-1]))),
    }
    names = [*RECORDS, *OPTIONAL, *(f"checkpoints/step-{step:06d}.safetensors" for step in steps)]
    content = io.BytesIO()
    try:
        with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
            for name in names:
                path = store.folder / name
                if name in OPTIONAL and not path.is_file():
                    continue
                if name in RECORDS and not path.is_file():
                    raise RunError("not_whole", folder=store.folder, name=name)
                _add(archive, f"{store.run_id}/{name}", made.get(name) or path.read_bytes())
    except OSError as error:
        raise not_written(store.folder, error) from error
    return content.getvalue()


def finished(status: Status, step: int) -> Status:
    """As a run is told that no process here may go on with."""
    return Status(
        state="done",
        step=step,
        n_steps=max(step, status.n_steps),
        pid=0,
        written=0.0,
        train_seconds=status.train_seconds,
    )


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, date_time=_MADE)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    archive.writestr(entry, content)


def _json(values: dict[str, Any]) -> bytes:
    return (json.dumps(values, ensure_ascii=False, indent=1) + "\n").encode()
