"""Real logs of queues, each read into one frozen value: the `EventLog`.

Place in the pipeline: a door. In: a CSV file of a known format, gzipped or not. Out: `EventLog`. Invariant: at every
instant at which the log itself tells a queue's length, the visits that were derived from it give the same length.
"""

from sim.eventlog.log import NEVER, EventLog, Outcome
from sim.eventlog.moves import CALLED, Snapshot, moves_between
from sim.eventlog.read import read_event_log
from sim.eventlog.tickets import Display, Ticket, parse_ticket

__all__ = [
    "CALLED",
    "NEVER",
    "Display",
    "EventLog",
    "Outcome",
    "Snapshot",
    "Ticket",
    "moves_between",
    "parse_ticket",
    "read_event_log",
]
