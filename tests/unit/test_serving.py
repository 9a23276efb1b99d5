"""Plan against outcome: what a plan promises, what another load makes of it, and what new plans repair."""

import numpy as np
import pytest

from moe_demo import load_run
from moe_demo.cluster.placement import Machines, imbalance, place
from moe_demo.cluster.serving import arrivals, balancedness, balancedness_over_layers, serve
from moe_demo.insight.assignments import Assignments, assignments
from moe_demo.insight.plan_outcome import Plan, PlanOutcome, plan_outcome, windows
from moe_demo.insight.whatif import Headlines

MACHINES = Machines(n_slots=6, n_groups=1, n_nodes=1, n_devices=2)
FIRST_HOT_LE = np.array([[30.0, 10, 10, 10]])
LAST_HOT_LE = np.array([[10.0, 10, 10, 30]])


def test_a_plan_is_kept_until_it_is_refreshed_from_the_windows_before():
    """Four windows, the load turns after the first; a new plan each window comes one window too late."""
    windows_WLE = np.stack([FIRST_HOT_LE, LAST_HOT_LE, LAST_HOT_LE, LAST_HOT_LE])
    plan = place(FIRST_HOT_LE, MACHINES)
    stale, fresh = serve(windows_WLE, plan), serve(windows_WLE, plan, refresh=1)
    promised = imbalance(plan.device_loads(FIRST_HOT_LE))[0]
    surprised = imbalance(plan.device_loads(LAST_HOT_LE))[0]
    assert promised < surprised
    assert stale.imbalance_WL.ravel().tolist() == [promised, surprised, surprised, surprised]
    repaired = imbalance(place(LAST_HOT_LE, MACHINES).device_loads(LAST_HOT_LE))[0]
    assert fresh.imbalance_WL.ravel().tolist() == [promised, surprised, repaired, repaired]
    assert fresh.plan_W.tolist() == [0, 1, 2, 3]
    assert fresh.moved[0] == 0  # made of the first window, the plan is the same
    assert fresh.moved[1] > 0
    assert fresh.moved[2] == 0


def test_every_device_waits_for_the_slowest_in_each_layer():
    """Two layers, whose slow devices are different ones: over both they look even, and yet 3 + 3 steps take 4 + 4."""
    plan = place(np.ones((2, 2)), Machines(n_slots=2, n_groups=1, n_nodes=1, n_devices=2))
    served = serve(np.array([[[4.0, 2.0], [2.0, 4.0]]]), plan)
    assert served.slowest_WL.tolist() == [[0, 1]]
    assert served.slowdown_W.tolist() == [8 / 6]


def test_balancedness_along_the_wrong_axis_does_not_see_the_busy_device():
    """The example of vLLM's pull request 36304: one device has twice as much in every layer."""
    loads_LV = np.array([[100.0, 200.0], [100.0, 200.0]])
    assert balancedness(loads_LV) == 0.75
    assert balancedness_over_layers(loads_LV) == 1.0
    assert balancedness(np.array([[7.0, 7.0], [1.0, 1.0]])) == 1.0
    assert balancedness_over_layers(np.array([[8.0, 8.0], [2.0, 2.0]])) == 5 / 8


def test_an_expert_that_only_changes_its_place_on_a_device_does_not_travel():
    plan = place(FIRST_HOT_LE, MACHINES)
    turned = place(FIRST_HOT_LE, MACHINES)
    turned.physical_to_logical_LP[:, :3] = turned.physical_to_logical_LP[:, 2::-1].copy()
    assert arrivals(plan, turned) == 0


# -- on the bundled run ----------------------------------------------------------------------------------------

EVEN, SPORTS = (1 / 3, 1 / 3, 1 / 3), (0.0, 1.0, 0.0)
FREE = Machines(n_slots=24, n_groups=1, n_nodes=1, n_devices=8)


@pytest.fixture(scope="module")
def routed() -> Assignments:
    run = load_run("deepseek")
    return assignments(run, Headlines.held_out(run))


def outcome(routed: Assignments, served: tuple[tuple[float, ...], ...], machines: Machines) -> PlanOutcome:
    return plan_outcome(routed, Plan(served=served, window=96), machines)


def test_a_plan_for_all_classes_meets_an_hour_of_sports(routed: Assignments):
    found = outcome(routed, (EVEN,) * 3 + (SPORTS,) * 9, FREE)
    rows = found.frame().groupby("window")[["planned", "served", "refreshed"]].mean()
    assert rows.planned.iloc[0] < 0.02
    assert rows.served.iloc[3:].min() > 5 * rows.planned.iloc[0]
    assert rows.refreshed.iloc[6:].max() < rows.served.iloc[6:].min() / 2


def test_groups_that_must_stay_on_a_node_cannot_be_evened_out(routed: Assignments):
    """One group a node: whatever is replicated, a node has the load of its group."""
    machines = Machines(n_slots=24, n_groups=4, n_nodes=4, n_devices=4)
    found = outcome(routed, (SPORTS,) * 6, machines)
    np.testing.assert_allclose(found.refreshed.imbalance_WL, found.stale.imbalance_WL)
    np.testing.assert_allclose(found.without_WL, found.stale.imbalance_WL)


def test_windows_are_made_of_the_headlines_of_their_mix(routed: Assignments):
    loads_BLE = np.stack([routed.by_headline(layer) for layer in range(2)], axis=1)
    label_ids_B = routed.label_ids_B
    sports = np.flatnonzero(label_ids_B == 1)
    (first, second) = windows(loads_BLE, label_ids_B, (SPORTS, SPORTS), 10)
    np.testing.assert_array_equal(first, loads_BLE[sports[:10]].sum(0))
    np.testing.assert_array_equal(second, loads_BLE[sports[10:20]].sum(0))
    (every,) = windows(loads_BLE, label_ids_B, (SPORTS,), 2 * len(sports))
    np.testing.assert_array_equal(every, 2 * loads_BLE[sports].sum(0))  # from the beginning again
    (mixed,) = windows(loads_BLE, label_ids_B, (EVEN,), 6)
    rows = [row for c in range(3) for row in np.flatnonzero(label_ids_B == c)[:2]]
    np.testing.assert_array_equal(mixed, loads_BLE[rows].sum(0))


def test_nothing_is_planned_with_what_it_is_judged_by(routed: Assignments):
    """Of the planning half alone comes the promise."""
    found = outcome(routed, (EVEN,), FREE)
    planned_LE = np.stack([routed.by_headline(layer)[::2].mean(0) for layer in range(2)])
    np.testing.assert_allclose(found.planned_L, imbalance(place(planned_LE, FREE).device_loads(planned_LE)))
    assert found.balancedness < found.balancedness_over_layers < 1
