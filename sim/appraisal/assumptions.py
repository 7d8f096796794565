"""Assumptions that may be wrong: the world as it would be then, and which worlds to try.

In: a scenario with `Assumption`s. Out: scenarios, and the factors that they were made with. Invariant: nothing is drawn
at random: the worlds of a sample are spread evenly over all ranges, each range in as many equal steps as there are
worlds.

Source of the sample: Sobol' 1967, a sequence of low discrepancy; each world in the middle of its cell.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from pydantic import BaseModel, ValidationError

from sim.document import Way, field_of, first_misfit, way_to
from sim.errors import ScenarioError
from sim.experiment.table import Floats
from sim.scenario import Assumption, Scenario

N_WORLDS_BITS = 6
N_WORLDS = 1 << N_WORLDS_BITS  # of a sample
_ANY = "*"


def sample_positions(n_assumptions: int) -> Floats:
    """Return where in its range each assumption lies, in each world: ``float64[N_WORLDS, n_assumptions]``, 0 to 1."""
    from scipy.stats import qmc  # noqa: PLC0415 - large, and only a report with assumptions needs it

    corners = qmc.Sobol(n_assumptions, scramble=False).random_base2(N_WORLDS_BITS)
    return np.asarray(corners + 0.5 / N_WORLDS, dtype=np.float64)


def factors_at(assumptions: Sequence[Assumption], positions: Floats) -> dict[int, float]:
    """Return the factors of a world by number of the assumption."""
    return {
        number: each.low_factor + float(position) * (each.high_factor - each.low_factor)
        for number, (each, position) in enumerate(zip(assumptions, positions, strict=True))
    }


def otherwise(scenario: Scenario, factors: Mapping[int, float]) -> Scenario:
    """Return the scenario as it would be if some of its assumptions were wrong.

    Args:
        scenario: with assumptions.
        factors: by number of the assumption, so many times what the file says.

    Raises:
        ScenarioError: an assumption is about nothing that the file has, or leads to what cannot be.
    """
    content: Any = scenario.model_dump(exclude_unset=True)
    for number, factor in factors.items():
        for place, field in enumerate(scenario.appraisal.assumptions[number].fields):
            found = list(_numbers(scenario, way_to(field)))
            if not found:
                expected = "the way to numbers of this file, such as demand.visits_per_day"
                where = f"appraisal.assumptions[{number}].fields[{place}]"
                raise ScenarioError(scenario.name, where, repr(field), expected)
            for way, value in found:
                content = _with(content, way, round(value * factor) if isinstance(value, int) else value * factor)
    try:
        return Scenario.model_validate(content)
    except ValidationError as problem:
        misfit = first_misfit(problem, content, Scenario)
        hint = "with a factor of appraisal.assumptions"
        raise ScenarioError(scenario.name, field_of(misfit.at), misfit.got, misfit.expected, hint) from None


def values_of(scenario: Scenario, assumption: Assumption) -> list[float]:
    """Return the numbers that an assumption is about, as the file has them."""
    return [float(value) for field in assumption.fields for _, value in _numbers(scenario, way_to(field))]


def _numbers(part: object, way: Sequence[str | int], above: Way = ()) -> Iterator[tuple[Way, float]]:
    """Yield the numbers that a way leads to, with the way to each of them alone."""
    if not way:
        if isinstance(part, int | float) and not isinstance(part, bool):
            yield above, part
        return
    for key, child in _children(part):
        if way[0] == _ANY or str(way[0]) == str(key):
            yield from _numbers(child, way[1:], (*above, key))


def _children(part: object) -> Iterator[tuple[Any, object]]:
    if isinstance(part, BaseModel):
        yield from ((name, getattr(part, name)) for name in type(part).model_fields)
    elif isinstance(part, Mapping):
        yield from part.items()
    elif isinstance(part, tuple):
        yield from enumerate(part)


def _with(content: Any, way: Way, value: float) -> Any:
    """Return a document's content with another number at the end of a way."""
    if not way:
        return value
    if isinstance(content, tuple):
        return tuple(_with(each, way[1:], value) if place == way[0] else each for place, each in enumerate(content))
    return {**content, way[0]: _with(content.get(way[0], {}), way[1:], value)}
