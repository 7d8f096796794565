"""Plans that are tried out: what may be moved, what comes of it, and that nothing that cannot be is simulated."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

import sim
from monitor.config import Config
from monitor.planning import Levers, Planning
from monitor.planning.levers import moved, offered
from monitor.planning.study import Studio
from monitor.tokens import Scope, Tokens
from sim import Scenario

PEAK_WEEK = Path("scenarios/peak-week.yaml")
JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def scenario(project_root: Path) -> Scenario:
    """Return the shipped peak week."""
    return sim.read_scenario(project_root / PEAK_WEEK)


def wish(*levers: dict[str, Any], n: int = 30, base: str = "as-usual") -> dict[str, Any]:
    """Return plans to be tried out, each with levers moved."""
    plans = [{"base": base, "title": f"Plan {number}", "levers": each} for number, each in enumerate(levers)]
    return {"scenario": "peak-week", "plans": plans, "n_replications": n}


def test_levers_that_stay_change_nothing(scenario: Scenario) -> None:
    """A plan with its levers where they were is that plan, for every shipped plan: the same figures come of it."""
    for name, told in offered(scenario)["plans"].items():  # type: ignore[attr-defined]
        same = sim.with_plans(scenario, {name: moved(scenario, name, Levers(), scenario.plans[name].title)})
        assert same.plans[name] == scenario.plans[name]
        stayed = moved(scenario, name, Levers.model_validate(told["levers"]), scenario.plans[name].title)
        before, after = (sim.build_plan(each, name) for each in (scenario, sim.with_plans(scenario, {name: stayed})))
        assert (before.shifts == after.shifts).all()
        assert (before.n_counters, before.n_scanners, before.title) == (after.n_counters, after.n_scanners, after.title)


def test_each_lever_reaches_its_field(scenario: Scenario) -> None:
    """What is moved is said as a file would say it."""
    levers = Levers(
        lunch={"intake": 1, "signatory": 0},
        evening={"back-office": 4},
        evening_until="18:30",
        saturday={"intake": 2},
        staff={"intake": 4},
        counters=4,
        scanners=3,
        link_mbit_per_s=200,
        ups_min=30,
        volunteers=2,
        helpers=("back-office",),
        demand_ratio=1.5,
    )
    plan = moved(scenario, "as-usual", levers, "Mine")
    days = {"first_day": date(2026, 2, 23), "last_day": date(2026, 2, 27)}
    assert plan["lunch"] == ({**days, "people": {"intake": 1}},)
    assert plan["evening"] == ({**days, "until": "18:30", "people": {"back-office": 4}},)
    assert [session["first_day"] for session in plan["sessions"]] == [date(2026, 2, 28)]  # type: ignore[attr-defined]
    assert plan["skills"] == {"back-office": ("check", "back-office", "intake")}
    assert plan["world"] == {"demand": {"visits_per_day": 57.0}}
    found = sim.with_plans(scenario, {"mine": plan}).plans["mine"]
    assert (found.staff, found.counters, found.scanners) == ({"intake": 4}, 4, 3)
    assert (found.link_mbit_per_s, found.ups_min, found.volunteers[0].teams) == (200, 30, 2)


@pytest.fixture
async def planner(start: Any, config: Config, project_root: Path) -> AsyncIterator[Any]:
    """Return a service with a planner's page."""
    planning = Planning([project_root / PEAK_WEEK], Studio(1))
    async with start(config, planning=planning) as service:
        yield service


async def told(answer: Any) -> list[dict[str, Any]]:
    """Return what a study tells, message by message."""
    text = (await answer.read()).decode()
    return [json.loads(message.partition("data: ")[2]) for message in text.strip().split("\n\n")]


