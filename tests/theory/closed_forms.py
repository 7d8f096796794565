"""The closed forms as cases: what theory says of each scenario file, and what to read from its replications.

Rates and times are the textbook's, as the head of each file has them; the file has its own, often faster, time.
"""

import math
from functools import cache, partial

from sim.theory import (
    Course,
    Route,
    Station,
    Traffic,
    batch_wait,
    cobham,
    erlang_a,
    erlang_b,
    erlang_c,
    erlang_c_wait,
    erlang_c_wait_quantile,
    forward,
    infinite_servers_p,
    mm_c_k,
    open_network,
    pollaczek_khinchine,
    processor_sharing_sojourn,
    sipp_staffing,
    step_means,
    vacation_wait,
)
from sim.trace import State
from tests.theory.cases import Case, Figure, load
from tests.theory.reading import (
    done_per_time_after_first_day,
    mean_time,
    number_in,
    number_in_hours,
    part_of_time,
    part_waiting,
    part_who,
)

# --- one line, many servers: 30 visits an hour of 8 minutes


def _erlang_c(n_servers: int) -> list[Figure]:
    p_wait, wait = erlang_c(4, n_servers), erlang_c_wait(4, n_servers, 8)
    long = erlang_c_wait_quantile(4, n_servers, 8, 1 - p_wait / 2)
    return [
        Figure("part that waits", p_wait, part_waiting(State.WAIT_INTAKE), 0.04),
        Figure("mean wait, min", wait, mean_time(State.WAIT_INTAKE), 0.08),
        Figure(f"part that waits over {long:.2f} min", p_wait / 2, part_waiting(State.WAIT_INTAKE, long), 0.06),
    ]


def _erlang_b() -> list[Figure]:
    blocked = erlang_b(4, 5)
    return [
        Figure("part that is lost", blocked, part_who(State.RENEGED), 0.03),
        Figure("part that is lost, long visits", blocked, part_who(State.RENEGED, "long"), 0.03),
        Figure("mean busy counters", 4 * (1 - blocked), number_in(State.INTAKE), 0.01),
    ]


def _mm_c_k() -> list[Figure]:
    exact = mm_c_k(30, 8 / 60, 4, 6)
    p_wait = exact.p_wait / (1 - exact.p_lost)
    return [
        Figure("part that turns around", exact.p_lost, part_who(State.BALKED), 0.03),
        Figure("part that waits, of the others", p_wait, part_waiting(State.WAIT_INTAKE), 0.02),
        Figure("mean wait, min", exact.mean_wait * 60, mean_time(State.WAIT_INTAKE), 0.025),
    ]


def _erlang_a() -> list[Figure]:
    exact = erlang_a(48, 1, 50, 2)
    return [
        Figure("part that leaves the line", exact.p_lost, part_who(State.RENEGED), 0.08),
        Figure("part that waits", exact.p_wait, part_waiting(State.WAIT_INTAKE), 0.05),
        Figure("mean wait, s", exact.mean_wait * 60, mean_time(State.WAIT_INTAKE), 0.08),
        Figure("mean busy counters", exact.utilisation * 50, number_in(State.INTAKE), 0.005),
    ]


def _infinite() -> list[Figure]:
    return [
        Figure("mean number served", 15, number_in(State.INTAKE), 0.01),
        Figure("part of time with 20 or more", infinite_servers_p(15, 20), part_of_time(State.INTAKE, 20), 0.08),
    ]


def _absent() -> list[Figure]:
    return [
        Figure("mean number who look for papers", 18, number_in(State.SUPPLEMENT), 0.02),
        Figure(
            "part of time with 20 or more of them", infinite_servers_p(18, 20), part_of_time(State.SUPPLEMENT, 20), 0.08
        ),
        Figure("mean number of results that lie ready", 20, number_in(State.COLLECT), 0.02),
        Figure(
            "part of time with 22 or more of them", infinite_servers_p(20, 22), part_of_time(State.COLLECT, 22), 0.06
        ),
    ]


# --- one server, any law


