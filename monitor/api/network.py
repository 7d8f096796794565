"""Network and queue on one axis of time: ``GET /api/v1/network``.

Place in the pipeline: beside the other routes of the API. In: requests. Out: JSON for the page of the network.
Invariant: it reads what is known; nothing is probed for it.
"""

from dataclasses import asdict
from datetime import datetime
from http import HTTPStatus

from aiohttp import web

from monitor.api.answers import as_json
from monitor.api.described import Answer, described
from monitor.api.probing import refuse_stranger
from monitor.network import Network
from monitor.probes.schedule import Standing

NETWORK = web.AppKey("network", Network)
_NUMBER = {"type": ["number", "null"]}
_TEXT = {"type": ["string", "null"]}
_TARGET = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "part": {"type": "string"},
        "module": {"type": "string"},
        "is_good": {"type": ["boolean", "null"], "description": "of the last attempt; none before the first"},
        "why": {**_TEXT, "description": "what was wrong, in words"},
        "ended": {**_TEXT, "description": "when the last attempt ended"},
        "failing_since": _TEXT,
        "duration_s": _NUMBER,
        "loss_ratio": _NUMBER,
        "round_trip_s": _NUMBER,
        "utilisation_ratio": {**_NUMBER, "description": "of its busiest interface and direction"},
    },
}
_NETWORK = {
    "type": "object",
    "properties": {
        "now": {"type": "string", "format": "date-time"},
        "targets": {"type": "array", "items": _TARGET},
        "minutes": {
            "type": "array",
            "items": {"type": "object"},
            "description": "of the last 12 hours: at_s, n_done, n_waiting, n_servers, and what was bad",
        },
        "impact": {"type": "object", "description": "what each cause cost the queue in those minutes"},
    },
    "required": ["now", "targets", "minutes", "impact"],
}


@described({HTTPStatus.OK: Answer("The targets, the minutes and the impact.", {"application/json": _NETWORK})})
async def get_network(request: web.Request) -> web.Response:
    """Return how every target stands, the last 12 hours' minutes, and what line and portal cost the queue."""
    refuse_stranger(request)
    network = request.app[NETWORK]
    return as_json(
        {
            "now": network.live.clock.now(),
            "targets": [_target(standing) for standing in network.schedule.standings.values()],
            "minutes": [asdict(minute) | {"bad": sorted(minute.bad)} for minute in network.minutes],
            "impact": {what: asdict(found) for what, found in network.impacts().items()},
        }
    )


def _target(standing: Standing) -> dict[str, str | float | bool | datetime | None]:
    """Return how a target stands."""
    target, result = standing.target, standing.result
    name = "peakweek_probe_interface_utilisation_ratio"
    shares = [sample.value for sample in result.samples if sample.name == name] if result else []
    return {
        "name": target.name,
        "part": target.part,
        "module": target.module,
        "is_good": None if standing.damped.is_bad is None else not standing.damped.is_bad,
        "why": result.reason.means if result and not result.success else None,
        "ended": standing.ended,
        "failing_since": standing.failing_since,
        "duration_s": result.duration_s if result else None,
        "loss_ratio": result.value("peakweek_probe_loss_ratio") if result else None,
        "round_trip_s": result.value("peakweek_probe_round_trip_mean_seconds") if result else None,
        "utilisation_ratio": max(shares, default=None),
    }
