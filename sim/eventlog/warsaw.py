"""Snapshots of the queues of Warsaw's city offices: one row per queue about every five minutes.

Place in the pipeline: one format of the door. In: the table of snapshots. Out: `EventLog`. Invariant: every row's
``waiting`` is the number of visits that wait at its instant.

What the columns mean, and what was decided:

- ``waiting`` and ``current_ticket`` give issues and calls, as `sim.eventlog.tickets` and `sim.eventlog.moves` say.
- ``open_counters`` are those that may serve the queue; queues share them, so they are never summed.
- A queue is known by ``queue_id``. It is called by its first ``queue_name``, with the id behind it where two have the
  same name.
- Each day stands alone: offices empty overnight, and tickets start anew.
- A queue's second row for one instant replaces the first. An interval may be of any length.

Source: the City of Warsaw's open-data interface on the queues of its offices, as recorded in the public repository
HaZdula/kolejkeR.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from zoneinfo import ZoneInfo

from sim.eventlog.choice import check_day, check_part
from sim.eventlog.log import EventLog, Triple, Visit, build_event_log
from sim.eventlog.moves import Snapshot, derive_moves, derive_visits
from sim.eventlog.table import Row, Table
from sim.eventlog.tickets import Display, Ticket, parse_ticket

COLUMNS = (
    "ts", "office", "queue_id", "queue_letter", "queue_name", "waiting", "open_counters", "current_ticket",
)  # fmt: skip
TIME_ZONE = "Europe/Warsaw"
DERIVATION = (
    "Between two snapshots of a queue, dK tickets were called, by which the called number rose, and dK + dW were "
    "issued, W being the number waiting (where negative, so many left); in between they lie evenly."
)

PEOPLE_MAX = 10_000
"""More than an office can hold: a larger number is a damaged row."""


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue of an office, as its rows name it."""

    identity: str
    letter: str
    name: str


Days = dict[str, dict[Queue, list[Snapshot]]]
"""The queues' snapshots in order of time, by day."""


def read_snapshots(table: Table, day: str | None, part: str | None) -> EventLog:
    """Return the visits of one office; as for `sim.eventlog.read_event_log`."""
    notes: Counter[str] = Counter()
    days = _group(table, _choose(table, day, part), notes)
    queues = sorted(
        {queue for of_day in days.values() for queue in of_day}, key=lambda queue: (queue.name, queue.identity)
    )
    index = {queue: at for at, queue in enumerate(queues)}
    return build_event_log(
        path=table.path,
        time_zone=TIME_ZONE,
        derivation=DERIVATION,
        queues=_names(queues),
        visits=[visit for of_day in days.values() for visit in _visits(of_day, index, notes)],
        capacity=_capacity(days, index),
        samples=[
            (snapshot.instant_s, index[queue], snapshot.waiting)
            for of_day in days.values()
            for queue, snapshots in of_day.items()
            for snapshot in snapshots
        ],
        notes=notes,
    )


def _choose(table: Table, day: str | None, part: str | None) -> list[tuple[Row, list[str]]]:
    """Return the rows of the chosen day and office, each with its cells in the order of `COLUMNS`."""
    positions, zone = table.positions(COLUMNS), ZoneInfo(TIME_ZONE)
    at_ts, at_office = positions[:2]
    days: set[str] = set()
    offices: set[str] = set()
    chosen = []
    for row in table.rows:
        date, office = row.cells[at_ts][:10], row.cells[at_office]
        if date not in days:  # a damaged row would belong to no day, and be missed by nobody
            table.instant(row, "ts", date, zone)
            days.add(date)
        offices.add(office)
        if day in (None, date) and part in (None, office):
            chosen.append((row, [row.cells[at] for at in positions]))
    check_day(table, day, days)
    check_part(table, part, offices)
    if not chosen:
        raise table.error("day", f"no row of {part} on {day}", "a day on which the office was open")
    return chosen


def _group(table: Table, rows: list[tuple[Row, list[str]]], notes: Counter[str]) -> Days:
    zone = ZoneInfo(TIME_ZONE)
    instants: dict[str, int] = {}
    known: dict[str, Queue] = {}
    days: dict[str, dict[Queue, dict[int, Snapshot]]] = defaultdict(lambda: defaultdict(dict))
    for row, (ts, _office, identity, letter, name, waiting, servers, ticket) in rows:
        if ts not in instants:
            instants[ts] = table.instant(row, "ts", ts, zone)
        snapshot = Snapshot(
            instants[ts],
            table.whole(row, "waiting", waiting, most=PEOPLE_MAX),
            table.whole(row, "open_counters", servers, most=PEOPLE_MAX),
            _ticket(table, row, ticket),
        )
        queue = Queue(identity, letter.strip(), " ".join(name.split()) or identity)
        of_queue = days[ts[:10]][known.setdefault(identity, queue)]
        notes["rows of an instant that the queue had already, the last one kept"] += snapshot.instant_s in of_queue
        of_queue[snapshot.instant_s] = snapshot
    return {
        date: {queue: [of_queue[at] for at in sorted(of_queue)] for queue, of_queue in of_day.items()}
        for date, of_day in sorted(days.items())
    }


def _ticket(table: Table, row: Row, text: str) -> Ticket | None:
    try:
        return parse_ticket(text)
    except ValueError as problem:
        raise table.error("current_ticket", repr(text), str(problem), line=row.line) from None


def _names(queues: Sequence[Queue]) -> list[str]:
    same = Counter(queue.name for queue in queues)
    return [queue.name if same[queue.name] == 1 else f"{queue.name} ({queue.identity})" for queue in queues]


def _visits(of_day: Mapping[Queue, list[Snapshot]], index: Mapping[Queue, int], notes: Counter[str]) -> Iterator[Visit]:
    shared = _shared_series(of_day)
    for queue, snapshots in of_day.items():
        notes["visitors waiting at the first snapshot, issued at that instant"] += snapshots[0].waiting
        notes["visitors waiting at the last snapshot, outcome unknown, gone a second later"] += snapshots[-1].waiting
        moves = derive_moves(snapshots, Display(queue.letter, shared, notes), notes)
        yield from derive_visits(index[queue], snapshots, moves)


def _shared_series(of_day: Mapping[Queue, list[Snapshot]]) -> set[tuple[str, int]]:
    """Return the series of numbers that more than one queue of their letter shows on that day."""
    users = Counter(
        series
        for queue, snapshots in of_day.items()
        for series in {snapshot.ticket.series for snapshot in snapshots if snapshot.ticket is not None}
        if series[0] == queue.letter
    )
    return {series for series, count in users.items() if count > 1}


def _capacity(days: Days, index: Mapping[Queue, int]) -> Iterator[Triple]:
    """Yield the first number of open servers of each queue and day, and every change."""
    for of_day in days.values():
        for queue, snapshots in of_day.items():
            yield snapshots[0].instant_s, index[queue], snapshots[0].open_servers
            for before, after in pairwise(snapshots):
                if after.open_servers != before.open_servers:
                    yield after.instant_s, index[queue], after.open_servers
