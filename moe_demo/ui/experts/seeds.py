"""The run of the page, and the trainings from other seeds that stand beside it: what can be compared is found here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from moe_demo.insight.accounts import Figure, figures
from moe_demo.insight.alignment import Matched, SameLeaning, matched, same_leaning
from moe_demo.insight.run import Run
from moe_demo.insight.word_clusters import TakenCluster, clusters_of, word_clusters
from moe_demo.releases.seeds import N_WORDS, Seeds, check_comparable, read_seeds
from moe_demo.ui.experts.measured import measured, once_for_all
from moe_demo.ui.kit import views
from moe_demo.ui.kit.i18n import t
from moe_demo.ui.kit.views import View

Array = np.ndarray[Any, Any]


@dataclass(frozen=True, kw_only=True, eq=False)
class Training:
    """One training of several: of this page's run, measured now, or recorded."""

    name: str
    is_live: bool
    figures: tuple[Figure, ...]
    load_LWE: tuple[Array, ...]
    """Of the recording's words."""
    class_load_LEC: tuple[Array, ...]


@once_for_all(64)
def accounts_of(run: Run) -> tuple[Figure, ...]:
    """The four accounts of a run, measured once for all readers."""
    return figures(measured(run).found, run.config.model.routing_rule)


def live(run: Run, name: str = "") -> Training:
    """A run at its checkpoint."""
    found = measured(run).found
    return Training(
        name=name or t("experts.seed_live", seed=run.config.seed),
        is_live=True,
        figures=accounts_of(run),
        load_LWE=tuple(found.by_word(layer)[:N_WORDS] for layer in range(found.n_layers)),
        class_load_LEC=tuple(layer.counts.load_EC for layer in measured(run).by_class),
    )


def recorded(seeds: Seeds) -> list[Training]:
    """The trainings of the recording."""
    return [
        Training(
            name=t("experts.seed_recorded", seed=one.seed),
            is_live=False,
            figures=one.figures,
            load_LWE=tuple(layer.load_WE for layer in one.layers),
            class_load_LEC=tuple(np.array(layer.class_loads) for layer in one.layers),
        )
        for one in seeds.runs
    ]


def comparable(run: Run) -> Seeds:
    """The recording, where its trainings can stand beside this run. Raises SeedsError, RunError."""
    seeds = read_seeds()
    check_comparable(seeds, run)
    return seeds


@once_for_all(64)
def lottery(run: Run, layer: int, twin: Run | None) -> tuple[tuple[Matched, SameLeaning], ...]:
    """One layer's experts matched with those of each training beside the run. Raises SeedsError, RunError."""
    seeds = comparable(run)
    counts_W, mine = np.array(seeds.counts), live(run)
    found = []
    for other in beside(run, twin):
        pairs = matched(mine.load_LWE[layer], other.load_LWE[layer], counts_W)
        same = same_leaning(mine.class_load_LEC[layer], other.class_load_LEC[layer], pairs.partner_E)
        found.append((pairs, same))
    return tuple(found)


def twin(view: View) -> Run | None:
    """The run that the reader put beside this one."""
    name = view.selection.twin
    return None if name is None else views.opened_run(name)


def beside(run: Run, twin: Run | None) -> list[Training]:
    """The trainings that a run is matched with: the recorded ones, and a run that the reader put beside it."""
    seeds = comparable(run)
    others = recorded(seeds)
    if twin is not None:
        check_comparable(seeds, twin)
        others.append(live(twin, twin.run_id))
    return others


@once_for_all(16)
def clusters(run: Run) -> Array:
    """The cluster of each word of the held-out headlines, by the run's own word vectors."""
    return word_clusters(measured(run).found.vector_WD)


@once_for_all(256)
def expert_clusters(run: Run, layer: int, expert: int) -> tuple[TakenCluster, ...]:
    """The clusters that an expert takes most of beyond chance."""
    return clusters_of(measured(run).found, layer, expert, clusters(run))
