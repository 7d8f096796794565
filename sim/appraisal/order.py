"""In which order to buy: the next is always what adds most to what is there already.

In: what each combination of options is worth. Out: `Step`s, and the pairs that do not simply add. Invariant: a step's
gain is that beside the steps before it, simulated, not added up.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from sim.appraisal.estimate import Estimate, estimate
from sim.experiment.sure import CONFIDENCE
from sim.experiment.table import Floats

Worths = Mapping[frozenset[str], Floats]


@dataclass(frozen=True)
class Step:
    """The next thing to buy.

    Attributes:
        option: its name.
        gain: what it adds in a year to the steps before it.
        alone: what it would be worth without them.
    """

    option: str
    gain: Estimate
    alone: Estimate


@dataclass(frozen=True)
class Interaction:
    """Two options that are worth something else together than the sum of each alone.

    Attributes:
        pair: their names.
        more: what they are worth together beyond the sum, in a year; negative: each takes something from the other.
        together: what they are worth together.
    """

    pair: tuple[str, str]
    more: Estimate
    together: Estimate


def buying_order(worths: Worths, options: Sequence[str]) -> tuple[Step, ...]:
    """Return the steps: first the option that is worth most, then what adds most to it, until none can be added.

    Args:
        worths: net worth in a year of every combination that may be, ``float64[n]`` each; the empty one's is 0.
        options: names; of two that add as much, the first comes first.
    """
    steps: list[Step] = []
    chosen: frozenset[str] = frozenset()
    while addable := [name for name in options if name not in chosen and chosen | {name} in worths]:
        gains = {name: worths[chosen | {name}] - worths[chosen] for name in addable}
        best = max(addable, key=lambda name: float(gains[name].mean()))
        steps.append(Step(best, estimate(gains[best]), estimate(worths[frozenset({best})] - worths[frozenset()])))
        chosen |= {best}
    return tuple(steps)


def advised(steps: Sequence[Step]) -> tuple[str, ...]:
    """Return the options of the first steps, as long as each surely adds something."""
    names: list[str] = []
    for step in steps:
        if not step.gain.is_surely_positive:
            break
        names.append(step.option)
    return tuple(names)


def interactions(worths: Worths, options: Sequence[str]) -> tuple[Interaction, ...]:
    """Return the pairs that surely do not add up; all verdicts hold together 95 times in 100 (Bonferroni)."""
    pairs = [pair for pair in combinations(options, 2) if frozenset(pair) in worths]
    confidence = 1 - (1 - CONFIDENCE) / max(1, len(pairs))
    found = []
    for first, second in pairs:
        none, both = worths[frozenset()], worths[frozenset({first, second})]
        more = both - worths[frozenset({first})] - worths[frozenset({second})] + none
        told = Interaction((first, second), estimate(more, confidence), estimate(both - none))
        if told.more.is_surely_positive or told.more.is_surely_negative:
            found.append(told)
    return tuple(found)
