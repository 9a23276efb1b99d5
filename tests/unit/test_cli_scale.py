"""`scale`: the contract of DESIGN, and one plain sentence for bad input."""

import json
from pathlib import Path

import pytest

from moe_demo.cli import main
from moe_demo.published import MODELS
from tests.unit.test_published_configuration import V3


def asked(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(["scale", *arguments]) == 0
    return capsys.readouterr().out


def test_a_model_as_json_has_the_numbers_of_the_contract(capsys: pytest.CaptureFixture[str]):
    found = json.loads(asked(capsys, "deepseek-v3", "--json"))
    assert found["total"] == 671_026_419_200
    assert found["routed"] == 58 * 256 * 3 * 7168 * 2048
    assert found["share"] == found["activated"] / found["total"]
    assert found["conventions"]["embeddings"] == "head"
    assert any("configuration_deepseek_v3.py, 5.23.0" in source for source in found["source"])
    assert sum(line["total"] for line in found["lines"]) == found["total"]
    assert found["counted_otherwise"]["both tables counted"]["activated"] == 37_552_297_472


def test_without_a_name_all_published_models_are_listed(capsys: pytest.CaptureFixture[str]):
    assert [record["model"] for record in json.loads(asked(capsys, "--json"))] == list(MODELS)
    table = asked(capsys).splitlines()
    assert len(table) == 1 + len(MODELS)
    assert "671B / 37B" in next(line for line in table if line.startswith("deepseek-v3 "))


def test_a_model_in_words_names_every_line_and_the_source(capsys: pytest.CaptureFixture[str]):
    words = asked(capsys, "deepseek-v4.1-flash")
    for part in (
        "routed",
        "543,581,798,400",
        "a token of the prompt",
        "two activated numbers",
        "df42c109f1defe",
    ):
        assert part in words


def test_a_run_of_ours_is_counted_too(capsys: pytest.CaptureFixture[str]):
    found = json.loads(asked(capsys, "deepseek", "--json"))
    assert found["experts"]["routed"] == 16
    assert found["routed"] == 2 * 16 * 3 * 32 * 32


def test_a_configuration_is_counted_and_recognised(capsys: pytest.CaptureFixture[str], tmp_path: Path):
    path = tmp_path / "config.json"
    path.write_text(json.dumps(V3), encoding="utf-8")
    found = json.loads(asked(capsys, "--config", str(path), "--json"))
    assert (found["total"], found["same_as"]) == (671_026_419_200, "deepseek-v3")
    assert "the same shape as deepseek-v3" in asked(capsys, "--config", str(path))


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"not json", "is no JSON text"),
        (b'{"model_type": "llama"}', "is of the architecture 'llama'"),
        (json.dumps(V3 | {"hidden_size": None}).encode(), "lacks hidden_size"),
        (b" " * 50_000_000, "is larger than 1,000,000 bytes"),
    ],
)
def test_a_bad_file_is_one_sentence_and_status_2(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, content: bytes, says: str
):
    path = tmp_path / "config.json"
    path.write_bytes(content)
    assert main(["scale", "--config", str(path)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert says in err
    assert err.count("\n") == 1


def test_an_unknown_name_and_two_names_are_one_sentence(capsys: pytest.CaptureFixture[str]):
    assert main(["scale", "deepseek-v5"]) == 2
    assert "deepseek-v4.1-flash" in capsys.readouterr().err
    assert main(["scale", "deepseek-v3", "--config", "config.json"]) == 2
    assert capsys.readouterr().err == "Name a model or give a --config, not both.\n"
