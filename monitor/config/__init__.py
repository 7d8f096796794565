"""The monitor's configuration: one YAML file, strictly validated; without a file, the defaults.

Place in the pipeline: the service's first door. In: a file. Out: a frozen `Config`. Invariant: every field has a
default, and every wrong one ends in one `ConfigError` line.
"""

import os
from pathlib import Path
from typing import Annotated, Literal, Self, TypeVar
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, field_validator, model_validator

from monitor.config.probes import Certificates, ProbesConfig
from monitor.config.section import Section
from sim import ConfigError, MisfitError, read_document

__all__ = [
    "AlertsConfig",
    "CentreConfig",
    "Config",
    "LimitsConfig",
    "ListenConfig",
    "PredictionConfig",
    "ProbesConfig",
    "Section",
    "TimeZone",
    "read_config",
]


def _known_zone(name: str) -> str:
    """Return the name of a time zone, or refuse it."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown; not a relative name; a folder of the zone files
        raise ValueError("an IANA time zone such as Asia/Ho_Chi_Minh") from None
    return name


TimeZone = Annotated[str, AfterValidator(_known_zone)]


def _store_address(value: object) -> Path | str:
    """Return a file, or the address of a database as it is."""
    expected = "the name of an SQLite file, or postgresql://..."
    if isinstance(value, Path):
        return value
    if not isinstance(value, str) or not value or "\0" in value:
        raise ValueError(expected)
    if value.startswith(("postgresql://", "postgres://")):
        return value
    if "://" in value:
        scheme = value.partition("://")[0]
        raise MisfitError(got=f"{scheme}://…", expected=expected)  # without what may be a password
    return Path(value)


class ListenConfig(Section):
    """Where the service listens; port 0 lets the system choose a free one."""

    host: str = Field(default="127.0.0.1", min_length=1)
    port: int = Field(default=8080, ge=0, le=65535)


class PlanConfig(Section):
    """The plan that a centre works by; its scenario's file as read is relative to the configuration file's folder.

    Attributes:
        scenario: a scenario whose period are the days that are lived now.
        name: which of its plans; none: the first.
    """

    scenario: Annotated[Path, Field(strict=False)]
    name: str | None = Field(default=None, min_length=1)


class CentreConfig(Section):
    """Which centre this is.

    Attributes:
        id: as senders and addresses name it.
        name: as people call it.
        time_zone: where it is.
        waiting_limit_s: a wait above this many seconds is too long there; none: the service's own limit.
        plan: says who should be at work; none: nobody knows.
    """

    id: str = Field(default="centre", pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")
    name: str = Field(default="Public Administrative Service Centre", min_length=1, max_length=100)
    time_zone: TimeZone = "Asia/Ho_Chi_Minh"
    waiting_limit_s: float | None = Field(default=None, gt=0)
    plan: PlanConfig | None = None


class LimitsConfig(Section):
    """How much one sender may ask for.

    Attributes:
        body_bytes: the longest body of a request.
        body_s: so long a body may take to arrive.
        idle_s: so long a connection may wait for a request, or take to send the head of one.
        connections: so many may be open at once.
        requests_per_s: so many a sender may make for long; none: any number.
        burst: so many it may make at once before that holds.
    """

    body_bytes: int = Field(default=1_048_576, ge=1_024, le=67_108_864)
    body_s: float = Field(default=30, ge=0.1, le=600)
    idle_s: float = Field(default=75, ge=0.1, le=3600)
    connections: int = Field(default=1_000, ge=1, le=100_000)
    requests_per_s: float | None = Field(default=None, ge=0.01, le=1_000_000)
    burst: int = Field(default=100, ge=1, le=1_000_000)


class PredictionConfig(Section):
    """The scenario whose peak week the page shows; its file as read is relative to the configuration file's folder."""

    scenario: Annotated[Path, Field(strict=False)]
    replications: int = Field(default=40, ge=1, le=10_000)


