"""Any number back to the sum that made it, with NumPy that does it again."""

from moe_demo.insight.lineage.key import NumberKey
from moe_demo.insight.lineage.notebook import LoadedFrom, notebook
from moe_demo.insight.lineage.record import Check, DotProduct, Lineage, check
from moe_demo.insight.lineage.registry import QUANTITIES, Case, lineage_of
from moe_demo.insight.lineage.sentence import SentenceCase, sentence_case
from moe_demo.insight.lineage.training import HeldOutCase, StepCase

__all__ = [
    "QUANTITIES",
    "Case",
    "Check",
    "DotProduct",
    "HeldOutCase",
    "Lineage",
    "LoadedFrom",
    "NumberKey",
    "SentenceCase",
    "StepCase",
    "check",
    "lineage_of",
    "notebook",
    "sentence_case",
]
