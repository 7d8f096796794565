"""The monitor's configuration: one YAML file, strictly validated; without a file, the defaults.

Place in the pipeline: the service's first door. In: a file. Out: a frozen `Config`. Invariant: every field has a
default, and every wrong one ends in one `ConfigError` line.
"""

import os
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator

from sim import ConfigError, read_document


def _known_zone(name: str) -> str:
    """Return the name of a time zone, or refuse it."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown; not a relative name; a folder of the zone files
        raise ValueError("an IANA time zone such as Asia/Ho_Chi_Minh") from None
    return name


TimeZone = Annotated[str, AfterValidator(_known_zone)]


class Section(BaseModel):
    """What every part of the configuration shares: unknown names are errors, types are strict, values stay."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class ListenConfig(Section):
    """Where the service listens; port 0 lets the system choose a free one."""

    host: str = Field(default="127.0.0.1", min_length=1)
    port: int = Field(default=8080, ge=0, le=65535)


class CentreConfig(Section):
    """Which centre this is."""

    id: str = Field(default="centre", pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")
    name: str = Field(default="Public Administrative Service Centre", min_length=1, max_length=100)
    time_zone: TimeZone = "Asia/Ho_Chi_Minh"


class LimitsConfig(Section):
    """How much one sender may ask for."""

    body_bytes: int = Field(default=1_048_576, ge=1_024, le=67_108_864)


class PredictionConfig(Section):
    """The scenario whose peak week the page shows; its file as read is relative to the configuration file's folder."""

    scenario: Annotated[Path, Field(strict=False)]
    replications: int = Field(default=40, ge=1, le=10_000)


class Config(Section):
    """The whole configuration.

    Attributes:
        listen: host and port.
        store: the log's SQLite file; as read, relative to the configuration file's folder.
        centre: id, name and time zone.
        waiting_limit_s: a wait above this many seconds is too long; none: no limit is promised.
        limits: bounds on requests.
        prediction: what the page predicts; none: no prediction.
    """

    listen: ListenConfig = ListenConfig()
    store: Annotated[Path, Field(strict=False)] = Path("events.sqlite")
    centre: CentreConfig = CentreConfig()
    waiting_limit_s: float | None = Field(default=None, gt=0)
    limits: LimitsConfig = LimitsConfig()
    prediction: PredictionConfig | None = None

    @field_validator("store", mode="before")
    @classmethod
    def _file_name(cls, value: object) -> object:
        """Refuse what only looks like a file name, such as the address of a server."""
        if isinstance(value, str) and (not value or "://" in value or "\0" in value):
            raise ValueError("the name of an SQLite file")
        return value


def read_config(path: str | os.PathLike[str] | None) -> Config:
    """Return the configuration in the file, its `store` made relative to the file's folder; the defaults without one.

    Raises:
        ConfigError: when the file cannot be read or is wrong.
    """
    if path is None:
        return Config()
    config = read_document(path, Config, ConfigError)
    folder = Path(path).parent
    store, prediction = folder / config.store, config.prediction
    if store.is_dir() or not store.parent.is_dir():
        got = f"{store}, {'a folder' if store.is_dir() else 'whose folder is not there'}"
        raise ConfigError(str(path), "store", got, "a file, there or not yet, in a folder that is")
    if prediction:
        prediction = prediction.model_copy(update={"scenario": folder / prediction.scenario})
        if not prediction.scenario.is_file():
            got = f"{prediction.scenario}, which is no file"
            raise ConfigError(str(path), "prediction.scenario", got, "a scenario file")
    return config.model_copy(update={"store": store, "prediction": prediction})
