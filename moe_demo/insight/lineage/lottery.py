"""Numbers of experts matched with those of a training from another seed (`insight.alignment`).

All of them are counted again from what is recorded of the other training: how often each word went to each expert.

Letters: W words, E routed experts, C classes.
"""

from __future__ import annotations

from dataclasses import dataclass

from moe_demo.insight.alignment import N_SHUFFLES, Matched, SameLeaning
from moe_demo.insight.lineage.record import Array, Lineage
from moe_demo.insight.shuffled import frequency_strata

_SOURCE = "moe_demo/insight/alignment.py: matched"
_OVERLAPS = '''
def overlaps(a, b):
    """Weighted Jaccard of every expert with every expert of the other side; 0 where both took nothing."""
    least = np.minimum(a[:, :, None], b[:, None, :]).sum(0)
    most = np.maximum(a[:, :, None], b[:, None, :]).sum(0)
    return least / np.maximum(most, 1)
'''
_MATCHING = '''
def best_matching(value):
    """The column of each row with the largest sum of all one-to-one matchings: the Hungarian method (Kuhn 1955)."""
    cost, n = -value, len(value)
    price, offer = np.zeros(n + 1), np.zeros(n + 1)
    row_of, way = np.zeros(n + 1, dtype=int), np.zeros(n + 1, dtype=int)
    for row in range(1, n + 1):
        row_of[0], column = row, 0
        least, done = np.full(n + 1, np.inf), np.zeros(n + 1) > 0
        while row_of[column]:
            done[column] = True
            reduced = np.append(np.inf, cost[row_of[column] - 1] - price[row_of[column]] - offer[1:])
            better = ~done & (reduced < least)
            least[better], way[better] = reduced[better], column
            column = np.where(done, np.inf, least).argmin()
            step = least[column]
            price[row_of[done]] += step
            offer[done] -= step
            least[~done] -= step
        while column:
            row_of[column], column = row_of[way[column]], way[column]
    found = np.zeros(n, dtype=int)
    found[row_of[1:] - 1] = np.arange(n)
    return found


def matched(a, b):
    """How much each pair of the best matching shares."""
    shared = overlaps(a, b)
    return shared[np.arange(len(shared)), best_matching(shared)]
'''
_LUCK_LINES = [
    "random, by_luck = np.random.default_rng(0), []",
    "places = [np.flatnonzero(strata == one) for one in np.unique(strata)]",
    f"for _ in range({N_SHUFFLES}):",
    "    order = np.arange(len(strata))",
    "    for place in places:",
    "        order[place] = random.permutation(place)",
    "    by_luck.append(matched(mine, theirs[order]))",
]
_LEANING_LINES = [
    "def leaning(n):",
    "    share = n / np.maximum(n.sum(1, keepdims=True), 1)",
    "    return (share / (n.sum(0) / n.sum())).argmax(1)",
    "",
    "a, b = leaning(mine_classes), leaning(their_classes)",
]


@dataclass(frozen=True, kw_only=True, eq=False)
class LotteryCase:
    """One layer of a run and of another training, and how their experts were matched: one expert of it."""

    mine_WE: Array
    theirs_WE: Array
    count_W: Array
    """How often each word stands in the headlines."""
    mine_EC: Array
    theirs_EC: Array
    pairs: Matched
    same: SameLeaning
    expert: int


def lottery_overlap(case: LotteryCase, _training: int) -> Lineage:
    """How much of the words that an expert or its partner take both take."""
    e, partner = case.expert, int(case.pairs.partner_E[case.expert])
    return _of_words(
        "lottery_overlap",
        r"J = \frac{\sum_w \min(n_w, n'_w)}{\sum_w \max(n_w, n'_w)}",
        case,
        [
            f"partner = best_matching(overlaps(mine, theirs))[{e}]  # {partner}",
            f"result = overlaps(mine, theirs)[{e}, partner]",
        ],
        float(case.pairs.overlap_E[e]),
    )


def lottery_mean(case: LotteryCase, _training: int) -> Lineage:
    """The mean overlap of all pairs."""
    lines, expected = ["result = matched(mine, theirs).mean()"], float(case.pairs.overlap_E.mean())
    return _of_words("lottery_mean", r"\frac{1}{E} \sum_i J_{i,\pi(i)}", case, lines, expected)


def lottery_chance(case: LotteryCase, _training: int) -> Lineage:
    """The same with the words of the other side shuffled, and matched again."""
    lines = [*_LUCK_LINES, "result = np.mean(by_luck)"]
    return _of_words("lottery_chance", r"\overline{J}(\text{shuffled})", case, lines, case.pairs.chance)


def lottery_luck(case: LotteryCase, _training: int) -> Lineage:
    """What 95 % of such pairs stay below."""
    lines = [*_LUCK_LINES, "result = np.quantile(by_luck, 0.95)"]
    return _of_words("lottery_luck", r"q_{95\,\%}(J_{\text{shuffled}})", case, lines, case.pairs.luck)


def lottery_survive(case: LotteryCase, _training: int) -> Lineage:
    """Pairs beyond that."""
    lines = [*_LUCK_LINES, "result = (matched(mine, theirs) > np.quantile(by_luck, 0.95)).sum()"]
    equation, expected = r"\sum_i [\,J_{i,\pi(i)} > q_{95\,\%}\,]", float(case.pairs.survives_E.sum())
    return _of_words("lottery_survive", equation, case, lines, expected)


def lottery_same(case: LotteryCase, _training: int) -> Lineage:
    """Pairs that lean to the same class most beyond chance."""
    partner_E = case.pairs.partner_E
    lines = [*_LEANING_LINES, "result = (a == b[partner]).sum()"]
    equation = r"\sum_i [\,c_i = c'_{\pi(i)}\,],\quad c_i = \arg\max_c \mathrm{lift}_{i,c}"
    return _of_classes("lottery_same", equation, case, lines, float(case.same.n_same), {"partner": partner_E})


def lottery_by_chance(case: LotteryCase, _training: int) -> Lineage:
    """As many of any random one-to-one matching."""
    lines = [
        *_LEANING_LINES,
        "n = mine_classes.shape[1]",
        "result = (np.bincount(a, minlength=n) * np.bincount(b, minlength=n)).sum() / len(a)",
    ]
    equation = r"\frac{1}{E} \sum_c n_c\, n'_c"
    return _of_classes("lottery_by_chance", equation, case, lines, case.same.by_chance, {})


def _of_words(name: str, equation: str, case: LotteryCase, lines: list[str], expected: float) -> Lineage:
    arrays: dict[str, Array] = {"mine": case.mine_WE, "theirs": case.theirs_WE}
    if "strata" in "".join(lines):
        arrays["strata"] = frequency_strata(case.count_W)
    return Lineage(
        name=name,
        equation=equation,
        source=_SOURCE,
        arrays=arrays,
        prelude=_OVERLAPS + _MATCHING,
        snippet="\n".join(lines),
        expected=expected,
    )


def _of_classes(
    name: str,
    equation: str,
    case: LotteryCase,
    lines: list[str],
    expected: float,
    more: dict[str, Array],
) -> Lineage:
    return Lineage(
        name=name,
        equation=equation,
        source="moe_demo/insight/alignment.py: same_leaning",
        arrays={"mine_classes": case.mine_EC, "their_classes": case.theirs_EC, **more},
        snippet="\n".join(lines),
        expected=expected,
    )
