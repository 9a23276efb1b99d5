"""The pages of the app: one row each, in reading order.

A page called `router` is this row, the folder ui/router/, the script pages/router.py and locales/*/router.toml, which
holds its name in the head (`router.nav`) and its title (`router.title`). Nothing else knows which pages there are.

An address is the papers' own word for what the page shows, so that a link says where it leads: a sentence's
`forward-pass` through all stages, `top-k` routing, to `train` a model, `load-balancing`. It is never the page's name:
the stem of a script in a folder called `pages` is an address of Streamlit's own wherever that folder stands beside the
script that runs. An address that a page once had stays in its row for good.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from moe_demo.app_folder import app_folder
from moe_demo.ui.balance.settings import BalanceSettings
from moe_demo.ui.experts.settings import ExpertsSettings
from moe_demo.ui.journey.settings import JourneySettings
from moe_demo.ui.kit.i18n import t
from moe_demo.ui.kit.page_settings import PageSettings
from moe_demo.ui.lessons.settings import LessonsSettings
from moe_demo.ui.mixture.settings import MixtureSettings
from moe_demo.ui.nodes.settings import NodesSettings
from moe_demo.ui.router.settings import RouterSettings
from moe_demo.ui.scale.settings import ScaleSettings
from moe_demo.ui.whatif.settings import WhatIfSettings

SCRIPTS = app_folder() / "pages"


@dataclass(frozen=True, kw_only=True)
class Page:
    """One page of the app."""

    name: str
    """Of its folder, its script and its texts."""
    url_path: str
    """Its address; empty for the page that opens first."""
    settings: type[PageSettings] = PageSettings
    """Its own part of the address."""
    run: str | None = None
    """The run it shows whatever is selected; None: the selected one."""
    has_sentence: bool = True
    """Whether the sentence matters to what it shows; else it stands without the strip."""
    warns: bool = False
    """Whether its own picture says that a sentence is unlike what was learned; else the strip does."""
    parts: tuple[str, ...] = ()
    """What a lesson may leave on it: the keys of its elements, its main picture first, which always stays."""
    picture: str = ""
    """What the address asks for where docs/images shows the page, such as `k=2`."""
    former_url_paths: tuple[str, ...] = ()
    """Addresses it had; links to them are sent on."""

    @property
    def picture_address(self) -> str:
        """The address under which docs/images shows it."""
        return f"/{self.url_path}?{self.picture}".rstrip("?")

    @property
    def script(self) -> Path:
        """What draws it."""
        return SCRIPTS / f"{self.name}.py"

    @property
    def word(self) -> str:
        """Its name in the reader's language, as the head shows it."""
        return t(f"{self.name}.nav")

    @property
    def window_title(self) -> str:
        """What the browser's window is called."""
        return f"{self.word} · {t('nav.brand')}"


PAGES = (
    Page(
        name="start",
        url_path="",
        warns=True,
        parts=("flow", "curves"),
    ),
    Page(
        name="journey",
        url_path="forward-pass",
        settings=JourneySettings,
        run="document",
        former_url_paths=("stages",),
        parts=("journey",),
    ),
    Page(
        name="router",
        url_path="top-k",
        settings=RouterSettings,
        former_url_paths=("routing",),
        parts=(
            "score",
            "router-layer",
            "router-k",
            "router-temp",
            "router-bias",
            "router-groups",
            "router-reset",
            "dot",
            "map",
            "generations",
        ),
    ),
    Page(
        name="mixture",
        url_path="gated-sum",
        settings=MixtureSettings,
        parts=("mixture", "mixture-waterfall", "mixture-scatter"),
    ),
    Page(
        name="experts",
        url_path="specialization",
        settings=ExpertsSettings,
        picture="believe=unsure",
        parts=(
            "experts",
            "experts-pairs",
            "experts-tells",
            "experts-believe",
            "experts-debate",
            "experts-now",
            "experts-lottery",
        ),
    ),
    Page(
        name="training",
        url_path="train",
        former_url_paths=("learning",),
        parts=(
            "training-picture",
            "training-controls",
            "checkpoint-confusion",
            "checkpoint-experts",
            "checkpoint-hardest",
            "slow-open",
        ),
    ),
    Page(
        name="balance",
        url_path="load-balancing",
        settings=BalanceSettings,
        has_sentence=False,
        picture="reveal=yes",
        former_url_paths=("evenness",),
        parts=(
            "balance-picture",
            "balance-start",
            "balance-way",
            "balance-moment",
            "balance-experts",
            "balance-terms",
            "balance-sentence",
            "balance-sweep-aux_loss",
            "balance-sweep-seq_aux_loss",
            "balance-sweep-loss_free",
        ),
    ),
    Page(
        name="whatif",
        url_path="interventions",
        settings=WhatIfSettings,
        picture="off=0-1.1-2&topk=3",
        parts=(
            "whatif",
            "whatif-topk",
            "whatif-kept",
            "whatif-tau",
            "whatif-cap",
            "whatif-dice",
            "whatif-predict",
            "whatif-reset",
            "whatif-scatter",
            "whatif-measure",
            "whatif-effect",
            "whatif-every",
            "whatif-map",
            "whatif-beside",
            "whatif-pairs",
            "whatif-paper",
        ),
    ),
    Page(
        name="nodes",
        url_path="expert-parallel",
        settings=NodesSettings,
        parts=(
            "nodes",
            "nodes-limit",
            "nodes-reached",
            "nodes-factor",
            "nodes-measure",
            "nodes-placement",
            "nodes-windows",
            "parallel-start",
        ),
    ),
    Page(
        name="scale",
        url_path="parameters",
        settings=ScaleSettings,
        has_sentence=False,
        parts=(
            "scale-picture",
            "scale-lines",
            "scale-dense",
        ),
    ),
    Page(
        name="workbench",
        url_path="models-and-data",
        parts=("workbench-runs", "workbench-compare", "workbench-card", "workbench-exports"),
    ),
    Page(
        name="lessons",
        url_path="course",
        settings=LessonsSettings,
        has_sentence=False,
        parts=("lessons-sheet",),
    ),
)


def page_called(name: str) -> Page:
    """The page of this name. Raises KeyError."""
    return {page.name: page for page in PAGES}[name]


def page_at(url_path: str) -> Page:
    """The page at this address. Raises KeyError."""
    return {page.url_path: page for page in PAGES}[url_path]
