"""Every random draw of a replication, one row per record.

In: a `Scenario`, a seed and the number of the replication. Out: a frozen `Workload`. Invariant: what is drawn for a
record does not depend on the plan, nor on whether other records exist; so plans are compared on the same records, and
when demand rises by a tenth, the records of before are still there with all their draws (common random numbers).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.timebase import Ticks

NEVER = -1
PPM = 1_000_000  # draws that are compared with a plan's parts of a whole are whole millionths, 0 … PPM - 1


@dataclass(frozen=True)
class Workload:
    """The records of one replication, those of the first day first, then in the order of their arrival.

    The records of a visit are neighbours, its leader first. An amount of work that is `NEVER` says that the stage is
    not in the record's route.

    Attributes:
        seed: root seed.
        replication: number of the replication, from 0.
        arrival: ``int64[n_records]``, tick of arrival, non-decreasing; ≤ 0 for records of the first day.
        entry: ``int64[n_records]``, the `Stage` at which a record of the first day waits; `NEVER` for all others.
        follower: ``int64[n_records]``, the next record of the same visit, `NEVER` for the last.
        leads: ``bool[n_records]``, whether it is the first of its visit.
        procedure: ``int64[n_records]``, index into the scenario's procedures.
        priority: ``int64[n_records]``, the lower comes first.
        channel_draw: ``int64[n_records]``, millionths; below the plan's part, the visit is submitted online.
        wrong_draw: ``int64[n_records]``, millionths; below the plan's part, the visit finds a wrong counter first.
        incomplete_draw: ``int64[n_records]``, millionths; below the plan's part, papers are missing.
        work: ``int64[6, n_records]``, ticks of practised work by `Stage`; `NEVER` where not in the route.
        scan_work: ``int64[n_records]``, ticks on a scanner, ≥ 0.
        upload_bit: ``int64[n_records]``, bits to upload, ≥ 0.
        patience: ``int64[n_records]``, ticks that one waits in a line of the hall; `NEVER` is for ever.
        balk_at: ``int64[n_records]``, how many must wait for one to turn around; `NEVER` is none.
        n_tries: ``int64[n_records]``, how many times one leaves in vain at most, ≥ 1; the last is for good.
        return_offset: ``int64[n_records]``, ticks after an opening at which one is back, ≥ 0.
        supplement_delay: ``int64[n_records]``, ticks until what was missing is brought, ≥ 0.
        collect_delay: ``int64[n_records]``, ticks from settlement until one comes for the result, ≥ 0.
        absence_draw: ``int64[n_groups, n_members, n_days]``, millionths; below the plan's part, one is absent that day.
        outages: ``int64[n_outages, 5]``, rows (system, start, end, permille left, loses work), fixed and random ones;
            systems are numbered as `System`, rows sorted.
    """

    seed: int
    replication: int
    arrival: Ticks
    entry: NDArray[np.int64]
    follower: NDArray[np.int64]
    leads: NDArray[np.bool_]
    procedure: NDArray[np.int64]
    priority: NDArray[np.int64]
    channel_draw: NDArray[np.int64]
    wrong_draw: NDArray[np.int64]
    incomplete_draw: NDArray[np.int64]
    work: NDArray[np.int64]
    scan_work: Ticks
    upload_bit: NDArray[np.int64]
    patience: Ticks
    balk_at: NDArray[np.int64]
    n_tries: NDArray[np.int64]
    return_offset: Ticks
    supplement_delay: Ticks
    collect_delay: Ticks
    absence_draw: NDArray[np.int64]
    outages: NDArray[np.int64]

    @property
    def n_records(self) -> int:
        """Return how many records there are."""
        return len(self.arrival)


# --- as it was, to be redone ---
def sample_workload(scenario: Scenario, *, seed: int, replication: int) -> Workload:
    """Return the draws of one replication of the scenario's world."""
    band, candidate, arrival = _arrivals(scenario, seed, replication)

    def draw(purpose: Purpose) -> Floats:
        """Return a uniform number per arriving record, by its band and candidate: who else comes moves nothing."""
        drawn = np.empty(len(arrival))
        for number in np.unique(band).tolist():
            of_band = candidate[band == number]
            drawn[band == number] = Stream(seed, replication, purpose, number).uniforms(of_band.max() + 1)[of_band]
        return drawn

    kinds = list(scenario.procedures.values())
    procedure = np.searchsorted(np.cumsum([kind.share for kind in kinds])[:-1], draw(Purpose.PROCEDURE), side="right")

    def by_procedure(laws: list[Law], u: Floats) -> Floats:
        drawn = np.empty_like(u)
        for index, law in enumerate(laws):
            of_kind = procedure == index
            drawn[of_kind] = law.quantile(u[of_kind])
        return drawn

    ticks_per_min = scenario.timebase.ticks_per_s * _S_PER_MIN
    pages = np.rint(by_procedure([kind.pages for kind in kinds], draw(Purpose.PAGES)))
    page_bit = np.array([kind.page_mb for kind in kinds])[procedure] * _BITS_PER_MB
    return Workload(
        seed=seed,
        replication=replication,
        arrival=arrival,
        procedure=procedure.astype(np.int64),
        intake_work=_whole(
            by_procedure([kind.intake_min for kind in kinds], draw(Purpose.INTAKE_WORK)) * ticks_per_min
        ),
        upload_bit=_whole(pages * page_bit),
        back_office_work=_whole(
            by_procedure([kind.back_office_min for kind in kinds], draw(Purpose.BACK_OFFICE_WORK)) * ticks_per_min
        ),
        return_offset=_whole(scenario.return_offset_min.quantile(draw(Purpose.RETURN_OFFSET)) * ticks_per_min),
    )


