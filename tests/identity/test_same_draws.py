"""What is drawn for a record is its own: another demand, plan, law or party moves no draw but those that it must."""

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.scenario import Scenario
from sim.scenario.people import Stage
from sim.streams import PPM
from sim.workload import NEVER, Workload, sample_workload, sample_workloads
from tests.laws.strategies import FRIDAY, document, procedure

H = 3_600_000
DAY = 24 * H
OF_RECORD = (
    "arrival",
    "procedure",
    "priority",
    "channel_draw",
    "wrong_draw",
    "incomplete_draw",
    "scan_work",
    "upload_bit",
    "patience",
    "balk_at",
    "n_tries",
    "return_offset",
    "supplement_delay",
    "collect_delay",
)
ALL = {*OF_RECORD, "work", "entry", "follower", "leads", "absence_draw", "outages"}


def lognormal(mean: float) -> dict[str, Any]:
    """Return a law with some spread."""
    return {"law": "lognormal", "mean": mean, "cv": 0.7}


def full() -> dict[str, Any]:
    """Return what a scenario file would say that draws all there is to draw."""
    names = ("guidance_min", "intake_min", "check_min", "back_office_min", "approval_min", "handover_min", "pages")
    ratios = dict.fromkeys(("online_ratio", "wrong_counter_ratio", "incomplete_ratio"), 0.2)
    kind = procedure(share=0.5, scan_s_per_page=3, **ratios, **{name: lognormal(9) for name in names})
    citizens = ("patience_min", "balk_at", "return_offset_min", "supplement_delay_h", "collect_delay_h")
    group = {"people": 2, "skills": ("intake",), "absence_ratio": 0.1}
    return document(
        procedures={"a": kind, "b": kind | {"priority": 1, "check_min": None}},
        demand={
            "visits_per_day": 40,
            "hour_weights": {9: 1.0, 14: 1.0},
            "day_cv": 0.2,
            "hour_cv": 0.3,
            "records_per_visit": {1: 2.0, 2: 1.0, 4: 1.0},
            "appointments": {
                "slots": ({"at": "09:00", "visits": 3}, {"at": "10:00", "visits": 4}),
                "no_show_ratio": 0.3,
                "lateness_min": lognormal(10),
            },
        },
        citizens={name: lognormal(9) for name in citizens} | {"gives_up_ratio": 0.2},
        staff={"front": group, "back": group | {"skills": ("back-office",)}},
        outages=({"what": "link", "starts": datetime(2025, 7, 3, 9), "ends": datetime(2025, 7, 3, 10)},),  # noqa: DTZ001
        random_outages=({"what": "power", "per_day": 3, "duration_min": lognormal(30)},),
        initial=({"procedure": "a", "stage": "check", "records": 5, "age_h": lognormal(9), "done_ratio": 0.5},),
    )


def changed(at: str, value: Any) -> dict[str, Any]:
    """Return the full scenario with another value at a place such as ``demand.day_cv``."""
    told = full()
    part: Any = told
    *path, last = (int(step) if step.isdigit() else step for step in at.split("."))
    for step in path:
        part = part[step]
    part[last] = value
    return told


def sample(told: dict[str, Any]) -> Workload:
    """Return the draws that these tests compare."""
    return sample_workload(Scenario.model_validate(told), seed=7, replication=3)


def rows(workload: Workload, *, with_party: bool = True) -> Counter[tuple[int, ...]]:
    """Return each record's draws, how large its visit is before and after it, and how often there is one like it."""
    columns = [getattr(workload, name) for name in OF_RECORD] + list(workload.work)
    if with_party:
        columns += [workload.leads, workload.follower != NEVER]
    return Counter(zip(*(column.tolist() for column in columns), strict=True))


def differing(one: Workload, other: Workload) -> set[str]:
    """Return the names of the arrays that differ."""
    return {name for name in ALL if not np.array_equal(getattr(one, name), getattr(other, name))}


def test_every_array_of_a_workload_is_compared() -> None:
    """These tests would see a draw of a new kind."""
    assert {name for name, value in vars(sample(full())).items() if isinstance(value, np.ndarray)} == ALL


