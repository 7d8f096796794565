"""Old events give way to the states that they led to: the log grows no more, and no counter goes back.

Place in the pipeline: beside `live`, where `store` and `state` meet; a service may run meanwhile. In: a place and an
instant. Out: a log that begins later. Invariant: after every step the log tells the same as before: the state is the
fold of what is there on top of the base; and an event that was removed is still known, by two digests, so that it is a
duplicate for ever.
"""

import contextlib
import json
from collections.abc import Sequence
from datetime import datetime
from itertools import takewhile

from pydantic_core import to_json

from monitor.state import State, fold_version
from monitor.store import Place, SavedState, StoreError
from monitor.store.log import Log, Row, digest_of

_STEP = 2_000  # events at once: a service that writes the same log waits for one step at most


def compact(place: Place, before: datetime) -> int:
    """Remove the events that were received before an instant, and return how many those were.

    The log is folded up to the first event that stays. Broken off, it has done a part of its work.

    Raises:
        StoreError: when the log is not there, or cannot be read or written.
    """
    n_removed = 0
    try:
        with contextlib.closing(place.beside()) as log:
            while n_step := _step(log, before):
                n_removed += n_step
    except StoreError:
        raise
    except Exception as problem:  # noqa: BLE001 - every driver has its own
        raise StoreError(place.name, f"cannot compact the log of events ({' '.join(str(problem).split())})") from None
    return n_removed


def _step(log: Log, before: datetime) -> int:
    """Remove the oldest events, and return how many those were; none when all that is left is younger."""
    base = log.saved().base
    seq = max((each.seq for each in base), default=0)
    rows = list(takewhile(lambda row: row.received < before, log.rows(seq, _STEP)))
    if not rows:
        return 0
    new_base, digests = _folded(base, rows), [(digest_of(*row.key), digest_of(row.body)) for row in rows]
    log.begin_removing()
    if log.saved().base == base:  # otherwise somebody else was quicker
        log.remove(new_base, digests)
    log.commit()
    return len(rows)


def _folded(base: Sequence[SavedState], rows: Sequence[Row]) -> list[SavedState]:
    """Return the states after some events."""
    states = {each.centre: State.load(json.loads(each.state)) for each in base}
    for row in rows:
        states.setdefault(row.centre, State()).apply(row.stored())
    seq = rows[-1].seq
    return [SavedState(name, seq, fold_version(), to_json(state.dump()).decode()) for name, state in states.items()]
