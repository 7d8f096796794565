"""Real logs of queues, each read into one frozen value: the `EventLog`.

Place in the pipeline: a door. In: a CSV file of a known format, gzipped or not. Out: `EventLog`. Invariant: at every
instant at which the log itself tells a queue's length, the visits that were derived from it give the same length.
"""

from sim.eventlog.log import NEVER, EventLog, Outcome
from sim.eventlog.read import read_event_log

__all__ = ["NEVER", "EventLog", "Outcome", "read_event_log"]
