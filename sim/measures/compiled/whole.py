"""All main figures of a replication in one call, without Python's lock.

In: the terms of a plan, and what happened. Out: the figures, span by span. Invariant: what is kept on disk is current
as long as all that is compiled in is.
"""

from pathlib import Path

import sim.scenario.people
import sim.timebase
import sim.trace
from sim.compiler import inner, outer_of
from sim.measures.compiled import keys
from sim.measures.compiled.given import (
    COUNTERS_END,
    HALL_END,
    HAS_WAGES,
    LIMIT,
    N_COUNTERS,
    N_DESKS,
    TABLE_BITS,
    TABLE_SIZE,
    Arrays,
    Room,
    Story,
    Terms,
)
from sim.measures.compiled.grid import Floats, Ticks, lay_out, merge, passed
from sim.measures.compiled.lost import CITIZEN, CLOSED, LINK, N_CAUSES, OUTAGE, SCANNER, hold, lose, lose_in_line
from sim.measures.compiled.people import (
    add_hours,
    count_there,
    earn,
    find_gaps,
    find_overruns,
    find_present,
    note_rows,
    order_by_person,
    tell_labour,
    tell_people,
)
from sim.measures.compiled.places import add_short, add_up_short, find_short, tell_shifts, tell_work
from sim.measures.compiled.records import N_KINDS, count_records, find_due, tell_records
from sim.measures.compiled.spans import between, ratio, sample
from sim.measures.compiled.things import add_transfers, note_uploads, part_taken, tell_use, weigh, weigh_line
from sim.measures.compiled.visits import count_late_calls, count_uncollected, count_vain, find_calls, tell_visits
from sim.measures.compiled.walk import COUNTED, HALL, RESULT, UPLOAD, VISIT, add_up, add_vain, find_losses, walk
from sim.trace import State

# Where the figures of each kind lie, in the order of `Measures`.
_RECORDS, _SOJOURN, _VISITS, _RESULTS, _PEOPLE, _THINGS, _MONEY, _LOST, END = 0, 10, 15, 27, 33, 41, 45, 50, 62
_WAGE, _OVERTIME, _FIXED, _CITIZEN, _COST = range(5)  # of money
_SHORT = N_KINDS + 7  # first of two rows of what is counted by day, and before results that are not collected
_FULL = 1000  # permille
_SIMPLE = (
    (SCANNER, keys.WAIT_SCANNER),
    (OUTAGE, keys.WAIT_PORTAL),
    (LINK, keys.UPLOAD),
    (CLOSED, keys.SENT_HOME),
    (CITIZEN, keys.LEFT),
    (CITIZEN, keys.SUPPLEMENT),
)
# Work that outages hold: its keys, and that of what they make vain.
_HELD = (
    (*keys.UPLOAD, keys.VAIN_UPLOAD),
    (*keys.WORK_AT_COUNTER, keys.VAIN_AT_COUNTER),
    (*keys.WORK_AT_DESK, keys.VAIN_AT_DESK),
)
_SOURCES = (
    *sorted(str(path) for path in Path(__file__).parent.glob("*.py")),
    *(str(module.__file__) for module in (sim.scenario.people, sim.timebase, sim.trace)),
)


@inner
def note_all(terms: Terms, story: Story, room: Room) -> int:
    """Note what is under way when, list the stints that count for more, and return how many edges there are."""
    n = merge(terms.edges, story.link_step_tick, story.pace_step_tick, room.merged)
    grid = (room.merged[0], n, room.table, terms.numbers[TABLE_SIZE], terms.numbers[TABLE_BITS])
    lay_out(room.merged, terms.day, grid, room.days, room.midnights)
    kinds = (terms.keys, terms.states)
    walk(story.stints, story.procedure, kinds, grid, room.sums, room.seen, room.lists, room.sizes)
    part_taken(
        story.link_step_tick,
        story.link_bit_per_tick,
        terms.bits_by_tick,
        terms.link_bit_per_tick,
        (room.taken[0], room.left),
    )
    n_losses = (
        find_losses(story.link_step_tick, story.link_loses, room.losses[0]),
        find_losses(story.pace_step_tick, story.pace_loses, room.losses[1]),
    )
    if n_losses[0] or n_losses[1]:
        add_vain(story.stints, terms.states, room.losses, n_losses, grid, room.sums)
    return n


