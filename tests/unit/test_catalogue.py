"""The catalogue of runs: who may see which run, and what counts as a change."""

import json
import os
import shutil
from pathlib import Path

import pytest

from moe_demo.runs.catalogue import BUNDLED_RUNS, RunCatalogue, is_bundled, version
from moe_demo.runs.files import RunError
from moe_demo.runs.owners import NOBODY, Caller, hashed, new_id
from moe_demo.runs.store import RunStore
from moe_demo.runs.tickets import FOLDER, Ticket, write_ticket

MINE, THEIRS, OPERATOR = Caller(new_id()), Caller(new_id()), Caller(operator=True)


def ticket(owner: Caller, *, private: bool) -> Ticket:
    return Ticket(owner=hashed(owner.visitor), private=private, files=[], created=0.0)


@pytest.fixture
def catalogue(tmp_path: Path, run: str) -> RunCatalogue:
    """A run of the command line, a public and a private job, and one that has not begun."""
    for name in ("by-hand-1", "public-1", "private-1"):
        shutil.copytree(run, tmp_path / name)
    write_ticket(tmp_path, "public-1", ticket(MINE, private=False))
    write_ticket(tmp_path, "private-1", ticket(MINE, private=True))
    write_ticket(tmp_path, "waits-1", ticket(MINE, private=False))
    return RunCatalogue(tmp_path)


def test_a_private_run_is_there_for_its_browser_and_for_whoever_may_read_the_folder(catalogue: RunCatalogue):
    bundled = sorted(path.name for path in BUNDLED_RUNS.iterdir())
    public = [*bundled, "by-hand-1", "public-1"]
    for caller in (THEIRS, NOBODY, OPERATOR):
        assert [name for name in catalogue.names(caller) if name != "waits-1"] == public
        with pytest.raises(RunError, match=r"There is no run 'private-1'\."):
            catalogue.store("private-1", caller)
        assert not catalogue.has("private-1", caller)
    for caller in (MINE, None):
        assert sorted(catalogue.names(caller)) == sorted([*public, "private-1", "waits-1"])
        assert catalogue.store("private-1", caller).run_id == "private-1"


def test_a_job_that_has_not_begun_is_listed_for_who_may_change_it(catalogue: RunCatalogue):
    assert {caller: "waits-1" in catalogue.names(caller) for caller in (MINE, OPERATOR, None)} == {
        MINE: True,
        OPERATOR: True,
        None: True,
    }
    assert not any("waits-1" in catalogue.names(caller) for caller in (THEIRS, NOBODY))


def test_a_run_whose_ticket_is_torn_is_shown_to_no_visitor(catalogue: RunCatalogue):
    (catalogue.local / FOLDER / "public-1.json").write_text("{")
    assert not catalogue.may_see("public-1", MINE)
    assert catalogue.may_see("public-1")


def test_a_job_without_a_checkpoint_is_coming(catalogue: RunCatalogue):
    assert catalogue.is_coming("waits-1", THEIRS)
    assert catalogue.has("waits-1", THEIRS)
    assert catalogue.find("waits-1", THEIRS) is None
    assert not catalogue.is_coming("public-1", THEIRS)
    assert not catalogue.is_coming("by-hand-1", THEIRS)


def test_a_bundled_run_comes_before_a_local_one_of_its_name(catalogue: RunCatalogue):
    shutil.copytree(catalogue.local / "by-hand-1", catalogue.local / "deepseek")
    assert is_bundled(catalogue.store("deepseek"))
    assert catalogue.names().count("deepseek") == 1
    assert [path.name for path in catalogue.folders()].count("deepseek") == 2


@pytest.mark.parametrize("name", ["nobody", "", ".", "..", "../runs", ".jobs", "/etc", "a/b"])
def test_a_name_leads_to_no_other_folder(catalogue: RunCatalogue, name: str):
    with pytest.raises(RunError, match="There is no run"):
        catalogue.store(name)


def test_a_run_has_changed_when_it_was_trained_again_or_is_a_checkpoint_further(catalogue: RunCatalogue):
    store = RunStore(catalogue.local / "by-hand-1")
    before = version(store)
    assert version(store) == before
    model, _ = store.load_model()
    store.save_checkpoint(model, 999)
    further = version(store)
    assert further.made == before.made
    assert further.settled != before.settled
    config = store.folder / "config.json"
    os.utime(config, ns=(0, config.stat().st_mtime_ns + 1))
    assert version(store).made != before.made


def test_a_run_under_way_changes_with_its_checkpoints_only_and_once_more_when_it_ends(
    catalogue: RunCatalogue,
):
    store = RunStore(catalogue.local / "by-hand-1")
    line = json.dumps({"step": 9}).encode() + b"\n"
    with store.lock:
        before = version(store)
        with open(store.folder / "metrics.jsonl", "ab") as file:
            file.write(line)
        assert version(store).record == before.record + len(line)
        assert version(store).settled == before.settled
    assert version(store).settled != before.settled


def test_there_is_no_version_of_a_run_that_is_not_there(tmp_path: Path):
    with pytest.raises(RunError, match="There is no run 'gone'"):
        version(RunStore(tmp_path / "gone"))
