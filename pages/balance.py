"""Balance: why must load be balanced? Five trainings that differ in nothing but that."""

import streamlit as st

from moe_demo.insight.comparison import mutual_information
from moe_demo.model.balance import (
    communication_balance_loss,
    device_balance_loss,
    expert_balance_loss,
    max_vio,
    sequence_balance_loss,
    updated_bias,
)
from moe_demo.runs.store import RunError
from moe_demo.ui.balance import cost as balance_cost
from moe_demo.ui.balance import device_losses, one_sentence
from moe_demo.ui.balance import formulas as balance_formulas
from moe_demo.ui.balance import page as balance_page
from moe_demo.ui.balance import sweep as balance_sweep
from moe_demo.ui.balance import table as balance_table
from moe_demo.ui.balance.data import model_line
from moe_demo.ui.balance.numbers import offered
from moe_demo.ui.balance.settings import BalanceSettings
from moe_demo.ui.kit import selection
from moe_demo.ui.kit.errors import sentence
from moe_demo.ui.kit.i18n import t
from moe_demo.ui.kit.lineage import show_lineage
from moe_demo.ui.kit.source import show_source

with st.container(key="balance-title", horizontal=True, vertical_alignment="bottom"):
    st.title(t("balance.title"), anchor=False, width="content")
    st.caption(t("balance.caption"), width="content")
try:
    recording = balance_page.recording()
except RunError as error:
    st.error(t("balance.broken", reason=sentence(error)))
    st.stop()
st.caption(model_line(recording.base.model))
balance_page.draw()
balance_cost.draw()
balance_table.draw(recording)
balance_formulas.draw(recording)
one_sentence.draw()
device_losses.draw()
balance_sweep.draw(recording)
chosen = selection.current(BalanceSettings)
show_lineage(offered(recording, chosen, balance_page.shown_runs()), chosen)
losses = (expert_balance_loss, device_balance_loss, communication_balance_loss, sequence_balance_loss)
show_source(*losses, updated_bias, max_vio, mutual_information)
