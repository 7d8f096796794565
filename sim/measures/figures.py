"""What the figures are: one definition of each, which the page shows as it stands here.

Place in the pipeline: what `measure` returns.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, get_type_hints

from sim.measures.breakdown import Breakdown
from sim.measures.spans import Floats


@dataclass(frozen=True)
class Measures:
    """Figures by span, each ``float64[n_spans]``; `MEANINGS` tells what each is, and `rows` is all of them.

    The hours lost (`lost_h_…`) part the time that records wait between arrival and settlement, and then that of the
    visits for the result, each tick of it once: all the time in which nobody works on them at full speed; guiding and a
    wrong counter are work, and until the day on which a citizen chooses to come for the result nobody waits. A visit
    waits as one, so that records which come along (PARTY) are not counted until their own turn. Records submitted
    online wait from then on, for the portal, for their check, for missing papers. It is the cause at hand that counts:
    who waits for an officer whom the link holds waits for a person, and the record at that counter waits for the link.
    """

    received_count: Annotated[Floats, "records received"]
    settled_count: Annotated[Floats, "records settled"]
    backlog_count: Annotated[Floats, "records received and not settled when the span ends"]
    backlog_overdue_count: Annotated[Floats, "those of the backlog that are past due when the span ends"]
    backlog_age_h_mean: Annotated[Floats, "mean time since receipt of the backlog when the span ends, hours"]
    submitted_count: Annotated[
        Floats,
        "records submitted online and not received when the span ends: held by the portal, not checked, or incomplete",
    ]
    unsettled_count: Annotated[
        Floats,
        "all records that citizens have come for or submitted and that are not settled when the span ends, be they "
        "received or not, in the hall, sent home, or given up",
    ]
    on_time_ratio: Annotated[
        Floats, "1 − (late in progress + late done) / (received + carried over), as a province publishes it"
    ]
    on_time_completed_ratio: Annotated[Floats, "settled by the deadline / settled"]
    on_time_all_ratio: Annotated[
        Floats,
        "the first of these of all that citizens have come for or submitted, each due as if it had been received when "
        "it came: 1 − (late in progress + late done) / (came + carried over); who is kept out is late as well",
    ]
    sojourn_s_mean: Annotated[Floats, "mean time from arrival to settlement of the records settled, seconds"]
    sojourn_s_p50: Annotated[Floats, "the time that half of these do not exceed, seconds"]
    sojourn_s_p90: Annotated[Floats, "the time that 90 % of these do not exceed, seconds"]
    sojourn_s_p95: Annotated[Floats, "the time that 95 % of these do not exceed, seconds"]
    online_received_count: Annotated[Floats, "records received that never were at a counter"]
    wait_s_mean: Annotated[
        Floats, "mean time waited in the hall's lines, over all days they came, by the visits called to intake, seconds"
    ]
    wait_s_p50: Annotated[Floats, "the wait that half of these visits do not exceed, seconds"]
    wait_s_p90: Annotated[Floats, "the wait that 90 % of these visits do not exceed, seconds"]
    wait_s_p95: Annotated[Floats, "the wait that 95 % of these visits do not exceed, seconds"]
    wait_over_limit_ratio: Annotated[Floats, "part of these visits that waited longer than the scenario's limit"]
    sent_home_count: Annotated[Floats, "visits that found the doors closed, or that closing sent home unserved"]
    reneged_count: Annotated[Floats, "visits that lost patience in a line and left"]
    balked_count: Annotated[Floats, "visits that turned around at the sight of the line"]
    gone_count: Annotated[Floats, "visits that gave up for good"]
    unserved_count: Annotated[Floats, "visits that have come in vain, or are gone for good, when the span ends"]
    wrong_counter_count: Annotated[Floats, "visits that found a counter which could not help them"]
    supplement_count: Annotated[Floats, "records whose papers were found incomplete"]
    handover_wait_s_mean: Annotated[
        Floats,
        "mean time waited in the hall's line, over all days they came, by the visits called to get their result, "
        "seconds",
    ]
    handover_wait_s_p50: Annotated[Floats, "the wait for the result that half of these visits do not exceed, seconds"]
    handover_wait_s_p90: Annotated[Floats, "the wait for the result that 90 % of these visits do not exceed, seconds"]
    handover_wait_s_p95: Annotated[Floats, "the wait for the result that 95 % of these visits do not exceed, seconds"]
    handover_count: Annotated[Floats, "visits called to get their result"]
    uncollected_count: Annotated[
        Floats,
        "records settled whose result the citizen has not got when the span ends: not come for, in the hall, sent "
        "home, or given up",
    ]
    utilisation_ratio: Annotated[Floats, "part of the hours on shift that people worked on a visit or record"]
    overtime_h: Annotated[
        Floats, "hours worked outside normal hours: cover, sessions, and visits finished after the end of a shift"
    ]
    lunch_h: Annotated[Floats, "those of them that lie between the sessions of the office"]
    labour_day_h_max: Annotated[Floats, "the longest day that anybody had, normal hours and overtime, hours"]
    labour_day_overtime_h_max: Annotated[Floats, "the most overtime that anybody had on a day, hours"]
    labour_month_overtime_h_max: Annotated[Floats, "the most that anybody came to in a calendar month by then, hours"]
    labour_year_overtime_h_max: Annotated[Floats, "the most that anybody came to in a calendar year by then, hours"]
    labour_breach_count: Annotated[Floats, "how often somebody's hours came to exceed a limit of day, month or year"]
    counter_utilisation_ratio: Annotated[Floats, "part of the opening hours that a counter was taken, all counters"]
    scanner_utilisation_ratio: Annotated[Floats, "part of the opening hours that a scanner was in use, all scanners"]
    link_utilisation_ratio: Annotated[
        Floats,
        "part of what the line, as planned, could carry in the opening hours that uploads used; what an outage takes "
        "of it is not used",
    ]
    transfer_slowdown_ratio: Annotated[
        Floats,
        "time of the uploads that ended, without what outages held of it or made vain / time each would have taken "
        "alone on the line",
    ]
    wage_cost: Annotated[Floats, "pay of the planned normal hours, supplements for the night included"]
    overtime_cost: Annotated[Floats, "pay of the overtime, with its supplements"]
    fixed_cost: Annotated[Floats, "the span's part of what things, training and volunteers cost"]
    citizen_cost: Annotated[Floats, "the hours that visits waited in the hall's lines, as leaders value them"]
    cost: Annotated[Floats, "all of these together"]
    lost_h_person_guidance: Annotated[Floats, "hours that visits waited to be guided, by people busy with others"]
    lost_h_person_intake: Annotated[Floats, "hours that visits waited for a person at intake, who was busy with others"]
    lost_h_person_check: Annotated[
        Floats, "hours that records submitted online waited to be checked, by people busy with others"
    ]
    lost_h_person_back_office: Annotated[Floats, "hours that records waited for a person in the back office, likewise"]
    lost_h_person_handover: Annotated[Floats, "hours that visits for a result waited for a person, likewise"]
    lost_h_counter: Annotated[
        Floats, "hours waited for a counter, or in the office for a desk: somebody who could serve was there and idle"
    ]
    lost_h_scanner: Annotated[Floats, "hours that visits waited at a counter for a scanner"]
    lost_h_link: Annotated[Floats, "hours of uploads, but for what outages held of them"]
    lost_h_outage: Annotated[
        Floats,
        "hours that outages of link, portal, software or power held work, uploads and submissions, or made them vain",
    ]
    lost_h_signature: Annotated[
        Floats,
        "hours that records waited to be laid before the signatory, and for the signature, while somebody was there "
        "to sign",
    ]
    lost_h_citizen: Annotated[Floats, "hours in which the citizen looked for what was missing, or had left the line"]
    lost_h_closed: Annotated[
        Floats, "hours waited while nobody who could serve was on shift, or since closing sent the visit home"
    ]
    rows: Floats
    breakdowns: Mapping[str, Breakdown]

    @classmethod
    def of(cls, rows: Floats, breakdowns: Mapping[str, Breakdown]) -> "Measures":
        """Return the measures whose figures are these rows, ``float64[n_figures, n_spans]``, as in `FIGURES`."""
        measures = object.__new__(cls)
        # The initializer of a frozen class takes ten times as long as this, and holds Python's lock.
        vars(measures).update(rows=rows, breakdowns=breakdowns)
        return measures

    if not TYPE_CHECKING:  # which knows the figures from above, and shall know no others

        def __getattr__(self, name: str) -> Floats:
            """Return a figure where it lies; of most replications nobody asks for any by its name."""
            if name not in _ROWS:
                raise AttributeError(name, name=name, obj=self)
            return self.rows[_ROWS[name]]


_TOLD = get_type_hints(Measures, include_extras=True)
MEANINGS = {name: str(kind.__metadata__[0]) for name, kind in _TOLD.items() if hasattr(kind, "__metadata__")}
FIGURES = tuple(MEANINGS)
_ROWS = {name: row for row, name in enumerate(FIGURES)}
CAUSES = tuple(name.removeprefix("lost_h_") for name in FIGURES if name.startswith("lost_h_"))
