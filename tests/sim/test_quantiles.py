"""Laws: quantiles with the moments that a scenario asks for, that never fall."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from pydantic import TypeAdapter, ValidationError
from scipy.integrate import quad
from scipy.special import ndtr

from sim.laws import Law, shares_so_far
from sim.workload.records import chosen

LAW: TypeAdapter[Law] = TypeAdapter(Law)
# The outermost numbers that a stream can give, and some between.
U = np.concatenate([2.0 ** -np.arange(53, 1, -1), np.linspace(0.3, 0.7, 500), 1 - 2.0 ** -np.arange(2, 54)])
SPREADS = [
    *(("lognormal", cv) for cv in (0.001, 0.6, 1.5, 10)),
    *(("gamma", cv) for cv in (0.001, 0.6, 1, 1.5, 10)),
    *(("weibull", cv) for cv in (0.05, 0.6, 1, 1.5, 10)),
    ("exponential", 1),
    ("deterministic", 0),
]


def law(name: str, mean: float = 6, cv: float = 1) -> Law:
    """Return a law by its name, mean and coefficient of variation."""
    has_cv = name not in {"deterministic", "exponential"}
    return LAW.validate_python({"law": name, "mean": mean} | ({"cv": cv} if has_cv else {}))


def empirical(**parts: Any) -> Law:
    """Return a law of observed values."""
    return LAW.validate_python({"law": "empirical"} | parts)


def moment(of: Law, power: int) -> float:
    """Return the mean of a power of the law, by integrating its quantile at Φ(z) over the normal law of z."""

    def integrand(z: float) -> float:
        density = np.exp(-z * z / 2) / np.sqrt(2 * np.pi)
        return float(of.quantile(np.array([ndtr(z)]))[0] ** power * density)

    return float(quad(integrand, -8, 8, limit=200)[0])


@pytest.mark.parametrize(("name", "cv"), [(name, cv) for name, cv in SPREADS if cv <= 1.5])
def test_a_law_has_the_mean_and_the_spread_that_it_names(name: str, cv: float) -> None:
    """The first two moments of the quantile function, by numerical integration."""
    drawn = law(name, cv=cv)
    assert drawn.mean == 6
    assert moment(drawn, 1) == pytest.approx(6, rel=1e-5)
    assert np.sqrt(max(0, moment(drawn, 2) - 36)) == pytest.approx(cv * 6, rel=1e-3, abs=1e-4)


@pytest.mark.parametrize(("name", "cv"), SPREADS)
def test_quantiles_never_fall_and_are_finite(name: str, cv: float) -> None:
    """More chance never gives less, up to the outermost numbers that a stream can give."""
    drawn = law(name, cv=cv).quantile(U)
    assert np.all(np.diff(drawn) >= 0)
    assert np.all(np.isfinite(drawn))
    assert np.all(drawn >= 0)
    assert (drawn[0] < drawn[-1]) == (cv > 0)


@pytest.mark.parametrize(("name", "cv"), SPREADS)
def test_a_larger_mean_is_larger_everywhere_and_in_proportion(name: str, cv: float) -> None:
    """Twice the mean doubles every draw, so that a change of it moves all draws the same way."""
    once, twice = (law(name, mean, cv).quantile(U) for mean in (6, 12))
    assert np.allclose(twice, 2 * once, rtol=1e-12, atol=0)


@pytest.mark.parametrize("name", ["gamma", "weibull"])
def test_with_spread_1_gamma_and_weibull_have_no_memory(name: str) -> None:
    """Both are then the exponential law."""
    assert np.allclose(law(name, cv=1).quantile(U), law("exponential").quantile(U), rtol=1e-9, atol=1e-14)


def test_a_gamma_law_is_a_sum_of_exponential_parts() -> None:
    """Of two parts with mean 1 each (spread √½): the chance of at most x is 1 − e^−x (1 + x)."""
    x = law("gamma", mean=2, cv=np.sqrt(0.5)).quantile(U)
    assert np.allclose(1 - np.exp(-x) * (1 + x), U, rtol=1e-9, atol=1e-12)


def test_the_squares_of_a_weibull_law_of_power_two_have_no_memory() -> None:
    """That is the law of spread √(4/π − 1)."""
    squares = law("weibull", mean=np.sqrt(np.pi) / 2, cv=np.sqrt(4 / np.pi - 1)).quantile(U) ** 2
    assert np.allclose(squares, -np.log1p(-U), rtol=1e-7, atol=1e-14)


def test_observed_values_come_as_often_as_they_were_observed() -> None:
    """In any order, with their weights, and never a value of no weight."""
    weighted = empirical(values=(5.0, 0.0, 1.0, 9.0, 2.0), weights=(1.0, 0.0, 2.0, 0.0, 1.0))
    assert weighted.quantile(np.array([2.0**-53, 0.49, 0.5, 0.74, 0.75, 1 - 2.0**-53])).tolist() == [1, 1, 2, 2, 5, 5]
    assert weighted.mean == 9 / 4
    alike = empirical(values=(3.0, 1.0, 2.0, 2.0))
    assert alike.quantile(np.array([0.1, 0.25, 0.7, 0.75])).tolist() == [1, 2, 2, 3]
    assert alike.mean == 2


def test_a_law_stays_equal_to_its_like_when_it_was_drawn_from() -> None:
    """What a law keeps to draw faster is no part of what it says."""
    one, other = (empirical(values=(1.0, 2.0), weights=(1.0, 2.0)) for _ in range(2))
    one.quantile(U)
    assert one == other
    other.quantile(U)
    assert one == other
    assert one != empirical(values=(1.0, 2.0), weights=(2.0, 1.0))


@pytest.mark.parametrize(
    "parts",
    [
        {"law": "gamma", "mean": 6, "cv": 0},
        {"law": "weibull", "mean": 6, "cv": 0.01},
        {"law": "weibull", "mean": 6},
        {"law": "lognormal", "mean": 6, "cv": 11},
        {"law": "exponential", "mean": 0},
        {"law": "exponential", "mean": 6, "cv": 1},
        {"law": "deterministic", "mean": -1},
        {"law": "deterministic", "mean": 1e7},
        {"law": "empirical", "values": ()},
        {"law": "empirical", "values": (-1.0,)},
        {"law": "empirical", "values": (1.0, 2.0), "weights": (1.0,)},
        {"law": "empirical", "values": (1.0, 2.0), "weights": (0.0, 0.0)},
        {"law": "empirical", "values": (1.0, 2.0), "mean": 1.5},
        {"law": "normal", "mean": 6},
    ],
)
def test_what_is_no_law_is_refused(parts: dict[str, Any]) -> None:
    """A parameter that is missing, unknown or out of its bounds, and a law that nobody knows."""
    with pytest.raises(ValidationError):
        LAW.validate_python(parts)


def test_every_parameter_is_described() -> None:
    """A planner reads in the schema what each field of each law means."""
    laws = LAW.json_schema()["$defs"]
    assert len(laws) == 6
    assert all("description" in field for each in laws.values() for field in each["properties"].values())


@pytest.mark.parametrize("weights", [[1, 0, 3], [0, 2.5, 0], [0.1] * 10, [1e-9, 1e9]])
def test_choices_have_their_weights(weights: list[float]) -> None:
    """Each index is chosen in its share of even numbers, one without weight never, in the order of the numbers."""
    even = (np.arange(100_000) + 0.5) / 100_000
    found = [chosen(shares_so_far(weights), u) for u in even]
    shares = np.bincount(found, minlength=len(weights)) / len(even)
    assert shares == pytest.approx(np.array(weights) / sum(weights), abs=2e-5)
    assert all(a <= b for a, b in pairwise(found))
    assert all(weights[chosen(shares_so_far(weights), u)] > 0 for u in U)