def _mg1() -> list[Figure]:
    spread = {"deterministic": 0.0, "gamma": 0.5, "lognormal": 0.8, "exponential": 1.0, "weibull": 0.7}
    return [
        Figure(
            f"mean wait, min, {law}",
            pollaczek_khinchine(Traffic(5 / 60, 6, cv)),
            mean_time(State.WAIT_INTAKE, kind=law),
            0.06,
        )
        for law, cv in spread.items()
    ]


def _priorities() -> list[Figure]:
    kinds = {"urgent": Traffic(1.5 / 60, 8), "ordinary": Traffic(1.8 / 60, 10, 0), "slow": Traffic(0.75 / 60, 20, 0.8)}
    waits = cobham(list(kinds.values()))
    return [
        Figure(f"mean wait, min, {kind}", wait, mean_time(State.WAIT_INTAKE, kind=kind), 0.06)
        for kind, wait in zip(kinds, waits, strict=True)
    ]


def _batches() -> list[Figure]:
    exact = batch_wait(Traffic(3 / 60, 5, 0.8), {1: 0.5, 3: 0.5})
    return [Figure("mean wait, min", exact, mean_time(State.WAIT_BACK_OFFICE), 0.03)]


def _vacations() -> list[Figure]:
    exact = vacation_wait(Traffic(4.5 / 60, 8), mean_vacation=12, cv_vacation=0.5)
    return [Figure("mean wait, min", exact, mean_time(State.WAIT_BACK_OFFICE), 0.03)]


def _processor_sharing() -> list[Figure]:
    alone_s = {"deterministic": 0.36, "exponential": 0.72, "lognormal": 1.08}
    return [
        *(
            Figure(
                f"mean upload, s, {kind}",
                processor_sharing_sojourn(alone, 0.6),
                mean_time(State.UPLOAD, kind=kind),
                0.035,
            )
            for kind, alone in alone_s.items()
        ),
        Figure("mean uploads under way", 0.6 / (1 - 0.6), number_in(State.UPLOAD), 0.035),
    ]


def _outages() -> list[Figure]:
    is_up = 1 - infinite_servers_p(48 / 1440 * 30, 1)
    return [Figure("records done per minute at work", is_up, done_per_time_after_first_day, 0.05)]


# --- several stations


def _network() -> list[Figure]:
    stations = {"counters": Station(3, 6), "desks": Station(4, 9), "signatory": Station(1, 2)}
    routes = {
        "certified": Route(9 / 60, ("counters", "signatory")),
        "registered": Route(9 / 60, ("counters", "desks")),
        "permitted": Route(6 / 60, ("counters", "desks", "signatory")),
        "permitted online": Route(6 / 60, ("desks", "signatory")),
    }
    exact = open_network(stations, routes)
    states = {
        "counters": (State.WAIT_INTAKE, State.INTAKE),
        "desks": (State.WAIT_BACK_OFFICE, State.BACK_OFFICE),
        "signatory": (State.WAIT_APPROVAL, State.APPROVAL),
    }
    all_states = [state for of_station in states.values() for state in of_station]
    sojourn = exact.mean_sojourn | {
        "permitted": (exact.mean_sojourn["permitted"] + exact.mean_sojourn["permitted online"]) / 2
    }
    return [
        *(Figure(f"mean number, {at}", exact.mean_number[at], number_in(*states[at]), 0.06) for at in stations),
        *(
            Figure(f"mean time to settlement, min, {kind}", sojourn[kind], mean_time(*all_states, kind=kind), 0.04)
            for kind in ("certified", "registered", "permitted")
        ),
    ]


# --- demand and staff that change by the hour


@cache
def _course(file: str, servers: tuple[int, ...], mean_service_h: float, mean_patience_h: float) -> Course:
    """Return the course of a day of a file's demand, hour by hour, from an empty line."""
    scenario = load(file)
    rates = [scenario.visits_per_hour(scenario.period.first_day, hour) for hour in range(24)]
    return forward(rates, servers, step=1.0, mean_service=mean_service_h, mean_patience=mean_patience_h)


def _part_waiting(course: Course, first: int, after: int) -> float:
    return float(course.mean_waiting[first:after].sum() / course.mean_arrivals[first:after].sum())


