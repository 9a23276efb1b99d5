"""The numbers of the experts page that tell where they come from."""

from __future__ import annotations

import numpy as np

from moe_demo.insight.accounts import ACCOUNTS
from moe_demo.insight.lineage import QUANTITIES, AccountCase, AssignedCase, Case, LotteryCase, NumberKey
from moe_demo.releases.seeds import SeedsError
from moe_demo.runs.errors import RunError
from moe_demo.text.word_kinds import KINDS
from moe_demo.ui.experts.data import shown_classes
from moe_demo.ui.experts.data_pairs import BY, pairs, tells
from moe_demo.ui.experts.measured import measured
from moe_demo.ui.experts.places import Place, column_word, map_at, picked_place
from moe_demo.ui.experts.seeds import (
    Training,
    accounts_of,
    beside,
    clusters,
    comparable,
    live,
    lottery,
    twin,
)
from moe_demo.ui.experts.settings import ExpertsSettings
from moe_demo.ui.kit.i18n import t
from moe_demo.ui.kit.lineage import Offer
from moe_demo.ui.kit.views import View
from moe_demo.ui.kit.words import expert_name

OF_CELL = ("assigned_lift", "assigned_share", "assigned_chance", "assigned_band", "assigned_luck")
OF_PAIR = ("pair_lift", "pair_count", "pair_expected", "pair_band")
OF_TOLD = ("information_raw", "information_bias", "information", "information_luck", "information_share")
OF_PARTNER = ("lottery_overlap", "lottery_luck")
OF_MATCHING = (
    "lottery_mean",
    "lottery_chance",
    "lottery_survive",
    "lottery_same",
    "lottery_by_chance",
)
OF_ACCOUNT = {
    "committee": ("committee", "committee_chance"),
    "topic": (),
    "features": ("features", "features_chance"),
    "path": ("path", "path_chance", "path_alone"),
}
"""Those of a topic are `information_share` and `information_luck_share` of the class."""


def offered(view: View) -> Offer:
    """The picked cell's numbers first; then the row, the pairs and the figures of the layer."""
    run, place = view.run, picked_place(view)
    model, n_columns = run.config.model, len(run.labels) + len(KINDS)
    shown = [*shown_classes(measured(run).by_class[place.layer]), *range(len(run.labels), n_columns)]
    others = [e for e in range(model.n_routed) if e != place.expert] if model.top_k > 1 else []
    beside_it = _trainings(view)
    by = [NumberKey(name, (b,)) for name in (*OF_TOLD, "information_luck_share") for b in range(2)]
    return Offer(
        keys=(
            NumberKey("assigned_load"),
            *of_cell(view, place),
            *(NumberKey("pair_lift", (e,)) for e in others),
            *by,
            *_accounts(view),
            *(NumberKey(name, (o,)) for o in range(len(beside_it)) for name in OF_PARTNER),
        ),
        buttons=(
            *(key for c in shown if c != place.column for key in of_cell(view, place._replace(column=c))),
            *(NumberKey(name, (e,)) for e in others for name in OF_PAIR[1:]),
            *(NumberKey(name, (o,)) for o in range(len(beside_it)) for name in OF_MATCHING),
        ),
        case=lambda key: _case(view, key),
        layer=place.layer,
        expert=place.expert,
        names={
            "column": [column_word(run, c) for c in range(n_columns)],
            "partner": [expert_name(e) for e in range(model.n_routed)],
            "by": [t(f"experts.tells.{by}") for by in BY],
            "training": [training.name for training in beside_it],
        },
    )


def of_cell(view: View, place: Place) -> list[NumberKey]:
    """The numbers of one cell; where there is nothing to divide, only its count."""
    layer, column, _ = map_at(view.run, place)
    is_there = not np.isnan(layer.counts.lift_EC[place.expert, column])
    names = OF_CELL if is_there else ()
    return [NumberKey(name, (place.column,)) for name in ("assigned_count", *names)]


def _accounts(view: View) -> list[NumberKey]:
    """Once there are figures: of this run alone, since of the recorded ones no weights are kept."""
    if view.selection.of(ExpertsSettings).believe == "none":
        return []
    there = {one.account for one in accounts_of(view.run)}
    return [NumberKey(name) for account in ACCOUNTS if account in there for name in OF_ACCOUNT[account]]


def _trainings(view: View) -> list[Training]:
    """Those that the run's experts are matched with; none where they cannot be."""
    try:
        return beside(view.run, twin(view))
    except (SeedsError, RunError):
        return []


def _matched(view: View, place: Place, training: int) -> LotteryCase:
    other, mine = _trainings(view)[training], live(view.run)
    pairs, same = lottery(view.run, place.layer, twin(view))[training]
    return LotteryCase(
        mine_WE=mine.load_LWE[place.layer],
        theirs_WE=other.load_LWE[place.layer],
        count_W=np.array(comparable(view.run).counts),
        mine_EC=mine.class_load_LEC[place.layer],
        theirs_EC=other.class_load_LEC[place.layer],
        pairs=pairs,
        same=same,
        expert=place.expert,
    )


def _case(view: View, key: NumberKey) -> Case:
    run, place = view.run, picked_place(view)
    if QUANTITIES[key.name].of is LotteryCase:
        return _matched(view, place, key.at[0])
    of_run = measured(run)
    case = AssignedCase(
        found=of_run.found,
        rule=run.config.model.routing_rule,
        by_class=of_run.by_class[place.layer],
        by_kind=of_run.by_kind[place.layer],
        pairs=pairs(run, place.layer),
        told=tells(run)[place.layer],
        layer=place.layer,
        expert=place.expert,
    )
    if QUANTITIES[key.name].of is not AccountCase:
        return case
    return AccountCase(of=case, figures=accounts_of(run), cluster_W=clusters(run))