async def test_a_study_tells_what_the_command_would(planner: Any, project_root: Path, tmp_path: Path) -> None:
    """Figures narrow as replications arrive, the last are those of the file that can be taken away, run by itself."""
    body = wish({}, {"lunch": {"intake": 2, "back-office": 3}}, n=60)
    async with planner.session.post("/api/v1/planning/studies", json=body) as answer:
        assert answer.status == 200
        messages = await told(answer)
    numbers = [message["n_replications"] for message in messages]
    assert numbers == sorted(set(numbers))
    assert numbers[-1] == 60
    first, last = messages[-1]["plans"]
    assert first["differences"] == {}
    assert last["differences"]["on_time_ratio"]["verdict"] in {"better", "cannot tell"}
    async with planner.session.post("/api/v1/planning/file", json=body) as answer:
        text = await answer.text()
    for name in ("peak-week.yaml", "tho-xuan.yaml"):
        (tmp_path / name).write_text((project_root / "scenarios" / name).read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "tried.yaml").write_text(text, encoding="utf-8")
    table = sim.run_scenario(tmp_path / "tried.yaml", n_replications=60)
    band = table.band("on_time_ratio", 1, table.peak_week(1))
    assert band
    assert last["peak"]["on_time_ratio"]["mean"] == pytest.approx(band.mean, rel=1e-12)
    assert [case.scenario.titles[case.plan] for case in table.cases] == [first["title"], last["title"]]


async def test_what_cannot_be_is_refused_before_it_runs(planner: Any) -> None:
    """The Labour Code, a group that is not there, a base that is none: 422 with what would do; no wish at all: 400."""
    for levers, expected in (
        ({"evening": {"intake": 2}, "evening_until": "21:30"}, "labour_rules.overtime_day_ratio"),
        ({"lunch": {"cleaners": 1}}, "one of: intake"),
        ({"evening": {"intake": 2}, "evening_until": "soon"}, "a time of day"),
    ):
        async with planner.session.post("/api/v1/planning/studies", json=wish({}, levers)) as answer:
            problem = await answer.json(content_type=None)
            assert (answer.status, expected in problem["expected"]) == (422, True), problem
    for body in ({}, wish({}) | {"scenario": "other"}, wish({"counters": -1}), wish(*[{}] * 9)):
        for route in ("studies", "file", "report"):
            async with planner.session.post(f"/api/v1/planning/{route}", json=body) as answer:
                assert answer.status == 400
    for route in ("file", "report"):
        async with planner.session.post(f"/api/v1/planning/{route}", json=wish({}, {}, base="none")) as answer:
            assert answer.status == 422


async def test_who_leaves_stops_the_study(planner: Any) -> None:
    """A study whose reader has gone does not hold up the next."""
    body = wish({}, {"counters": 4}, n=2_000)
    async with planner.session.post("/api/v1/planning/studies", json=body) as answer:
        await answer.content.readuntil(b"\n\n")
    async with asyncio.timeout(20), planner.session.post("/api/v1/planning/studies", json=wish({}, n=12)) as answer:
        assert [message["n_replications"] for message in await told(answer)] == [12]


async def test_a_report_is_written_on_what_was_tried(planner: Any) -> None:
    """The service tells how far the report is, then gives it; one who leaves does not hold up the next."""
    body = wish({}, {"lunch": {"intake": 2, "back-office": 3}}, {"counters": 4})
    async with planner.session.post("/api/v1/planning/report", json=body) as answer:
        await answer.content.readuntil(b"\n\n")
    async with asyncio.timeout(60), planner.session.post("/api/v1/planning/report", json=body) as answer:
        assert answer.status == 200
        *steps, last = await told(answer)
    assert last["name"] == "peak-week.pdf"
    assert base64.b64decode(last["pdf"]).startswith(b"%PDF-")
    assert {(step["experiment"], step["of"]) for step in steps} == {("options", 40)}
    assert [step["n"] for step in steps] == sorted({step["n"] for step in steps})


async def test_a_token_for_planning_is_enough_and_one_for_reading_is_not(planner: Any, config: Config) -> None:
    """Everything below the planner's page answers whoever may plan, and refuses whoever may only read."""
    paths = json.loads((await planner.get("/api/v1/openapi.json"))[1])["paths"]
    routes = [(path, method) for path in paths if path.startswith("/api/v1/planning") for method in paths[path]]
    assert ("/api/v1/planning/report", "post") in routes
    tokens, now = Tokens(config.tokens), datetime(2025, 7, 1, tzinfo=UTC)
    for scope, is_refused in ((Scope.PLAN, False), (Scope.READ, True)):
        headers = {"Authorization": f"Bearer {tokens.create(None, frozenset({scope}), now)}"}
        for path, method in routes:
            async with planner.session.request(method, path, headers=headers) as answer:
                assert (answer.status == 403) is is_refused, (path, method, scope)
