"""Pairs of centres whose relation is known: what changes nothing in a trace, and what can only make it better."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sim.plan import UNLIMITED, Plan, build_plan
from sim.scenario import Scenario
from sim.scenario.things import System
from sim.trace import NEVER, Trace
from sim.workload import PPM, Workload, sample_workload
from tests.engines import trace_of
from tests.laws.strategies import documents, procedure, scenarios, workloads
from tests.sim.by_hand import HALF, Record, centre, run, staff_of
from tests.sim.told import at

_LONG = 1 << 40


def draw_case(data: st.DataObject) -> tuple[Workload, Plan]:
    """Return random draws and the plan of their scenario."""
    scenario = data.draw(scenarios())
    return data.draw(workloads(scenario)), build_plan(scenario, "p")


def assert_same(one: Trace, other: Trace) -> None:
    """Raise AssertionError unless the same happened."""
    assert one.differences(other) == []


Change = Callable[[dict[str, Any]], dict[str, Any]]


def traces_of(data: st.DataObject, *changes: Change) -> list[Trace]:
    """Return the traces of a random scenario, changed in each of these ways."""
    told, seed = data.draw(documents()), data.draw(st.integers(0, 50))
    found = []
    for change in changes:
        scenario = Scenario.model_validate(change(told))
        workload = sample_workload(scenario, seed=seed, replication=0)
        found.append(trace_of(workload, build_plan(scenario, next(iter(scenario.plans)))))
    return found


def as_it_is(told: dict[str, Any]) -> dict[str, Any]:
    """Return the scenario unchanged."""
    return told


def changed(told: Any, change: Callable[[Any], Any]) -> Any:
    """Return a document with every name and value in it changed."""
    if isinstance(told, dict):
        return {change(name): changed(value, change) for name, value in told.items()}
    if isinstance(told, tuple | frozenset):
        return type(told)(changed(value, change) for value in told)
    return change(told)


# --- what changes nothing


@given(data=st.data())
def test_the_same_draws_and_plan_give_the_same_trace(data: st.DataObject) -> None:
    """What happens is a function of the two alone."""
    workload, plan = draw_case(data)
    assert_same(trace_of(workload, plan), trace_of(workload, plan))


@given(data=st.data())
def test_twice_the_bytes_on_twice_the_line_take_as_long(data: st.DataObject) -> None:
    """Half the bytes are worth double the capacity: instants are the same to the tick."""
    workload, plan = draw_case(data)
    larger = replace(workload, upload_bit=2 * workload.upload_bit)
    assert_same(trace_of(workload, plan), trace_of(larger, replace(plan, link_bit_per_tick=2 * plan.link_bit_per_tick)))


@given(data=st.data())
def test_names_mean_nothing(data: st.DataObject) -> None:
    """Other names of plan, groups and procedures give the same trace."""

    def renamed(value: Any) -> Any:
        if not isinstance(value, str):
            return value
        return "other" if value == "p" else value.replace("group-", "team-").replace("kind-", "sort-")

    assert_same(*traces_of(data, as_it_is, lambda told: changed(told, renamed)))


@given(data=st.data())
def test_a_week_later_the_same_happens(data: st.DataObject) -> None:
    """Every date a week later, where the clocks do not change: the same weekdays, the same trace."""

    def here(told: dict[str, Any]) -> dict[str, Any]:
        return told | {"period": told["period"] | {"time_zone": "Asia/Ho_Chi_Minh"}}

    def later(value: Any) -> Any:
        return value + timedelta(days=7) if isinstance(value, date) else value

    assert_same(*traces_of(data, here, lambda told: changed(here(told), later)))


@given(data=st.data())
def test_a_group_is_no_more_than_its_people(data: st.DataObject) -> None:
    """Everybody as a group of one's own, with the skills and the absence of before, does what was done before."""
    workload, plan = draw_case(data)
    group, member = plan.person_group, plan.person_member
    split = replace(
        plan,
        groups=tuple(f"{plan.groups[of]} {number}" for of, number in zip(group, member, strict=True)),
        person_group=np.arange(plan.n_persons),
        person_member=np.zeros_like(member),
        rank=plan.rank[group],
    )
    draws = replace(workload, absence_draw=workload.absence_draw[group, member][:, np.newaxis, :])
    assert_same(trace_of(workload, plan), trace_of(draws, split))


