"""People: who is free, and from which line they take."""

from sim.compiler import lowest_bit
from sim.engine.compiled import at, crew, man, queue
from sim.engine.compiled.jit import inner, woven
from sim.engine.compiled.tables import NOTHING, WORD, Place, Whole
from sim.timebase import NEVER

OFFER = 2  # width of a row (rank, line)


@inner
def set_free(m: Whole, person: int, place: int) -> None:
    """Let a person be free, and the place that they had."""
    become_idle(m, person)
    m[at.MADE_ROOM] = m[at.ROOM + place] == 0
    m[at.ROOM + place] += 1


@woven
def become_idle(m: Whole, person: int) -> None:
    """Let a person be free who was at work, or not on shift."""
    m[person + man.RECORD] = NOTHING
    m[m[person + man.IDLERS]] |= m[person + man.BIT]
    m[at.FREED], m[at.MADE_ROOM] = person, 0


@woven
def become_busy(m: Whole, person: int, record: int) -> None:
    """Let a person be at work on a record."""
    m[person + man.RECORD] = record
    m[m[person + man.IDLERS]] &= ~m[person + man.BIT]


@woven
def idler(m: Whole, word: int, bits: int) -> int:
    """Return the lowest person of those whose bits are set, in a word of people."""
    number = ((word - m[at.IDLE_PEOPLE]) << WORD) + lowest_bit(bits)
    return int(m[at.PEOPLE] + number * m[at.PERSON_WIDTH])


@woven
def is_alone(m: Whole, person: int) -> bool:
    """Return whether nobody else is free."""
    others = m[m[person + man.IDLERS]] ^ m[person + man.BIT]
    for word in range(m[at.IDLE_PEOPLE], m[at.IDLE_PEOPLE_END]):
        if word != m[person + man.IDLERS]:
            others |= m[word]
    return bool(others == 0)


@woven
def has_gone(m: Whole, person: int) -> bool:
    """Return whether a free person's shift is over; then nobody looks at them again until their next one begins."""
    if m[at.NOW] < m[person + man.HALL_END] or m[at.NOW] < m[person + man.END]:
        return False
    m[m[person + man.IDLERS]] &= ~m[person + man.BIT]
    return True


@woven
def is_there(m: Whole, person: int, line: int) -> bool:
    """Return whether a free person's shift lasts, for work at a line."""
    end = man.END if m[line + queue.PLACE] >= Place.DESK else man.HALL_END
    return bool(not has_gone(m, person) and m[at.NOW] < m[person + end])


@woven
def best_line(m: Whole, person: int) -> int:
    """Return the line from which a person takes: of those that they can serve, the one with the best key first."""
    group, now, best, best_rank, best_key = m[person + man.GROUP], m[at.NOW], NOTHING, NEVER, NEVER
    if has_gone(m, person):
        return NOTHING
    hall, office = now < m[person + man.HALL_END], now < m[person + man.END]
    for row in range(m[group + crew.OFFERS], m[group + crew.OFFERS_END], OFFER):
        rank, line = m[row], m[row + 1]
        if best != NOTHING and rank != best_rank:
            break
        if m[line + queue.SIZE] == 0:
            continue
        place, key = m[line + queue.PLACE], m[line + queue.FIRST_KEY]
        if m[at.ROOM + place] == 0 or not (office if place >= Place.DESK else hall):
            continue
        is_better = best == NOTHING or key < best_key
        if is_better or (key == best_key and m[line + queue.FIRST] < m[best + queue.FIRST]):
            best, best_rank, best_key = line, rank, key
    return int(best)


@inner
def wanted(m: Whole, word: int) -> int:
    """Return who of a word of people could serve a line in which somebody waits and for which there is a place."""
    servers, bits = queue.SERVERS + word - m[at.IDLE_PEOPLE], 0
    for line in range(m[at.LINES], m[at.LINES_END], m[at.LINE_WIDTH]):
        if m[line + queue.SIZE] and m[at.ROOM + m[line + queue.PLACE]]:
            bits |= m[line + servers]
    return int(bits)


@woven
def concerned(m: Whole, word: int, freed: int, joined: int) -> int:
    """Return who of a word of people could serve the line that a record has joined, and who has come free."""
    bits = 0
    if joined != NOTHING and m[joined + queue.SIZE] and m[at.ROOM + m[joined + queue.PLACE]]:
        bits = m[joined + queue.SERVERS + word - m[at.IDLE_PEOPLE]]
    if freed != NOTHING and m[freed + man.IDLERS] == word:
        bits |= m[freed + man.BIT]
    return int(bits)


@woven
def words_concerned(m: Whole, freed: int, joined: int) -> tuple[int, int]:
    """Return the first word of these people, and the one after the last."""
    first, end = m[at.IDLE_PEOPLE_END], m[at.IDLE_PEOPLE]
    if joined != NOTHING:
        first, end = m[joined + queue.FIRST_WORD], m[joined + queue.END_WORD]
    if freed != NOTHING:
        first, end = min(first, m[freed + man.IDLERS]), max(end, m[freed + man.IDLERS] + 1)
    return first, end
