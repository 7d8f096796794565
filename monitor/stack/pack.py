"""The pack as it is used on one occasion: its own files, with the addresses and the pace of that occasion.

Place in the pipeline: before the servers are started. In: the folder of the pack. Out: configuration files in another
folder. Invariant: rules, routes and inhibitions are those of the pack; only addresses, receivers and times are not.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from sim import PeakweekError

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
_SPAN = re.compile(r"(?<=\[)(\d+)([smhdw])(?=[\]:])|(?<=offset )(\d+)([smhdw])")
_SCRAPES_A_SPAN = 5  # a rate needs two; one may be late
_LATE_SCRAPES = 2  # so many may be late or lost, and nobody is told
_START_S = 15  # Prometheus itself takes five to know its targets
_WAITS = ("for", "keep_firing_for")
_TIMES = ("group_wait", "group_interval", "repeat_interval")


@dataclass(eq=False)
class PackError(PeakweekError):
    """The pack is not where it should be.

    Attributes:
        path: what cannot be read.
        reason: why not.
    """

    path: str
    reason: str

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}; expected the folder 'grafana' of Peakweek: name it with --pack"


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast the pack's times pass.

    Attributes:
        speed: how many times as fast as in an office.
        scrape_s: seconds from one scrape to the next.
        has_quiet_hours: whether what can wait until the morning waits.
    """

    speed: float = 1
    scrape_s: float = 15
    has_quiet_hours: bool = True

    @property
    def least_span_s(self) -> float:
        """Return the shortest span over which a rate is taken."""
        return _SCRAPES_A_SPAN * self.scrape_s

    def scaled(self, span: str, least_s: float = 0) -> str:
        """Return a span such as ``5m`` at this pace."""
        seconds = int(span[:-1]) * _SECONDS[span[-1]] / self.speed
        return f"{round(1000 * max(seconds, least_s))}ms"

    def scaled_expression(self, expression: str) -> str:
        """Return PromQL with its ranges and offsets at this pace; no range is shorter than a few scrapes."""
        if self.speed == 1:
            return expression
        return _SPAN.sub(lambda found: self.scaled(found[0], self.least_span_s), expression)


@dataclass(frozen=True, slots=True)
class Pack:
    """The pack, and how it is used.

    Attributes:
        folder: where it is.
        pace: how fast its times pass.
    """

    folder: Path
    pace: Pace = Pace()

    def check(self) -> None:
        """Look whether the pack is there, before anything is begun that takes long.

        Raises:
            PackError: it is not.
        """
        self._read("prometheus/prometheus.yml")

    def write_prometheus(self, folder: Path, *, target: str, alertmanager: str) -> Path:
        """Write Prometheus' configuration and rules to a folder, and return the configuration's file.

        Args:
            folder: is there.
            target: host and port of the service.
            alertmanager: host and port.

        Raises:
            PackError: a file cannot be read.
        """
        content = self._read("prometheus/prometheus.yml")
        every = f"{round(1000 * self.pace.scrape_s)}ms"
        content["global"] |= {"scrape_interval": every, "scrape_timeout": every, "evaluation_interval": every}
        content["alerting"]["alertmanagers"][0]["static_configs"][0]["targets"] = [alertmanager]
        content["scrape_configs"][0]["static_configs"][0]["targets"] = [target]
        (folder / "rules").mkdir(exist_ok=True)
        for path in sorted((self.folder / "prometheus/rules").glob("*.yml")):
            _write(folder / "rules" / path.name, self._scaled_rules(self._read(f"prometheus/rules/{path.name}")))
        return _write(folder / "prometheus.yml", content)

    def write_alertmanager(self, folder: Path, *, webhook: str) -> Path:
        """Write Alertmanager's configuration to a folder, and return its file; everybody is told at the webhook.

        Args:
            folder: is there.
            webhook: an address, to which each receiver's name is added.

        Raises:
            PackError: a file cannot be read.
        """
        content = self._read("alertmanager/alertmanager.yml")
        content["templates"] = [str((self.folder / "alertmanager/templates").resolve() / "*.tmpl")]
        route = content["route"]
        route |= {name: self.pace.scaled(route[name]) for name in _TIMES}
        if not self.pace.has_quiet_hours:
            for each in route["routes"]:
                each.pop("mute_time_intervals", None)
        for receiver in content["receivers"]:
            if receiver.pop("email_configs", None):
                receiver["webhook_configs"] = [{"url": f"{webhook}/{receiver['name']}", "send_resolved": True}]
        return _write(folder / "alertmanager.yml", content)

    def write_grafana(self, folder: Path, *, prometheus: str) -> None:
        """Write what Grafana is provisioned with to a folder that is not there yet.

        Args:
            folder: of the provisioning.
            prometheus: address.

        Raises:
            PackError: a file cannot be read.
        """
        for name in ("datasources/prometheus.yaml", "dashboards/peakweek.yaml"):
            content = self._read(f"provisioning/{name}")
            for source in content.get("datasources", ()):
                source["url"] = prometheus
                source["jsonData"]["timeInterval"] = f"{self.pace.scrape_s:g}s"
            for provider in content.get("providers", ()):
                provider["options"]["path"] = str((self.folder / "dashboards").resolve())
            (folder / name).parent.mkdir(parents=True)
            _write(folder / name, content)

    def _scaled_rules(self, content: dict[str, Any]) -> dict[str, Any]:
        for group in content["groups"]:
            for rule in group["rules"]:
                rule["expr"] = self.pace.scaled_expression(rule["expr"])
                least_s = _START_S if "absent(" in rule["expr"] else _LATE_SCRAPES * self.pace.scrape_s
                rule |= {name: self.pace.scaled(rule[name], least_s) for name in _WAITS if name in rule}
        return content

    def _read(self, name: str) -> dict[str, Any]:
        path = self.folder / name
        try:
            content = YAML(typ="safe").load(path)
        except (OSError, YAMLError) as problem:
            raise PackError(str(path), getattr(problem, "strerror", None) or "not YAML") from None
        if not isinstance(content, dict):
            raise PackError(str(path), "not a configuration")
        return content


def _write(path: Path, content: Mapping[str, Any]) -> Path:
    YAML(typ="safe").dump(content, path)
    return path
