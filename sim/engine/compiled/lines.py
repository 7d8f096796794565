"""Lines: who waits where."""

from typing import Final

from sim.compiler import fetch
from sim.engine.compiled import at, kin, queue, rec
from sim.engine.compiled.diary import enter, expect_leave
from sim.engine.compiled.drawn import drawn
from sim.engine.compiled.jit import inner, woven
from sim.engine.compiled.tables import NOTHING, Place, Whole
from sim.scenario.people import Stage
from sim.timebase import NEVER
from sim.trace import State

WAITING: Final = tuple(int(State[f"WAIT_{stage.name}"]) for stage in Stage)  # states of who waits for each stage


@inner
def join(m: Whole, record: int, stage: int, joined: int) -> None:
    """Let a record, or the visit that it leads, join the line of a stage; it is seldom not the last there."""
    enter(m, record, WAITING[stage], NOTHING)
    m[record + rec.KEY] = joined
    line = line_of(m, record, stage)
    chain = chain_of(m, line, record)
    before = m[chain + 1]
    while before != NOTHING and comes_before(m, record, before):
        before = m[before + rec.BEFORE]
    line_up(m, line, chain, record, before)
    if m[line + queue.PLACE] < Place.DESK:
        m[at.N_HALL] += 1
        patience = drawn(m, at.PATIENCE, record)
        if patience != NEVER:
            expect_leave(m, record, m[at.NOW] + patience)
    else:
        m[record + rec.NEED] = drawn(m, at.WORK + stage, record)


@inner
def rejoin(m: Whole, record: int, stage: int) -> None:
    """Let a record have its place in a line again; it is seldom not the first there."""
    line = line_of(m, record, stage)
    chain = chain_of(m, line, record)
    before, behind = NOTHING, m[chain]
    while behind != NOTHING and comes_before(m, behind, record):
        before, behind = behind, m[behind + rec.BEHIND]
    line_up(m, line, chain, record, before)


@woven
def line_of(m: Whole, record: int, stage: int) -> int:
    """Return the line of a stage in which a record waits."""
    return int(m[m[record + rec.KIND] + kin.LINE + stage])


@woven
def chain_of(m: Whole, line: int, record: int) -> int:
    """Return the chain of a line that the record belongs to."""
    return int(m[line + queue.CHAINS] + queue.CHAIN * (drawn(m, at.PRIORITY, record) - m[at.URGENT]))


@woven
def comes_before(m: Whole, record: int, other: int) -> bool:
    """Return whether a record comes before another of its chain."""
    key, its_key = m[record + rec.KEY], m[other + rec.KEY]
    return bool(key < its_key or (key == its_key and record < other))


@inner
def line_up(m: Whole, line: int, chain: int, record: int, before: int) -> None:
    """Put a record into a chain of a line, behind another."""
    behind = m[before + rec.BEHIND] if before != NOTHING else m[chain]
    m[record + rec.BEFORE], m[record + rec.BEHIND], m[record + rec.LINE] = before, behind, line
    m[(before + rec.BEHIND) if before != NOTHING else chain] = record
    m[(behind + rec.BEFORE) if behind != NOTHING else chain + 1] = record
    m[line + queue.SIZE] += 1
    if before == NOTHING:
        find_first(m, line)
    m[at.N_JOINED] += 1
    m[at.JOINED] = line


@inner
def leave(m: Whole, record: int) -> None:
    """Take a record out of its line."""
    line, before, behind = m[record + rec.LINE], m[record + rec.BEFORE], m[record + rec.BEHIND]
    chain = chain_of(m, line, record)
    m[(before + rec.BEHIND) if before != NOTHING else chain] = behind
    m[(behind + rec.BEFORE) if behind != NOTHING else chain + 1] = before
    m[line + queue.SIZE] -= 1
    m[record + rec.LINE] = NOTHING
    if before == NOTHING:
        find_first(m, line)
    if m[line + queue.PLACE] < Place.DESK:
        m[at.N_HALL] -= 1


@woven
def find_first(m: Whole, line: int) -> None:
    """Note who is the first of a line: the first of its most urgent chain that is not empty."""
    first, level = NOTHING, 0
    while first == NOTHING and level < m[at.N_PRIORITIES]:
        first = m[m[line + queue.CHAINS] + queue.CHAIN * level]
        level += 1
    m[line + queue.FIRST] = first
    if first != NOTHING:
        following = m[first + rec.BEHIND]  # comes first when this one leaves, and has not been looked at for long
        fetch(m, following)
        fetch(m, following + rec.LINE_OF_CACHE)
        m[line + queue.FIRST_KEY] = (level - 1) * m[at.SPAN] + m[first + rec.KEY] - m[at.LOWEST]
