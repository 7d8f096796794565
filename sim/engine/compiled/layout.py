"""Lays out the memory of a replication.

In: what a replication is made of, as arrays. Out: `m` and `x` as `sim.engine.compiled.tables` describes them.
Invariant: all that a replication needs, but for more stints than usual, is allocated here.
"""

from typing import Final

from sim.conditions import Conditions
from sim.engine.compiled import at, queue, rec
from sim.engine.compiled.arrivals import next_new
from sim.engine.compiled.diary import PERSON_BITS, STATE_BITS, foresee_arrival
from sim.engine.compiled.drawn import columns_of, drawn
from sim.engine.compiled.front import front_of
from sim.engine.compiled.heaps import KIND_BITS, foresee_row
from sim.engine.compiled.jit import inner, woven
from sim.engine.compiled.loop import foretell
from sim.engine.compiled.tables import IDLE, NOTHING, Flags, Floats, Whole
from sim.engine.order import Kind
from sim.errors import InvariantError, require
from sim.plan import Plan
from sim.timebase import NEVER
from sim.workload import Workload

_BITS = 62  # of a number that is compared
LARGEST: Final = 1 << _BITS
_STINTS = 16  # room for so many of each record, to begin with


Tables = tuple[Whole, Whole, Whole, Whole, Whole, Flags, Whole, Flags, Floats, Whole, Flags]
Draws = tuple[Whole, ...]


def material_of(workload: Workload, plan: Plan, conditions: Conditions) -> tuple[Tables, Draws, int, int]:
    """Return what a replication is made of.

    Returns:
        the front, starts and ends of shifts, the paces (tick, permille, whether work is lost), the link's steps (tick,
        whether work is lost, bits per tick), when the portal is down, and who leads a visit;
        what was drawn, in the order of the columns from `at.DRAWN` on;
        how many bits tell a record;
        and for how many stints there is room, to begin with.
    """
    front, n_records = front_of(plan), workload.n_records
    starts, ends = front.shifts.of(workload.absence_draw)
    bits = ((len(front.numbers) >> rec.SHIFT) + n_records).bit_length()
    require(max(bits, KIND_BITS) + front.tick_bits < _BITS, "too many records and ticks for one number", bits=bits)
    require(bits + PERSON_BITS + STATE_BITS < _BITS, "too many records for one number", bits=bits)
    tables = (
        front.numbers,
        starts.ravel(),
        ends.ravel(),
        conditions.pace_step_tick,
        conditions.pace_permille,
        conditions.pace_loses,
        conditions.link_step_tick,
        conditions.link_loses,
        conditions.link_bit_per_tick,
        conditions.portal_down.ravel(),
        workload.leads,
    )
    return tables, columns_of(workload), bits, _STINTS * n_records


@inner
def lay(m: Whole, address: int, width: int, column: Whole | Flags) -> int:
    """Lay a column of a table so wide, and return the column's address in the row after the last."""
    for value in column:
        m[address] = value
        address += width
    return address


@inner
def lay_heaps(m: Whole, address: int, n_records: int) -> int:
    """Leave room for what may wait, of which there is nothing yet, and return where it ends."""
    for heap in (at.LEAVE_DUE, at.RETURN_DUE, at.SIGNING):
        m[heap] = address
        m[address] = 0
        address += 1 + n_records
    m[at.TRANSFERS] = address
    return address + n_records


@inner
def lay_chains(m: Whole, address: int, urgent: int, n_priorities: int) -> int:
    """Lay the chains of the lines, in which nobody waits, and return where they end."""
    m[at.URGENT], m[at.N_PRIORITIES] = urgent, n_priorities
    for line in range(m[at.LINES], m[at.LINES_END], m[at.LINE_WIDTH]):
        m[line + queue.CHAINS] = address
        for end in range(address, address + queue.CHAIN * n_priorities):
            m[end] = NOTHING
        address += queue.CHAIN * n_priorities
    return address


@inner
def lay_records(m: Whole, leads: Flags, n_records: int) -> None:
    """Lay the records, none of which is there yet."""
    record = m[at.RECORDS]
    for number in range(n_records):
        for column in range(rec.WIDTH):
            m[record + column] = 0
        follower = drawn(m, at.FOLLOWER, record)
        m[record + rec.STATE] = IDLE
        m[record + rec.RECEIVED] = m[record + rec.SETTLED] = NEVER
        m[record + rec.MARKS] = rec.COMES if leads[number] or drawn(m, at.ENTRY, record) != NEVER else 0
        m[record + rec.KIND] = m[at.KINDS] + drawn(m, at.PROCEDURE, record) * m[at.KIND_WIDTH]
        m[record + rec.NEXT] = m[at.RECORDS] + (follower << rec.SHIFT) if follower != NEVER else NOTHING
        record += rec.WIDTH


@woven
def foresee_all(m: Whole) -> None:
    """Note what is due first of each kind, and what a priority counts beside a tick."""
    has_records = m[at.RECORDS] < m[at.RECORDS_END]
    m[at.LOWEST] = min(0, drawn(m, at.ARRIVAL, m[at.RECORDS])) if has_records else 0
    m[at.SPAN] = m[at.END_TICK] - m[at.LOWEST]
    if m[at.SPAN] > LARGEST // m[at.N_PRIORITIES]:
        raise InvariantError("too many priorities and ticks for one number")
    m[at.NEXT_RECORD] = next_new(m, m[at.RECORDS])
    foresee_arrival(m)
    foresee_row(m, Kind.SHIFT_START.value, m[at.NEXT_START], m[at.STARTS_END])
    foresee_row(m, Kind.SHIFT_END.value, m[at.NEXT_END], m[at.ENDS_END])
    foresee_row(m, Kind.LINK_STEP.value, m[at.NEXT_STEP], m[at.STEPS_END])
    foretell(m)
