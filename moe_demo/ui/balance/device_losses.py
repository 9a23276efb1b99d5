"""DeepSeek-V2's three balance losses on the balance page: experts, devices, communication, recorded."""

from __future__ import annotations

from functools import lru_cache

import pandas as pd
import streamlit as st

from moe_demo.releases.device_losses import LEVELS, LOSSES, DeviceLosses, read_device_losses
from moe_demo.runs.files import RunError
from moe_demo.ui.kit.errors import sentence
from moe_demo.ui.kit.glossary import explained
from moe_demo.ui.kit.i18n import labels, language, t
from moe_demo.ui.kit.provenance import how_made
from moe_demo.ui.kit.tables import markdown_table
from moe_demo.ui.kit.words import layer_name


def draw() -> None:
    """The section: what each further loss evens."""
    try:
        found = read_device_losses()
    except RunError as error:
        st.error(t("balance.broken", reason=sentence(error)))
        return
    st.header(t("devices.title"), anchor="devices")
    explained(t("devices.caption", devices=found.n_devices, reachable=found.reachable))
    said, rows = _told(found, language())
    st.markdown(said)
    st.markdown(rows)
    how_made(found, t("devices.note"))


@lru_cache(maxsize=8)
def _told(found: DeviceLosses, _language: str) -> tuple[str, str]:
    """The sentence and the table, which are the same at every run of the page in one language."""
    frame = table(found)
    return says(found), markdown_table(list(frame.columns), frame.to_numpy().tolist())


def says(found: DeviceLosses) -> str:
    """Whether the two losses over devices do what they are for, seed by seed and layer by layer."""
    work, n = found.lower_in("work", "device", "expert")
    already, _ = found.lower_in("copies", "device", "expert")
    copies, _ = found.lower_in("copies", "communication", "device")
    way = "says" if found.mostly_lower("copies", "communication", "device") else "says_no_effect"
    return t(f"devices.{way}", work=work, copies=copies, already=already, n=n)


def table(found: DeviceLosses) -> pd.DataFrame:
    """A row for each set of losses; means over seeds, layer by layer."""
    words, heads = labels("devices.losses"), labels("devices.heads")
    weights = dict(zip(LOSSES[1:], found.weights, strict=True))
    rows = []
    for losses in LOSSES:
        one = found.of(losses)
        row = {
            heads["losses"]: words[losses].format(weight=weights.get(losses, 0)),
            heads["accuracy"]: f"{one.mean_accuracy:.1%}",
        }
        for level in LEVELS:
            each = (f"{one.mean_vio(level, layer):.2f}" for layer in range(found.n_layers))
            row[heads[level].format(layers=" / ".join(map(layer_name, range(found.n_layers))))] = " / ".join(
                each
            )
        rows.append(row)
    return pd.DataFrame(rows)
