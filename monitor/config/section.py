"""What every part of the configuration shares.

Place in the pipeline: under the configuration. Invariant: unknown names are errors, types are strict, values stay.
"""

from pydantic import BaseModel, ConfigDict


class Section(BaseModel):
    """What every part of the configuration shares: unknown names are errors, types are strict, values stay."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)
