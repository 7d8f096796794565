"""Probability laws as quantile functions.

In: a law's parameters and uniform numbers. Out: draws, in the unit of the law's field; who draws rounds them, to whole
ticks, bits or people. Invariant: a draw is a monotone function of its uniform number, so that a change of a parameter
moves every draw the same way (common random numbers).
"""

from abc import abstractmethod
from collections.abc import Sequence
from functools import cached_property, lru_cache
from itertools import groupby
from math import exp, lgamma, log
from typing import Annotated, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import BaseModel, ConfigDict, Field, model_validator
from scipy.special import gammaincinv, ndtri

from sim.document import MisfitError

Floats = NDArray[np.float64]
Cv = Annotated[float, Field(gt=0, le=10, description="standard deviation divided by the mean")]
_Mean = Annotated[float, Field(gt=0, le=1_000_000, description="mean, in the unit that the field's name ends with")]


class _Law(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    @abstractmethod
    def quantile(self, u: Floats) -> Floats:
        """Return the law's quantiles at `u`: ``float64``, same shape."""


class _Alike(_Law):
    """A law of a kind whose quantiles are drawn together, whatever their parameters are."""

    @property
    @abstractmethod
    def parameters(self) -> tuple[float, ...]:
        """Return the numbers that tell it from others of its kind."""

    @staticmethod
    @abstractmethod
    def quantile_of(u: Floats, *parameters: Floats | float) -> Floats:
        """Return quantiles at `u`; parameters are numbers, or arrays of the same shape as `u`."""

    def quantile(self, u: Floats) -> Floats:
        """Return the law's quantiles at `u`: ``float64``, same shape."""
        return self.quantile_of(u, *self.parameters)


class Deterministic(_Alike):
    """Always its mean."""

    law: Literal["deterministic"] = Field(description="always the mean")
    mean: float = Field(ge=0, le=1_000_000, description="mean, in the unit that the field's name ends with")

    @property
    def parameters(self) -> tuple[float, ...]:
        """Return the mean."""
        return (self.mean,)

    @staticmethod
    def quantile_of(u: Floats, *parameters: Floats | float) -> Floats:
        """Return the mean, whatever `u`."""
        return np.full_like(u, parameters[0])


class Exponential(_Alike):
    """Without memory."""

    law: Literal["exponential"] = Field(description="without memory")
    mean: _Mean

    @property
    def parameters(self) -> tuple[float, ...]:
        """Return the mean."""
        return (self.mean,)

    @staticmethod
    def quantile_of(u: Floats, *parameters: Floats | float) -> Floats:
        """Return ``−mean · ln(1 − u)``."""
        return np.asarray(-parameters[0] * np.log1p(-u), dtype=np.float64)


class Lognormal(_Alike):
    """A lognormal law by its mean and coefficient of variation.

    Source: Brown et al. 2005, JASA, on the service times of a call centre.
    """

    law: Literal["lognormal"] = Field(description="skewed, as service times are")
    mean: _Mean
    cv: Cv

    @property
    def parameters(self) -> tuple[float, ...]:
        """Return the mean, and the normal law behind a factor with mean 1."""
        return (self.mean, *_normal_behind(self.cv))

    @staticmethod
    def quantile_of(u: Floats, *parameters: Floats | float) -> Floats:
        """Return ``exp(mu + sigma · z(u))`` with mu and sigma from mean and cv."""
        mean, sigma, half_variance = parameters
        found = np.asarray(ndtri(u), dtype=np.float64)
        found *= sigma  # in place: there are many, and another array for each step takes as long as the step
        found -= half_variance
        np.exp(found, out=found)
        found *= mean
        return found


class Gamma(_Alike):
    """A gamma law by its mean and coefficient of variation; with cv 1 it is the exponential law."""

    law: Literal["gamma"] = Field(description="a sum of exponential parts, for cv below 1")
    mean: _Mean
    cv: Cv

    @property
    def parameters(self) -> tuple[float, ...]:
        """Return shape and mean."""
        return (1 / (self.cv * self.cv), self.mean)

    @staticmethod
    def quantile_of(u: Floats, *parameters: Floats | float) -> Floats:
        """Return the inverse of the regularised incomplete gamma function, scaled."""
        shape, mean = parameters
        return np.asarray(gammaincinv(shape, u) * mean / shape, dtype=np.float64)


class Weibull(_Law):
    """A Weibull law by its mean and coefficient of variation; with cv 1 it is the exponential law."""

    law: Literal["weibull"] = Field(description="time to failure; with cv below 1 failure gets likelier with age")
    mean: _Mean
    cv: Annotated[float, Field(ge=0.05, le=10, description="standard deviation divided by the mean")]

    def quantile(self, u: Floats) -> Floats:
        """Return ``scale · (−ln(1 − u))^(1 / shape)``."""
        inverse_shape = _weibull_inverse_shape(self.cv)
        scale = self.mean / exp(lgamma(1 + inverse_shape))
        return np.asarray(scale * (-np.log1p(-u)) ** inverse_shape, dtype=np.float64)


class Empirical(_Law):
    """Observed values, each as often as it was observed."""

    law: Literal["empirical"] = Field(description="observed values")
    values: tuple[Annotated[float, Field(ge=0, le=1_000_000)], ...] = Field(
        min_length=1, max_length=10_000, description="the values, in the unit that the field's name ends with"
    )
    weights: tuple[Annotated[float, Field(ge=0)], ...] = Field(
        default=(), description="how often each was observed; default: all alike"
    )

    @model_validator(mode="after")
    def _one_for_each(self) -> Self:
        if self.weights and (len(self.weights) != len(self.values) or not sum(self.weights) > 0):
            got = f"{len(self.weights)} for {len(self.values)} values" if sum(self.weights) > 0 else "none above 0"
            raise MisfitError("weights", got=got, expected="as many weights as values, at least one above 0")
        return self

    @property
    def mean(self) -> float:
        """Return the values' mean."""
        return float(np.average(self.values, weights=self.weights or None))

    def quantile(self, u: Floats) -> Floats:
        """Return the value, in rising order, at which the share of values so far exceeds `u`."""
        values, shares = self._sorted
        return np.asarray(np.frombuffer(values)[np.frombuffer(shares).searchsorted(u, side="right")])

    @cached_property
    def _sorted(self) -> tuple[bytes, bytes]:
        """Return the values in rising order and their shares, as bytes: a law is compared, and arrays cannot be."""
        order = np.argsort(self.values, kind="stable")
        weights = np.asarray(self.weights or np.ones(len(self.values)))[order]
        return np.asarray(self.values, dtype=np.float64)[order].tobytes(), shares_so_far(weights).tobytes()


class Geometric(_Alike):
    """How often one tries who gives up with the same chance after each time in vain; the lower `u`, the more often."""

    law: Literal["geometric"] = "geometric"
    ratio: float = Field(gt=0, lt=1)

    @property
    def parameters(self) -> tuple[float, ...]:
        """Return the logarithm of the chance to go on."""
        return (float(np.log1p(-self.ratio)),)

    @staticmethod
    def quantile_of(u: Floats, *parameters: Floats | float) -> Floats:
        """Return ``1 + ⌊ln u / ln(1 − ratio)⌋``."""
        return np.asarray(1 + np.floor(np.log(u) / parameters[0]), dtype=np.float64)


# Those that a scenario may name.
Law = Annotated[Deterministic | Exponential | Lognormal | Gamma | Weibull | Empirical, Field(discriminator="law")]


class Laws:
    """Several laws that are drawn at once: neighbours of the same kind together, which is quicker.

    Args:
        laws: the laws.
    """

    def __init__(self, laws: Sequence[Law | Geometric]) -> None:
        self._groups: list[tuple[Law | Geometric, slice, Floats]] = []
        for _, group in groupby(enumerate(laws), key=lambda each: type(each[1]) if _is_alike(each[1]) else each[0]):
            numbers, alike = zip(*group, strict=True)
            parameters = np.array([law.parameters for law in alike if isinstance(law, _Alike)])
            self._groups.append((alike[0], slice(numbers[0], numbers[-1] + 1), parameters.T))

    def quantiles(self, counts: NDArray[np.int64], u: Floats) -> Floats:
        """Return quantiles of the first law at so many of the numbers, of the next at those that follow: as `u`.

        Args:
            counts: ``int64[n_laws]``, how many numbers are for each.
            u: ``float64[sum of counts]``.
        """
        found, start = np.empty_like(u), 0
        for law, group, parameters in self._groups:
            part = slice(start, start + int(counts[group].sum()))
            if isinstance(law, _Alike):
                found[part] = law.quantile_of(u[part], *np.repeat(parameters, counts[group], axis=1))
            else:
                found[part] = law.quantile(u[part])
            start = part.stop
        return found


def _is_alike(law: Law | Geometric) -> bool:
    return isinstance(law, _Alike)


def shares_so_far(weights: ArrayLike) -> Floats:
    """Return which share of the whole each weight and those before it have; the last is 1, above any `u`."""
    so_far = np.cumsum(weights, dtype=np.float64)
    return np.asarray(so_far / so_far[-1], dtype=np.float64)


def _normal_behind(cv: float) -> tuple[float, float]:
    """Return standard deviation and half the variance of the logarithms of lognormal draws."""
    variance = np.log1p(cv * cv)
    return float(np.sqrt(variance)), float(variance / 2)


@lru_cache(maxsize=1024)
def _weibull_inverse_shape(cv: float) -> float:
    """Return 1 / shape of the Weibull law with this coefficient of variation."""
    from scipy.optimize import brentq  # noqa: PLC0415 - takes a fifth of a second to load, and few scenarios need it

    def excess(inverse_shape: float) -> float:
        return lgamma(1 + 2 * inverse_shape) - 2 * lgamma(1 + inverse_shape) - log(1 + cv * cv)

    return float(brentq(excess, 1e-3, 50))
