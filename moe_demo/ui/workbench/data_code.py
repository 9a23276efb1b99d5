"""The few lines of Python behind a page, with what its address asks for; and the same as a notebook.

    code = page_code("router", view)           ends by setting `result`, the numbers on that page
    notebook_of("router", code, result)

The lines use the library alone, as anybody would who has installed it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from moe_demo.insight.lineage.notebook import book
from moe_demo.insight.router_path import router_path
from moe_demo.ui.frame.pages import Page, page_called
from moe_demo.ui.kit import page_settings
from moe_demo.ui.kit.i18n import t
from moe_demo.ui.kit.page_settings import PageSettings
from moe_demo.ui.kit.selection import DEFAULT_RUN
from moe_demo.ui.kit.views import View

PAGES = (
    "start",
    "journey",
    "router",
    "mixture",
    "experts",
    "training",
    "balance",
    "whatif",
    "nodes",
    "scale",
)
"""Those that show numbers of a model."""


def page_code(name: str, view: View) -> str:
    """The lines. A setting that is as trained does not stand in them."""
    return _CODE[name](view, asked_of(page_called(name), view))


def asked_of(page: Page, view: View) -> Any:
    """The page's own settings in this address, as far as the run has what they name."""
    found, _ = page_settings.read(page.settings, view.selection.others)
    return found.fitting(view.run)


def run_code(code: str) -> Any:
    """What the lines find, run here and now with the library as it is installed."""
    space: dict[str, Any] = {}
    exec(code, space)
    return np.asarray(space["result"], dtype=float)


def notebook_of(name: str, code: str, result: Any, link: str) -> bytes:
    """The page as a notebook: its question, a link, the lines, and the numbers they have just found to compare with."""
    question = t(f"{name}.title")
    said = f"# {question}\n\n{t('workbench.any.in_notebook', link=link)}"
    expected = np.array2string(np.asarray(result), separator=", ", threshold=10**6, floatmode="unique")
    inf = "inf, nan = np.inf, np.nan\n" if "inf" in expected or "nan" in expected else ""
    compared = (
        f"import numpy as np\n\n{inf}expected = np.array({expected})\n"
        "np.testing.assert_allclose(np.asarray(result, dtype=float), expected, rtol=1e-4, atol=1e-5)"
    )
    return book([("markdown", said), ("code", code), ("code", compared)])


def link_of(name: str, view: View) -> str:
    """The address of the page with this selection, from the root of the site."""
    from urllib.parse import urlencode

    page = page_called(name)
    params = view.selection.params(page.settings, why=None)
    return f"/{page.url_path}" + (f"?{urlencode(params)}" if params else "")


def _load(view: View, run: str | None = None) -> str:
    """The lines that load the run on show, at its checkpoint."""
    if run is not None:
        return f"from moe_demo import load_run\n\nrun = load_run({run!r})"
    return f"from moe_demo import load_run\n\nrun = load_run({view.run.run_id!r}, step={view.run.step})"


def _traced(view: View, run: str | None = None) -> str:
    return f"{_load(view, run)}\ntrace = run.trace({view.trace.text!r})"


def _start(view: View, _asked: PageSettings) -> str:
    return f"{_traced(view)}\ntrace.frame()  # one row per token x layer x expert\nresult = trace.probabilities_C"


def _journey(view: View, _asked: PageSettings) -> str:
    return f"{_traced(view, 'document')}\nresult = trace.pooled_D  # the sentence's vector: the mean of its words"


def _router(view: View, asked: Any) -> str:
    chosen = view.selection
    token, layer = chosen.token or 0, chosen.layer
    trained = view.run.config.model.routing_rule
    changes = {"top_k": asked.k, "temperature": None if asked.temp == 1.0 else asked.temp}
    if not asked.groups and trained.n_groups > 1:
        changes |= {"n_groups": 1, "topk_groups": 1}
    changes = {name: value for name, value in changes.items() if value is not None}
    if not changes and not asked.bias:
        return (
            f"{_traced(view)}\nlayer = trace.layers[{layer}]\n"
            f"result = layer.gates_TK[{token}]  # of the experts layer.topk_idx_TK[{token}]"
        )
    words = ", ".join(f"{name}={value!r}" for name, value in changes.items())
    pushed = ""
    if asked.bias:
        path = router_path(view.trace.layers[layer], token, trained)
        best = path.order[0] if path.next_in_line is None else path.next_in_line
        expert = next(one for one in (asked.be, chosen.expert, best) if one is not None)
        pushed = f", expert={expert}, push={asked.bias}"
    return (
        "from dataclasses import replace\n\n"
        "from moe_demo.insight.interventions import RouterIntervention, rerouted\n"
        f"{_traced(view)}\n"
        f"rule = replace(run.config.model.routing_rule{', ' + words if words else ''})\n"
        f"change = RouterIntervention(layer={layer}, rule=rule{pushed})\n"
        f"found = rerouted(run, trace, change, {token})\n"
        f"result = found.trace.layers[{layer}].gates_TK[{token}]"
    )


