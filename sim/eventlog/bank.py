"""Calls of a bank's call centre: one row per call.

Place in the pipeline: one format of the door. In: the table of calls. Out: `EventLog`. Invariant: the queue's length
that follows from the visits is the log's own: the calls with ``q_start <= t < q_exit``.

What the columns mean, and what was decided:

- Stamps are seconds after the midnight that begins ``date``. One that lies more than half a day before the call's first
  stamp, ``vru_entry``, belongs to the day after: some calls cross midnight.
- A call queued unless ``q_start`` and ``q_exit`` are both 0. It joined at ``q_start`` and was called at ``q_exit``;
  ``ser_start`` is not used for that, as it lies about a second before ``q_exit`` (at times half a minute and more).
- A call that did not queue joined and was called in one instant: ``ser_start``, or ``vru_exit`` where that is 0.
- HANG: the caller left at ``q_exit``. One who did not queue hung up in the voice menu and never joined: dropped.
- The service ended at ``ser_exit``, but not before the call: many services of 0 or 1 s end just before ``q_exit``.
- PHANTOM calls are no callers (no server takes them, and the log's authors say to ignore them): dropped.

Source: I. Guedj, A. Mandelbaum, "Anonymous Bank" Call-Center Data (Technion, 2000): meaning of columns and outcomes.
"""

from collections import Counter
from zoneinfo import ZoneInfo

import numpy as np

from sim.eventlog.choice import check_day
from sim.eventlog.log import EventLog, Outcome, Triple, Visit, build_event_log
from sim.eventlog.table import Row, Table

COLUMNS = ("date", "type", "outcome", "vru_entry", "vru_exit", "q_start", "q_exit", "ser_start", "ser_exit")
TIME_ZONE = "Asia/Jerusalem"
DERIVATION = (
    "One visit per call that an agent took (AGENT) or that hung up in the queue (HANG): it joins its type's queue at "
    "q_start and leaves it at q_exit; a call that an agent took at once does both at ser_start."
)

DAY_S = 24 * 60 * 60
SAMPLE_EVERY_S = 60

Call = tuple[str, dict[str, int], str]
"""Type, stamps in seconds since 1970-01-01 UTC (0 where the log has none), outcome."""


def read_calls(table: Table, day: str | None, part: str | None) -> EventLog:
    """Return the visits of the day's calls; as for `sim.eventlog.read_event_log`."""
    if part is not None:
        raise table.error("part", repr(part), "no part: this log is of one call centre")
    notes: Counter[str] = Counter()
    calls = [call for call in _read_calls(table, day, notes) if _is_visit(call, notes)]
    queues = sorted({kind for kind, _, _ in calls})
    index = {kind: at for at, kind in enumerate(queues)}
    return build_event_log(
        path=table.path,
        time_zone=TIME_ZONE,
        derivation=DERIVATION,
        queues=queues,
        visits=[_visit(index[kind], stamps, outcome, notes) for kind, stamps, outcome in calls],
        capacity=[],
        samples=_samples(calls, index),
        notes=notes,
    )


def _read_calls(table: Table, day: str | None, notes: Counter[str]) -> list[Call]:
    positions = table.positions(COLUMNS)
    midnights: dict[str, int] = {}
    zone = ZoneInfo(TIME_ZONE)
    calls = []
    for row in table.rows:
        cells = dict(zip(COLUMNS, (row.cells[at] for at in positions), strict=True))
        date = cells["date"]
        if date not in midnights:  # also of days that nobody asked for: a damaged row would belong to one
            midnights[date] = table.instant(row, "date", date, zone)
        if day is not None and date != day:
            continue
        calls.append(_call(table, row, cells, midnights[date], notes))
    check_day(table, day, midnights)
    return calls


def _call(table: Table, row: Row, cells: dict[str, str], midnight_s: int, notes: Counter[str]) -> Call:
    outcome = cells["outcome"]
    if outcome not in {"AGENT", "HANG", "PHANTOM"}:
        raise table.error("outcome", repr(outcome), "AGENT, HANG or PHANTOM", line=row.line)
    clock_s = {name: table.whole(row, name, cells[name], most=DAY_S) for name in COLUMNS[3:]}
    for first, last in (("q_start", "q_exit"), ("ser_start", "ser_exit")):
        if clock_s[first] == clock_s[last] == 0:
            del clock_s[first], clock_s[last]
    stamps = dict.fromkeys(COLUMNS[3:], 0)
    crossed = False
    for name, second in clock_s.items():
        after_midnight = second < clock_s["vru_entry"] - DAY_S // 2
        crossed |= after_midnight
        stamps[name] = midnight_s + second + DAY_S * after_midnight
    notes["calls that cross midnight: their later stamps belong to the next day"] += crossed
    return cells["type"], stamps, outcome


def _is_visit(call: Call, notes: Counter[str]) -> bool:
    _, stamps, outcome = call
    in_menu = outcome == "HANG" and not stamps["q_start"]
    notes["PHANTOM calls, dropped"] += outcome == "PHANTOM"
    notes["HANG calls that never reached the queue, dropped"] += in_menu
    return outcome != "PHANTOM" and not in_menu


def _visit(queue: int, stamps: dict[str, int], outcome: str, notes: Counter[str]) -> Visit:
    queued = stamps["q_start"] > 0
    if outcome == "HANG":
        return Visit(queue, stamps["q_start"], Outcome.ABANDONED, left_s=max(stamps["q_start"], stamps["q_exit"]))
    notes["AGENT calls that did not queue: called in the instant of joining"] += not queued
    issued_s = stamps["q_start"] if queued else stamps["ser_start"] or stamps["vru_exit"]
    called_s = max(issued_s, stamps["q_exit"])
    finished_s = stamps["ser_exit"]
    if not finished_s:
        notes["AGENT calls without service stamps: end of service unknown"] += 1
        return Visit(queue, issued_s, Outcome.SERVED, called_s)
    notes["services that ended before the call left the queue: ended as it left"] += finished_s < called_s
    return Visit(queue, issued_s, Outcome.SERVED, called_s, max(called_s, finished_s))


def _samples(calls: list[Call], index: dict[str, int]) -> list[Triple]:
    """Return each queue's length at every full minute of the log, counted from q_start and q_exit alone."""
    first_s = min((stamps["vru_entry"] for _, stamps, _ in calls), default=0)
    last_s = max((max(stamps.values()) for _, stamps, _ in calls), default=0)
    minutes = np.arange(first_s - first_s % SAMPLE_EVERY_S, last_s + SAMPLE_EVERY_S, SAMPLE_EVERY_S)
    change = np.zeros((len(index), len(minutes) + 1), dtype=np.int64)
    for kind, stamps, _ in calls:
        if stamps["q_start"] and stamps["q_start"] < stamps["q_exit"]:
            change[index[kind], np.searchsorted(minutes, stamps["q_start"])] += 1
            change[index[kind], np.searchsorted(minutes, stamps["q_exit"])] -= 1
    waiting = np.cumsum(change, axis=1)
    return [
        (int(minute), queue, int(waiting[queue, at]))
        for at, minute in enumerate(minutes)
        for queue in range(len(index))
    ]
