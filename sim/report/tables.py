"""What a run tells beside its main rows: what is left open, what time was lost to, what it costs, and parts of it.

In: a `Table`. Out: `TextTable`s, which the terminal and the page show alike. Invariant: the numbers are those of the
files, rounded.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from sim.experiment import Band, Table, find_excesses, sure_of
from sim.language import later, say, spoken
from sim.measures import BREAKDOWNS
from sim.report.rows import Row, figure, part_bands, rows, span_name

_MIN, _H, _PERCENT = 1 / 60, 1 / 3600, 100
_LARGE = 9.95  # from here on a number needs no decimals
_UNITS = (
    (1e8, 1e6, later("In million {currency}.")),
    (1e5, 1e3, later("In thousand {currency}.")),
    (0, 1, later("In {currency}.")),
)
_CAUSE_NAMES = {
    "person_guidance": later("person,\nguidance"),
    "person_intake": later("person,\nintake"),
    "person_check": later("person,\ncheck"),
    "person_back_office": later("person,\nback office"),
    "person_handover": later("person,\nresult"),
    "counter": later("counter\nor desk"),
    "scanner": later("scanner"),
    "link": later("link"),
    "outage": later("outage"),
    "signature": later("signature"),
    "citizen": later("citizen"),
}
_COSTS = {
    "wage_cost": later("wages"),
    "overtime_cost": later("overtime"),
    "fixed_cost": later("things"),
    "citizen_cost": later("citizens'\ntime"),
    "cost": later("all"),
}
_OPEN = {
    "unsettled_count": later("all"),
    "backlog_count": later("received"),
    "backlog_overdue_count": later("of these,\noverdue"),
    "submitted_count": later("submitted\nonline"),
    "unserved_count": later("came in vain\n(visits)"),
}
_RESULTS: dict[str, tuple[str, float]] = {  # name and factor
    "handover_count": (later("handed\nover"), 1),
    "handover_wait_s_mean": (later("wait min\nmean"), _MIN),
    "handover_wait_s_p95": (later("wait min\nP95"), _MIN),
    "uncollected_count": (later("not handed over\nat the end"), 1),
}
_MOST_TOLD = 5  # breaches of the Labour Code, of each plan
_ON_TIME = "on_time_all_ratio"
_CLOSED = "lost_h_closed"
_PARTS_NOTE = later("Means; in brackets the band that holds 80 % of the replications, where they differ.")
_BY = {
    "hour": later("{plan}, by hour"),
    "stage": later("{plan}, by stage"),
    "procedure": later("{plan}, by procedure"),
    "group": later("{plan}, by group"),
    "person": later("{plan}, by person"),
}
_Column = tuple[str, str, float]  # name, figure, factor
# By kind, the tables that it makes: what each is about, where there are several, and its columns with their bands.
_PARTS: dict[str, tuple[tuple[str, tuple[_Column, ...]], ...]] = {
    "hour": (
        (
            "",
            (
                (later("arrivals"), "arrivals_count", 1),
                (later("waiting\nmean"), "waiting_mean", 1),
                (later("wait min\nmean"), "wait_s_mean", _MIN),
                (later("wait min\nP95"), "wait_s_p95", _MIN),
                (later("people\nbusy %"), "utilisation_ratio", _PERCENT),
            ),
        ),
    ),
    "stage": (
        (
            "",
            (
                (later("served"), "served_count", 1),
                (later("wait min\nmean"), "wait_s_mean", _MIN),
                (later("wait min\nP90"), "wait_s_p90", _MIN),
                (later("wait min\nP95"), "wait_s_p95", _MIN),
                (later("in line\nmean"), "line_mean", 1),
            ),
        ),
    ),
    "procedure": (
        (
            later("records"),
            (
                (later("received"), "received_count", 1),
                (later("settled"), "settled_count", 1),
                (later("backlog\nat close"), "backlog_count", 1),
                (later("overdue"), "backlog_overdue_count", 1),
                (later("in all\nunsettled"), "unsettled_count", 1),
            ),
        ),
        (
            later("time"),
            (
                (later("on time\n%"), "on_time_ratio", _PERCENT),
                (later("wait min\nmean"), "wait_s_mean", _MIN),
                (later("hours taken\nmean"), "sojourn_s_mean", _H),
                (later("hours taken\nP50"), "sojourn_s_p50", _H),
                (later("hours taken\nP90"), "sojourn_s_p90", _H),
            ),
        ),
    ),
    "group": (
        (
            later("hours"),
            (
                (later("busy\n%"), "utilisation_ratio", _PERCENT),
                (later("overtime\nhours"), "overtime_h", 1),
                (later("lunch\nhours"), "lunch_h", 1),
            ),
        ),
        (
            later("the most that one person works"),
            (
                (later("longest\nday h"), "labour_day_h_max", 1),
                (later("overtime\nday h"), "labour_day_overtime_h_max", 1),
                (later("overtime\nmonth h"), "labour_month_overtime_h_max", 1),
                (later("overtime\nyear h"), "labour_year_overtime_h_max", 1),
                (later("limits\nexceeded"), "labour_breach_count", 1),
            ),
        ),
    ),
    "person": (
        (
            "",
            (
                (later("busy\n%"), "utilisation_ratio", _PERCENT),
                (later("overtime\nhours"), "overtime_h", 1),
                (later("lunch\nhours"), "lunch_h", 1),
                (later("overtime\nday h"), "labour_day_overtime_h_max", 1),
                (later("overtime\nmonth h"), "labour_month_overtime_h_max", 1),
            ),
        ),
    ),
}


@dataclass(frozen=True)
class TextTable:
    """A table as people read it.

    Attributes:
        title: what it shows.
        note: how to read it.
        columns: their names; the first column names the rows and has none.
        sections: parts of the table, each with a name and rows.
    """

    title: str
    note: str
    columns: tuple[str, ...]
    sections: tuple[tuple[str, tuple[tuple[str, ...], ...]], ...]


def known_to(table: Table, row: Row, figure: str) -> str:
    """Return how far a row's mean may be off, 95 times in 100 no further: ``± 12``; nothing for one replication."""
    (sure,) = sure_of(table.figures[figure][row.case][:, row.number : row.number + 1])
    between = sure.mean_between if sure else None
    return f"± {short((between[1] - between[0]) / 2)}" if between else ""


