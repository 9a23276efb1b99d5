"""A run gets another name: with its ticket, its files and its owner, or not at all."""

from pathlib import Path

import pytest

from moe_demo.jobs.jobs import Jobs
from moe_demo.runs.catalogue import BUNDLED_RUNS, RunCatalogue
from moe_demo.runs.errors import RunError
from moe_demo.runs.files import FolderLock
from moe_demo.runs.owners import Caller, new_id
from moe_demo.runs.store import RunStore
from tests import toy

ANN, BOB, TEACHER = Caller(new_id()), Caller(new_id()), Caller(new_id(), operator=True)


@pytest.fixture
def jobs(tmp_path: Path) -> Jobs:
    """A folder of runs in which Ann has one, `mine-1`."""
    import shutil

    jobs = Jobs(tmp_path / "runs")
    folder = tmp_path / "brought"
    shutil.copytree(BUNDLED_RUNS / "document", folder)
    assert jobs.adopt(folder, "mine-1", RunStore(folder).config(), ANN) == "mine-1"
    return jobs


def files(jobs: Jobs) -> list[str]:
    return sorted(path.name for path in jobs.folder.iterdir() if path.suffix != "" and path.is_file())


def test_a_run_keeps_its_owner_and_all_that_is_its(jobs: Jobs):
    before = RunStore(jobs.runs / "mine-1").metrics()
    assert jobs.rename("mine-1", " 我的 模型 ", ANN) == "我的-模型"
    catalogue = RunCatalogue(jobs.runs)
    assert catalogue.find("mine-1", ANN) is None
    assert catalogue.find("我的-模型", BOB) is None
    store = catalogue.store("我的-模型", ANN)
    assert store.metrics() == before
    assert files(jobs) == ["我的-模型.config", "我的-模型.json"]
    jobs.delete("我的-模型", ANN)
    assert files(jobs) == []


def test_a_name_with_a_dot_in_common_is_another_run(jobs: Jobs):
    (jobs.folder / "mine-1.x.json").write_text("{}", "utf-8")
    jobs.rename("mine-1", "other", ANN)
    assert files(jobs) == ["mine-1.x.json", "other.config", "other.json"]


@pytest.mark.parametrize("wanted", ["", "../x", "a/b", "a.b", "-x", "balance-none-1", "x" * 41, "a\x00b"])
def test_a_name_that_no_run_can_have_is_refused_and_nothing_changes(jobs: Jobs, wanted: str):
    with pytest.raises(RunError) as caught:
        jobs.rename("mine-1", wanted, ANN)
    assert caught.value.code == "name"
    assert files(jobs) == ["mine-1.config", "mine-1.json"]


@pytest.mark.parametrize("wanted", ["deepseek", "mine-1", "waiting-1"])
def test_a_name_that_is_taken_is_refused(jobs: Jobs, wanted: str):
    jobs.registry.add("waiting-1", toy.config(), jobs.registry.ticket("mine-1"))
    with pytest.raises(RunError) as caught:
        jobs.rename("mine-1", wanted, ANN)
    assert caught.value.code == "name_taken"
    assert (jobs.runs / "mine-1" / "config.json").is_file()


def test_only_its_browser_or_the_operator_may_rename_a_run(jobs: Jobs):
    with pytest.raises(RunError, match="another browser"):
        jobs.rename("mine-1", "bobs", BOB)
    assert jobs.rename("mine-1", "teachers", TEACHER) == "teachers"
    assert RunCatalogue(jobs.runs).find("teachers", ANN) is not None


def test_a_run_that_is_being_trained_keeps_its_name(jobs: Jobs):
    with FolderLock(jobs.folder / "mine-1.alive"), pytest.raises(RunError) as caught:
        jobs.rename("mine-1", "other", ANN)
    assert caught.value.code == "still_training"
