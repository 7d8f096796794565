"""Probability laws as quantile functions.

In: a law's parameters and uniform numbers. Out: draws. Invariant: a draw is a non-decreasing function of its uniform
number, so that a change of a parameter moves every draw the same way (common random numbers).
"""

from abc import abstractmethod
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field
from scipy.special import ndtri

Floats = NDArray[np.float64]


class _Law(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    mean: float = Field(gt=0, le=1_000_000, description="mean, in the unit that the field's name ends with")

    @abstractmethod
    def quantile(self, u: Floats) -> Floats:
        """Return the law's quantiles at `u`: ``float64``, same shape."""


class Deterministic(_Law):
    """Always its mean."""

    law: Literal["deterministic"] = Field(description="always the mean")

    def quantile(self, u: Floats) -> Floats:
        """Return the mean, whatever `u`."""
        return np.full_like(u, self.mean)


class Exponential(_Law):
    """Without memory."""

    law: Literal["exponential"] = Field(description="without memory")

    def quantile(self, u: Floats) -> Floats:
        """Return ``−mean · ln(1 − u)``."""
        return -self.mean * np.log1p(-u)


class Lognormal(_Law):
    """A lognormal law by its mean and coefficient of variation.

    Source: Brown et al. 2005, JASA, on the service times of a call centre.
    """

    law: Literal["lognormal"] = Field(description="skewed, as service times are")
    cv: float = Field(gt=0, le=10, description="standard deviation divided by the mean")

    def quantile(self, u: Floats) -> Floats:
        """Return ``exp(mu + sigma · z(u))`` with mu and sigma from mean and cv."""
        return self.mean * lognormal_factor(u, cv=self.cv)


Law = Annotated[Deterministic | Exponential | Lognormal, Field(discriminator="law")]


def lognormal_factor(u: Floats, *, cv: float) -> Floats:
    """Return lognormal draws with mean 1: ``float64``, same shape as `u`; all 1 when `cv` is 0."""
    sigma_squared = np.log1p(cv * cv)
    return np.asarray(np.exp(np.sqrt(sigma_squared) * ndtri(u) - sigma_squared / 2), dtype=np.float64)