@inner
def take_crew(terms: Terms, story: Story, room: Room, n_edges: int) -> tuple[int, int, int]:
    """Find who was there, and overtime; return the number of shifts, of planned overtime, and of all overtime."""
    grid = (room.merged[0], n_edges, room.table, terms.numbers[TABLE_SIZE], terms.numbers[TABLE_BITS])
    n_there = find_present(terms.shifts, terms.people, story.absence_draw, room.there)
    n_planned = find_present(terms.overtime, terms.people, story.absence_draw, room.planned)
    count_there(room.there, n_there, terms.people, terms.can, len(terms.edges), room.n_there)
    gaps, extra, rows = (
        (room.gaps, room.gaps_of[0, : len(terms.wage) + 1], room.gaps_of[1, : len(terms.wage) + 1]),
        room.extra[0],
        room.lists[HALL],
    )
    find_gaps(room.there, n_there, 0, grid[0][n_edges - 1], gaps)
    for k in range(n_planned):
        for column in range(3):
            extra[k, column] = room.planned[k, column]
    n = find_overruns(story.stints, rows, room.sizes[HALL], gaps, grid[0][n_edges - 1], n_planned, extra)
    note_rows(room.there, (0, n_there), keys.SHIFT[0], grid, room.sums)
    note_rows(extra, (0, n_planned), keys.PLANNED[0], grid, room.sums)
    note_rows(extra, (n_planned, n), keys.OVERRUN[0], grid, room.sums)
    days = room.days
    add_hours(room.there, n_there, grid, days, room.hours[0])
    add_hours(extra, n_planned, grid, days, room.hours[1])
    add_hours(extra, n, grid, days, room.hours[2])
    return n_there, n_planned, n


@inner
def of_records(terms: Terms, story: Story, room: Room, n_edges: int, found: Floats) -> None:
    """Fill in the figures of records."""
    midnights = room.midnights[: len(terms.paid)]
    grid = (room.merged[0], n_edges, room.table, terms.numbers[TABLE_SIZE], terms.numbers[TABLE_BITS])
    lives = (story.arrival, story.received, story.settled, room.due, story.entry)
    n = count_records(lives, room.seen, grid, room.days, room.counted, room.pairs)
    spans, sorting = (terms.spans, terms.of_day), (room.pairs, room.spare, room.counts)
    sample(sorting, n, spans, terms.prices[6], room.by_span[0], room.slots, found[_SOJOURN:_VISITS])
    tell_records(room.counted, grid[0], midnights, spans, terms.prices[0], found)


@inner
def of_visits(terms: Terms, story: Story, room: Room, n_edges: int, found: Floats) -> None:
    """Fill in the figures of visits."""
    midnights = room.midnights[: len(terms.paid)]
    grid = (room.merged[0], n_edges, room.table, terms.numbers[TABLE_SIZE], terms.numbers[TABLE_BITS])
    limit, spans = terms.numbers[LIMIT], (terms.spans, terms.of_day)
    counted = room.counted[N_KINDS:]
    n = find_calls(story.stints, room.lists[VISIT], room.sizes[VISIT], State.INTAKE.value, room.pairs)
    count_late_calls(room.pairs, n, limit, grid, room.days, counted)
    sorting = (room.pairs, room.spare, room.counts)
    sample(sorting, n, spans, terms.prices[6], room.by_span[1], room.slots, found[_VISITS : _VISITS + 5])
    count_vain(story.stints, room.lists[COUNTED], room.sizes[COUNTED], terms.states[1], grid, room.days, counted)
    tell_visits(room.sums, midnights, limit, counted, spans, found[_VISITS:_PEOPLE])


@inner
def of_results(terms: Terms, story: Story, room: Room, n_edges: int, found: Floats) -> None:
    """Fill in the figures of visits for a result."""
    grid = (room.merged[0], n_edges, room.table, terms.numbers[TABLE_SIZE], terms.numbers[TABLE_BITS])
    rows, n_rows, counted = room.lists[RESULT], room.sizes[RESULT], room.counted[_SHORT + 2 :]
    n = find_calls(story.stints, rows, n_rows, State.HANDOVER.value, room.pairs)
    for k in range(n):
        room.pairs[1, k] = room.days[passed(grid, room.pairs[1, k])] - 1
    sorting, spans = (room.pairs, room.spare, room.counts), (terms.spans, terms.of_day)
    sample(sorting, n, spans, terms.prices[6], room.by_span[2], room.slots, found[_RESULTS:_PEOPLE])
    count_uncollected(story.settled, room.seen, (story.stints, rows, n_rows), grid, room.days, counted)
    for span in range(found.shape[1]):
        found[_PEOPLE - 1, span] = counted[0, terms.spans[1, span]]