def test_another_seed_or_replication_gives_other_draws() -> None:
    """Seed and replication both matter, and differently: (1, 2) is not (2, 1)."""
    scenario = Scenario.model_validate(full())
    arrivals = {
        sample_workload(scenario, seed=seed, replication=replication).arrival.tobytes()
        for seed, replication in ((1, 2), (2, 1), (1, 1), (2, 2))
    }
    assert len(arrivals) == 4


def test_a_replication_can_be_drawn_again() -> None:
    """The same scenario read anew, and after others were drawn, gives the same."""
    scenario = Scenario.model_validate(full())
    first = sample_workload(scenario, seed=7, replication=3)
    sample_workload(scenario, seed=7, replication=4)
    assert differing(first, sample_workload(scenario, seed=7, replication=3)) == set()
    assert differing(first, sample(full())) == set()


def test_replications_are_the_same_alone_and_side_by_side() -> None:
    """Together or one by one, in any order, each has its own draws, with the numbers of its own records."""
    scenario = Scenario.model_validate(full())
    for workload in sample_workloads(scenario, seed=7, replications=[5, 3, 0, 4]):
        alone = sample_workload(scenario, seed=7, replication=workload.replication)
        assert differing(workload, alone) == set()
    assert sample_workloads(scenario, seed=7, replications=[]) == []


WITHOUT_COMPILER = """
from tests.identity.test_same_draws import digest, full
print(digest(full()))
"""


def digest(told: dict[str, Any]) -> str:
    """Return a number that changes with any draw."""
    found = sha256()
    for workload in sample_workloads(Scenario.model_validate(told), seed=7, replications=[3, 0]):
        for name in sorted(ALL):
            found.update(getattr(workload, name).tobytes())
    return found.hexdigest()


