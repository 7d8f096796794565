"""What Alertmanager says is firing, for the people in the hall.

Place in the pipeline: beside the network. In: Alertmanager's interface, asked every few seconds. Out: the alerts of a
centre. Invariant: nothing is judged here, so that no limit stands in two places; and when Alertmanager does not answer,
that is told, for silence would look like calm.

Source: Prometheus Alertmanager, *API v2* (`/alerts`).
"""

import asyncio
import logging
from dataclasses import dataclass
from datetime import datetime

import aiohttp
from pydantic import BaseModel, TypeAdapter, ValidationError

from monitor.config import AlertsConfig
from monitor.live import Live

_EVERY_S = 5.0
_PATIENCE_S = 5.0
_FIRING = {"active": "true", "silenced": "false", "inhibited": "false", "unprocessed": "false"}
_SEVERITIES = ("critical", "warning", "info")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert that fires.

    Attributes:
        name: as its rule calls it.
        severity: as its rule says; ``critical``, ``warning`` and ``info`` are those of the pack.
        team: who can do something about it; empty where the rule does not say.
        summary: what is the matter, in the rule's own words.
        since: when it began.
    """

    name: str
    severity: str
    team: str
    summary: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Alerts:
    """What fires at a centre.

    Attributes:
        is_known: whether Alertmanager answered when it was asked last.
        firing: the alerts as it told them last, the gravest first.
    """

    is_known: bool
    firing: tuple[Alert, ...]


class _Told(BaseModel):
    """What we read of an alert as Alertmanager tells it; the rest passes by."""

    labels: dict[str, str]
    annotations: dict[str, str]
    startsAt: datetime  # noqa: N815 - its name, not ours


_TOLD = TypeAdapter(list[_Told])


class Alertmanager:
    """Knows what fires.

    Args:
        config: where to ask, and for which alerts.
        live: the centres.
    """

    def __init__(self, config: AlertsConfig, live: Live) -> None:
        self._config = config
        self._live = live
        self._is_known: bool | None = None  # none: not asked yet
        self._told: list[_Told] = []

    def of(self, centre: str) -> Alerts:
        """Return the alerts of a centre: those that name it, and those that name no centre at all."""
        others = self._live.config.centre_by_id.keys() - {centre}
        firing = [_alert(told) for told in self._told if told.labels.get("instance") not in others]
        return Alerts(bool(self._is_known), tuple(sorted(firing, key=_gravest_first)))

    async def follow(self) -> None:
        """Ask for as long as the service runs."""
        limit = aiohttp.ClientTimeout(total=_PATIENCE_S)
        async with aiohttp.ClientSession(timeout=limit) as session:
            while True:
                await self._ask(session)
                await asyncio.sleep(_EVERY_S)

    async def _ask(self, session: aiohttp.ClientSession) -> None:
        """Take what fires now; say once in the log that there is no answer, and once that there is one again."""
        was_known, problem = self._is_known, None
        query = _FIRING | {"filter": list(self._config.matchers)}
        try:
            async with session.get(f"{self._config.alertmanager.rstrip('/')}/api/v2/alerts", params=query) as answer:
                answer.raise_for_status()
                self._told = _TOLD.validate_json(await answer.read())
        except (aiohttp.ClientError, TimeoutError) as found:
            problem = f"{type(found).__name__}: {found}".rstrip(": ")
        except ValidationError:
            problem = "it answers something else than alerts"
        self._is_known = problem is None
        if problem and was_known is not False:
            _log.warning("Alertmanager does not answer (%s)", problem)
        elif not problem and not was_known:
            _log.info("Alertmanager answers")


def _alert(told: _Told) -> Alert:
    labels = told.labels
    name = labels.get("alertname", "")
    return Alert(
        name=name,
        severity=labels.get("severity", ""),
        team=labels.get("team", ""),
        summary=told.annotations.get("summary", name),
        since=told.startsAt,
    )


def _gravest_first(alert: Alert) -> tuple[int, datetime, str]:
    severity = alert.severity
    return (_SEVERITIES.index(severity) if severity in _SEVERITIES else len(_SEVERITIES), alert.since, alert.name)