def open_table(table: Table) -> TextTable:
    """Return what is not settled at the close, of each plan in the peak week and the period, with bands."""
    chosen = _chosen(table, (*_OPEN, _ON_TIME))

    def texts(row: Row) -> tuple[str, ...]:
        return (row.title, *(figure(row, name) for name in _OPEN), _text(row.bands[_ON_TIME], _PERCENT))

    return TextTable(
        say("What is not settled at the close"),
        say(
            "All: whatever citizens have come for or submitted, with those who were sent home or gave up. A plan "
            "that keeps people out has a small backlog, and cannot hide them here. On time of all: each as if it had"
            " been received when it came. A mean may lie outside its band where a few replications are far from the "
            "others."
        ),
        (*map(say, _OPEN.values()), say("on time\nof all, %")),
        _sections(chosen, texts),
    )


def result_table(table: Table) -> TextTable | None:
    """Return how those fare who come for their result, with bands; none where there is none to come for."""
    chosen = _chosen(table, _RESULTS)
    if not any(row.mean("handover_count") or row.mean("uncollected_count") for row in chosen):
        return None

    def texts(row: Row) -> tuple[str, ...]:
        return (row.title, *(_text(row.bands[figure], factor) for figure, (_, factor) in _RESULTS.items()))

    return TextTable(
        say("Who comes for the result"),
        say(
            "Visits called to be handed their result, how long they waited for it in the hall, and results that are "
            "ready and not handed over."
        ),
        tuple(say(name) for name, _ in _RESULTS.values()),
        _sections(chosen, texts),
    )


def breach_table(table: Table) -> TextTable | None:
    """Return who exceeds the Labour Code, when and by how much: of each plan the most frequent; none where nobody does.

    A plan whose planned hours do is refused, unless it may; so these are most often people who finish what they began.
    """
    excesses = find_excesses(table)
    if not excesses:
        return None
    sections = []
    for case, each in enumerate(table.cases):
        of_plan = [excess for excess in excesses if excess.case == case]
        lines = [
            (
                f"{told.who} {told.at}: {told.of_what}",
                spoken().number(told.hours, 1),
                spoken().number(excess.hours_max, 1),
                f"{told.allowed_h:g}",
                short(_PERCENT * excess.n_times / excess.n_looked_at),
            )
            for excess in of_plan[:_MOST_TOLD]
            for told in (excess.breach,)
        ]
        if len(of_plan) > _MOST_TOLD:
            more = say("and {n} more", n=len(of_plan) - _MOST_TOLD)
            lines.append((more, "", "", "", ""))
        if lines:
            sections.append((each.scenario.titles[each.plan], tuple(lines)))
    return TextTable(
        say("Who exceeds the Labour Code"),
        say(
            "Hours of one person, mean and most over the replications in which they exceed what is allowed. The "
            "plans as written keep to it unless they are allowed not to; who finishes what they began stays longer."
        ),
        (say("hours\nmean"), say("hours\nmost"), say("allowed\nhours"), say("in % of\nreplications")),
        tuple(sections),
    )