def test_draws_are_the_same_without_the_compiler(project_root: Path) -> None:
    """Python running the very functions draws the same bits."""
    command = [sys.executable, "-c", WITHOUT_COMPILER]
    without = os.environ | {"NUMBA_DISABLE_JIT": "1"}
    run = subprocess.run(command, cwd=project_root, env=without, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == digest(full())


@pytest.mark.parametrize("visits_per_day", [0, 7, 40, 61, 79, 80, 1000])
def test_more_demand_keeps_every_record_of_before(visits_per_day: float) -> None:
    """A tenth more visits: all records of before, with all their draws, and about a tenth more."""
    before, after = (sample(changed("demand.visits_per_day", n)) for n in (visits_per_day, visits_per_day * 1.1))
    assert rows(before) <= rows(after)
    n_before, n_after = (np.sum(each.priority >= 0) for each in (before, after))
    assert n_after <= 1.3 * n_before + 10
    assert (before.n_records < after.n_records) == (visits_per_day >= 40)


@pytest.mark.parametrize(
    ("at", "value"),
    [
        ("demand.hour_weights", {9: 1.0, 14: 1.0, 16: 1.0}),
        ("demand.weekday_factors", {"fri": 3.0}),
        ("demand.surges", ({"first_day": FRIDAY, "last_day": FRIDAY, "factor": 9.0},)),
    ],
)
def test_busier_hours_and_days_move_no_record_of_any_other(at: str, value: Any) -> None:
    """Who comes at 9 and at 14 on Thursday comes all the same."""
    told = full()
    told["demand"] |= {"visits_per_day": 60 if at.endswith("hour_weights") else 40, at.split(".")[1]: value}
    before, after = rows(sample(full())), rows(sample(told))
    assert before < after
    added = [row[0] for row in (after - before)]
    assert all(tick >= DAY or 16 * H <= tick < 17 * H for tick in added)


CITIZENS = {
    "patience_min": "patience",
    "balk_at": "balk_at",
    "return_offset_min": "return_offset",
    "supplement_delay_h": "supplement_delay",
    "collect_delay_h": "collect_delay",
}


def changes() -> Iterator[tuple[str, Any, set[str]]]:
    """Yield a place, another value for it, and which arrays alone it may move."""
    for name, array in CITIZENS.items():
        for value in (lognormal(18), {"law": "gamma", "mean": 9, "cv": 0.7}, None):
            yield f"citizens.{name}", value, {array}
    yield "citizens.gives_up_ratio", 0.3, {"n_tries"}
    yield "citizens.gives_up_ratio", 0, {"n_tries"}
    for name in ("guidance_min", "intake_min", "check_min", "back_office_min", "approval_min", "handover_min"):
        yield f"procedures.a.{name}", lognormal(18), {"work"}
    yield "procedures.a.guidance_min", None, {"work"}
    yield "procedures.a.pages", lognormal(18), {"upload_bit", "scan_work"}
    yield "procedures.a.page_mb", 2, {"upload_bit"}
    yield "procedures.a.scan_s_per_page", 0, {"scan_work"}
    yield "procedures.a.online_ratio", 0.9, set()
    yield "procedures.a.wrong_counter_ratio", 0, set()
    yield "procedures.a.incomplete_ratio", 1, set()
    yield "procedures.b.priority", 2, {"priority"}
    yield "demand.appointments.priority", -3, {"priority"}
    yield "staff.front.absence_ratio", 0.5, set()
    yield "staff.front.absence_ratio", 0, {"absence_draw"}
    yield "staff.front.people", 9, {"absence_draw"}
    yield "outages", (), {"outages"}
    yield "random_outages.0.per_day", 4, {"outages"}
    yield "random_outages.0.duration_min", lognormal(60), {"outages"}
    yield "initial.0.done_ratio", 0, {"work"}
    yield "initial.0.age_h", lognormal(18), {"arrival"}


@pytest.mark.parametrize(
    ("at", "value", "moved"), list(changes()), ids=lambda value: value if isinstance(value, str) else ""
)
def test_a_change_moves_only_its_own_draws(at: str, value: Any, moved: set[str]) -> None:
    """Every other array stays as it was, to the last bit."""
    assert differing(sample(full()), sample(changed(at, value))) == moved


def test_twice_the_work_is_twice_the_work_of_each_record() -> None:
    """A change of a law moves all its draws the same way, and none of another stage or kind."""
    before, after = (sample(changed("procedures.a.intake_min", lognormal(mean))) for mean in (9, 18))
    is_a = before.procedure == 0
    rounding = np.abs(after.work[Stage.INTAKE] - (1 + is_a) * before.work[Stage.INTAKE])
    assert rounding.max() <= 1
    assert np.array_equal(np.delete(after.work, Stage.INTAKE, axis=0), np.delete(before.work, Stage.INTAKE, axis=0))


def test_larger_parties_keep_their_leaders() -> None:
    """Visits that bring more records bring those of before, too."""
    weights = ({1: 1.0}, {1: 1.0, 3: 1.0}, {3: 1.0})
    alone, some, three = (sample(changed("demand.records_per_visit", each)) for each in weights)
    leaders = [Counter(row for row in rows(each, with_party=False).elements()) for each in (alone, some, three)]
    assert leaders[0] < leaders[1] < leaders[2]
    assert three.n_records - 5 == 3 * (alone.n_records - 5)
    assert np.array_equal(three.patience[three.leads], alone.patience)


def test_more_appointments_keep_those_of_before() -> None:
    """Another slot, or another visit in a slot, moves nobody with an appointment, and nobody without."""
    more = ({"at": "08:00", "visits": 2}, {"at": "09:00", "visits": 5}, {"at": "10:00", "visits": 4})
    split = ({"at": "10:00", "visits": 1}, {"at": "09:00", "visits": 3}, {"at": "10:00", "visits": 3})
    before = rows(sample(full()))
    assert before < rows(sample(changed("demand.appointments.slots", more)))
    assert before == rows(sample(changed("demand.appointments.slots", split)))
    fewer = rows(sample(changed("demand.appointments.no_show_ratio", 0.5)))
    assert fewer < before


def test_the_order_in_which_slots_are_written_changes_nothing() -> None:
    """With ticks so coarse that many come at the same one, they are in the order of their slots."""
    slots = tuple({"at": at, "visits": 40} for at in ("09:00", "09:20", "09:40"))
    one, other = (full() for _ in range(2))
    for told, written in ((one, slots), (other, slots[::-1])):
        told["demand"]["appointments"] |= {"slots": written}
        told["period"] |= {"tick_ms": 600_000}
    assert differing(sample(one), sample(other)) == set()


def test_more_outages_keep_those_of_before() -> None:
    """A higher rate adds outages; another kind of outage moves none."""
    told = full()
    told["random_outages"] = (told["random_outages"][0] | {"per_day": 9}, told["random_outages"][0] | {"what": "link"})
    before, after = (set(map(tuple, sample(each).outages.tolist())) for each in (full(), told))
    assert before < after


def test_more_records_of_the_first_day_keep_those_of_before() -> None:
    """Five more of a kind, or another kind, leave those that were there, and everybody who comes."""
    told = full()
    first = told["initial"][0]
    told["initial"] = (first | {"records": 10}, first | {"stage": "back-office", "procedure": "b"})
    assert rows(sample(full())) < rows(sample(told))


def test_a_longer_period_keeps_its_first_days() -> None:
    """Who comes on Thursday and Friday does not depend on when the period ends."""
    told = full()
    told["demand"]["appointments"]["lateness_min"] = None
    longer = told | {"period": told["period"] | {"last_day": FRIDAY + timedelta(days=3)}}
    assert rows(sample(told)) < rows(sample(longer))
    assert np.array_equal(sample(longer).absence_draw[:, :, :2], sample(told).absence_draw)


def test_what_leaders_choose_moves_no_draw() -> None:
    """People, counters, the line, volunteers and whatever a plan says are not part of the workload."""
    days = {"first_day": FRIDAY - timedelta(days=1), "last_day": FRIDAY}
    told = full() | {"counters": 9, "desks": 1, "scanners": 1, "link": {"mbit_per_s": 1}, "ups_min": 10}
    told["plans"] = {
        "all": {"title": "All", "staff": {"front": 1}, "volunteers": (days | {"teams": 2},)},
        "lunch": {"title": "Lunch", "lunch": (days | {"people": {"front": 1}},), "counters": 3},
    }
    assert differing(sample(full()), sample(told)) == set()
    told["plans"]["more"] = {"title": "More", "staff": {"front": 4}}
    assert differing(sample(full()), sample(told)) == {"absence_draw"}
    assert np.array_equal(sample(told).absence_draw[:, :2], sample(full()).absence_draw)


def test_a_draw_that_nothing_asks_for_is_below_nothing() -> None:
    """With the ratios at 0 for all kinds, nobody is online, at a wrong counter, incomplete or absent."""
    told = full()
    no_ratios = dict.fromkeys(("online_ratio", "wrong_counter_ratio", "incomplete_ratio"), 0)
    told["procedures"] = {name: kind | no_ratios for name, kind in told["procedures"].items()}
    told["staff"] = {name: group | {"absence_ratio": 0} for name, group in told["staff"].items()}
    names = {"channel_draw", "wrong_draw", "incomplete_draw", "absence_draw"}
    assert differing(sample(full()), sample(told)) == names
    assert all(np.all(getattr(sample(told), name) == PPM) for name in names)


def test_coarser_ticks_draw_the_same() -> None:
    """Ticks of a second instead of a millisecond move each instant and each amount of work by less than a second."""
    fine, coarse = (sample(changed("period.tick_ms", tick_ms)) for tick_ms in (1, 1000))
    comes = fine.entry == NEVER
    assert differing(fine, coarse) >= {"arrival", "work", "patience", "return_offset", "outages"}
    assert np.all(np.abs(fine.arrival - 1000 * coarse.arrival)[comes] < 1000)
    assert np.all(np.abs(fine.work - 1000 * coarse.work)[fine.work != NEVER] <= 500)
    assert np.array_equal(fine.work == NEVER, coarse.work == NEVER)
    for name in ("procedure", "channel_draw", "balk_at", "n_tries", "upload_bit", "follower", "absence_draw"):
        assert np.array_equal(getattr(fine, name), getattr(coarse, name)), name


def test_the_draws_of_a_seed_are_the_same_on_every_machine() -> None:
    """The first records of a replication, written down: with coarse ticks no last bit of any processor matters."""
    told = full()
    told["period"] = told["period"] | {"tick_ms": 60_000}
    workload = sample(told)
    first = slice(4, 8)
    assert workload.arrival[first].tolist() == [-232, 541, 543, 543]
    assert workload.work[:, first].tolist() == [
        [8, 9, 13, 9],
        [14, 11, 8, 10],
        [1, -1, -1, 8],
        [12, 4, 15, 13],
        [11, 7, 2, 18],
        [24, 18, 18, 3],
    ]
    assert workload.channel_draw[first].tolist() == [761589, 734727, 1000000, 1000000]
    assert workload.absence_draw[:, 0, 0].tolist() == [523231, 219652]
    assert workload.outages[:3, :3].tolist() == [[0, 540, 600], [3, 192, 204], [3, 210, 224]]
