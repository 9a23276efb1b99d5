"""How much of what there may be: the upper bounds of settings, and what one browser may start, keep and take up.

`HIGHEST` bounds every setting of `config` that is a number; what a model of such settings takes in memory is reckoned
besides (`model.size`). `Limits` is for a server with visitors: an environment variable named after a field, such as
MOE_DEMO_KEPT_RUNS=3, changes it. The command line and the operator are not held to them.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields

HIGHEST: Mapping[str, float] = {
    # the router and the model
    "n_routed": 1024,
    "n_shared": 64,
    "n_groups": 1024,
    "temperature": 1000,
    "route_scale": 1000,
    "vocab_size": 5_000_000,
    "n_buckets": 2**24,
    "min_n": 8,
    "max_n": 16,
    "max_tokens": 1024,
    "dim": 8192,
    "n_heads": 256,
    "n_layers": 128,
    "n_hash_layers": 128,
    "ffn_dim": 131_072,
    "expert_dim": 131_072,
    "pooling_pseudocount": 1000,
    "embedding_std": 100,
    "router_std": 100,
    # balance
    "alpha": 1000,
    "seq_alpha": 1000,
    "device_alpha": 1000,
    "communication_alpha": 1000,
    "bias_rate": 10,
    "calibration_passes": 100,
    # training
    "epochs": 10_000,
    "batch_size": 65_536,
    "weight_decay": 100,
    "grad_clip": 1e6,
    "confidence_temperature": 100,
    "min_count": 1_000_000,
    "patience": 10_000,
    "outlier_weight": 1000,
}
"""Setting -> its highest value. The article's largest model has 160 experts, DeepSeek-V3 256 and a width of 7168."""

LOWEST: Mapping[str, float] = {"temperature": 1e-6, "confidence_temperature": 0.01}
"""Of those that divide: what they divide stays a number of 32 bits."""

MAX_LABELS = 1000
MAX_DIVISOR = 1000
MAX_DIVISORS = 64
MAX_LABEL_CHARS = 200
MAX_PRESET_CHARS = 40


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What visitors of a server are held to, each browser for itself unless it says otherwise."""

    jobs: int = 2
    """Runs that train at the same time, of all browsers together; where it is 0, what is started waits."""
    open_jobs: int = 8
    """Jobs that are trained, wait for a place or are paused; the balance page starts five at once."""
    paused_jobs: int = 2
    """Each holds a process of some 440 MB in memory."""
    kept_runs: int = 20
    """Runs on the disk."""
    kept_mb: int = 1500
    """Of run folders; one has some 70."""
    all_mb: int = 20_000
    """Of the run folders of all browsers together."""
    kept_data_sets: int = 5
    """Data sets of one's own."""
    all_data_mb: int = 500
    """Of the data sets of all browsers together."""
    kept_lessons: int = 10
    """Lesson files of one's own."""
    all_lessons: int = 2000
    """Of all browsers together; one has at most 60 kB."""
    open_classes: int = 5
    """Classes that follow a presenter."""
    all_classes: int = 500
    """Of all browsers together."""
    class_browsers: int = 250
    """Browsers that follow one class."""
    kept_days: int = 30
    """Private runs, data sets and lessons are removed so long after they were last written."""

    @classmethod
    def of_environment(cls) -> Limits:
        """Those in force here. Raises ValueError where a variable holds no whole number from 0 on."""
        found = {}
        for one in fields(cls):
            name = f"MOE_DEMO_{one.name.upper()}"
            if written := os.environ.get(name):
                if not (written.isascii() and written.isdigit() and len(written) <= 9):
                    raise ValueError(f"{name} must be a whole number from 0 on, got {written[:40]!r}.")
                found[one.name] = int(written)
        return cls(**found)