def _mixture(view: View, _asked: PageSettings) -> str:
    token, layer = view.selection.token or 0, view.selection.layer
    return (
        f"from moe_demo.insight.mixture import mixture\n{_traced(view)}\nparts = mixture(trace)\n"
        "parts.frame()  # one row per layer x token x piece\n"
        f"result = parts.layers[{layer}].norm_TP[{token}]  # the length of each piece, the shared ones last"
    )


def _experts(view: View, _asked: PageSettings) -> str:
    return (
        "from moe_demo import Headlines\nfrom moe_demo.insight.assignments import assignments\n"
        "from moe_demo.insight.experts import by_class, frame\n"
        f"{_load(view)}\nfound = by_class(assignments(run, Headlines.held_out(run)))\n"
        "frame(found)  # one row per layer x expert x class: load, lift, n, band of luck\n"
        f"result = found[{view.selection.layer}].load_E  # over the fair share"
    )


def _training(view: View, _asked: PageSettings) -> str:
    return (
        f"from moe_demo.runs.metrics import EvalMetrics\n{_load(view)}\n"
        "evaluations = [one for one in run.metrics if isinstance(one, EvalMetrics)]\n"
        "result = [one.accuracy for one in evaluations]  # on the held-out headlines"
    )


def _balance(_view: View, _asked: PageSettings) -> str:
    return (
        "from moe_demo.releases.recording import RECORDING, read_recording\n\n"
        "runs = read_recording(RECORDING).runs  # by method, then by seed\n"
        "result = [run.accuracy for run in runs]  # on the held-out headlines, at the end"
    )


def _whatif(view: View, asked: Any) -> str:
    switches = asked.switches(view.run.config.model.n_routed)
    return (
        "from moe_demo import Place, Seat, Switches, whatif\n"
        f"{_load(view)}\nfound = whatif(run, {view.trace.text!r}, {_written(switches)})\n"
        "found.frame()  # experts and gates before and after\n"
        "result = found.after.probabilities_C"
    )


def _nodes(view: View, asked: Any) -> str:
    limit = "" if asked.limit is None else f"topk_groups={asked.limit}"
    return (
        "from moe_demo import Switches, whatif\n"
        "from moe_demo.insight.node_traffic import nodes_for, sentence_traffic\n"
        f"{_load(view)}\ntrace = whatif(run, {view.trace.text!r}, Switches({limit})).after\n"
        "sent = sentence_traffic(trace, nodes_for(run.config.model))\n"
        "result = [layer.copies_per_node for layer in sent.layers]  # one copy of a word for each of its nodes"
    )


def _scale(_view: View, asked: Any) -> str:
    shapes = {
        name: f"shape_of(load_run({DEFAULT_RUN!r}).config.model)"
        if name == "ours"
        else f"published_model({name!r}).shape"
        for name in dict.fromkeys((asked.model, asked.compare))
    }
    ours = "from moe_demo import load_run\n" if "ours" in shapes else ""
    written = ", ".join(shapes.values())
    return (
        f"{ours}from moe_demo.published import Conventions, count, published_model, shape_of\n\n"
        f"counts = [count(shape, {asked.conventions!r}) for shape in ({written},)]\n"
        "result = [(one.total, one.activated) for one in counts]"
    )


def _written(switches: object) -> str:
    """A dataclass as it is made, without what is left at its default."""
    from dataclasses import fields

    given = {one.name: getattr(switches, one.name) for one in fields(switches)}  # type: ignore[arg-type]
    defaults = {one.name: one.default for one in fields(switches)}  # type: ignore[arg-type]
    changed = ", ".join(f"{name}={value!r}" for name, value in given.items() if value != defaults[name])
    return f"{type(switches).__name__}({changed})"


_CODE: dict[str, Callable[[View, Any], str]] = {
    "start": _start,
    "journey": _journey,
    "router": _router,
    "mixture": _mixture,
    "experts": _experts,
    "training": _training,
    "balance": _balance,
    "whatif": _whatif,
    "nodes": _nodes,
    "scale": _scale,
}