@inner
def of_people(terms: Terms, room: Room, n_edges: int, found: Floats) -> None:
    """Fill in the figures of people."""
    midnights = room.midnights[: len(terms.paid)]
    edges, before, by_day = room.merged[0], room.daily[:5], room.daily[5:10]
    tell_labour(room.hours, len(terms.wage), terms.firsts, terms.prices, by_day, room.daily[10])
    at_counters = (keys.WORK_AT_COUNTER[0], terms.numbers[COUNTERS_END])
    lose(room.sums, edges, midnights, keys.GUIDING, before[0])
    lose(room.sums, edges, midnights, at_counters, before[0])
    lose(room.sums, edges, midnights, keys.WORK_AT_DESK, before[0])
    lose(room.sums, edges, midnights, keys.SHIFT, before[1])
    lose(room.sums, edges, midnights, keys.OVERRUN, before[2])
    lose(room.sums, edges, midnights, keys.OVERTIME, before[3])
    weigh(room.sums, room.merged, n_edges, terms.weight[1], keys.OVERTIME, room.days, before[4])
    tell_people(before, by_day, (terms.spans, terms.of_day), terms.prices[0], found[_PEOPLE:_THINGS])


@inner
def of_things(terms: Terms, story: Story, room: Room, n_edges: int, found: Floats) -> None:
    """Fill in the figures of things, of which the uploads are still sorted."""
    midnights = room.midnights[: len(terms.paid)]
    spans, used, opening = (terms.spans, terms.of_day), room.daily[11:14], terms.known[0]
    at_counters = (keys.WORK_AT_COUNTER[0], terms.numbers[COUNTERS_END])
    weigh(room.sums, room.merged, n_edges, terms.weight[0], at_counters, room.days, used[0])
    weigh(room.sums, room.merged, n_edges, terms.weight[0], keys.SCAN, room.days, used[1])
    weigh_line(room.sums, room.merged, n_edges, terms.weight[0], room.taken[0], room.days, used[2])
    tell_use(used, terms.numbers, opening, spans, found[_THINGS:_MONEY])
    took, lives = room.daily[14:16], (story.received, story.upload_bit)
    link = (terms.bits_by_tick, terms.ticks_by_bit, terms.link_bit_per_tick)
    n_losses = find_losses(story.link_step_tick, story.link_loses, room.losses[0])
    up = (story.link_step_tick, room.left, room.taken[0], room.losses[0], n_losses)
    n = room.sizes[UPLOAD]
    add_transfers(story.stints, room.pairs, n, lives, link, up, room.merged[0], midnights, took)
    for span in range(found.shape[1]):
        first, after = terms.spans[0, span], terms.spans[1, span]
        found[_THINGS + 3, span] = ratio(took[0, after] - took[0, first], took[1, after] - took[1, first])


@inner
def of_money(terms: Terms, room: Room, n_planned: int, n_extra: int, found: Floats) -> None:
    """Fill in costs, in the scenario's currency."""
    midnights = room.midnights[: len(terms.paid)]
    money, before, spans = found[_MONEY:_LOST], room.daily[16:19], (terms.spans, terms.of_day)
    sorting, extra, n_midnights = (room.pairs, room.spare, room.counts), room.extra[1], len(midnights)
    if terms.numbers[HAS_WAGES]:
        order_by_person(room.extra[0], n_planned, n_extra, sorting, extra)
        for column in range(2):  # what all would have earned from the start on, less what from the end on
            earn(extra, n_extra, column + 1, terms.wage, terms.curve, terms.paid, sorting, before[column])
        for day in range(n_midnights):
            before[0, day] -= before[1, day]
    in_hall = (keys.LINES, terms.numbers[HALL_END])
    lose(room.sums, room.merged[0], midnights, in_hall, before[2])
    between(before[2], spans, terms.prices[0], money[_CITIZEN])
    for span in range(found.shape[1]):
        money[_OVERTIME, span] = before[0, terms.spans[1, span]] - before[0, terms.spans[0, span]]
        money[_CITIZEN, span] *= terms.prices[7]
        money[_WAGE, span], money[_FIXED, span] = terms.known[1, span], terms.known[2, span]
        paid = money[_WAGE, span] + money[_OVERTIME, span]
        money[_COST, span] = paid + money[_FIXED, span] + money[_CITIZEN, span]


