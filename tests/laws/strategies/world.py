"""What a centre cannot choose, at random: hours, demand, citizens, the line, what fails, the first day."""

from datetime import date, datetime, time, timedelta
from typing import Any

from tests.laws.strategies.pick import Pick
from tests.laws.strategies.small import constant

Part = dict[str, Any]
Parts = tuple[Part, ...]

_SYSTEMS = ("link", "portal", "power", "software", "power", "portal")
_MIN_PER_H = 60


def law(pick: Pick, unit: float) -> Part:
    """Return a law whose mean is a few of the unit, next to nothing, or nothing."""
    mean: float = unit * pick.one(1, 1, 2, 3, 7, 30, 0.001, 0)
    kind = pick.one("deterministic", "deterministic", "exponential", "lognormal", "empirical")
    if kind == "empirical":
        return {"law": kind, "values": (0, mean, 3 * unit)}
    if not mean:
        return constant(0)
    return {"law": kind, "mean": mean} | ({"cv": pick.one(0.3, 1.5)} if kind == "lognormal" else {})


def office_hours(pick: Pick, days: list[date]) -> Part:
    """Return office hours with a long or a very short lunch, five or six days a week, perhaps with holidays."""
    weekend: frozenset[str] = pick.one(frozenset(), frozenset({"sat"}))
    return {
        "morning": ("09:00", "11:00"),
        "afternoon": pick.one(("12:30", "14:00"), ("11:05", "16:30")),
        "working_weekdays": frozenset({"mon", "tue", "wed", "thu", "fri"}) | weekend,
        "holidays": frozenset(pick.some(days[1:], most=2)),
        "inside_served_until": pick.one(None, "16:30", "17:00", "23:00"),
    }


def demand(pick: Pick, tick_min: float) -> Part:
    """Return few or many visits, of one or several records, with or without appointments."""
    # Before, within and after the office hours.
    hours = pick.one((9,), (8, 9, 10), (9, 10, 13), (8, 9, 11, 16), (0, 10, 11, 23), (10, 13, 16))
    return {
        "visits_per_day": pick.one(10, 2, 20, 40, 0),
        "hour_weights": dict.fromkeys(hours, 1.0),
        "weekday_hour_weights": pick.one({}, {"sat": {9: 1.0}}),
        "after_holiday_factor": pick.one(1, 2),
        "day_cv": pick.one(0, 0.5),
        "hour_cv": pick.one(0, 0.5),
        "records_per_visit": pick.one({1: 1.0}, {1: 1.0}, {1: 1.0, 2: 1.0, 4: 1.0}, {3: 1.0}),
        "appointments": pick.perhaps(lambda: appointments(pick, tick_min), None),
    }


def appointments(pick: Pick, tick_min: float) -> Part:
    """Return appointments: the first as the doors open, others at their edges."""
    times = pick.some(("09:00", "10:00", "13:55", "11:00", "14:00"), least=1, most=3)
    return {
        "slots": tuple({"at": at, "visits": pick.one(1, 2, 3)} for at in times),
        "no_show_ratio": pick.one(0, 0.5),
        "lateness_min": pick.perhaps(lambda: law(pick, tick_min), None),
        "priority": pick.one(0, -1, 1),
    }


def citizens(pick: Pick, tick_min: float) -> Part:
    """Return how people behave: rather patient, so that some are served, and rather stubborn."""
    ticks = [constant(n * tick_min) for n in (20, 60, 3)]
    return {
        "patience_min": pick.one(None, None, None, *ticks, law(pick, 5 * tick_min)),
        "balk_at": pick.one(None, None, None, *map(constant, (5, 3, 1)), law(pick, 5)),
        "gives_up_ratio": pick.one(0, 0, 0.4, 1),
        "return_offset_min": pick.perhaps(lambda: law(pick, 5 * tick_min), None),
        "supplement_delay_h": pick.perhaps(lambda: law(pick, 10 * tick_min / _MIN_PER_H), None),
        "collect_delay_h": pick.perhaps(lambda: law(pick, 10 * tick_min / _MIN_PER_H), None),
    }


def link(pick: Pick, tick_min: float, days: list[date]) -> Part:
    """Return a line on which one page (8 Mbit) takes a tick, half of one, a third, or five."""
    one_tick = 8 / (tick_min * 60)
    return {
        "mbit_per_s": one_tick * pick.one(1, 2, 3, 0.2),
        "mbit_per_s_from": pick.one({}, {}, {pick.one(*days): one_tick}),
        "background_ratio": pick.one(0, 0.5),
        "background_by_hour": pick.one({}, {9: 0.9, 10: 0.25, 13: 0}),
        "holds_counter": not pick.whether(),
    }


def outages(pick: Pick, days: list[date]) -> Parts:
    """Return up to four outages of any system, which may overlap and may last over night."""
    found = []
    for _ in range(pick.one(1, 2, 4)):
        starts = datetime.combine(pick.one(*days), time(pick.one(9, 10, 13, 8), pick.one(5, 30)))
        length = timedelta(minutes=pick.one(5, 10, 60, 60, 240, 1500))
        found.append(
            {
                "what": pick.one(*_SYSTEMS),
                "starts": starts,
                "ends": starts + length,
                "left_ratio": pick.one(0, 0, 0.1, 0.5, 1),
                "loses_work": not pick.whether(one_in=3),
            }
        )
    return tuple(found)


def random_outages(pick: Pick, tick_min: float) -> Parts:
    """Return outages of up to three systems at instants that chance gives."""
    return tuple(
        {
            "what": pick.one(*_SYSTEMS),
            "per_day": pick.one(40, 100, 5),
            "duration_min": law(pick, 4 * tick_min),
            "left_ratio": pick.one(0, 0.5),
            "loses_work": not pick.whether(one_in=3),
        }
        for _ in range(pick.one(2, 1, 3))
    )


def initial_records(pick: Pick, procedures: dict[str, Part]) -> Parts:
    """Return a few records that are there on the first day, at stages of their routes; none where there is no stage."""
    works = {"check": "check_min", "back-office": "back_office_min", "approval": "approval_min"}
    places = [(name, stage) for name, kind in procedures.items() for stage, work in works.items() if kind.get(work)]
    return tuple(
        {
            "procedure": name,
            "stage": stage,
            "records": pick.one(1, 2, 3),
            "age_h": pick.perhaps(lambda: law(pick, 2), None),
            "done_ratio": pick.one(0, 0.5),
        }
        for name, stage in pick.some(places, most=2)
    )
