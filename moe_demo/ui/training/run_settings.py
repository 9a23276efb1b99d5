"""The settings of a training run on the page: what the next step, or the next run, is trained with.

    plan = run_settings.draw(view, job)

Two kinds stand apart. Learning rate, K, balance method, alpha and bias rate hold from the next step on while a run of
this browser trains; everything else shapes the weights or the data and waits for a new run. A setting that no run can
have is refused in one sentence beside its field, and the run goes on as it was.

Every run has fields of its own (its name is in their keys), which begin at its own settings.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, get_args

import streamlit as st

from moe_demo.config import PRESETS, BalanceMethod, ConfigError, RunConfig, preset, with_labels
from moe_demo.jobs.jobs import Job, Jobs
from moe_demo.jobs.uploads import Dataset, Uploads
from moe_demo.runs.events import Setting, changed, setting
from moe_demo.ui.kit import caller
from moe_demo.ui.kit.choice import choice
from moe_demo.ui.kit.i18n import t
from moe_demo.ui.kit.views import View
from moe_demo.ui.kit.words import method_key
from moe_demo.ui.training.controls import Plan, asking, is_mine, settings_in_force

BUILTIN = ""
_FORMATS = {"lr": "%.5f", "alpha": "%.5f", "seq_alpha": "%.5f", "bias_rate": "%.5f", "top_k": "%d"}
_USED_BY = {
    "alpha": ("aux_loss",),
    "seq_alpha": ("seq_aux_loss", "loss_free+seq"),
    "bias_rate": ("loss_free", "loss_free+seq"),
}


@dataclass(frozen=True)
class _Form:
    """Where the fields begin, and what a moved one does."""

    run: str
    job: Job | None
    base: RunConfig

    @property
    def live(self) -> bool:
        """Whether a changed setting reaches a process now."""
        return self.job is not None and self.job.state in ("running", "paused") and is_mine(self.job)

    def key(self, name: str) -> str:
        """The key of a field."""
        return f"training.set.{name}.{self.run}.{self.base.preset}"


def draw(view: View, job: Job | None) -> Plan:
    """The fields, in a popover; what stands in them."""
    with st.popover(t("training.settings.title"), icon="⚙️"):
        preset_column, method_column = st.columns([0.42, 0.58])
        with preset_column:
            form = _form(view, job)
        with method_column:
            config = _method(form, form.base)
        st.caption(t("training.settings.live" if form.live else "training.settings.next"))
        config, problems = _changeable(form, config)
        st.caption(t("training.settings.new_run"))
        config, dataset = _of_new_run(form, config)
        beside = st.checkbox(t("training.settings.beside", run=view.selection.run), key=form.key("beside"))
        for problem in problems:
            st.error(problem)
    return Plan(
        config=config,
        files=(dataset.path,) if dataset else (),
        private=dataset is not None,
        beside=view.selection.run if beside else None,
        fits=not problems,
    )


def _form(view: View, job: Job | None) -> _Form:
    """A run's own fields; those of a preset where another preset is picked than the run was made of."""
    own = settings_in_force(job) if job and Jobs().has_begun(job.name) else preset(view.run.config.preset)
    words = {name: t(f"training.presets.{name}") for name in PRESETS}
    key = f"training.set.preset.{view.selection.run}"
    picked = choice(t("training.settings.preset"), words, own.preset, key)
    return _Form(view.selection.run, job, own if picked == own.preset else preset(picked))


def _method(form: _Form, config: RunConfig) -> RunConfig:
    """The balance method in its field; which other fields there are depends on it."""
    words = {name: t(f"training.methods.{method_key(name)}") for name in get_args(BalanceMethod)}
    method = choice(
        t("training.names.method"), words, config.balance.method, form.key("method"), _telling(form, "method")
    )
    return changed(config, "method", method)


def _changeable(form: _Form, config: RunConfig) -> tuple[RunConfig, list[str]]:
    """The numbers that may change between two steps, as they stand in their fields; what is wrong with them."""
    method = config.balance.method
    problems = []
    shown = ["lr", "top_k"] + [name for name, methods_of in _USED_BY.items() if method in methods_of]
    columns = st.columns(len(shown))
    for name, column in zip(shown, columns, strict=True):
        with column:
            value = _number(form, name)
        try:
            config = changed(config, name, value)
        except ConfigError:
            problems.append(rule_of(name, value, config))
    return config, problems


def _number(form: _Form, name: str) -> Any:
    """One number field; whole numbers for K."""
    value: Any = setting(form.base, name)  # whole for K, not elsewhere: the type of the field
    return st.number_input(
        t(f"training.names.{name}"),
        value=value,
        step=1 if name == "top_k" else None,
        format=_FORMATS[name],
        key=form.key(name),
        help=t(f"training.help.{name}"),
        on_change=lambda: _telling(form, name)(st.session_state[form.key(name)]),
    )


def rule_of(name: str, value: Setting, config: RunConfig) -> str:
    """The sentence for a value that no run can have."""
    model = config.model
    reachable = model.topk_groups * model.n_routed // model.n_groups
    return t(f"training.rules.{name}", value=value, most=min(model.n_routed, reachable))


def _telling(form: _Form, name: str) -> Callable[[Setting], None]:
    """What a moved field does: a running job gets the new value, others keep it for later."""

    def tell(value: Setting) -> None:
        job = form.job
        if form.live and job is not None:
            ask = partial(Jobs().change, job.name, name, value, caller.current())
            asking(ask, quiet=(ConfigError,))()  # beside the field stands why

    return tell


def _of_new_run(form: _Form, config: RunConfig) -> tuple[RunConfig, Dataset | None]:
    """Seed, length and data: they wait for a new run."""
    limits = {"seed": (0, 2**31), "epochs": (1, 200), "patience": (0, 200), "batch_size": (1, 1024)}
    values: dict[str, Any] = {}
    for (name, (low, high)), column in zip(limits.items(), st.columns(len(limits)), strict=True):
        value = getattr(config, name)
        hint = t("training.help.patience") if name == "patience" else None
        field = column.number_input(
            t(f"training.names.{name}"), low, high, value, key=form.key(name), help=hint
        )
        values[name] = int(field)
    datasets = {dataset.key: dataset for dataset in Uploads().of(caller.current())}
    words = {BUILTIN: t("training.settings.builtin")} | {key: held.name for key, held in datasets.items()}
    own = list(words)[_place_of(form.job, datasets)]
    chosen = choice(t("training.names.data"), words, own, form.key("data"))
    config = replace(config, data="builtin", **values)
    if chosen == BUILTIN:
        return with_labels(config, PRESETS[config.preset].model.labels), None
    return with_labels(config, datasets[chosen].labels), datasets[chosen]


def _place_of(job: Job | None, datasets: dict[str, Dataset]) -> int:
    """Where the data set that a job was trained on stands in the list."""
    if job is None or not Jobs().has_begun(job.name):
        return 0
    files = [Path(file) for file in Jobs().store(job.name).data().files]
    paths = [dataset.path.resolve() for dataset in datasets.values()]
    return 1 + paths.index(files[0]) if files and files[0] in paths else 0