@given(data=st.data())
def test_who_is_always_absent_might_not_be_there(data: st.DataObject) -> None:
    """An absence on all days is worth a roster without the person."""
    workload, plan = draw_case(data)
    absent = data.draw(st.lists(st.booleans(), min_size=plan.n_persons, max_size=plan.n_persons).map(np.array))
    shifts = plan.shifts[~absent[plan.shifts[:, 0]]] if plan.n_persons else plan.shifts
    draws = replace(workload, absence_draw=np.minimum(workload.absence_draw, PPM - 1))
    always = replace(plan, absence_ppm=np.where(absent, PPM, plan.absence_ppm))
    assert_same(trace_of(draws, always), trace_of(draws, replace(plan, shifts=shifts)))


@given(data=st.data())
def test_as_many_places_as_people_are_unlimited(data: st.DataObject) -> None:
    """Nobody needs a second counter, desk or scanner."""
    workload, plan = draw_case(data)
    few = replace(plan, n_counters=plan.n_persons, n_desks=plan.n_persons, n_scanners=plan.n_persons)
    many = replace(plan, n_counters=UNLIMITED, n_desks=UNLIMITED, n_scanners=UNLIMITED)
    assert_same(trace_of(workload, few), trace_of(workload, many))


@given(data=st.data())
def test_patience_for_longer_than_the_period_is_endless(data: st.DataObject) -> None:
    """Who would wait, or bear a line, longer than anybody can see the end of, does so for ever."""
    workload, plan = draw_case(data)
    endless = replace(workload, patience=np.full_like(workload.patience, NEVER), balk_at=workload.balk_at * 0 + NEVER)
    longer = replace(workload, patience=workload.patience * 0 + _LONG, balk_at=workload.balk_at * 0 + _LONG)
    assert_same(trace_of(endless, plan), trace_of(longer, plan))


@given(data=st.data())
def test_an_outage_that_leaves_everything_is_none(data: st.DataObject) -> None:
    """Software that stays as fast as it was, and a power cut that batteries bridge, change nothing."""
    workload, plan = draw_case(data)
    start = data.draw(st.integers(0, plan.hours.timebase.end_tick))
    none = [[System.SOFTWARE, start, start + 60, 1000, 0], [System.POWER, start, start + 30, 0, 1]]
    more = np.array(sorted([*workload.outages.tolist(), *none]), dtype=np.int64)
    plan = replace(plan, ups=30)
    assert_same(trace_of(workload, plan), trace_of(replace(workload, outages=more), plan))


@given(data=st.data())
def test_a_procedure_that_nobody_needs_changes_nothing(data: st.DataObject) -> None:
    """One more kind of record without a share in demand, with work and ratios of its own."""
    nobody = procedure(share=0.0, priority=-9, deadline={"working_hours": 1.0}, **HALF)
    assert_same(*traces_of(data, as_it_is, lambda told: told | {"procedures": told["procedures"] | {"nobody": nobody}}))


@given(data=st.data())
def test_what_is_said_by_default_is_the_default(data: st.DataObject) -> None:
    """Features that are spelt out to do nothing do nothing, one and all."""
    spare = {
        "staff": {"leave", "absence_ratio", "weekdays", "times", "first_day", "last_day", "experience_days"},
        "plans": {"training_days", "volunteers", "skills"},
    }

    def plain(told: dict[str, Any]) -> dict[str, Any]:
        parts = {
            part: {name: without(each, names) for name, each in told[part].items()} for part, names in spare.items()
        }
        return without(told, {"learning", "fatigue", "guidance", "volunteer_effect"}) | parts

    def spelt_out(told: dict[str, Any]) -> dict[str, Any]:
        days = {name: told["period"][name] for name in ("first_day", "last_day")}
        hours = told["hours"]["morning"], told["hours"]["afternoon"]
        bare = plain(told)
        nothing = days | {"times": hours, "leave": (days | {"people": 0},), "absence_ratio": 0.0, "experience_days": 5}
        groups = {name: group | nothing | {"weekdays": ALL_DAYS} for name, group in bare["staff"].items()}
        plan = bare["plans"]["p"] | {
            "training_days": dict.fromkeys(groups, 3),
            "volunteers": (days | {"teams": 0},),
            "skills": {name: group["skills"] for name, group in groups.items()},
        }
        effects = {"volunteer_effect": {"moves_online_ratio": 0.5, "intake_factor": 0.5}, "guidance": {}}
        return bare | effects | {"fatigue": {"after_h": 24}, "staff": groups, "plans": {"p": plan}}

    assert_same(*traces_of(data, plain, spelt_out))