@inner
def of_losses(terms: Terms, story: Story, room: Room, size: tuple[int, int], found: Floats) -> None:
    """Fill in the hours lost by cause; the size is the number of edges, and of shifts of those who came."""
    midnights = room.midnights[: len(terms.paid)]
    lost, held = room.daily[19 : 19 + N_CAUSES], room.daily[19 + N_CAUSES : 22 + N_CAUSES]
    for number in range(len(terms.lines)):
        line, short = terms.lines[number], room.counted[_SHORT:]
        for day in range(short.shape[1]):
            short[0, day] = short[1, day] = 0
        if line[4]:
            wait_for_place(terms, story, room, line, size)
        lose_in_line(room.sums, room.merged, size[0], line, room.n_there, short[0], room.days, lost)
    for cause, time in _SIMPLE:
        lose(room.sums, room.merged[0], midnights, time, lost[cause])
    for step in range(len(story.pace_permille)):
        room.taken[1, step] = 1 - story.pace_permille[step] / _FULL
    for kind in range(3):
        row = 0 if kind == 0 else 1
        hold(room.sums, room.merged, size[0], row, room.taken[row], _HELD[kind], room.days, held[kind])
    for day in range(len(midnights)):
        lost[LINK, day] -= held[0, day]
        for kind in range(3):
            lost[OUTAGE, day] += held[kind, day]
    for row in range(END - _LOST):
        between(lost[row], (terms.spans, terms.of_day), terms.prices[0], found[_LOST + row])


@inner
def wait_for_place(terms: Terms, story: Story, room: Room, line: Ticks, size: tuple[int, int]) -> None:
    """Find for how long a line waited for a place alone, before each midnight."""
    midnights = room.midnights[: len(terms.paid)]
    is_hall, grid = line[2], (room.merged[0], size[0], room.table, terms.numbers[TABLE_SIZE], terms.numbers[TABLE_BITS])
    end_tick, gaps = (
        grid[0][size[0] - 1],
        (room.gaps, room.gaps_of[0, : len(terms.wage) + 1], room.gaps_of[1, : len(terms.wage) + 1]),
    )
    find_gaps(room.there, size[1], is_hall, end_tick, gaps)
    places, sorting = (terms.can[line[1]], is_hall), (room.pairs, room.spare, room.counts)
    n = tell_work(story.stints, terms.states[0], places, terms.people[0], gaps, end_tick, room.extra[1], room.pairs)
    n = tell_shifts(room.n_there[line[1], is_hall], terms.edges, n, room.pairs)
    n_places = terms.numbers[N_COUNTERS if is_hall else N_DESKS]
    m = find_short(sorting, n, n_places, room.pieces)
    short = room.counted[_SHORT:]
    add_short(story.stints, terms.keys, story.procedure, line[0], room.pieces, m, grid, room.days, short)
    add_up_short(short, grid[0], midnights, room.pieces, m)


@outer_of(*_SOURCES, allocates=False)
def fill_in(of_plan: Arrays, of_story: Arrays, to_write: Arrays, found: Floats, knows_due: bool) -> bool:  # noqa: FBT001
    """Fill in all main figures, and return whether it was known when all records are due; else nothing is filled in.

    Args:
        of_plan: the arrays of `Terms`.
        of_story: the arrays of `Story`.
        to_write: the arrays of `Room`.
        found: ``float64[62, n_spans]``, in the order of `Measures`.
        knows_due: whether `Room.due` is filled in already.
    """
    terms, story, room = Terms(*of_plan), Story(*of_story), Room(*to_write)
    lives = (story.arrival, story.received, story.entry)
    if not knows_due and not find_due(lives, story.procedure, terms.due_bounds, terms.due_steps, room.due):
        return False
    n_edges = note_all(terms, story, room)
    n_there, n_planned, n_extra = take_crew(terms, story, room, n_edges)
    of_records(terms, story, room, n_edges, found)
    grid, sorting = (
        (room.merged[0], n_edges, room.table, terms.numbers[TABLE_SIZE], terms.numbers[TABLE_BITS]),
        (room.pairs, room.spare, room.counts),
    )
    note_uploads(story.stints, room.lists[UPLOAD], room.sizes[UPLOAD], grid, sorting, keys.TRANSFER[0], room.sums)
    add_up(room.sums, n_edges)
    of_things(terms, story, room, n_edges, found)
    of_visits(terms, story, room, n_edges, found)
    of_results(terms, story, room, n_edges, found)
    of_people(terms, room, n_edges, found)
    of_money(terms, room, n_planned, n_extra, found)
    of_losses(terms, story, room, (n_edges, n_there), found)
    return True
