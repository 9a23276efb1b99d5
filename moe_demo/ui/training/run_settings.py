"""The settings of a training run on the page: what the next step, or the next run, is trained with.

    plan = run_settings.draw(view, job)

Two kinds stand apart. Learning rate, K, balance method, alpha and bias rate hold from the next step on while a run of
this browser trains; everything else shapes the weights or the data and waits for a new run. A setting that no run can
have is refused in one sentence beside its field, and the run goes on as it was.

Every run has fields of its own (its name is in their keys), which begin at its own settings.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, get_args

import streamlit as st

from moe_demo.config import BalanceMethod, ConfigError, RunConfig, with_labels
from moe_demo.errors import SaidError
from moe_demo.jobs.jobs import Job, Jobs
from moe_demo.jobs.uploads import Dataset, Uploads
from moe_demo.presets import DEFAULT_PRESET, PRESETS, preset, preset_or_default
from moe_demo.runs.events import Setting, changed, setting
from moe_demo.ui.kit import caller
from moe_demo.ui.kit.choice import choice
from moe_demo.ui.kit.i18n import t
from moe_demo.ui.kit.new_run import Plan, asking, on_data_set
from moe_demo.ui.kit.own_run import is_mine
from moe_demo.ui.kit.views import View
from moe_demo.ui.kit.words import method_key
from moe_demo.ui.training.controls import settings_in_force

BUILTIN = ""
_FORMATS = {"lr": "%.5f", "alpha": "%.5f", "seq_alpha": "%.5f", "bias_rate": "%.5f", "top_k": "%d"}
_LIMITS = {"seed": (0, 2**31), "epochs": (1, 200), "patience": (0, 200), "batch_size": (1, 1024)}
_PASSES = 2  # of calibration, where the settings that one starts from have none
_USED_BY = {
    "alpha": ("aux_loss",),
    "seq_alpha": ("seq_aux_loss", "loss_free+seq"),
    "bias_rate": ("loss_free", "loss_free+seq"),
}


@dataclass(frozen=True)
class _Form:
    """Where the fields begin, and what a moved one does.

    What was entered is kept beside the fields: the popover draws them only while it is open, and Streamlit forgets a
    field that is not drawn.
    """

    run: str
    job: Job | None
    base: RunConfig

    @property
    def live(self) -> bool:
        """Whether a changed setting reaches a process now."""
        return self.job is not None and self.job.state in ("running", "paused") and is_mine(self.job)

    def key(self, name: str) -> str:
        """The key of what was entered."""
        return f"training.set.{name}.{self.run}.{self.base.preset}"

    def field(self, name: str) -> str:
        """The key of the field itself."""
        return f"{self.key(name)}|field"

    def entered(self, name: str, base: Any) -> Any:
        """What was entered last; before that what the run has."""
        return st.session_state.get(self.key(name), base)

    def enter(self, name: str) -> Any:
        """Keep what stands in the field now."""
        st.session_state[self.key(name)] = st.session_state[self.field(name)]
        return st.session_state[self.key(name)]


def draw(view: View, job: Job | None) -> Plan:
    """The popover with the fields; what stands in them, whether it is open or not."""
    form = _form(view, job)
    held = {dataset.key: dataset for dataset in Uploads().of(caller.current())}
    config, problems = _changeable(form)
    popover = st.popover(
        t("training.settings.title"), icon="⚙️", key="training.settings", on_change="rerun", width="content"
    )
    if popover.open:
        with popover:
            _fields(form, config, held)
            for problem in problems:
                st.error(problem)
    config, dataset = _of_new_run(form, config, held)
    return Plan(
        config=config,
        files=(dataset.path,) if dataset else (),
        private=dataset is not None,
        name=dataset.run_name if dataset else None,
        beside=form.run if form.entered("beside", False) else None,
        fits=not problems,
    )


def _form(view: View, job: Job | None) -> _Form:
    """A run's own settings; those of a preset where another preset is picked than the run was made of."""
    own = preset_or_default(view.run.config.preset)
    if job and Jobs().has_begun(job.name):
        own = settings_in_force(job)
    elif job and (asked := _asked_for(job)):
        own, _ = asked
    own = own if own.preset in PRESETS else replace(own, preset=DEFAULT_PRESET)  # one of another version
    run = view.selection.run
    picked = st.session_state.get(_preset_key(run), own.preset)
    return _Form(run, job, own if picked == own.preset else preset(picked))


def _asked_for(job: Job) -> tuple[RunConfig, list[Path]] | None:
    """Settings and files of a job that has not begun; None where they are torn."""
    try:
        return Jobs().asked_for(job.name)
    except SaidError:
        return None


def _preset_key(run: str) -> str:
    return f"training.set.preset.{run}"


# -- what was entered --------------------------------------------------------------------------------------------


def _changeable(form: _Form) -> tuple[RunConfig, list[str]]:
    """The settings that may change between two steps, as they were entered; what is wrong with them."""
    config = changed(form.base, "method", form.entered("method", form.base.balance.method))
    problems = []
    for name in _numbers(config):
        value = form.entered(name, setting(form.base, name))
        try:
            config = changed(config, name, value)
        except ConfigError:
            problems.append(rule_of(name, value, config))
    return config, problems