ALL_DAYS = frozenset({"mon", "tue", "wed", "thu", "fri", "sat", "sun"})


def without(told: dict[str, Any], names: set[str]) -> dict[str, Any]:
    """Return a part of a document without these fields."""
    return {name: value for name, value in told.items() if name not in names}


# --- what can only get better


def rows(n_most: int, *columns: st.SearchStrategy[int]) -> st.SearchStrategy[list[tuple[int, ...]]]:
    """Return the strategy of a few records' numbers, sorted by the first."""
    return st.lists(st.tuples(*columns), min_size=1, max_size=n_most).map(sorted)


@given(rows(30, st.integers(at(7), at(16)), st.integers(0, 200)), st.integers(1, 4))
def test_one_more_of_the_same_at_a_desk_makes_nobody_wait_longer(work: list[tuple[int, ...]], n: int) -> None:
    """First come, first served, with breaks for all at once: every record is settled at the same tick or earlier."""
    records = [Record(arrival, is_online=True, back_office=minutes) for arrival, minutes in work]
    few, more = (run(centre(staff=staff_of(("back-office",), people=people)), *records) for people in (n, n + 1))
    never = 1 << 40
    assert np.all(
        np.where(more.settled == NEVER, never, more.settled) <= np.where(few.settled == NEVER, never, few.settled)
    )


@given(rows(25, st.integers(at(7), at(9)), st.integers(0, 20)), st.integers(1, 4))
def test_one_more_counter_makes_nobody_wait_longer(work: list[tuple[int, ...]], n: int) -> None:
    """One line, first come, first served, over before lunch could begin: no visit is called later."""
    records = [Record(arrival, intake=minutes) for arrival, minutes in work]
    staff = staff_of(("intake",), people=5)
    hours = {"morning": ("07:30", "20:00"), "afternoon": ("20:01", "20:02")}
    few, more = (run(centre(staff=staff, counters=counters, hours=hours), *records) for counters in (n, n + 1))
    assert np.all(more.settled <= few.settled)


@given(rows(20, st.integers(at(7), at(9)), st.integers(0, 9), st.integers(-2, 2)))
def test_priorities_only_change_whose_turn_it_is(work: list[tuple[int, ...]]) -> None:
    """One person who is never idle needlessly is done with all at the same tick, whatever the order."""
    staff = staff_of(("back-office",))
    ordered, free = (
        run(
            centre(staff=staff),
            *(Record(at, is_online=True, back_office=w, priority=p * is_ordered) for at, w, p in work),
        )
        for is_ordered in (1, 0)
    )
    assert ordered.settled.max() == free.settled.max()


@given(rows(20, st.integers(at(7), at(9)), st.integers(-2, 2)), st.integers(1, 9))
def test_among_equals_priorities_only_swap_the_instants(work: list[tuple[int, ...]], minutes: int) -> None:
    """When all need the same work, the instants at which some record is settled stay."""
    staff = staff_of(("back-office",), people=2)
    ordered, free = (
        run(
            centre(staff=staff),
            *(Record(at, is_online=True, back_office=minutes, priority=p * is_ordered) for at, p in work),
        )
        for is_ordered in (1, 0)
    )
    assert sorted(ordered.settled) == sorted(free.settled)


@given(data=st.data())
def test_a_faster_line_is_no_worse_for_uploads_that_start_alike(data: st.DataObject) -> None:
    """When no upload holds a counter, twice the line ends every upload at the same tick or earlier."""
    workload, plan = draw_case(data)
    # Those who come need nothing after receipt: a faster line would fill the hall with people who collect results.
    work = np.where(AFTER_RECEIPT & (workload.entry == NEVER), NEVER, workload.work)
    workload, plan = replace(workload, work=work), replace(plan, holds_counter=False)
    faster = replace(plan, link_bit_per_tick=2 * plan.link_bit_per_tick)
    slow, fast = (trace_of(workload, each) for each in (plan, faster))
    is_sent = (slow.received != NEVER) & (workload.entry == NEVER)
    assert np.all(fast.received[is_sent] != NEVER)
    assert np.all(fast.received[is_sent] <= slow.received[is_sent])


AFTER_RECEIPT = np.array([False, False, False, True, True, True])[:, np.newaxis]  # by `Stage`
