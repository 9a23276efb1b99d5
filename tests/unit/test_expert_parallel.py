"""Experts on several processes: what travels, and the same numbers as with all experts in one."""

import subprocess

import pytest
import torch

from moe_demo.cluster.expert_parallel import plan_sending
from tests.conftest import ROOT
from tests.unit.layer_dump import CASES
from tests.unit.test_distributed import pytestmark, torchrun

__all__ = ["pytestmark"]


def test_a_token_is_copied_once_for_every_rank_that_holds_one_of_its_experts():
    """Eight experts on four ranks, two each, worked by hand."""
    topk_idx_TK = torch.tensor([[0, 1], [7, 2], [5, 4], [3, 6]])
    sending = plan_sending(topk_idx_TK, n_routed=8, n_ranks=4)
    assert sending.n_copies_N.tolist() == [1, 2, 1, 2]
    assert sending.token_S.tolist() == [0, 1, 3, 2, 1, 3]


def test_copies_are_those_of_a_plain_loop():
    topk_idx_TK = torch.stack([torch.randperm(12)[:5] for _ in range(40)])
    sending = plan_sending(topk_idx_TK, n_routed=12, n_ranks=3)
    copies = [
        (rank, token)
        for rank in range(3)
        for token, experts in enumerate(topk_idx_TK.tolist())
        if any(expert // 4 == rank for expert in experts)
    ]
    assert sending.token_S.tolist() == [token for _, token in copies]
    assert sending.n_copies_N.tolist() == [sum(r == rank for r, _ in copies) for rank in range(3)]


@pytest.fixture(scope="module")
def found(tmp_path_factory) -> list[dict[tuple[str, torch.dtype], dict[str, float]]]:
    """Of each rank, its differences from the single process in every case."""
    prefix = tmp_path_factory.mktemp("layer") / "rank"
    command = torchrun("-m", "tests.unit.layer_dump", str(prefix))
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return [torch.load(f"{prefix}-{rank}.pt") for rank in (0, 1)]


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize(("dtype", "most"), [(torch.float32, 1e-6), (torch.float64, 1e-14)])
def test_outputs_and_gradients_are_those_of_a_single_process(case: str, dtype, most: float, found):
    for of_rank in found:
        far = {name: value for name, value in of_rank[case, dtype].items() if "tokens" not in name}
        assert max(far.values()) <= most, far


@pytest.mark.parametrize("case", CASES)
def test_the_cases_are_what_they_say(case: str, found):
    of_ranks = [of_rank[case, torch.float64] for of_rank in found]
    assert [of_rank["tokens"] for of_rank in of_ranks] == CASES[case][0]
    n_biased_off = sum(value < -1 for value in CASES[case][1].values())
    assert of_ranks[0]["experts without tokens"] >= n_biased_off
