"""Draws whose addresses the scenario tells ahead: how busy days and hours are, who keeps an appointment, who is absent.

Place in the pipeline: a part of the workload. In: parts of what is drawn, and the replication's key. Out: numbers by
part. Invariant: nothing here depends on other draws.
"""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

import sim.scramble
from sim.compiler import outer_of
from sim.laws import Law, Laws
from sim.scramble import Words, key_of, two
from sim.streams import Floats, Purpose
from sim.workload.thinning import Whole


class Part(NamedTuple):
    """What is drawn for one thing.

    Attributes:
        name: of what is drawn.
        purpose: what the numbers are for.
        law: whose quantiles are wanted; without one, the numbers themselves.
        number: ``int64[n]``, first coordinate of their addresses.
        within: the second, an array or the same for all.
        member: the third.
    """

    name: str
    purpose: Purpose
    law: Law | None
    number: Whole
    within: Whole | int = 0
    member: Whole | int = 0


class Ahead:
    """Several parts, drawn at once.

    Args:
        parts: in any order, each of a name of its own.
    """

    def __init__(self, parts: Iterable[Part]) -> None:
        # Laws of a kind are neighbours, and parts without one come last.
        ordered = sorted(parts, key=lambda part: (part.law is None, part.law.law if part.law else ""))
        laws = [part.law for part in ordered if part.law]
        n_of = np.array([len(part.number) for part in ordered], dtype=np.int64)
        self._laws, self._n_of_law = Laws(laws), n_of[: len(laws)]
        self._n_by_law = int(self._n_of_law.sum())
        self._bounds = {
            part.name: slice(end - n, end)
            for part, n, end in zip(ordered, n_of.tolist(), np.cumsum(n_of).tolist(), strict=True)
        }
        rows = [np.broadcast_arrays(*part[3:], int(part.purpose)) for part in ordered]
        self._addresses = np.concatenate([np.empty((4, 0), dtype=np.int64), *rows], axis=1)

    def draw(self, words: Words) -> dict[str, Floats]:
        """Return the quantiles, or numbers, of each part by its name: ``float64[n, n_replications]``.

        Args:
            words: ``uint64[n_replications, 2]``, the replications' keys.
        """
        found = np.empty((self._addresses.shape[1], len(words)))
        numbers(words, self._addresses, found)
        by_law = found[: self._n_by_law]
        by_law[:] = self._laws.quantiles(len(words) * self._n_of_law, by_law.ravel()).reshape(by_law.shape)
        return {name: found[bounds] for name, bounds in self._bounds.items()}


@outer_of(sim.scramble.__file__)
def numbers(words: Words, addresses: Whole, found: Floats) -> None:
    """Write the number of each address, a column of number, within, member and purpose, in each replication."""
    for replication in range(len(words)):
        key = key_of(words[replication])
        for k in range(len(found)):
            purpose = addresses[3, k]
            even, odd = two(key, addresses[0, k], addresses[1, k], purpose >> 1, addresses[2, k])
            found[k, replication] = odd if purpose & 1 else even
