"""Choices at random, one after the other.

Hypothesis is asked for bytes, some dozens at a time: a hundred choices make a scenario in a millisecond, where a number
drawn for each takes ten times as long, and strategies built anew for each part a hundred. A byte is a place in a list
of options; it shrinks towards the first, so the first option is the plainest.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from hypothesis import strategies as st

T = TypeVar("T")
U = TypeVar("U")
_N_AHEAD = 32
_BYTES = st.binary(min_size=_N_AHEAD, max_size=_N_AHEAD)


class Pick:
    """Whoever makes the choices."""

    def __init__(self, draw: st.DrawFn) -> None:
        self._places = _places(draw)

    def one(self, *options: T) -> T:
        """Return one of the options; one that is named twice is twice as likely."""
        return options[next(self._places) % len(options)]

    def whether(self, *, one_in: int = 2) -> bool:
        """Return a choice that is yes one time in so many."""
        return next(self._places) % one_in == one_in - 1

    def perhaps(self, make: Callable[[], T], nothing: U, *, one_in: int = 2) -> T | U:
        """Return something, or nothing: one time in so many it is there."""
        return make() if self.whether(one_in=one_in) else nothing

    def some(self, options: Sequence[T], *, least: int = 0, most: int) -> list[T]:
        """Return several different options in any order, from `least` to `most` of them."""
        left = list(options)
        n = least + next(self._places) % (min(most, len(left)) - least + 1)
        return [left.pop(next(self._places) % len(left)) for _ in range(n)]


def _places(draw: st.DrawFn) -> Iterator[int]:
    """Yield places without end."""
    while True:
        yield from draw(_BYTES)