def _whole(draws: Floats) -> NDArray[np.int64]:
    require(bool(np.all(draws < _LARGEST)), "a draw is too large to be counted", largest=draws.max(initial=0))
    return np.rint(draws).astype(np.int64)


def _arrivals(scenario: Scenario, seed: int, replication: int) -> tuple[NDArray[np.int64], NDArray[np.int64], Ticks]:
    """Return each arriving record's band, candidate and tick, in the order of arrival.

    Demand is cut into bands: below 1 visit an hour, from 1 to 2, from 2 to 4, … Each band has candidates of its own, at
    the fixed rate of the band's width, and accepts them as far as demand fills the band. More demand then adds records
    and takes none away, however much more it is. Source: Lewis and Shedler 1979 (thinning), band by band.
    """
    timebase, hours = scenario.timebase, scenario.office_hours
    of_day = Stream(seed, replication, Purpose.DAY_FACTOR).uniforms(timebase.n_days)
    factor = lognormal_factor(of_day, cv=scenario.demand.day_cv)
    per_hour = _visits_per_hour(scenario.demand, hours) * factor[:, np.newaxis]
    found = [np.empty((0, 3), dtype=np.int64)]
    band, low = 0, 0.0
    while low < per_hour.max():
        width = max(1.0, low)
        gaps = Stream(seed, replication, Purpose.ARRIVAL_GAP, band)
        at = _candidates(gaps, width / (timebase.ticks_per_s * 3600), timebase.end_tick)
        day, hour = np.divmod(np.searchsorted(timebase.hours, at, side="right") - 1, len(_HOURS))
        level = low + width * Stream(seed, replication, Purpose.ARRIVAL_THINNING, band).uniforms(len(at))
        accepted = np.flatnonzero(level < per_hour[day, hour])
        found.append(np.column_stack([np.full_like(accepted, band), accepted, at[accepted]]))
        band, low = band + 1, low + width
    rows = np.concatenate(found)
    rows = rows[np.argsort(rows[:, 2], kind="stable")]
    return rows[:, 0], rows[:, 1], rows[:, 2]


def _candidates(gaps: Stream, per_tick: float, end_tick: int) -> Ticks:
    """Return the ticks of a Poisson process with this constant rate, before `end_tick`."""
    at: list[Floats] = [np.zeros(1)]
    chunk = int(per_tick * end_tick * 1.1) + 64
    while at[-1][-1] < end_tick:
        at.append(at[-1][-1] + np.cumsum(-np.log(gaps.uniforms(chunk)) / per_tick))
    ticks = np.floor(np.concatenate(at)[1:]).astype(np.int64)
    return ticks[ticks < end_tick]


def _visits_per_hour(demand: Demand, hours: OfficeHours) -> Floats:
    """Return the mean visits of each hour of each day: ``float64[n_days, 24]``; none when the office does not work."""
    return np.array(
        [
            [demand.visits_per_hour(day, hour) if hours.is_working(day) else 0.0 for hour in _HOURS]
            for day in hours.timebase.days
        ]
    )
