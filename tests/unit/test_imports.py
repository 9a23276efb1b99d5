"""A run that is brought as a zip: what is a run of ours comes in whole, everything else is one sentence and nothing."""

import builtins
import errno
import functools
import io
import json
import os
import pickle
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from moe_demo.config import RunConfig
from moe_demo.insight.run import open_run
from moe_demo.jobs import import_process, imports
from moe_demo.jobs.apart import RefusedError
from moe_demo.jobs.import_errors import RunImportError
from moe_demo.jobs.imports import bring, run_name
from moe_demo.jobs.jobs import Jobs
from moe_demo.limits import Limits
from moe_demo.runs.archive import packed
from moe_demo.runs.catalogue import BUNDLED_RUNS, RunCatalogue
from moe_demo.runs.errors import RunError
from moe_demo.runs.owners import Caller, new_id
from moe_demo.runs.store import RunStore

ANN, BOB = Caller(new_id()), Caller(new_id())
EXAMPLE = "苹果公司发布了最新的iPhone 15"
SOURCE = RunStore(BUNDLED_RUNS / "document")
Entries = dict[str, bytes]


@pytest.fixture(scope="module")
def whole() -> bytes:
    """A zip of a bundled run."""
    return packed(SOURCE)


@pytest.fixture
def jobs(tmp_path: Path) -> Jobs:
    return Jobs(tmp_path / "runs")


def entries_of(data: bytes) -> Entries:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {entry.filename: archive.read(entry) for entry in archive.infolist()}


def zipped(entries: Entries, change: Callable[[zipfile.ZipInfo], None] = lambda entry: None) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, value in entries.items():
            entry = zipfile.ZipInfo(name)
            entry.compress_type = zipfile.ZIP_DEFLATED
            change(entry)
            archive.writestr(entry, value)
    return content.getvalue()


def refused(data: bytes, folder: Path) -> RunImportError:
    """What the process says of a zip; read here, so that a test does not wait for a new interpreter each time."""
    folder.mkdir(exist_ok=True)
    with pytest.raises(RunImportError) as caught:
        import_process.unpacked(data, "坏.zip", folder)
    assert "坏.zip" in str(caught.value)
    return caught.value


# -- a run of ours --


def test_a_run_that_is_handed_on_gives_the_same_numbers_and_is_its_browsers_alone(jobs: Jobs, whole: bytes):
    name = bring(jobs, whole, "document.zip", ANN)
    catalogue = RunCatalogue(jobs.runs)
    brought, before = open_run(catalogue.store(name, ANN)), open_run(SOURCE)
    assert brought.trace(EXAMPLE).probabilities == before.trace(EXAMPLE).probabilities
    assert brought.last_eval == before.last_eval
    assert brought.steps == before.steps
    assert catalogue.find(name, BOB) is None
    assert (jobs.get(name).state, jobs.get(name).private) == ("done", True)
    assert not list((jobs.runs / imports.FOLDER).iterdir())
    again = bring(jobs, whole, "document.zip", ANN)
    assert again != name
    jobs.delete(name, ANN)
    assert catalogue.find(name, ANN) is None


def test_a_zip_says_nothing_of_the_machine_it_comes_from(tmp_path: Path, whole: bytes):
    folder = tmp_path / "run"
    import_process.unpacked(whole, "a.zip", make(folder))
    data = json.loads((folder / "data.json").read_text("utf-8"))
    (folder / "data.json").write_text(json.dumps(data | {"files": ["/somewhere/secret.csv"]}), "utf-8")
    status = json.loads((folder / "status.json").read_text("utf-8"))
    (folder / "status.json").write_text(json.dumps(status | {"state": "paused", "pid": 4242}), "utf-8")
    packed_again = entries_of(packed(RunStore(folder)))
    assert not [name for name, content in packed_again.items() if b"secret" in content]
    assert b"4242" not in packed_again["run/status.json"]
    assert json.loads(packed_again["run/status.json"])["state"] == "done"


def make(folder: Path) -> Path:
    folder.mkdir(parents=True)
    return folder


