"""Choices at random, one after the other.

Hypothesis is asked for small numbers only: a hundred of them make a scenario in a few milliseconds, where strategies
built anew for each part take ten times as long. A number is a place in a list of options; it shrinks towards the first,
so the first option is the plainest.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

from hypothesis import strategies as st

T = TypeVar("T")
U = TypeVar("U")
_PLACE = st.integers(0, 119)  # a multiple of most small numbers, so that all options are about equally likely


class Pick:
    """Whoever makes the choices."""

    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw

    def one(self, *options: T) -> T:
        """Return one of the options; one that is named twice is twice as likely."""
        return options[self._draw(_PLACE) % len(options)]

    def whether(self, *, one_in: int = 2) -> bool:
        """Return a choice that is yes one time in so many."""
        return self._draw(_PLACE) % one_in == one_in - 1

    def perhaps(self, make: Callable[[], T], nothing: U, *, one_in: int = 2) -> T | U:
        """Return something, or nothing: one time in so many it is there."""
        return make() if self.whether(one_in=one_in) else nothing

    def some(self, options: Sequence[T], *, least: int = 0, most: int) -> list[T]:
        """Return several different options in any order, from `least` to `most` of them."""
        left = list(options)
        n = least + self._draw(_PLACE) % (min(most, len(left)) - least + 1)
        return [left.pop(self._draw(_PLACE) % len(left)) for _ in range(n)]
