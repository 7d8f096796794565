"""What the dashboards show of a fault: the pack's own panels, asked of the Prometheus that runs.

Place in the pipeline: beside the steps. In: the dashboards' JSON, and Prometheus. Out: whether the signs of a fault are
there. Invariant: a panel is asked by the expression and the legend that Grafana would use, and by no other.
"""

import asyncio
import json
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import aiohttp

from monitor.drill.errors import DrillError

_POLL_S = 0.25
_RANGE = "60s"
_ANY = {"queue": ".*", "province": ".*"}


@dataclass(frozen=True, slots=True)
class Sign:
    """Where a fault is seen: a series of a panel whose value is then within limits within which it is not otherwise.

    Attributes:
        board: name of the dashboard's file, such as ``network``.
        panel: title of its panel.
        series: what the legend calls the series; in a table, what its row is called.
        least: the least value that shows the fault.
        most: the greatest.
    """

    board: str
    panel: str
    series: str
    least: float
    most: float = math.inf

    def is_shown_by(self, value: float | None) -> bool:
        """Return whether a value of the series shows the fault; none: the series is not there."""
        return value is not None and self.least <= value <= self.most


@dataclass(frozen=True)
class Boards:
    """The dashboards, filled in for one centre.

    Attributes:
        folder: of the dashboards' JSON.
        prometheus: address.
        instance: the centre, as Prometheus calls it.
        span_s: seconds that a rate looks back.
    """

    folder: Path
    prometheus: str
    instance: str
    span_s: float

    async def until(self, signs: Iterable[Sign], patience_s: float, *, are_shown: bool) -> None:
        """Return once every sign is shown, or once none is.

        Raises:
            DrillError: one is not after so long, or still is; or the dashboard has no such panel.
        """
        async with aiohttp.ClientSession() as session:
            for sign in signs:
                value = None
                try:
                    async with asyncio.timeout(patience_s):
                        while sign.is_shown_by(value := await self._value(session, sign)) is not are_shown:  # noqa: ASYNC110 - a socket
                            await asyncio.sleep(_POLL_S)
                except TimeoutError:
                    what = "does not show" if are_shown else "shows without a fault"
                    at = f"{sign.panel!r} of {sign.board}, series {sign.series!r}"
                    raise DrillError(f"{at} {what} {sign.least:g} to {sign.most:g}: its value is {value}") from None

    async def _value(self, session: aiohttp.ClientSession, sign: Sign) -> float | None:
        """Return what the series is now; none if it is not there."""
        for expression, legend in self._queries(sign):
            async with session.get(f"{self.prometheus}/api/v1/query", params={"query": expression}) as answer:
                told = await answer.json()
            if told["status"] != "success":
                raise DrillError(f"{sign.panel!r} of {sign.board} cannot be asked: {told['error']}")
            for row in told["data"]["result"]:
                if _named(legend, row["metric"]) == sign.series:
                    return float(row["value"][1])
        return None

    def _queries(self, sign: Sign) -> list[tuple[str, str]]:
        """Return expression and legend of each query of a panel."""
        board = self._content.get(sign.board)
        panel = next((each for each in board["panels"] if each["title"] == sign.panel), None) if board else None
        if not panel:
            raise DrillError(f"{self.folder} has no panel {sign.panel!r} in {sign.board}.json")
        chosen = {**_ANY, "instance": self.instance, "__rate_interval": f"{self.span_s:g}s", "__range": _RANGE}
        return [
            (re.sub(r"\$(\w+)", lambda name: chosen[name[1]], query["expr"]), query.get("legendFormat", ""))
            for query in panel["targets"]
        ]

    @cached_property
    def _content(self) -> dict[str, Any]:
        return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in self.folder.glob("*.json")}


def _named(legend: str, labels: Mapping[str, str]) -> str:
    """Return what a series is called; a table has no legend, and its rows are called by their first label."""
    if legend:
        return re.sub(r"{{(\w+)}}", lambda name: labels.get(name[1], ""), legend)
    return next((value for name, value in sorted(labels.items()) if name != "__name__"), "")
