"""Sorting by whole numbers, digit by digit: the time that it takes grows with how many they are, and no faster."""

from typing import TypeAlias

from sim.compiler import inner
from sim.measures.compiled.grid import Ticks

Room: TypeAlias = tuple[Ticks, Ticks, Ticks]  # for sorting: what is sorted, as much again, and counts
_DIGIT = 8  # bits
_DIGITS = 1 << _DIGIT


@inner
def sort(pairs: Ticks, n: int, spare: Ticks, counts: Ticks) -> None:
    """Sort pairs by their first numbers; equal ones keep their order.

    Args:
        pairs: ``int64[2, ≥ n]``, numbers ≥ 0, and what each carries.
        n: how many pairs.
        spare: ``int64[2, ≥ n]``, room.
        counts: ``int64[256]``, room.
    """
    most = 0
    for k in range(n):
        most = max(most, pairs[0, k])
    n_twice = 0
    while most >> 2 * _DIGIT * n_twice:
        _by_digit(pairs, n, 2 * _DIGIT * n_twice, spare, counts)
        _by_digit(spare, n, 2 * _DIGIT * n_twice + _DIGIT, pairs, counts)
        n_twice += 1


@inner
def _by_digit(pairs: Ticks, n: int, bits: int, to: Ticks, counts: Ticks) -> None:
    """Write pairs elsewhere, sorted by one digit of their first numbers."""
    for digit in range(_DIGITS):
        counts[digit] = 0
    for k in range(n):
        counts[(pairs[0, k] >> bits) & (_DIGITS - 1)] += 1
    place = 0
    for digit in range(_DIGITS):
        size = counts[digit]
        counts[digit] = place
        place += size
    for k in range(n):
        digit = (pairs[0, k] >> bits) & (_DIGITS - 1)
        place = counts[digit]
        counts[digit] = place + 1
        to[0, place], to[1, place] = pairs[0, k], pairs[1, k]
