"""How well size tells of effect in the bundled runs, over many headlines, as it lies on disk: `make_gate_effects`.

    recorded_agreement(run)     per layer; None where this is another run, checkpoint or weights than was measured

To measure it takes seconds to a minute (`insight.gate_cause.agreement`), so what ships is measured once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path
from typing import Any

from moe_demo.insight.gate_cause import Agreement, Correlation
from moe_demo.insight.kept import kept_with_run
from moe_demo.insight.run import Run
from moe_demo.releases.recorded import read_recorded
from moe_demo.runs.catalogue import is_bundled
from moe_demo.runs.files import RunError, write_json

GATE_EFFECTS = Path(__file__).parents[1] / "recordings" / "gate_effects.json"
N_HEADLINES = 200
"""The first of the held-out ones."""
DIGITS = 6


def recorded_agreement(run: Run, path: Path = GATE_EFFECTS) -> tuple[Agreement, ...] | None:
    """What was measured of just these weights; None without, for the app can measure it again."""
    if not is_bundled(run.store):
        return None
    weights, layers = _recorded(path).get(run.run_id, ("", ()))
    return layers if weights == weights_digest(run) else None


@kept_with_run()
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
    _recorded.cache_clear()


@lru_cache(maxsize=4)
def _recorded(path: Path) -> dict[str, tuple[str, tuple[Agreement, ...]]]:
    """Digest of the weights and agreement per layer of each run; none where the file is missing or broken."""
    with suppress(RunError):
        return read_recorded(path, _runs)
    return {}


def _runs(record: dict[str, Any]) -> dict[str, tuple[str, tuple[Agreement, ...]]]:
    return {
        name: (str(run["weights"]), tuple(_agreement(layer) for layer in run["layers"]))
        for name, run in record["runs"].items()
    }


def _agreement(record: dict[str, Any]) -> Agreement:
    of = {name: Correlation(**record[name]) for name in ("of_gate", "of_norm")}
    return Agreement(**record | of)


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _rounded(one) for name, one in value.items()}
    return round(value, DIGITS) if isinstance(value, float) else value
