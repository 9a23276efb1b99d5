"""The process that unpacks a zip and finds out whether it is a run of ours: `python -m moe_demo.jobs.import_process`.

Nothing of the zip is trusted: not its names, not the sizes it claims, not one of its files. What it says of files and
processes of the machine it comes from is written anew.
"""

from __future__ import annotations

import io
import stat
import sys
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path, PurePosixPath, PureWindowsPath

from moe_demo.config import RunConfig
from moe_demo.jobs.apart import answering
from moe_demo.jobs.import_errors import RunImportError
from moe_demo.jobs.imports import LIMIT, Unpacked
from moe_demo.runs.archive import CHECKPOINT, OPTIONAL, RECORDS, finished
from moe_demo.runs.errors import RunError
from moe_demo.runs.files import write_json, write_whole
from moe_demo.runs.store import RunStore
from moe_demo.runs.tickets import shown_name

MAX_ENTRIES = 200
MAX_BYTES = 300_000_000
"""Unpacked."""
_CHUNK = 1_000_000
_IGNORED = ("lock", "resume.safetensors", ".DS_Store")
_PICKLED = (".pkl", ".pickle", ".pt", ".pth", ".bin", ".ckpt", ".npy", ".npz", ".joblib")
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OSError, RuntimeError)


def unpacked(data: bytes, file: str, folder: Path) -> Unpacked:
    """Write the run in a zip into a folder, which is there and empty. Raises RunError."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except _DAMAGED:
        raise RunImportError("not_zip", file=file) from None
    with archive:
        entries = _entries(archive, file)
        top = _top(entries)
        parts = _parts(entries, top, file)
        left = MAX_BYTES
        for name, entry in parts.items():
            content = b"".join(_content(archive, entry, left, file))
            left -= len(content)
            write_whole(folder / name, content)
    return Unpacked(config=_checked(folder, file), name=top.rstrip("/"))


def _entries(archive: zipfile.ZipFile, file: str) -> list[zipfile.ZipInfo]:
    """The files of a zip, where every name and kind is harmless."""
    found = archive.infolist()
    if len(found) > MAX_ENTRIES:
        raise RunImportError("many", file=file, limit=MAX_ENTRIES)
    for entry in found:
        name = entry.filename
        named = {"file": file, "name": shown_name(name)}
        parts, windows = PurePosixPath(name), PureWindowsPath(name)
        is_odd = (
            parts.is_absolute() or windows.drive or windows.root or "\\" in name or not name.isprintable()
        )
        if is_odd or ".." in parts.parts:
            raise RunImportError("path", **named)
        mode = entry.external_attr >> 16
        if stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
            raise RunImportError("link", **named)
        if entry.flag_bits & 1:
            raise RunImportError("encrypted", file=file)
    return [entry for entry in found if not entry.is_dir()]


def _top(entries: list[zipfile.ZipInfo]) -> str:
    """The folder that holds the run, with its slash; empty where the zip is the folder."""
    place = next((entry.filename for entry in entries if entry.filename.endswith("config.json")), "")
    return place.removesuffix("config.json") if place.count("/") == 1 else ""


def _parts(entries: list[zipfile.ZipInfo], top: str, file: str) -> dict[str, zipfile.ZipInfo]:
    """The entries by their place in a run folder; anything else is refused, what a run can do without left out."""
    parts: dict[str, zipfile.ZipInfo] = {}
    for entry in entries:
        name = entry.filename.removeprefix(top)
        plain_name = PurePosixPath(name).name
        if entry.filename.startswith("__MACOSX/") or plain_name in _IGNORED:
            continue
        named = {"file": file, "name": shown_name(entry.filename)}
        if plain_name.lower().endswith(_PICKLED):
            raise RunImportError("pickle", **named)
        if name not in (*RECORDS, *OPTIONAL) and not CHECKPOINT.fullmatch(name):
            raise RunImportError("foreign", **named)
        if name in parts:
            raise RunImportError("twice", **named)
        parts[name] = entry
    for name in RECORDS:
        if name not in parts:
            raise RunImportError("missing", file=file, name=name)
    if not any(CHECKPOINT.fullmatch(name) for name in parts):
        raise RunImportError("missing", file=file, name="checkpoints")
    return parts


def _content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, left: int, file: str) -> Iterator[bytes]:
    """What an entry unpacks to, as long as there is room: what it claims of its size proves nothing."""
    try:
        with archive.open(entry) as unpacking:
            while chunk := unpacking.read(_CHUNK):
                left -= len(chunk)
                if left < 0:
                    raise RunImportError("expanded", file=file, limit=MAX_BYTES // 1_000_000)
                yield chunk
    except RunError:
        raise
    except _DAMAGED:
        raise RunImportError("torn", file=file, name=shown_name(entry.filename)) from None


def _checked(folder: Path, file: str) -> RunConfig:
    """The settings of an unpacked run whose every file fits them."""
    store, at = RunStore(folder), "config.json"
    try:
        config = store.config()
        at = "data.json"
        data = store.data()
        write_json(folder / at, asdict(replace(data, files=[])))
        at = "status.json"
        status = store.status()
        at = "vocab.txt"
        n_words = len(store.vocabulary())
        if n_words != config.model.vocab_size:
            raise RunImportError("words", file=file)
        at = "metrics.jsonl"
        if store.metrics()[1]:
            raise RunImportError("record", file=file)
        steps = store.checkpoint_steps()
        for step in steps:
            at = f"step-{step:06d}.safetensors"
            store.load_model(step)
        write_json(folder / "status.json", asdict(finished(status, steps[-1])))
    except RunImportError:
        raise
    except RunError as error:
        if error.code == "disk_full":
            raise
        raise _told(error, at, file, folder) from error
    return config


def _told(error: RunError, at: str, file: str, folder: Path) -> RunImportError:
    """What is wrong with a file of the run, said of the zip: its place on this machine is nobody's business."""
    if at.endswith(".safetensors"):
        if _is_pickle(folder / "checkpoints" / at):
            return RunImportError("pickle", file=file, name=at)
        if error.code == "no_number":
            return RunImportError("numbers", file=file, name=at)
        return RunImportError("weights", file=file, name=at)
    if at == "config.json":
        return RunImportError("settings", file=file)
    if error.code == "bad_vocabulary":
        return RunImportError("words", file=file)
    return RunImportError("other_version", file=file, name=at)


def _is_pickle(path: Path) -> bool:
    """Whether what is no safetensors begins as Python's pickle or torch's zip of one does."""
    with path.open("rb") as weights:
        first = weights.read(4)
    return first[:2] == b"PK" or (first[:1] == b"\x80" and first[1:2] in b"\x02\x03\x04\x05")


if __name__ == "__main__":
    sys.exit(answering(lambda brought: unpacked(*brought), LIMIT))
