"""What a replication draws: who comes when, with what, and what fails, as often as the scenario says."""

from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from sim.scenario.parts import WEEKDAYS
from sim.scenario.people import Stage
from sim.workload import NEVER, PPM, Workload, sample_workload
from tests.laws.strategies import FRIDAY, constant, procedure, small_scenario

H = 3_600_000
MIN = 60_000
DAY = 24 * H
ONE_DAY = {"first_day": FRIDAY, "last_day": FRIDAY, "peak_last_day": FRIDAY}
TO_TUESDAY = ONE_DAY | {"last_day": FRIDAY.replace(day=8)}
AT_EIGHT = {8: 1.0}


def sample(*, seed: int = 1, replication: int = 0, **changes: Any) -> Workload:
    """Return a replication of the small centre with these parts."""
    return sample_workload(small_scenario(**changes), seed=seed, replication=replication)


def crowd(n: float = 3000, **changes: Any) -> dict[str, Any]:
    """Return a demand of so many visits, all from 8 to 9."""
    return {"visits_per_day": n, "hour_weights": AT_EIGHT} | changes


def visits_by_day(demand: dict[str, Any], n_days: int) -> NDArray[np.int64]:
    """Return how many visits come on each of so many working days, one after the other."""
    period = ONE_DAY | {"last_day": FRIDAY + timedelta(days=n_days - 1)}
    every_day = {"morning": ("07:30", "11:30"), "afternoon": ("13:30", "17:00"), "working_weekdays": set(WEEKDAYS)}
    return np.bincount(sample(period=period, hours=every_day, demand=demand).arrival // DAY, minlength=n_days)


def in_order(rows: NDArray[np.int64]) -> bool:
    """Return whether rows are sorted."""
    return rows.tolist() == sorted(rows.tolist())


@pytest.mark.parametrize(
    ("spread", "variance"),
    [({}, 40), ({"day_cv": 0.5}, 40 + 20**2), ({"hour_cv": 0.5}, 40 + 0.5**2 * (40**2 / 9 + 80**2 / 9))],
    ids=["chance", "day", "hour"],
)
def test_arrivals_have_the_mean_and_the_spread_of_demand(spread: dict[str, float], variance: float) -> None:
    """A day's number has the mean that is written; its variance is that of chance, of the day, and of each hour."""
    demand = {"visits_per_day": 40, "hour_weights": {8: 1.0, 9: 2.0}} | spread
    found = visits_by_day(demand, 1500)
    assert abs(found.mean() - 40) < 4 * np.sqrt(variance / len(found))
    assert found.var() == pytest.approx(variance, rel=0.2)


@pytest.mark.parametrize("visits_per_day", [0.5, 3.9, 4.1, 30])
def test_arrivals_are_as_many_as_the_poisson_law_says(visits_per_day: float) -> None:
    """How often nobody, one, two, … come is as in the law, below, at and over the edges of a band (chi-squared)."""
    found = visits_by_day(crowd(visits_per_day), 2000)
    counts = np.arange(200)
    log_chance = counts * np.log(visits_per_day) - visits_per_day - np.cumsum(np.log(np.maximum(1, counts)))
    expected = len(found) * np.exp(log_chance)
    is_usual = expected >= 5
    seen = np.bincount(found, minlength=len(counts))[is_usual]
    chi_squared = np.sum((seen - expected[is_usual]) ** 2 / expected[is_usual])
    assert chi_squared < is_usual.sum() + 4 * np.sqrt(2 * is_usual.sum())


def test_people_come_on_working_days_at_the_hours_that_are_written() -> None:
    """No arrival on the weekend, none in an hour without weight, twice as many in an hour of twice the weight."""
    demand = {"visits_per_day": 3000, "hour_weights": {8: 1.0, 9: 2.0, 10: 0.0}}
    arrival = sample(period=TO_TUESDAY, demand=demand).arrival
    day, hour = np.divmod(arrival // H, 24)
    assert set(day.tolist()) == {0, 3, 4}
    assert set(hour.tolist()) == {8, 9}
    assert np.sum(hour == 9) == pytest.approx(2 * np.sum(hour == 8), rel=0.1)
    assert np.all(np.diff(arrival) >= 0)


def test_people_come_at_any_moment_of_their_hour() -> None:
    """Each tenth of the hour has a tenth of them (chi-squared)."""
    counts, _ = np.histogram(sample(period=ONE_DAY, demand=crowd(10_000)).arrival, bins=10, range=(8 * H, 9 * H))
    assert counts.sum() > 9500
    assert np.sum((counts - counts.mean()) ** 2 / counts.mean()) < 9 + 4 * np.sqrt(2 * 9)


def test_nobody_comes_in_the_hour_that_spring_leaves_out_and_twice_as_many_in_autumns() -> None:
    """A rate is per hour that passes, whatever the clocks show."""
    for first_day, factor in ((FRIDAY.replace(month=3, day=30), 0), (FRIDAY.replace(month=10, day=26), 2)):
        workload = sample(
            period={"first_day": first_day, "last_day": first_day, "peak_last_day": first_day}
            | {"time_zone": "Europe/Warsaw"},
            hours={"morning": ("01:00", "02:00"), "afternoon": ("03:00", "17:00"), "working_weekdays": {"sun"}},
            demand={"visits_per_day": 4000, "hour_weights": {2: 1.0, 5: 1.0}},
            procedures={"only": procedure(deadline={"working_hours": 1})},
        )
        n_at_two = np.sum(workload.arrival < 4 * H)
        assert n_at_two == pytest.approx(factor * 2000, rel=0.1)
        assert workload.n_records - n_at_two == pytest.approx(2000, rel=0.1)


def test_kinds_come_in_their_shares_with_their_own_work() -> None:
    """Of two kinds and one of share 0, each has its share; pages are whole, and so are their bits and their ticks."""
    kinds = {
        "none": procedure(share=0.0, page_mb=7),
        "short": procedure(share=0.25, intake_min=constant(1), page_mb=0.5, scan_s_per_page=2.5, priority=3),
        "long": procedure(share=0.75, intake_min=constant(2), page_mb=0.25, back_office_min=None),
    }
    kinds["short"]["pages"] = {"law": "exponential", "mean": 5}
    workload = sample(procedures=kinds, demand=crowd())
    short = workload.procedure == 1
    assert set(workload.procedure.tolist()) == {1, 2}
    assert short.mean() == pytest.approx(0.25, abs=0.03)
    assert np.array_equal(workload.work[Stage.INTAKE], np.where(short, MIN, 2 * MIN))
    assert np.all(workload.upload_bit[short] % 4_000_000 == 0)
    assert np.array_equal(workload.scan_work[short] * 1600, workload.upload_bit[short])
    assert workload.upload_bit[short].mean() / 4e6 == pytest.approx(5, rel=0.1)
    assert np.all(workload.upload_bit[~short] == 5 * 2_000_000)
    assert not workload.scan_work[~short].any()
    assert np.array_equal(workload.work[Stage.BACK_OFFICE] == NEVER, ~short)
    assert np.array_equal(workload.priority, np.where(short, 3, 0))


def test_every_stage_has_the_work_of_its_own_law() -> None:
    """Each amount of work has its own mean, in ticks, and its own draws; a stage without a law has none."""
    names = ("guidance_min", "intake_min", "check_min", "back_office_min", "approval_min", "handover_min")
    means = dict(zip(names, (1, 2, 3, 4, 5, 6), strict=True))
    kind = procedure(**{name: {"law": "exponential", "mean": mean} for name, mean in means.items()})
    work = sample(procedures={"only": kind}, demand=crowd()).work
    assert work.mean(axis=1) / MIN == pytest.approx(np.arange(1, 7), rel=0.1)
    assert np.abs(np.corrcoef(work) - np.eye(6)).max() < 4.5 / np.sqrt(work.shape[1])
    without = sample(procedures={"only": kind | dict.fromkeys(set(names) - {"intake_min"})}, demand=crowd()).work
    assert np.array_equal(without[Stage.INTAKE], work[Stage.INTAKE])
    assert np.all(np.delete(without, Stage.INTAKE, axis=0) == NEVER)


def test_a_visit_brings_as_many_records_as_their_weights_say() -> None:
    """Records of a visit are neighbours and chained, the leader first, each of a kind of its own."""
    kinds = {"a": procedure(share=0.5), "b": procedure(share=0.5, priority=2)}
    workload = sample(procedures=kinds, demand=crowd(records_per_visit={1: 3.0, 2: 0.0, 3: 1.0}))
    leader = np.cumsum(workload.leads) - 1
    size = np.bincount(leader)
    assert set(size.tolist()) == {1, 3}
    assert np.mean(size == 3) == pytest.approx(0.25, abs=0.03)
    ends = np.append(workload.leads[1:], True)
    after = np.arange(workload.n_records) + 1
    assert np.array_equal(workload.follower, np.where(ends, NEVER, after))
    assert np.array_equal(workload.arrival, workload.arrival[workload.leads][leader])
    changes_kind = workload.procedure[1:][~workload.leads[1:]] != workload.procedure[:-1][~workload.leads[1:]]
    assert changes_kind.mean() == pytest.approx(0.5, abs=0.05)
    assert np.array_equal(workload.priority, 2 * workload.procedure)


def test_millionths_are_drawn_only_where_a_ratio_asks_for_them() -> None:
    """They are even and independent where a ratio is there, and below nothing where none is."""
    names = ("channel_draw", "wrong_draw", "incomplete_draw")
    plain = sample(demand=crowd())
    assert all(np.all(getattr(plain, name) == PPM) for name in names)
    kinds = {"only": procedure(online_ratio=0.1, wrong_counter_ratio=0.1, incomplete_ratio=0.1)}
    drawn = np.array([getattr(sample(procedures=kinds, demand=crowd()), name) for name in names])
    assert drawn.min() >= 0
    assert drawn.max() < PPM
    assert drawn.mean(axis=1) == pytest.approx(PPM / 2, rel=0.05)
    assert np.abs(np.corrcoef(drawn) - np.eye(3)).max() < 4.5 / np.sqrt(drawn.shape[1])
    helped = sample(demand=crowd(), volunteer_effect={"moves_online_ratio": 0.2})
    assert np.array_equal(helped.channel_draw, drawn[0])


def test_citizens_without_laws_wait_for_ever_and_come_back_at_once() -> None:
    """Nothing is drawn for a behaviour that is not described."""
    workload = sample(citizens={})
    assert np.all(workload.patience == NEVER)
    assert np.all(workload.balk_at == NEVER)
    assert workload.n_tries.min() >= 1 << 30
    assert not np.any([workload.return_offset, workload.supplement_delay, workload.collect_delay])


def test_citizens_behave_by_their_laws() -> None:
    """Each has the mean of its law, in ticks or in people, and its own draws."""
    citizens = {
        "patience_min": {"law": "exponential", "mean": 30},
        "balk_at": {"law": "lognormal", "mean": 20, "cv": 0.5},
        "return_offset_min": {"law": "exponential", "mean": 60},
        "supplement_delay_h": {"law": "exponential", "mean": 5},
        "collect_delay_h": {"law": "exponential", "mean": 7},
    }
    workload = sample(citizens=citizens, demand=crowd())
    names = ("patience", "balk_at", "return_offset", "supplement_delay", "collect_delay")
    drawn = np.array([getattr(workload, name) for name in names])
    assert drawn.mean(axis=1) / (MIN, 1, MIN, H, H) == pytest.approx([30, 20, 60, 5, 7], rel=0.1)
    assert np.abs(np.corrcoef(drawn) - np.eye(5)).max() < 4.5 / np.sqrt(drawn.shape[1])


def test_who_gives_up_does_so_each_time_with_the_same_chance() -> None:
    """With a quarter giving up, a quarter leaves for good the first time, a quarter of the rest the second time."""
    n_tries = sample(citizens={"gives_up_ratio": 0.25}, demand=crowd(10_000)).n_tries
    assert n_tries.min() == 1
    for number in (1, 2, 3, 8):
        assert np.mean(n_tries[n_tries >= number] == number) == pytest.approx(0.25, abs=0.04)
    assert np.all(sample(citizens={"gives_up_ratio": 1}).n_tries == 1)
    assert sample(citizens={"gives_up_ratio": 1e-12}).n_tries.max() <= 1 << 30


APPOINTMENTS = {"slots": ({"at": "08:00", "visits": 3}, {"at": "10:30", "visits": 400}), "priority": -1}


def booked(visits_per_day: float = 0, **changes: Any) -> dict[str, Any]:
    """Return a demand with appointments, and so many visits without."""
    return crowd(visits_per_day) | {"appointments": APPOINTMENTS | changes}


def test_appointments_are_kept_on_every_working_day() -> None:
    """Without lateness and no-shows, all come at their times, in person, before others of their kind."""
    kinds = {"only": procedure(online_ratio=1.0, priority=5)}
    workload = sample(period=TO_TUESDAY, demand=booked(), procedures=kinds)
    at, counts = np.unique(workload.arrival, return_counts=True)
    assert at.tolist() == [day * DAY + slot for day in (0, 3, 4) for slot in (8 * H, 10 * H + 30 * MIN)]
    assert counts.tolist() == [3, 400] * 3
    assert np.all(workload.priority == 4)
    assert np.all(workload.channel_draw == PPM)


def test_some_with_an_appointment_are_late_and_some_do_not_come() -> None:
    """Lateness has the mean of its law; as many stay away as the ratio says, and all who would come after the end."""
    demand = booked(no_show_ratio=0.25, lateness_min={"law": "exponential", "mean": 5})
    arrival = sample(period=TO_TUESDAY, demand=demand).arrival
    assert len(arrival) == pytest.approx(0.75 * 1209, rel=0.1)
    late = arrival % DAY - (10 * H + 30 * MIN)
    assert late[late > -2 * H].mean() == pytest.approx(5 * MIN, rel=0.15)
    assert sample(demand=booked(no_show_ratio=1.0)).n_records == 0
    assert sample(period=ONE_DAY, demand=booked(lateness_min=constant(15 * 60))).n_records == 3


def test_appointments_and_walk_ins_come_together() -> None:
    """Both are there, in the order of their arrival, and only those with an appointment have its priority."""
    workload = sample(period=ONE_DAY, demand=booked(500))
    assert np.all(np.diff(workload.arrival) >= 0)
    assert np.sum(workload.priority == -1) == 403
    assert np.sum(workload.priority == 0) == pytest.approx(500, rel=0.2)


def test_records_of_the_first_day_come_first_and_oldest_first() -> None:
    """They wait where they are told to, since when their ages say, and part of the work there is done."""
    kinds = {
        "a": procedure(share=0.0, back_office_min=constant(10), approval_min=constant(4)),
        "b": procedure(check_min=constant(6), back_office_min=constant(20)),
    }
    told = {"age_h": {"law": "exponential", "mean": 30}}
    initial = (
        {"procedure": "a", "stage": "back-office", "records": 300, "done_ratio": 0.25} | told,
        {"procedure": "b", "stage": "check", "records": 200, "done_ratio": 0.5} | told,
        {"procedure": "a", "stage": "approval", "records": 1},
    )
    demand = crowd(100, records_per_visit={2: 1.0})
    workload = sample(procedures=kinds, initial=initial, demand=demand)
    first = workload.entry != NEVER
    assert first[:501].all()
    assert not first[501:].any()
    assert np.all(np.diff(workload.arrival) >= 0)
    assert workload.arrival[500] <= 0 < workload.arrival[501]
    assert workload.arrival[first].mean() == pytest.approx(-30 * H, rel=0.15)
    assert workload.leads[first].all()
    assert np.all(workload.follower[first] == NEVER)
    in_office, at_check, at_approval = (
        workload.entry == stage for stage in (Stage.BACK_OFFICE, Stage.CHECK, Stage.APPROVAL)
    )
    assert [int(each.sum()) for each in (in_office, at_check, at_approval)] == [300, 200, 1]
    assert workload.procedure[first].tolist() == at_check[first].astype(int).tolist()
    assert np.all(workload.work[Stage.BACK_OFFICE][in_office] == 7.5 * MIN)
    assert np.all(workload.work[Stage.APPROVAL][in_office | at_approval] == 4 * MIN)
    assert np.all(workload.work[Stage.CHECK][at_check] == 3 * MIN)
    assert np.all(workload.work[Stage.BACK_OFFICE][at_check | ~first] == 20 * MIN)


def test_no_record_of_the_first_day_was_received_at_the_tick_that_means_never() -> None:
    """In ticks of ten minutes, an age of one tick counts as two."""
    initial = ({"procedure": "only", "stage": "back-office", "records": 9, "age_h": constant(1 / 6)},)
    assert sample(period=ONE_DAY | {"tick_ms": 600_000}, initial=initial, demand=crowd(0)).arrival.tolist() == [-2] * 9


def test_absence_is_drawn_for_everyone_that_a_plan_may_have() -> None:
    """For each member and day of a group that is ever absent, even and each anew; below nothing for other groups."""
    staff = {
        "one": {"people": 2, "skills": ("intake",), "absence_ratio": 0.1},
        "two": {"people": 300, "skills": ("intake",), "absence_ratio": 0.2},
        "three": {"people": 5, "skills": ("back-office",)},
    }
    plans = {"p": {"title": "P", "staff": {"one": 400, "two": 1}}}
    draw = sample(staff=staff, plans=plans).absence_draw
    assert draw.shape == (3, 400, 2)
    assert np.all(draw[2] == PPM)
    assert draw[:2].min() >= 0
    assert draw[:2].max() < PPM
    assert draw[:2].mean() == pytest.approx(PPM / 2, rel=0.1)
    assert np.abs(np.corrcoef(draw[:2].transpose(0, 2, 1).reshape(4, -1)) - np.eye(4)).max() < 4.5 / 20
    fewer = sample(staff=staff | {"one": staff["one"] | {"people": 9}}).absence_draw
    assert np.array_equal(fewer, draw[:, :300])


def local(day: int, hour: int) -> datetime:
    """Return a local time of July 2025."""
    return datetime(2025, 7, day, hour)  # noqa: DTZ001 - local times


def test_outages_are_those_that_are_told_and_those_of_chance() -> None:
    """Rows are sorted; those of chance start as often and last as long as they are told to."""
    told = (
        {"what": "portal", "starts": local(4, 9), "ends": local(4, 10), "left_ratio": 0.25},
        {"what": "link", "starts": local(2, 9), "ends": local(9, 10), "loses_work": True},
    )
    chance = (
        {"what": "power", "per_day": 20.0, "duration_min": {"law": "exponential", "mean": 30}, "loses_work": True},
        {"what": "link", "per_day": 0.5, "duration_min": constant(10), "left_ratio": 0.1},
    )
    period = ONE_DAY | {"last_day": FRIDAY.replace(day=31)}
    outages = sample(period=period, outages=told, random_outages=chance).outages
    assert in_order(outages)
    assert [1, 9 * H, 10 * H, 250, 0] in outages.tolist()
    assert [0, -39 * H, 5 * DAY + 10 * H, 0, 1] in outages.tolist()
    power, (what, starts, ends, left, loses) = outages[outages[:, 0] == 3], outages[outages[:, 3] == 100].T
    assert len(power) == pytest.approx(28 * 20, rel=0.15)
    assert np.mean(power[:, 2] - power[:, 1]) == pytest.approx(30 * MIN, rel=0.15)
    assert np.all(power[:, 3:] == [0, 1])
    assert 0 <= power[:, 1].min() < DAY
    assert 27 * DAY < power[:, 1].max() < 28 * DAY
    assert 4 <= len(starts) <= 26
    assert np.all(ends - starts == 10 * MIN)
    assert not np.any([what, loses])
    assert np.all(left == 100)


def test_outages_alike_happen_at_times_of_their_own() -> None:
    """Two entries that say the same give twice as many outages, none of them at the same time."""
    entry = {"what": "power", "per_day": 30.0, "duration_min": {"law": "exponential", "mean": 30}}
    starts, ends = sample(random_outages=(entry, entry)).outages[:, 1:3].T
    assert len(starts) == pytest.approx(120, rel=0.3)
    assert len(set(starts.tolist())) == len(set((ends - starts).tolist())) == len(starts)


def test_without_outages_there_is_no_row() -> None:
    """An empty table still has its five columns, and an outage within the hour that spring leaves out is none."""
    assert sample().outages.shape == (0, 5)
    sunday = FRIDAY.replace(month=3, day=30)
    inside = (
        {
            "what": "link",
            "starts": datetime(2025, 3, 30, 2, 30),  # noqa: DTZ001 - local times
            "ends": datetime(2025, 3, 30, 3),  # noqa: DTZ001
        },
    )
    period = {"first_day": sunday, "last_day": sunday.replace(day=31), "peak_last_day": sunday.replace(day=31)}
    assert sample(period=period | {"time_zone": "Europe/Warsaw"}, outages=inside).outages.shape == (0, 5)


def test_draws_are_cut_to_what_can_be_counted() -> None:
    """Work of a million minutes is cut to 2**31 − 1 ticks, delays and ages to ten years, bits to 2**53."""
    endless = constant(1_000_000)
    wild = {"law": "weibull", "mean": 1_000_000, "cv": 10}
    kind = procedure(intake_min=endless, back_office_min=wild, pages=wild, page_mb=1000, scan_s_per_page=3600)
    workload = sample(
        procedures={"only": kind},
        citizens={"patience_min": wild, "collect_delay_h": endless, "balk_at": wild},
        random_outages=({"what": "link", "per_day": 9, "duration_min": wild},),
        initial=({"procedure": "only", "stage": "back-office", "records": 5, "age_h": endless},),
        demand=crowd(),
    )
    assert np.all(workload.work[Stage.INTAKE] == 2**31 - 1)
    assert workload.work[Stage.BACK_OFFICE].max() == workload.scan_work.max() == 2**31 - 1
    assert workload.upload_bit.max() == 2**53
    assert workload.patience.max() == workload.collect_delay.max() == 3660 * DAY
    assert np.all(workload.arrival[:5] == -3660 * DAY)
    assert np.max(workload.outages[:, 2]) <= 3660 * DAY + 2 * DAY
    assert np.all(np.array([workload.work.min(), workload.balk_at.min(), workload.scan_work.min()]) >= NEVER)


def test_every_array_is_of_whole_numbers_and_has_a_row_for_each_record() -> None:
    """Engines are given ``int64`` in the shapes that `Workload` promises, also when nobody comes."""
    for demand in (crowd(50), crowd(0)):
        workload = sample(demand=demand)
        arrays = {name: value for name, value in vars(workload).items() if isinstance(value, np.ndarray)}
        assert len(arrays) == 20
        for name, value in arrays.items():
            assert value.dtype == (np.bool_ if name == "leads" else np.int64), name
            if name not in {"absence_draw", "outages"}:
                assert value.shape == ((6, workload.n_records) if name == "work" else (workload.n_records,)), name
