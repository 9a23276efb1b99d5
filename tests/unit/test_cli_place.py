"""`place`: the record of a plan, and every input that it refuses."""

import json
from pathlib import Path

import pytest

from moe_demo.cli import main
from moe_demo.cluster.loads import MAX_BYTES

LOADS = [
    [90, 132, 40, 61, 104, 165, 39, 4, 73, 56, 183, 86],
    [20, 107, 104, 64, 19, 197, 187, 157, 172, 86, 16, 27],
]


def options(replicas: int = 16, groups: int = 4, nodes: int = 2, devices: int = 8) -> list[str]:
    numbers = {"--replicas": replicas, "--groups": groups, "--nodes": nodes, "--devices": devices}
    return [str(part) for pair in numbers.items() for part in pair]


def written(folder: Path, text: str | bytes) -> str:
    path = folder / "loads.json"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return str(path)


def test_the_record_of_the_example_of_eplb(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["place", "--loads", written(tmp_path, json.dumps(LOADS)), *options(), "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert record["policy"] == "hierarchical"
    assert record["physical_to_logical"] == [
        [5, 6, 5, 7, 8, 4, 3, 4, 10, 9, 10, 2, 0, 1, 11, 1],
        [7, 10, 6, 8, 6, 11, 8, 9, 2, 4, 5, 1, 5, 0, 3, 1],
    ]
    assert record["replicas"] == [[1, 2, 1, 1, 2, 2, 1, 1, 1, 1, 2, 1], [1, 2, 1, 1, 1, 2, 2, 1, 2, 1, 1, 1]]
    assert record["imbalance_after"] == pytest.approx([0.208132, 0.242215], abs=1e-6)
    assert record["slowest_device"] == [6, 1]


def test_imbalance_before_is_that_of_experts_in_their_order(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    path = written(tmp_path, json.dumps(LOADS))
    assert main(["place", "--loads", path, *options(replicas=12, devices=4), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["imbalance_before"] == pytest.approx([0.278, 0.785], abs=1e-3)


def test_the_table_names_every_device_and_its_experts(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["place", "--loads", written(tmp_path, json.dumps(LOADS)), *options()]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[2] == "layer 0: imbalance 1.083 -> 0.208, slowest device 6"
    assert lines[3] == "  device   0  experts 5 6"
    assert len(lines) == 2 * (2 + 8) + 1


BAD_FILES = [
    ("not json", "loads.json is not JSON; write a list of layers, each a list of its experts' loads."),
    (b"\xff\xfe1", "loads.json is not JSON;"),
    ("[" * 100_000, "loads.json is not JSON;"),
    ("{}", "loads.json is no table of loads; write a list of layers"),
    ("[1, 2, 3]", "loads.json is no table of loads;"),
    ("[]", "loads.json has no loads; write at least one layer"),
    ("[[]]", "loads.json has no loads;"),
    ("[[1, 2], [1]]", "loads.json: layer 1 has 1 experts and layer 0 has 2; give every layer as many."),
    (
        "[[1, 2], [1, NaN]]",
        "loads.json: the load of expert 1 in layer 1 is nan; write a number from 0 to 1e+15.",
    ),
    ("[[1, -2.5]]", "loads.json: the load of expert 1 in layer 0 is -2.5;"),
    ("[[1, Infinity]]", "loads.json: the load of expert 1 in layer 0 is inf;"),
    ("[[1, true]]", "loads.json: the load of expert 1 in layer 0 is True;"),
    ('[["many"]]', "loads.json: the load of expert 0 in layer 0 is 'many';"),
    ("[[1" + "0" * 400 + "]]", "loads.json: the load of expert 0 in layer 0 is 10000"),
    (b" " * (MAX_BYTES + 1), f"loads.json is larger than {MAX_BYTES} bytes, the most that is read;"),
]


@pytest.mark.parametrize(("text", "sentence"), BAD_FILES, ids=[str(text[:20]) for text, _ in BAD_FILES])
def test_a_file_without_loads_is_refused(
    text: str | bytes, sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    assert main(["place", "--loads", written(tmp_path, text), *options()]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert err.startswith(sentence)


BAD_MACHINES = [
    (options(devices=26, replicas=26), "26 devices are more than 12 experts;"),
    (options(devices=32), "32 devices are more than 12 experts;"),
    (options(replicas=8), "8 replicas are fewer than 12 experts;"),
    (options(replicas=18), "18 replicas do not divide evenly among 8 devices; choose a multiple of 8."),
    (options(groups=5), "5 groups do not divide 12 experts evenly; choose a divisor of 12."),
    (options(nodes=3), "8 devices do not divide evenly among 3 nodes; choose a multiple of 3."),
    (options(nodes=0), "nodes must be 1 or more, got 0."),
    (options(replicas=10**12), "replicas is 1000000000000, and 8192 is the most."),
]


@pytest.mark.parametrize(("machines", "sentence"), BAD_MACHINES)
def test_machines_that_do_not_fit_are_refused(
    machines: list[str], sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    assert main(["place", "--loads", written(tmp_path, json.dumps(LOADS)), *machines, "--json"]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert err.startswith(sentence)


def test_a_file_that_is_not_there_or_a_folder_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["place", "--loads", str(tmp_path / "nowhere.json"), *options()]) == 2
    assert "nowhere.json does not exist; check the path." in capsys.readouterr().err
    assert main(["place", "--loads", str(tmp_path), *options()]) == 2
    assert "cannot be read (Is a directory)" in capsys.readouterr().err