def lost_table(table: Table) -> TextTable | None:
    """Return the hours lost by cause, of each plan in the peak week and the period; none if nothing was lost.

    Closed doors are no cause that one could buy something against, and outweigh all others: they stand apart.
    """
    figures = {f"lost_h_{cause}": name for cause, name in _CAUSE_NAMES.items()}
    chosen = _chosen(table, (*figures, _CLOSED))
    seen = {figure: name for figure, name in figures.items() if any(short(row.mean(figure)) != "0" for row in chosen)}
    if not seen:
        return None

    def texts(row: Row) -> tuple[str, ...]:
        of_causes = [row.mean(figure) for figure in figures]
        return (
            row.title,
            *(short(row.mean(figure)) for figure in seen),
            short(sum(of_causes)),
            short(row.mean(_CLOSED)),
        )

    return TextTable(
        say("What time was lost to"),
        say(
            "Hours that visits and records waited, up to settlement and for the result, by what they waited for at "
            "each moment: a person at which station, a thing, the signature, the citizen; beside them, those in "
            "which nobody who could have gone on was on shift: nights, weekends, lunch."
        ),
        (*map(say, seen.values()), say("all of\nthese"), say("office\nclosed")),
        _sections(chosen, texts),
    )


def cost_table(table: Table) -> TextTable | None:
    """Return the costs of each plan in the peak week and the period, with bands; none if nothing has a price."""
    chosen = _chosen(table, _COSTS)
    most = max(row.mean("cost") for row in chosen)
    if not most:
        return None
    unit, name = next((unit, name) for from_, unit, name in _UNITS if most >= from_)

    def texts(row: Row) -> tuple[str, ...]:
        return (row.title, *(_text(row.bands[figure], 1 / unit) for figure in _COSTS))

    currency = table.cases[0].scenario.costs.currency
    things = say("Things: equipment, line, training and volunteers.")
    note = f"{say(name, currency=currency)} {things}"
    return TextTable(say("What it costs"), note, tuple(map(say, _COSTS.values())), _sections(chosen, texts))


def part_tables(table: Table) -> list[TextTable]:
    """Return the breakdowns that were asked for, with bands: tables for each kind and plan."""
    chosen = _chosen(table, ())
    return [
        told
        for kind in BREAKDOWNS
        if kind in table.breakdowns
        for case in range(len(table.cases))
        for told in _tables_of_kind(table, kind, [row for row in chosen if row.case == case])
    ]


def _tables_of_kind(table: Table, kind: str, of_plan: list[Row]) -> Iterator[TextTable]:
    """Yield the tables of one breakdown of a plan."""
    bands_of = [(row.span, list(part_bands(table, kind, row))) for row in of_plan]
    shown = {figure for _, columns in _PARTS[kind] for _, figure, _ in columns}
    for about, columns in _PARTS[kind]:
        sections = [
            (
                span_name(span),
                tuple(
                    (name, *(_text(bands[figure], factor) for _, figure, factor in columns))
                    for name, bands in parts
                    # A stage that nobody goes through needs no row.
                    if any(band.mean for figure in shown if (band := bands[figure]))
                ),
            )
            for span, parts in bands_of
        ]
        title = say(_BY[kind], plan=of_plan[0].title)
        title = f"{title}: {say(about)}" if about else title
        names = tuple(say(name) for name, _, _ in columns)
        yield TextTable(title, say(_PARTS_NOTE), names, tuple(sections))


def short(value: float) -> str:
    """Return a number with as many digits as one can take in: none after the point from ten on.

    >>> short(1234.5), short(9.44), short(0.04)
    ('1,234', '9.4', '0')
    """
    n_digits = 0 if abs(value) >= _LARGE else 1
    return spoken().number(value, n_digits) if f"{value:.{n_digits}f}" not in {"0.0", "-0.0"} else "0"


def _text(band: Band | None, factor: float) -> str:
    """Return a mean with its band, without one where all replications have the same."""
    if band is None:
        return "–"
    mean, low, high = (short(value * factor) for value in (band.mean, band.low, band.high))
    return mean if low == high == mean else f"{mean} [{_whole(low)}–{_whole(high)}]"


def _whole(text: str) -> str:
    return text.removesuffix(spoken().number(0, 1)[1:])


def _chosen(table: Table, figures: Iterable[str]) -> list[Row]:
    """Return the rows of the peak week and of the period."""
    return [
        row for row in rows(table, figures) if row.span.kind == "period" or (row.is_peak and row.span.kind == "week")
    ]


def _sections(
    chosen: list[Row], texts: Callable[[Row], tuple[str, ...]]
) -> tuple[tuple[str, tuple[tuple[str, ...], ...]], ...]:
    """Return a section for each span, with a row for each plan."""
    names = dict.fromkeys(span_name(row.span) for row in chosen)
    return tuple((name, tuple(texts(row) for row in chosen if span_name(row.span) == name)) for name in names)