def test_what_a_zip_says_of_files_and_processes_of_this_machine_is_not_believed(tmp_path: Path, whole: bytes):
    entries = entries_of(whole)
    data = json.loads(entries["document/data.json"]) | {"source": "x.csv", "files": ["/etc/passwd"]}
    status = json.loads(entries["document/status.json"]) | {"state": "running", "pid": 1}
    entries |= {"document/data.json": json.dumps(data).encode()}
    entries |= {"document/status.json": json.dumps(status).encode()}
    folder = make(tmp_path / "run")
    import_process.unpacked(zipped(entries), "a.zip", folder)
    store = RunStore(folder)
    assert store.data().files == []
    assert (store.status().state, store.status().pid) == ("done", 0)


def test_the_folder_may_be_packed_by_itself_and_rubbish_of_the_system_is_left_out(
    tmp_path: Path, whole: bytes
):
    entries = {name.removeprefix("document/"): content for name, content in entries_of(whole).items()}
    entries |= {"__MACOSX/._config.json": b"x", ".DS_Store": b"x", "lock": b"", "resume.safetensors": b"x"}
    folder = make(tmp_path / "run")
    found = import_process.unpacked(zipped(entries), "a.zip", folder)
    assert (found.name, found.config) == ("", SOURCE.config())
    assert not (folder / "resume.safetensors").exists()


# -- tricks --


@pytest.mark.parametrize(
    "name",
    ["../evil.json", "/etc/evil.json", "a/../../evil.json", "..\\evil.json", "C:\\evil.json", "C:evil"],
)
def test_a_name_that_leads_out_of_the_folder_is_refused(tmp_path: Path, whole: bytes, name: str):
    assert refused(zipped(entries_of(whole) | {name: b"x"}), tmp_path / "run").code == "path"
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["run"]


def test_a_symlink_is_refused(tmp_path: Path, whole: bytes):
    def link(entry: zipfile.ZipInfo) -> None:
        if entry.filename.endswith("vocab.txt"):
            entry.create_system = 3
            entry.external_attr = (stat.S_IFLNK | 0o777) << 16

    entries = entries_of(whole) | {"document/vocab.txt": b"/etc/passwd"}
    assert refused(zipped(entries, link), tmp_path / "run").code == "link"
    assert list((tmp_path / "run").iterdir()) == []