def _sipp(*, lag_min: float) -> list[Figure]:
    """Return the figures of a rule of thumb; the rule itself tells the staff, the file must have the same."""
    rates = step_means(lambda h: 30 + 15 * math.sin(2 * math.pi * h / 9), step=0.5, n_steps=18, lag=lag_min / 60)
    servers = (*sipp_staffing(rates, mean_service=8 / 60, target_p_wait=0.2), *[6] * 6)
    course = _course("sipp", servers, 16 / 60, math.inf)  # half an hour of the textbook is an hour of the file
    wait_min = float(course.time_in_line.sum() / course.mean_arrivals.sum()) * 60 / 2
    line = State.WAIT_BACK_OFFICE
    return [
        Figure("part that waits", _part_waiting(course, 0, 18), part_waiting(line), 0.05),
        *(
            Figure(
                f"part that waits, steps {a + 1} to {b}",
                _part_waiting(course, a, b),
                part_waiting(line, 0, (a, b)),
                0.09,
            )
            for a, b in ((0, 8), (8, 12), (12, 18))
        ),
        Figure("mean wait, min", wait_min, mean_time(line), 0.09),
    ]


def _patience_by_hour() -> list[Figure]:
    servers = (*[6] * 7, 8, 11, 14, *[16] * 14)
    course = _course("patience-by-hour", servers, 10 / 60, 6 / 60)
    n_visits = course.mean_arrivals.sum()
    line = State.WAIT_INTAKE
    return [
        Figure("part that waits", _part_waiting(course, 6, 18), part_waiting(line), 0.03),
        Figure(
            "part that leaves the line",
            float(course.time_in_line.sum() / (6 / 60) / n_visits),
            part_who(State.RENEGED),
            0.04,
        ),
        *(
            Figure(f"part that waits, {a} to {b} h", _part_waiting(course, a, b), part_waiting(line, 0, (a, b)), 0.12)
            for a, b in ((6, 9), (9, 12), (12, 15), (15, 18))
        ),
        Figure("mean line, 9 to 12 h", float(course.time_in_line[9:12].sum() / 3), number_in_hours(line, 9, 12), 0.07),
    ]


CASES = (
    Case("erlang-c", "five", "M/M/5 (Erlang C)", partial(_erlang_c, 5), 20),
    Case("erlang-c", "six", "M/M/6 (Erlang C)", partial(_erlang_c, 6), 16),
    Case("erlang-c", "seven", "M/M/7 (Erlang C)", partial(_erlang_c, 7), 16),
    Case("erlang-b", "five", "M/G/5/5 (Erlang B)", _erlang_b, 10),
    Case("mm-c-k", "four", "M/M/4/6", _mm_c_k, 10),
    Case("erlang-a", "fifty", "M/M/50+M (Erlang A)", _erlang_a, 20, units_per_min=60),
    Case("mg1", "five", "M/G/1 (Pollaczek–Khinchine)", _mg1, 14),
    Case("priorities", "one", "M/G/1 with priorities (Cobham)", _priorities, 12),
    Case("batches", "one", "M^X/G/1", _batches, 14),
    Case("vacations", "one", "M/G/1 with vacations", _vacations, 10),
    Case("processor-sharing", "one", "M/G/1 processor sharing", _processor_sharing, 10, units_per_min=60),
    Case("infinite", "sixty", "M/G/∞", _infinite, 10),
    Case("absent", "one", "M/G/∞ twice", _absent, 8),
    Case("outages", "one", "M/G/∞, empty", _outages, 12, units_per_min=1),
    Case("network", "all", "product form (Jackson, Kelly)", _network, 10),
    Case("sipp", "sipp", "M_t/M/s_t, SIPP", partial(_sipp, lag_min=0), 16, units_per_min=0.5, from_start=True),
    Case("sipp", "lagged", "M_t/M/s_t, lagged SIPP", partial(_sipp, lag_min=8), 16, units_per_min=0.5, from_start=True),
    Case("patience-by-hour", "as-they-come", "M_t/M/s_t+M", _patience_by_hour, 10, units_per_min=1, from_start=True),
)
