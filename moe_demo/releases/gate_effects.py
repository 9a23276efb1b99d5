"""How well size tells of effect in the bundled runs, over many headlines, as it lies on disk: `make_gate_effects`.

    recorded_agreement(run)     per layer; None where this is another run, checkpoint or weights than was measured

To measure it takes seconds to a minute (`insight.gate_cause.agreement`), so what ships is measured once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from typing import Any

from moe_demo.insight.gate_cause import Agreement, Correlation
from moe_demo.insight.run import Run
from moe_demo.runs.catalogue import is_bundled
from moe_demo.runs.files import RunError, read_json, write_json

GATE_EFFECTS = Path(__file__).parents[1] / "recordings" / "gate_effects.json"
N_HEADLINES = 200
"""The first of the held-out ones."""
DIGITS = 6


def recorded_agreement(run: Run, path: Path = GATE_EFFECTS) -> tuple[Agreement, ...] | None:
    """What was measured of just these weights; None without, for the app can measure it again."""
    if not is_bundled(run.store):
        return None
    record = _records(path).get(run.run_id)
    if record is None or record["weights"] != weights_digest(run):
        return None
    try:
        return tuple(_agreement(layer) for layer in record["layers"])
    except (KeyError, TypeError):
        return None


@lru_cache(maxsize=16)
def weights_digest(run: Run) -> str:
    """Of all weights, names included."""
    digest = hashlib.sha256()
    for name, value in sorted(run.model.state_dict().items()):
        digest.update(name.encode())
        digest.update(value.numpy().tobytes())
    return digest.hexdigest()


def write_agreements(found: Mapping[Run, Sequence[Agreement]], path: Path = GATE_EFFECTS) -> None:
    """Replace the file."""
    records = {
        run.run_id: {
            "step": run.step,
            "weights": weights_digest(run),
            "layers": [_rounded(asdict(layer)) for layer in layers],
        }
        for run, layers in found.items()
    }
    write_json(path, {"runs": records})
    _records.cache_clear()


@lru_cache(maxsize=4)
def _records(path: Path) -> dict[str, dict[str, Any]]:
    try:
        runs = read_json(path)["runs"]
        return {name: {"weights": one["weights"], "layers": one["layers"]} for name, one in runs.items()}
    except (RunError, KeyError, TypeError, AttributeError):
        return {}


def _agreement(record: dict[str, Any]) -> Agreement:
    of = {name: Correlation(**record[name]) for name in ("of_gate", "of_norm")}
    return Agreement(**record | of)


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _rounded(one) for name, one in value.items()}
    return round(value, DIGITS) if isinstance(value, float) else value
