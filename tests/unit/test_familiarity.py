"""Telling familiar texts from others, and confidence from accuracy: laws and worked examples."""

import math

import numpy as np
import pytest
import torch

from moe_demo.insight.familiarity import auroc, calibration_error, separation
from moe_demo.insight.run import load_run
from moe_demo.model.familiarity import familiarity


def test_familiarity_is_ln_c_where_the_logits_say_nothing_and_rises_with_any_of_them():
    logits_BC = torch.tensor([[0.0, 0.0, 0.0], [3.0, 0.0, 0.0], [3.0, 3.0, 0.0], [-2.0, -2.0, -2.0]])
    nothing, one, two, less = familiarity(logits_BC).tolist()
    assert nothing == pytest.approx(math.log(3))
    assert less < nothing < one < two


def test_auroc_by_hand():
    """Of six pairs 2>1, 2>0, 3>1, 3>0, 1>0 are right and 1=1 counts half."""
    assert auroc(np.array([2, 3, 1]), np.array([1, 0])) == pytest.approx(5.5 / 6)
    assert auroc(np.array([1, 1]), np.array([1, 1])) == 0.5
    assert auroc(np.array([0]), np.array([1])) == 0.0


def test_calibration_error_by_hand():
    """Two answers of 0.9, one right: off by 0.4. Two of 0.6, both right: off by 0.4 as well."""
    probabilities = np.array([[0.9, 0.1], [0.9, 0.1], [0.6, 0.4], [0.6, 0.4]])
    assert calibration_error(probabilities, np.array([0, 1, 0, 0])) == pytest.approx(0.4)
    assert calibration_error(np.array([[1.0, 0.0]] * 3), np.array([0, 0, 0])) == 0.0


def test_a_run_is_asked_for_both_kinds():
    run = load_run("deepseek")
    known = ["国足三比零完胜对手", "新款手机搭载三千万像素摄像头"]
    found = separation(run, known, ["哈哈", "asdf"])
    answers = run.classify(known)
    assert found.kept == np.mean([answer.familiar for answer in answers])
    assert found.auroc == 1.0
