"""What a pass is given, and what its parts hand on to each other: arrays by name.

In: arrays of a plan, its `Terms`, and of what happened, the `Story`. Out: the same. They come to compiled code as plain
tuples, which it takes up more quickly than those with names.
"""

from typing import Any, NamedTuple, TypeAlias

from sim.measures.compiled.grid import Flags, Floats, Ticks

Arrays: TypeAlias = tuple[Any, ...]  # of whole numbers, of floating point, of flags


class Terms(NamedTuple):
    """What figures need of a plan.

    Attributes:
        edges: ``int64[n_edges]``, midnights, and every tick at which doors, lunch or shifts begin or end; increasing.
        day: ``int64[n_edges]``, how many midnights are not later.
        weight: ``int64[2, n_edges]``, whether from then on the hall is open, and whether it is lunch.
        spans: ``int64[2, n_spans]``, first day and day after of each.
        of_day: ``int64[3, n_days]``, the spans of each day; `n_spans` for none.
        firsts: ``int64[2, n_days]``, the first day of each day's month, and year.
        shifts: ``int64[n, 8]``, rows (person, start, end, hall_end, the edges that these are, day).
        overtime: ``int64[n, 4]``, rows (person, start, end, day), as planned.
        people: ``int64[3, n_persons]``, group, number within it, and millionths of the days on which each is absent.
        wage: ``float64[n_persons]``, of an hour.
        can: ``int64[n_sets, n_groups]``, 1 where a group is of a set of groups that can do the same.
        keys: ``int64[n_states, n_procedures]``, of what is summed up.
        states: ``int64[4, n_states]``: what they are (`sim.measures.compiled.walk`); the row in which they are counted;
            the key of what is in vain; the line to which work goes back.
        lines: ``int64[n_lines, 5]``, rows (key, set of groups, whether in the hall, cause, whether places are scarce).
        due_bounds: ``int64[n_procedures + 1]``, where the steps of each procedure begin.
        due_steps: ``int64[2, n_steps]``, from which tick of receipt on a record is due when.
        curve: ``float64[2, n]``, for how many hours overtime from tick 0 on is paid by some ticks.
        paid: ``float64[n_days + 1]``, the same by midnights.
        bits_by_tick: ``float64[2, n_steps + 1]``, ticks, and what the line as planned can take from tick 0 on by then.
        ticks_by_bit: ``float64[2, n_steps + 1]``, the same the other way round.
        link_bit_per_tick: ``float64[n_steps]``, of the line as planned.
        known: ``float64[3, n_spans]``, ticks for which the hall is open, wages, and fixed cost.
        numbers: ``int64[n]``, in the order of `Number`.
        prices: ``float64[8]``, ticks of an hour; then hours of a day, overtime for each normal hour of a day, overtime
            of a month, of a year, and the least that counts; ticks of a second; cost of an hour of waiting.
    """

    edges: Ticks
    day: Ticks
    weight: Ticks
    spans: Ticks
    of_day: Ticks
    firsts: Ticks
    shifts: Ticks
    overtime: Ticks
    people: Ticks
    wage: Floats
    can: Ticks
    keys: Ticks
    states: Ticks
    lines: Ticks
    due_bounds: Ticks
    due_steps: Ticks
    curve: Floats
    paid: Floats
    bits_by_tick: Floats
    ticks_by_bit: Floats
    link_bit_per_tick: Floats
    known: Floats
    numbers: Ticks
    prices: Floats


# What `Terms.numbers` are.
TABLE_SIZE, TABLE_BITS, HALL_END, COUNTERS_END, N_COUNTERS, N_DESKS, N_SCANNERS, LIMIT, HAS_WAGES = range(9)


class Story(NamedTuple):
    """What happened, and under which conditions: arrays of `Trace`, `Workload` and `Conditions`."""

    stints: Ticks
    received: Ticks
    settled: Ticks
    arrival: Ticks
    entry: Ticks
    procedure: Ticks
    upload_bit: Ticks
    absence_draw: Ticks
    link_step_tick: Ticks
    link_bit_per_tick: Floats
    link_loses: Flags
    pace_step_tick: Ticks
    pace_permille: Ticks
    pace_loses: Flags


class Room(NamedTuple):
    """What is written to on the way to the figures; zeros where it says so.

    Attributes:
        due: ``int64[2, n_records]``, when each record is due, and would be had it been received when it came.
        merged: ``int64[4, ≥ n_edges]``, as `merge` fills it.
        table: of the edges, to be looked up.
        days: ``int64[≥ n_edges + 1]``, midnights passed.
        midnights: ``int64[n_days + 1]``, which edges they are.
        sums: zeros ``int64[≥ n_edges + 1, 2, n_keys]``, as `walk` fills it.
        seen: zeros ``int64[n_records]``, the states in which each was.
        lists: ``int64[n_lists, n_stints]``, rows of stints.
        sizes: zeros ``int64[n_lists]``, of the lists.
        pairs: ``int64[2, n]``, what is sorted.
        spare: ``int64[2, n]``, for sorting.
        counts: ``int64[256]``, for sorting.
        slots: ``int64[3 * n]``, what has been sorted, by span.
        there: ``int64[n, 8]``, rows of `Terms.shifts`, of those who came.
        planned: ``int64[n, 4]``, rows of `Terms.overtime`, of those who came.
        n_there: zeros ``int64[n_sets, 2, n_edges_of_plan + 1]``, as `count_there` fills it.
        gaps: ``int64[2, n]``, when people are off.
        gaps_of: ``int64[2, n_persons + 1]``, each person's first gap, and the one looked at last.
        extra: ``int64[2, n, 3]``, rows (person, start, end) of all overtime; and the same in another order.
        pieces: ``int64[3, n]``, when nothing but a place was missing; empty where places are not scarce.
        counted: zeros ``int64[20, n_days + 2]``, what is counted by day.
        by_span: zeros ``int64[3, n_spans + 2]``, what is counted by span.
        hours: zeros ``float64[3, n_persons, n_days]``.
        daily: zeros ``float64[40, n_days + 1]``.
        taken: ``float64[2, n_steps]``, the part that outages take, of the line and of the pace.
        left: ``float64[n_steps]``, for how long the line has been up by each step, its parts counted as such.
        losses: ``int64[2, n_steps]``, when they make work start anew.
    """

    due: Ticks
    merged: Ticks
    table: Ticks
    days: Ticks
    midnights: Ticks
    sums: Ticks
    seen: Ticks
    lists: Ticks
    sizes: Ticks
    pairs: Ticks
    spare: Ticks
    counts: Ticks
    slots: Ticks
    there: Ticks
    planned: Ticks
    n_there: Ticks
    gaps: Ticks
    gaps_of: Ticks
    extra: Ticks
    pieces: Ticks
    counted: Ticks
    by_span: Ticks
    hours: Floats
    daily: Floats
    taken: Floats
    left: Floats
    losses: Ticks