def test_a_bomb_is_refused_before_it_is_unpacked(
    tmp_path: Path, whole: bytes, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(import_process, "MAX_BYTES", 20_000_000)
    bomb = zipped(entries_of(whole) | {"document/metrics.jsonl": b"0" * 30_000_000})
    assert len(bomb) < 6_000_000
    assert refused(bomb, tmp_path / "run").code == "expanded"
    written = sum(path.stat().st_size for path in (tmp_path / "run").rglob("*") if path.is_file())
    assert written < 20_000_000


def test_a_bomb_that_lies_about_its_size_is_refused(
    tmp_path: Path, whole: bytes, monkeypatch: pytest.MonkeyPatch
):
    """The directory at the end of the zip says 10 bytes; the reader counts what comes out, and checks its sum."""
    monkeypatch.setattr(import_process, "MAX_BYTES", 20_000_000)
    bomb = bytearray(zipped({"document/config.json": b"0" * 30_000_000} | entries_with_no_config(whole)))
    at = bomb.rfind(b"document/config.json") - 46 + 24
    bomb[at : at + 4] = (10).to_bytes(4, "little")
    assert refused(bytes(bomb), tmp_path / "run").code in ("expanded", "torn", "settings")
    assert sum(path.stat().st_size for path in (tmp_path / "run").rglob("*") if path.is_file()) < 20_000_000


def entries_with_no_config(whole: bytes) -> Entries:
    return {name: value for name, value in entries_of(whole).items() if not name.endswith("config.json")}


class Evil:
    def __reduce__(self) -> tuple[Callable[[str], int], tuple[str]]:
        return os.system, ("touch /tmp/moe-demo-evil",)


@pytest.mark.parametrize("name", ["document/model.pt", "document/model.pkl", "document/pytorch_model.bin"])
def test_a_pickle_is_refused_by_its_name(tmp_path: Path, whole: bytes, name: str):
    assert (
        refused(zipped(entries_of(whole) | {name: pickle.dumps(Evil())}), tmp_path / "run").code == "pickle"
    )


def test_a_pickle_in_the_clothes_of_safetensors_is_refused_and_not_run(tmp_path: Path, whole: bytes):
    torch_file = io.BytesIO()
    torch.save({"a": torch.zeros(300_000)}, torch_file)
    for content in (pickle.dumps([Evil(), "x" * 2_000_000]), torch_file.getvalue() * 2):
        entries = entries_of(whole) | {"document/checkpoints/step-000832.safetensors": content}
        assert refused(zipped(entries), tmp_path / f"run{len(content)}").code == "pickle"
    assert not Path("/tmp/moe-demo-evil").exists()


def test_a_zip_with_a_password_an_entry_twice_or_too_many_is_refused(tmp_path: Path, whole: bytes):
    locked = bytearray(whole)
    at = locked.rfind(b"PK\x01\x02")
    locked[at + 8] |= 1
    assert refused(bytes(locked), tmp_path / "a").code == "encrypted"
    content = io.BytesIO(whole)
    with zipfile.ZipFile(content, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("document/vocab.txt", b"x")
    assert refused(content.getvalue(), tmp_path / "b").code == "twice"
    many = entries_of(whole) | {f"document/checkpoints/step-{n:06d}.safetensors": b"" for n in range(300)}
    assert refused(zipped(many), tmp_path / "c").code == "many"


# -- what is no run of ours --


def without(*names: str) -> Callable[[Entries], Entries]:
    return lambda entries: {name: v for name, v in entries.items() if not name.endswith(names)}


def config(**changes: Any) -> Callable[[Entries], Entries]:
    def change(entries: Entries) -> Entries:
        values = json.loads(entries["document/config.json"])
        values["model"] |= changes
        return entries | {"document/config.json": json.dumps(values).encode()}

    return change


def holding(name: str, content: bytes) -> Callable[[Entries], Entries]:
    return lambda entries: entries | {f"document/{name}": content}


def holding_no_record(entries: Entries) -> Entries:
    return entries | {"document/metrics.jsonl": b""}


def both(*changes: Callable[[Entries], Entries]) -> Callable[[Entries], Entries]:
    return lambda entries: functools.reduce(lambda found, change: change(found), changes, entries)


STEP = "checkpoints/step-000832.safetensors"
WRONG: dict[str, tuple[Callable[[Entries], Entries], str]] = {
    "no settings": (without("config.json"), "foreign"),
    "no words": (without("vocab.txt"), "missing"),
    "no checkpoint": (without(".safetensors"), "missing"),
    "settings of a transformers model": (
        holding("config.json", b'{"architectures": ["MixtralForCausalLM"], "hidden_size": 4096}'),
        "settings",
    ),
    "weights of a transformers model": (holding("model.safetensors", b"x"), "foreign"),
    "a program": (holding("run.py", b"print(1)"), "foreign"),
    "more experts than there are weights for": (both(config(n_routed=4), holding_no_record), "weights"),
    "more experts than the record knows": (config(n_routed=4), "record"),
    "a wider model than the checkpoint": (config(dim=64), "weights"),
    "a model of a thousand layers": (
        both(config(n_layers=128, dim=8192, n_heads=256), holding_no_record),
        "weights",
    ),
    "another number of words": (holding("vocab.txt", b"a\nb\n"), "words"),
    "a torn checkpoint": (holding(STEP, b"\x10" * 2_000_000), "weights"),
    "a record of another model": (holding("metrics.jsonl", b'{"kind": "eval"}\n'), "record"),
    "a status that is none": (holding("status.json", b'{"state": "flying"}'), "other_version"),
    "data that is none": (holding("data.json", b"[]"), "other_version"),
}


@pytest.mark.parametrize(("change", "code"), WRONG.values(), ids=WRONG)
def test_what_is_no_whole_run_of_ours_is_one_sentence(
    tmp_path: Path, whole: bytes, change: Callable[[Entries], Entries], code: str
):
    assert refused(zipped(change(entries_of(whole))), tmp_path / "run").code == code


def test_weights_that_are_no_numbers_are_refused(tmp_path: Path, whole: bytes):
    from safetensors.torch import load, save

    tensors = load(entries_of(whole)[f"document/{STEP}"])
    first = next(name for name, values in tensors.items() if values.is_floating_point())
    tensors[first] = torch.full_like(tensors[first], float("nan"))
    content = save(tensors, metadata={"step": "832"})
    assert refused(zipped(holding(STEP, content)(entries_of(whole))), tmp_path / "run").code == "numbers"


@pytest.mark.parametrize("data", [b"", b"no zip", b"PK\x03\x04rest"])
def test_what_is_no_zip_is_refused(tmp_path: Path, data: bytes):
    assert refused(data, tmp_path / "run").code == "not_zip"


def test_a_zip_that_is_cut_or_changed_is_refused(tmp_path: Path, whole: bytes):
    assert refused(whole[: len(whole) // 2], tmp_path / "a").code == "not_zip"
    changed = bytearray(whole)
    changed[len(whole) // 2] ^= 0xFF
    assert refused(bytes(changed), tmp_path / "b").code in ("torn", "weights")


# -- the server --


def test_nothing_is_left_of_a_zip_that_is_refused(jobs: Jobs, whole: bytes):
    bad = zipped(without("vocab.txt")(entries_of(whole)))
    with pytest.raises(RunImportError, match=r"bad\.zip is no whole run: vocab\.txt is missing"):
        bring(jobs, bad, "bad.zip", ANN)
    assert jobs.names() == []
    assert [path for path in jobs.runs.rglob("*") if path.is_file()] == []


def test_a_zip_over_the_limit_is_not_even_read(jobs: Jobs, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(imports, "MAX_ZIP_BYTES", 1_000_000)
    with pytest.raises(RunImportError, match=r"more than 1 MB"):
        bring(jobs, b"x" * 1_000_001, "big.zip", ANN)
    assert not jobs.runs.exists()


@pytest.mark.parametrize(("why", "said"), [("busy", "try again in a minute"), ("too_much", "60 seconds")])
def test_a_reading_that_takes_too_much_is_one_sentence(
    jobs: Jobs, whole: bytes, monkeypatch: pytest.MonkeyPatch, why: Any, said: str
):
    def refuse(*_: object) -> bytes:
        raise RefusedError(why)

    monkeypatch.setattr(imports, "apart", refuse)
    with pytest.raises(RunImportError, match=said):
        bring(jobs, whole, "a.zip", ANN)
    assert jobs.names() == []


def test_a_browser_with_as_many_runs_as_it_may_keep_brings_no_further_one(
    jobs: Jobs, whole: bytes, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(jobs.allowance, "limits", Limits(kept_runs=0))
    with pytest.raises(RunError, match="the most there may be"):
        bring(jobs, whole, "a.zip", ANN)


def test_a_full_disk_in_the_middle_is_one_sentence_and_leaves_nothing(
    tmp_path: Path, whole: bytes, monkeypatch: pytest.MonkeyPatch
):
    true_open, folder = open, make(tmp_path / "run")

    def refuse(path: Any, *args: Any, **kwargs: Any) -> Any:
        if str(path).endswith(".safetensors.tmp"):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return true_open(path, *args, **kwargs)

    monkeypatch.setattr(builtins, "open", refuse)
    with pytest.raises(RunError) as caught:
        import_process.unpacked(whole, "a.zip", folder)
    assert caught.value.code == "disk_full"


@pytest.mark.parametrize(
    ("wanted", "name"),
    [
        ("deepseek-3", "deepseek-3"),
        ("我的 模型!", "我的-模型-1"),
        ("../x", "x-1"),
        ("balance-none-0", "run-balance-none-0"),
        ("!", "run-1"),
    ],
)
def test_an_imported_run_has_a_name_that_every_system_takes(wanted: str, name: str):
    assert run_name(wanted) == name


# -- what goes out --


def test_a_full_disk_in_the_middle_of_an_export_is_one_sentence(monkeypatch: pytest.MonkeyPatch):
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(zipfile.ZipFile, "writestr", full)
    with pytest.raises(RunError) as caught:
        packed(SOURCE)
    assert caught.value.code == "disk_full"


def test_the_same_run_makes_the_same_zip_and_all_of_it_is_the_runs(whole: bytes):
    assert packed(SOURCE) == whole
    entries = entries_of(whole)
    same = ("config.json", "vocab.txt", "metrics.jsonl", *(f"checkpoints/{p.name}" for p in checkpoints()))
    assert all(entries[f"document/{name}"] == (SOURCE.folder / name).read_bytes() for name in same)
    assert RunConfig.from_dict(json.loads(entries["document/config.json"])) == SOURCE.config()


def checkpoints() -> list[Path]:
    return sorted((SOURCE.folder / "checkpoints").iterdir())


def test_a_run_without_a_checkpoint_is_not_packed(tmp_path: Path):
    with pytest.raises(RunError, match="no checkpoint"):
        packed(RunStore(tmp_path))
