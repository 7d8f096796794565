"""What the planner's page does: scenarios to choose from, levers to move, and studies of what comes of it.

Place in the pipeline: beside the prediction. In: scenario files. Out: what may be moved, tables that grow, and a
scenario file of what was found. Invariant: nothing that is tried out here touches a centre's state.
"""

from __future__ import annotations

import asyncio
import io
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, ConfigDict, Field
from ruamel.yaml import YAML

import sim
from monitor.planning.answer import ON_TIME
from monitor.planning.levers import Levers, moved, offered
from monitor.planning.report import report
from monitor.planning.study import Studio

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence
    from pathlib import Path

    from sim import Scenario

__all__ = ["ON_TIME", "Levers", "Planning", "Tried", "Wish", "offered"]


class Tried(BaseModel):
    """A plan that is tried out: one of the scenario's, with levers moved."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    base: Annotated[str, Field(max_length=40)]
    title: Annotated[str, Field(min_length=1, max_length=80)]
    levers: Levers = Levers()


class Wish(BaseModel):
    """Plans to be held against each other; the first is what the others are compared with."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    scenario: Annotated[str, Field(max_length=40)]
    plans: Annotated[tuple[Tried, ...], Field(min_length=1, max_length=8)]
    n_replications: Annotated[int, Field(ge=1, le=2_000)] = 400


@dataclass
class Planning:
    """Scenarios that are offered, and what studies them.

    Attributes:
        paths: their files; the first is shown first.
        studio: simulates.
    """

    paths: Sequence[Path]
    studio: Studio = field(default_factory=Studio)

    def __post_init__(self) -> None:
        self.scenarios: dict[str, Scenario] = {}
        self._files: dict[str, Path] = {}
        self._made: asyncio.Task[tuple[str, dict[str, str]]] | None = None
        self._warming: asyncio.Task[None] | None = None
        for path in self.paths:
            scenario = sim.read_scenario(path)
            self.scenarios[scenario.name] = scenario
            self._files[scenario.name] = path

    async def browser_files(self) -> tuple[str, dict[str, str]]:
        """Return the script that draws charts, and the specification of the page's chart in each language."""
        if self._made is None:
            self._made = asyncio.create_task(self._make())
        return await asyncio.shield(self._made)  # who leaves must not end it for the others

    async def _make(self) -> tuple[str, dict[str, str]]:
        files = await self.studio.call(_browser_files)  # first: the page can be drawn before the engine is ready
        self._warming = asyncio.create_task(self.studio.warm(next(iter(self.scenarios.values()))))
        return files

    def close(self) -> None:
        """End what simulates."""
        for task in (self._made, self._warming):
            if task:
                task.cancel()
        self.studio.close()

    def plans(self, wish: Wish) -> dict[str, dict[str, object]]:
        """Return the plans of a wish by name, as a file would say them.

        Raises:
            ScenarioError: a plan starts from one that the scenario does not have.
        """
        scenario = self.scenarios[wish.scenario]
        return {
            f"plan-{number}": moved(scenario, tried.base, tried.levers, tried.title)
            for number, tried in enumerate(wish.plans, start=1)
        }

    def report(self, wish: Wish) -> AsyncGenerator[dict[str, Any] | bytes, None]:
        """Yield how far the leaders' report on a wish is, and the report: of its plans, the first is the baseline.

        A wish of one plan asks for the report that the scenario itself names.

        Raises:
            ScenarioError: a plan is wrong; nothing has run.
        """
        scenario = self.scenarios[wish.scenario]
        if len(wish.plans) == 1:
            return report(self.studio, scenario)
        baseline, *options = plans = self.plans(wish)
        return report(self.studio, sim.with_plans(scenario, plans), options, baseline)

    def as_file(self, wish: Wish) -> str:
        """Return a scenario file that has these plans; it extends the one that they were tried in.

        Raises:
            ScenarioError: a plan is wrong.
        """
        scenario, file = self.scenarios[wish.scenario], self._files[wish.scenario]
        sim.with_plans(scenario, self.plans(wish))
        content = {
            "name": f"{scenario.name}-tried",
            "extends": file.name,
            "title": scenario.title,
            "question": scenario.question,
            "plans": {name: _written(plan) for name, plan in self.plans(wish).items()},
        }
        told = io.StringIO()
        yaml = YAML()
        yaml.width = 120
        yaml.dump(content, told)
        head = f"# Tried out on the planner's page; every number is a choice [A]. To be kept beside {file.name}."
        return f"{head}\n\n{told.getvalue()}"


def _written(value: object) -> object:
    """Return a value as YAML says it."""
    if isinstance(value, dict):
        return {str(name): _written(each) for name, each in value.items()}
    if isinstance(value, list | tuple | frozenset | set):
        return [_written(each) for each in value]
    if hasattr(value, "hour") and not hasattr(value, "day"):
        return f"{value:%H:%M}"
    return value


def _browser_files() -> tuple[str, dict[str, str]]:
    from monitor.planning.chart import browser_files  # noqa: PLC0415 - large, and only for a process of the studio

    return browser_files(sim.LANGUAGES)