class PlanningConfig(Section):
    """The scenarios in which plans can be tried out; as read, files are relative to the configuration file's folder."""

    scenarios: Annotated[tuple[Annotated[Path, Field(strict=False)], ...], Field(min_length=1, max_length=50)]


class AlertsConfig(Section):
    """Where alerts are known, for the wall screen.

    Attributes:
        alertmanager: its address.
        matchers: which alerts are shown, as Alertmanager writes it; all of them must match.
    """

    alertmanager: str = Field(pattern=r"^https?://[^\s/?#@]+(/[^\s?#]*)?$")
    matchers: tuple[str, ...] = ()


ScenarioT = TypeVar("ScenarioT", PlanConfig, PredictionConfig)


class Config(Section):
    """The whole configuration.

    Attributes:
        listen: host and port.
        store: the log's SQLite file, as read, relative to the configuration file's folder; or a database's address.
        retention_days: events older than this give way to the figures that they led to; none: all are kept.
        centre: the only centre.
        centres: the same for each of several; none: `centre` is the only one.
        waiting_limit_s: a wait above this many seconds is too long; none: no limit is promised.
        auth: whether requests need a token or a user's password: always, or as soon as there is one.
        tokens: the file of the tokens; as read, relative to the configuration file's folder.
        limits: bounds on requests.
        webhooks: for each name in ``/api/v1/webhooks/NAME`` the file that says what its bodies tell, or the name of one
            that comes with the program; as read, files are relative to the configuration file's folder.
        prediction: what the page predicts; none: no prediction.
        planning: what the planner's page offers; none: there is no such page.
        alerts: where the wall screen learns what fires; none: it shows no alerts.
        probes: what is probed of network, portal and power; without targets, nothing.
    """

    listen: ListenConfig = ListenConfig()
    store: Annotated[Path | str, BeforeValidator(_store_address)] = Path("events.sqlite")
    retention_days: int | None = Field(default=None, ge=7, le=36_500)
    centre: CentreConfig = CentreConfig()
    centres: tuple[CentreConfig, ...] = ()
    waiting_limit_s: float | None = Field(default=None, gt=0)
    auth: Literal["automatic", "required"] = "automatic"
    tokens: Annotated[Path, Field(strict=False)] = Path("tokens.sqlite")
    limits: LimitsConfig = LimitsConfig()
    webhooks: dict[Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")], str] = Field(default_factory=dict)
    prediction: PredictionConfig | None = None
    planning: PlanningConfig | None = None
    alerts: AlertsConfig | None = None
    probes: ProbesConfig = ProbesConfig()

    @property
    def centre_by_id(self) -> dict[str, CentreConfig]:
        """Return every centre that is served, in the order of the file."""
        return {centre.id: centre for centre in self.centres or (self.centre,)}

    @property
    def probed_centre(self) -> CentreConfig:
        """Return the centre to which what is probed belongs."""
        served = self.centre_by_id
        return served.get(self.probes.centre or "", next(iter(served.values())))

    def waiting_limit_of(self, centre: CentreConfig) -> float | None:
        """Return the limit that holds in a centre, in seconds; none where nothing is promised."""
        return centre.waiting_limit_s or self.waiting_limit_s

    @model_validator(mode="after")
    def _centres_differ(self) -> Self:
        """Refuse centres that nobody could tell apart."""
        if len(self.centres) > 1 and self.prediction:
            raise MisfitError("prediction", got="a prediction", expected="none where several centres are served")
        if self.probes.centre and self.probes.centre not in self.centre_by_id:
            expected = f"one of: {', '.join(self.centre_by_id)}"
            raise MisfitError("probes", "centre", got=self.probes.centre, expected=expected)
        if self.centres and "centre" in self.model_fields_set:
            raise MisfitError("centres", got="both centre and centres", expected="one of them")
        for index, centre in enumerate(self.centres):
            if "id" not in centre.model_fields_set:
                raise MisfitError("centres", index, got="a centre without id", expected="an id for each of several")
            if centre.id in {earlier.id for earlier in self.centres[:index]}:
                raise MisfitError("centres", index, "id", got=centre.id, expected="an id of its own for each centre")
        return self

    @field_validator("tokens", mode="before")
    @classmethod
    def _file_name(cls, value: object) -> object:
        """Refuse what only looks like a file name, such as the address of a server."""
        if isinstance(value, str) and (not value or "://" in value or "\0" in value):
            raise ValueError("the name of an SQLite file")
        return value


def read_config(path: str | os.PathLike[str] | None) -> Config:
    """Return the configuration in the file, its files made relative to the file's folder; the defaults without one.

    Raises:
        ConfigError: when the file cannot be read or is wrong.
    """
    if path is None:
        return Config()
    config = read_document(path, Config, ConfigError)
    folder = Path(path).parent
    found: dict[str, object] = {"tokens": _beside(path, "tokens", config.tokens)}
    found["webhooks"] = {name: str(folder / file) if "." in file else file for name, file in config.webhooks.items()}
    if isinstance(config.store, Path):
        found["store"] = _beside(path, "store", config.store)
    if config.prediction:
        found["prediction"] = _with_scenario(path, "prediction", config.prediction)
    found["probes"] = _with_certificates(path, config.probes)
    if config.planning:
        names = enumerate(config.planning.scenarios)
        scenarios = tuple(_scenario(path, f"planning.scenarios[{number}]", name) for number, name in names)
        found["planning"] = config.planning.model_copy(update={"scenarios": scenarios})
    found["centre"] = _with_plan(path, "centre", config.centre)
    found["centres"] = tuple(
        _with_plan(path, f"centres[{index}]", centre) for index, centre in enumerate(config.centres)
    )
    return config.model_copy(update=found)


def _with_certificates(path: str | os.PathLike[str], probes: ProbesConfig) -> ProbesConfig:
    """Return the probes with their files of certificates in the configuration's folder, or refuse one not there."""
    found = {}
    for name, module in probes.modules.items():
        tls: Certificates | None = getattr(module, "tls", None)
        if tls and tls.ca_file:
            file, field = Path(path).parent / tls.ca_file, f"probes.modules.{name}.tls.ca_file"
            if not file.is_file():
                raise ConfigError(str(path), field, f"{file}, which is no file", "certificates in PEM")
            found[name] = module.model_copy(update={"tls": tls.model_copy(update={"ca_file": str(file)})})
    return probes.model_copy(update={"modules": probes.modules | found})


def _with_plan(path: str | os.PathLike[str], field: str, centre: CentreConfig) -> CentreConfig:
    """Return a centre with its plan's scenario in the configuration's folder."""
    if centre.plan is None:
        return centre
    return centre.model_copy(update={"plan": _with_scenario(path, f"{field}.plan", centre.plan)})


def _with_scenario(path: str | os.PathLike[str], field: str, section: ScenarioT) -> ScenarioT:
    """Return a section with its scenario in the configuration's folder, or refuse one that is not there."""
    return section.model_copy(update={"scenario": _scenario(path, f"{field}.scenario", section.scenario)})


def _scenario(path: str | os.PathLike[str], field: str, name: Path) -> Path:
    """Return the scenario file of that name in the configuration's folder, or refuse one that is not there."""
    scenario = Path(path).parent / name
    if not scenario.is_file():
        raise ConfigError(str(path), field, f"{scenario}, which is no file", "a scenario file")
    return scenario


def _beside(path: str | os.PathLike[str], field: str, name: Path) -> Path:
    """Return the file of that name in the configuration's folder, or refuse what can be none."""
    file = Path(path).parent / name
    if file.is_dir() or not file.parent.is_dir():
        got = f"{file}, {'a folder' if file.is_dir() else 'whose folder is not there'}"
        raise ConfigError(str(path), field, got, "a file, there or not yet, in a folder that is")
    return file