def _numbers(config: RunConfig) -> list[str]:
    """The numbers that may change between two steps, under this balance method."""
    return ["lr", "top_k"] + [name for name, methods in _USED_BY.items() if config.balance.method in methods]


def rule_of(name: str, value: Setting, config: RunConfig) -> str:
    """The sentence for a value that no run can have."""
    model = config.model
    reachable = model.topk_groups * model.n_routed // model.n_groups
    return t(f"training.rules.{name}", value=value, most=min(model.n_routed, reachable))


def _of_new_run(
    form: _Form, config: RunConfig, held: Mapping[str, Dataset]
) -> tuple[RunConfig, Dataset | None]:
    """With seed, length and data, which wait for a new run."""
    values: dict[str, Any] = {name: int(form.entered(name, getattr(form.base, name))) for name in _LIMITS}
    passes = (form.base.balance.calibration_passes or _PASSES) if _calibrates(form) else 0
    balance = replace(config.balance, calibration_passes=passes)
    config = replace(config, data="builtin", balance=balance, **values)
    dataset = held.get(form.entered("data", _data_of(form.job, held)))
    if dataset:
        return on_data_set(dataset, config), dataset
    return with_labels(config, PRESETS[config.preset].model.labels), dataset


def _calibrates(form: _Form) -> bool:
    """Whether the biases are to be fitted to clean words after the last step; a method without biases leaves it be."""
    return bool(form.entered("calibrate", form.base.balance.calibration_passes > 0))


def _data_of(job: Job | None, held: Mapping[str, Dataset]) -> str:
    """Which data set a job was trained on, where this browser still has it."""
    if job is None:
        return BUILTIN
    if Jobs().has_begun(job.name):
        files = [Path(file) for file in Jobs().store(job.name).data().files]
    else:
        _, files = _asked_for(job) or (None, [])
    return next((key for key, dataset in held.items() if files[:1] == [dataset.path.resolve()]), BUILTIN)


# -- the fields --------------------------------------------------------------------------------------------------


def _fields(form: _Form, config: RunConfig, held: Mapping[str, Dataset]) -> None:
    preset_column, method_column = st.columns([0.42, 0.58])
    with preset_column:
        words = {name: t(f"training.presets.{name}") for name in PRESETS}
        choice(t("training.settings.preset"), words, form.base.preset, _preset_key(form.run))
    with method_column:
        words = {name: t(f"training.methods.{method_key(name)}") for name in get_args(BalanceMethod)}
        act = _telling(form, "method")
        choice(t("training.names.method"), words, config.balance.method, form.key("method"), act)
    st.caption(t("training.settings.live" if form.live else "training.settings.next"))
    names = _numbers(config)
    for name, column in zip(names, st.columns(len(names)), strict=True):
        with column:
            _number(form, name)
    st.caption(t("training.settings.new_run"))
    for (name, (low, high)), column in zip(_LIMITS.items(), st.columns(len(_LIMITS)), strict=True):
        with column:
            _whole_number(form, name, low, high)
    words = {BUILTIN: t("training.settings.builtin")} | {key: dataset.name for key, dataset in held.items()}
    choice(t("training.names.data"), words, _data_of(form.job, held), form.key("data"))
    if config.balance.bias_step > 0:
        st.checkbox(
            t("training.settings.calibrate"),
            _calibrates(form),
            key=form.field("calibrate"),
            help=t("training.settings.calibrate_help"),
            on_change=form.enter,
            args=("calibrate",),
        )
    st.checkbox(
        t("training.settings.beside", run=form.run),
        form.entered("beside", False),
        key=form.field("beside"),
        on_change=form.enter,
        args=("beside",),
    )


def _number(form: _Form, name: str) -> None:
    """A number that may change between two steps; whole numbers for K."""
    value: Any = setting(form.base, name)  # whole for K, not elsewhere: the type of the field
    tell = _telling(form, name)
    st.number_input(
        t(f"training.names.{name}"),
        value=form.entered(name, value),
        step=1 if name == "top_k" else None,
        format=_FORMATS[name],
        key=form.field(name),
        help=t(f"training.help.{name}"),
        on_change=lambda: tell(form.enter(name)),
    )


def _whole_number(form: _Form, name: str, low: int, high: int) -> None:
    """A number that waits for a new run."""
    st.number_input(
        t(f"training.names.{name}"),
        low,
        high,
        form.entered(name, getattr(form.base, name)),
        key=form.field(name),
        help=t("training.help.patience") if name == "patience" else None,
        on_change=form.enter,
        args=(name,),
    )


def _telling(form: _Form, name: str) -> Callable[[Setting], None]:
    """What a moved field does: a running job gets the new value, others keep it for later."""

    def tell(value: Setting) -> None:
        job = form.job
        if form.live and job is not None:
            ask = partial(Jobs().change, job.name, name, value, caller.current())
            asking(ask, quiet=(ConfigError,))()  # beside the field stands why

    return tell
