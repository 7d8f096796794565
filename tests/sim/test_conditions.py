"""How fast line and work go under outages, and when work is done."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.conditions import FOREVER, Conditions, find_conditions, finish, progress
from sim.plan import build_plan
from sim.scenario.things import System
from sim.workload import sample_workload
from tests.laws.strategies import FRIDAY, small_scenario

LINK, PORTAL, SOFTWARE, POWER = System
MINUTES = {"first_day": FRIDAY, "last_day": FRIDAY, "peak_last_day": FRIDAY, "tick_ms": 60_000}
END = 24 * 60
Row = tuple[int, int, int, int, int]  # system, start, end, permille left, whether it loses work


def conditions(*outages: Row, ups_min: float = 0, **link: Any) -> Conditions:
    """Return the conditions of a day whose ticks are minutes, on a line of 1 bit a tick, under these outages."""
    scenario = small_scenario(period=MINUTES, link={"mbit_per_s": 1 / 60e6} | link, ups_min=ups_min)
    workload = sample_workload(scenario, seed=1, replication=0)
    rows = np.array(sorted(outages), dtype=np.int64).reshape(-1, 5)
    return find_conditions(replace(workload, outages=rows), build_plan(scenario, "as-usual"))


def line(found: Conditions) -> list[tuple[int, float]]:
    """Return the steps of the line at which its speed changes."""
    return changes(found.link_step_tick.tolist(), found.link_bit_per_tick.tolist())


def pace(found: Conditions) -> list[tuple[int, int]]:
    """Return the steps of the work at which its speed changes."""
    return changes(found.pace_step_tick.tolist(), found.pace_permille.tolist())


def changes(ticks: list[int], speeds: list[Any]) -> list[tuple[int, Any]]:
    """Return the steps at which a speed changes."""
    steps = list(zip(ticks, speeds, strict=True))
    return [step for number, step in enumerate(steps) if number == 0 or step[1] != steps[number - 1][1]]


def losses(ticks: Any, loses: Any) -> list[int]:
    """Return the ticks at which work is lost."""
    return [int(tick) for tick in ticks[loses]]


def test_without_outages_all_goes_at_full_speed() -> None:
    """There is one step, at tick 0; what other traffic takes is gone all the time."""
    found = conditions(background_ratio=0.75)
    assert (line(found), pace(found)) == ([(0, pytest.approx(0.25))], [(0, 1000)])
    assert not found.link_loses.any()
    assert not found.pace_loses.any()
    assert found.portal_down.shape == (0, 2)


@pytest.mark.parametrize(
    ("system", "of_line", "of_work"), [(LINK, 0.5, 1000), (PORTAL, 0.5, 1000), (SOFTWARE, 1, 500), (POWER, 0.5, 500)]
)
def test_each_system_slows_what_needs_it(system: System, of_line: float, of_work: int) -> None:
    """The line needs link, portal and power, work needs software and power."""
    found = conditions((system, 60, 120, 500, 0))
    assert dict(line(found)).get(60, 1) == of_line
    assert dict(pace(found)).get(60, 1000) == of_work


def test_of_outages_of_one_system_the_worst_counts() -> None:
    """Outages that overlap, touch, or contain each other."""
    assert line(conditions((LINK, 8, 12, 500, 0), (LINK, 10, 14, 100, 0))) == [(0, 1), (8, 0.5), (10, 0.1), (14, 1)]
    assert line(conditions((LINK, 8, 12, 500, 0), (LINK, 12, 14, 0, 0))) == [(0, 1), (8, 0.5), (12, 0), (14, 1)]
    assert line(conditions((LINK, 8, 14, 200, 0), (LINK, 9, 10, 500, 0))) == [(0, 1), (8, 0.2), (14, 1)]


def test_what_different_systems_leave_multiplies_rounding_down() -> None:
    """A half of a half is a quarter; a third of a third is 110 thousandths, not 111."""
    found = conditions((LINK, 8, 12, 500, 0), (PORTAL, 10, 14, 500, 0))
    assert line(found) == [(0, 1), (8, 0.5), (10, 0.25), (12, 0.5), (14, 1)]
    assert pace(conditions((SOFTWARE, 8, 12, 333, 0), (POWER, 8, 12, 333, 0)))[1] == (8, 110)


def test_the_line_of_the_plan_goes_on_changing_under_an_outage() -> None:
    """Other traffic in an hour of its own, and an outage across it: each step has both."""
    found = conditions((LINK, 90, 150, 500, 0), background_by_hour={2: 0.5})
    assert line(found) == [(0, 1), (90, 0.5), (120, 0.25), (150, 0.5), (180, 1)]


def test_outages_reach_over_the_edges_of_the_period() -> None:
    """What began before tick 0 holds from then on, what lasts longer than the period does not end in it."""
    assert line(conditions((LINK, -50, 9, 0, 1))) == [(0, 0), (9, 1)]
    assert line(conditions((LINK, -9, -5, 0, 1))) == [(0, 1)]
    assert line(conditions((LINK, -9, 0, 0, 1))) == [(0, 1)]
    assert line(conditions((LINK, END - 1, END + 9, 0, 0))) == [(0, 1), (END - 1, 0), (END + 9, 1)]
    assert line(conditions((LINK, END, END + 9, 0, 0))) == [(0, 1)]


@pytest.mark.parametrize(
    ("system", "from_line", "from_work"), [(LINK, [8], []), (PORTAL, [8], []), (SOFTWARE, [], [8]), (POWER, [8], [8])]
)
def test_work_is_lost_where_an_outage_starts(system: System, from_line: list[int], from_work: list[int]) -> None:
    """Uploads are lost with link, portal, power, work at hand with software, power, also when some speed is left."""
    for left in (0, 500, 1000):
        found = conditions((system, 8, 12, left, 1), (system, 20, 22, left, 0))
        assert losses(found.link_step_tick, found.link_loses) == from_line
        assert losses(found.pace_step_tick, found.pace_loses) == from_work


def test_what_began_before_the_period_loses_nothing_in_it() -> None:
    """An outage loses work where it starts, and that is not in the period."""
    found = conditions((POWER, -8, 12, 0, 1))
    assert not found.pace_loses.any()
    assert not found.link_loses.any()
    at_once = conditions((POWER, 0, 12, 0, 1))
    assert losses(at_once.pace_step_tick, at_once.pace_loses) == [0]


def test_batteries_bridge_the_start_of_each_power_cut() -> None:
    """A cut is felt when they are empty, and then loses work; shorter ones, and other outages, are as they were."""
    cuts = ((POWER, 100, 160, 0, 1), (POWER, 200, 230, 0, 1), (POWER, 300, 331, 0, 1), (SOFTWARE, 400, 420, 0, 1))
    found = conditions(*cuts, ups_min=30)
    assert pace(found) == [(0, 1000), (130, 0), (160, 1000), (330, 0), (331, 1000), (400, 0), (420, 1000)]
    assert losses(found.pace_step_tick, found.pace_loses) == [130, 330, 400]
    assert line(found) == [(0, 1), (130, 0), (160, 1), (330, 0), (331, 1)]
    assert losses(found.link_step_tick, found.link_loses) == [130, 330]


def test_a_cut_before_the_period_may_be_felt_in_it() -> None:
    """Batteries that are empty at tick 10 leave the cut to begin there, with what it loses."""
    found = conditions((POWER, -20, 60, 0, 1), ups_min=30)
    assert pace(found) == [(0, 1000), (10, 0), (60, 1000)]
    assert losses(found.pace_step_tick, found.pace_loses) == [10]


def test_the_portal_is_down_where_nothing_is_left_of_it() -> None:
    """Outages that touch or overlap are one; a slow portal is not down, and neither are line and power it."""
    down = ((PORTAL, 8, 12, 0, 0), (PORTAL, 10, 20, 0, 1), (PORTAL, 20, 30, 0, 0), (PORTAL, END - 5, END + 5, 0, 0))
    rest = ((PORTAL, 25, 50, 100, 0), (LINK, 60, 70, 0, 0), (POWER, 80, 90, 0, 0))
    assert conditions(*down, *rest).portal_down.tolist() == [[8, 30], [END - 5, END + 5]]
    assert conditions((PORTAL, -5, 5, 0, 0)).portal_down.tolist() == [[0, 5]]


def test_work_is_done_when_enough_has_passed() -> None:
    """At half speed it takes twice as long, rounded up to a tick; while all is down nothing passes."""
    found = conditions((SOFTWARE, 10, 20, 500, 0), (SOFTWARE, 20, 30, 0, 0))
    assert finish(found, 0, 10) == 10
    assert finish(found, 0, 11) == 12
    assert finish(found, 11, 2) == 15
    assert finish(found, 10, 5) == 20
    assert finish(found, 10, 6) == 31
    assert finish(found, 25, 0) == 25
    assert finish(found, 25, 1) == 31
    assert [progress(found, 0, tick) for tick in (10, 11, 12, 20, 30, 31)] == [10, 10, 11, 15, 15, 16]


def test_lost_work_starts_anew() -> None:
    """A loss at the tick at which work is done, or is taken up, takes nothing from it."""
    found = conditions((SOFTWARE, 10, 15, 0, 1))
    assert finish(found, 5, 5) == 10
    assert finish(found, 5, 6) == 21
    assert finish(found, 10, 6) == 21
    assert [progress(found, 5, tick) for tick in (9, 10, 15, 18)] == [4, 0, 0, 3]
    assert progress(found, 10, 18) == 3


def test_work_that_no_speed_is_left_for_is_never_done() -> None:
    """Where all stands still for good, work without end has no end, also after a loss."""
    stopped = replace(
        conditions(),
        pace_step_tick=np.array([0, 5, 8]),
        pace_permille=np.array([1000, 1000, 0]),
        pace_loses=np.array([False, True, False]),
    )
    assert finish(stopped, 0, 5) == 5
    assert finish(stopped, 0, 6) == FOREVER
    assert finish(stopped, 5, 3) == 8
    assert finish(stopped, 9, 1) == FOREVER


def by_walking(found: Conditions, tick: int, duration: int, until: int) -> tuple[int, int]:
    """Return what `finish` and `progress` must say, by looking at every tick from `tick` to `until`."""
    steps = dict(zip(found.pace_step_tick.tolist(), found.pace_permille.tolist(), strict=True))
    loses = set(losses(found.pace_step_tick, found.pace_loses))
    passed, done, permille = 0, tick if duration == 0 else FOREVER, 0
    for now in range(until + 1):
        if now > tick:
            passed += permille
            if done == FOREVER and passed >= duration * 1000:
                done = now
            if now in loses:
                passed = 0
        permille = steps.get(now, permille)
    return done, passed // 1000


rows = st.tuples(
    st.sampled_from([LINK, PORTAL, SOFTWARE, SOFTWARE, POWER]),
    st.integers(-5, 60),
    st.integers(1, 30),
    st.sampled_from([0, 0, 1, 333, 500, 999, 1000]),
    st.integers(0, 1),
).map(lambda row: (row[0], row[1], row[1] + row[2], row[3], row[4]))


def speed(outages: list[Row], ups: int, tick: int, *systems: System) -> int:
    """Return what these systems leave at a tick, by looking at every outage."""
    left = 1000
    for system in systems:
        bridged = ups if system == POWER else 0
        of_system = [row[3] for row in outages if row[0] == system and row[1] + bridged <= tick < row[2]]
        left = left * min([1000, *of_system]) // 1000
    return left


@given(outages=st.lists(rows, max_size=6), ups=st.sampled_from([0, 0, 3]), tick=st.integers(0, 100))
def test_conditions_are_what_every_outage_leaves(outages: list[Row], ups: int, tick: int) -> None:
    """At any tick, line, work and portal have what the outages then leave."""
    found = conditions(*outages, ups_min=ups)
    step = np.searchsorted(found.link_step_tick, tick, side="right") - 1
    assert found.link_bit_per_tick[step] == speed(outages, ups, tick, LINK, PORTAL, POWER) / 1000
    step = np.searchsorted(found.pace_step_tick, tick, side="right") - 1
    assert found.pace_permille[step] == speed(outages, ups, tick, SOFTWARE, POWER)
    is_down = any(start <= tick < end for start, end in found.portal_down.tolist())
    assert is_down == (speed(outages, ups, tick, PORTAL) == 0)
    assert (np.diff(found.portal_down.ravel()) > 0).all()


@given(
    outages=st.lists(rows, max_size=6),
    ups_min=st.sampled_from([0, 0, 3]),
    tick=st.integers(0, 70),
    duration=st.integers(0, 40),
    later=st.integers(0, 80),
)
def test_finish_and_progress_are_what_a_walk_finds(
    outages: list[Row], ups_min: float, tick: int, duration: int, later: int
) -> None:
    """Tick by tick, in whole permille-ticks, the same end and the same progress come out."""
    found = conditions(*outages, ups_min=ups_min)
    done, passed = by_walking(found, tick, duration, tick + later)
    assert progress(found, tick, tick + later) == passed
    ended = finish(found, tick, duration)
    assert ended == done if done <= tick + later else ended > tick + later


def test_plans_with_the_same_line_and_batteries_share_their_conditions() -> None:
    """Who works when is no matter for them; a faster line and longer batteries are."""
    plans = {
        "one": {"title": "One"},
        "fewer": {"title": "Fewer", "counters": 1},
        "faster": {"title": "Faster", "link_mbit_per_s": 9},
        "longer": {"title": "Longer", "ups_min": 7},
    }
    scenario = small_scenario(plans=plans)
    workload = sample_workload(scenario, seed=1, replication=0)
    one, fewer, faster, longer = (find_conditions(workload, build_plan(scenario, name)) for name in plans)
    assert fewer is one
    assert faster.link_bit_per_tick.tolist() != one.link_bit_per_tick.tolist()
    assert longer is not one
