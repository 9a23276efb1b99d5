"""A run's numbers as files that other programs read: tables, JSON, weights.

    table_bytes(record_frame(run), "csv")     every step and evaluation, one row each
    table_bytes(load_frame(run), "parquet")   words of each expert by the class of their headline, last evaluation
    table_bytes(trace.frame(), "json")        one row per token x layer x expert
    weights_bytes(run)                        safetensors in float32, the names those of the model's modules

Letters: L MoE layers, E routed experts, C classes.
"""

from __future__ import annotations

import importlib.util
import io
import json
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np

from moe_demo.insight.run import Run
from moe_demo.runs.errors import RunError
from moe_demo.runs.metrics import EvalMetrics
from moe_demo.runs.weights import checkpoint_bytes

if TYPE_CHECKING:
    import pandas as pd

Form = Literal["csv", "json", "parquet"]
FORMS: tuple[Form, ...] = get_args(Form)


def forms() -> tuple[Form, ...]:
    """The forms that can be written here: Parquet needs pyarrow, which Streamlit brings."""
    return FORMS if importlib.util.find_spec("pyarrow") else FORMS[:2]


def table_bytes(frame: pd.DataFrame, form: Form) -> bytes:
    """A table as a file: CSV in UTF-8 with a mark that spreadsheets know, JSON as a list of rows, or Parquet.

    JSON has no infinity and no NaN: they become null.
    """
    if form == "csv":
        return frame.to_csv(index=False).encode("utf-8-sig")
    if form == "json":
        rows = [
            {name: _plain(value) for name, value in row.items()} for row in frame.to_dict(orient="records")
        ]
        return json.dumps(rows, ensure_ascii=False, allow_nan=False, indent=0).encode()
    content = io.BytesIO()
    frame.to_parquet(content, index=False)
    return content.getvalue()


def record_frame(run: Run) -> pd.DataFrame:
    """Every step and evaluation up to the checkpoint, a row each; what only one of the kinds has, the other lacks."""
    import pandas as pd

    rows = []
    for one in run.metrics:
        if one.step > run.step:
            continue
        is_evaluation = isinstance(one, EvalMetrics)
        row: dict[str, object] = {"step": one.step, "kind": "evaluation" if is_evaluation else "step"}
        row |= {"loss": one.loss, "accuracy": one.accuracy}
        if isinstance(one, EvalMetrics):
            row |= {"n_headlines": one.n_headlines}
        else:
            row |= {"ce_loss": one.ce_loss, "balance_loss": one.balance_loss, "lr": one.lr}
        row |= {f"max_vio_L{layer}": value for layer, value in enumerate(one.max_vio_L)}
        rows.append(row)
    return pd.DataFrame(rows)


def load_frame(run: Run) -> pd.DataFrame:
    """The last evaluation's words, one row a layer, expert and class. Raises RunError where there is none."""
    import pandas as pd

    evaluation = run.last_eval
    if evaluation is None:
        raise RunError("no_evaluation", folder=run.store.folder)
    load_LEC = np.asarray(evaluation.load_LEC)
    load_LE = load_LEC.sum(-1)
    relative_LE = load_LE / np.maximum(load_LE.mean(-1, keepdims=True), 1e-9)
    return pd.DataFrame(
        {
            "layer": layer,
            "expert": expert,
            "class": label,
            "words": int(load_LEC[layer, expert, c]),
            "expert_words": int(load_LE[layer, expert]),
            "load_over_fair_share": float(relative_LE[layer, expert]),
        }
        for layer, expert in np.ndindex(*load_LE.shape)
        for c, label in enumerate(run.labels)
    )


def weights_bytes(run: Run) -> bytes:
    """The checkpoint on show, in single precision whatever its file is rounded to."""
    return checkpoint_bytes(run.model, run.step)


def _plain(value: object) -> object:
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value.item() if isinstance(value, np.generic) else value
