"""Any number back to the sum that made it, with NumPy that does it again."""

from moe_demo.insight.lineage.accounts import AccountCase
from moe_demo.insight.lineage.assigned import AssignedCase
from moe_demo.insight.lineage.balance import StepCase
from moe_demo.insight.lineage.devices import PlanCase
from moe_demo.insight.lineage.held_out import HeldOutCase
from moe_demo.insight.lineage.key import NumberKey
from moe_demo.insight.lineage.lottery import LotteryCase
from moe_demo.insight.lineage.nodes import TrafficCase
from moe_demo.insight.lineage.notebook import LoadedFrom, notebook
from moe_demo.insight.lineage.record import Check, DotProduct, Lineage, check
from moe_demo.insight.lineage.recorded_steps import RecordedCase
from moe_demo.insight.lineage.registry import QUANTITIES, Case, PlaceKind, lineage_of
from moe_demo.insight.lineage.sentence import SentenceCase, sentence_case
from moe_demo.insight.lineage.slow import SlowCase

__all__ = [
    "QUANTITIES",
    "AccountCase",
    "AssignedCase",
    "Case",
    "Check",
    "DotProduct",
    "HeldOutCase",
    "Lineage",
    "LoadedFrom",
    "LotteryCase",
    "NumberKey",
    "PlaceKind",
    "PlanCase",
    "RecordedCase",
    "SentenceCase",
    "SlowCase",
    "StepCase",
    "TrafficCase",
    "check",
    "lineage_of",
    "notebook",
    "sentence_case",
]
