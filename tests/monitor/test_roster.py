"""Who should be at work: from a plan's shifts, beside who is, and nothing where nobody planned."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

import sim
from monitor.config import CentreConfig, PlanConfig, read_config
from monitor.figures import PlannedFigures
from monitor.roster import Roster, read_rosters
from sim import ConfigError


@pytest.fixture(scope="module")
def tho_xuan(project_root: Path) -> Path:
    """Return a scenario that comes with the project."""
    return project_root / "scenarios/tho-xuan.yaml"


@pytest.fixture(scope="module")
def roster(tho_xuan: Path) -> Roster:
    """Return the roster of its plan with cover at lunch."""
    return Roster(sim.build_plan(sim.read_scenario(tho_xuan), "lunch-cover"))


def local(day: int, hour: int, minute: int = 0) -> datetime:
    """Return an instant of July 2025 in the centre's time."""
    return datetime(2025, 7, day, hour, minute, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))


def test_the_plan_says_who_should_be_there(roster: Roster) -> None:
    """Everybody in the morning; at lunch who covers; nobody before opening, nor from the instant of closing on."""
    morning = roster.at(local(1, 9))
    assert morning is not None
    assert set(morning.n_on_duty) == {"intake", "back-office", "signatory"}
    assert morning.n_servers_open == min(morning.n_on_duty["intake"], 3)
    assert roster.at(local(1, 12)) == PlannedFigures({"intake": 2, "back-office": 3, "signatory": 0}, 2)
    nobody = PlannedFigures(dict.fromkeys(morning.n_on_duty, 0), 0)
    assert [roster.at(local(1, 7, 29)), roster.at(local(1, 17)), roster.at(local(6, 9))] == [nobody] * 3
    assert roster.at(local(1, 7, 30)) == morning


def test_outside_the_period_nothing_is_known(roster: Roster) -> None:
    """The day before the scenario begins, and the day after it ends, are not planned: absent is not zero."""
    assert roster.at(local(1, 0) - timedelta(seconds=1)) is None
    assert roster.at(local(1, 0) + timedelta(days=60)) is None


async def test_metrics_and_page_show_the_plan(start: Any, config: Any, tho_xuan: Path, cloud_event: Any) -> None:
    """Each centre with a plan has who should be there beside who is; one without a plan has neither."""
    plan = PlanConfig(scenario=tho_xuan, name="lunch-cover")
    centres = (CentreConfig(id="north", plan=plan), CentreConfig(id="south"))
    config = config.model_copy(update={"centres": centres})
    async with start(config, rosters=read_rosters(config)) as service:
        await service.until_ready()
        told = [
            cloud_event("s", "staff.signed_in", 0, group="intake", count=1),
            cloud_event("c", "counter.opened", 0, counter="1"),
        ]
        for centre in ("north", "south"):
            async with service.session.post(
                f"/api/v1/events?centre={centre}",
                json=told,
                headers={"Content-Type": "application/cloudevents-batch+json"},
            ) as answer:
                assert answer.status == 200
        _, north = await service.get("/probe?centre=north")
        _, south = await service.get("/probe?centre=south")
        for line in ('centre_staff_on_duty{group="intake"} 1.0', "centre_servers_open 1.0"):
            assert line in north
            assert line in south
        # noon of the tests is lunchtime in the centre
        assert 'centre_staff_planned{group="intake"} 2.0' in north
        assert "centre_servers_planned 2.0" in north
        assert "planned{" not in south
        assert "\ncentre_servers_planned " not in south
        async with service.session.get("/api/v1/state?centre=north") as answer:
            assert (await answer.json())["planned"]["n_on_duty"]["back-office"] == 3
        async with service.session.get("/api/v1/state?centre=south") as answer:
            assert (await answer.json())["planned"] is None


WRONG = {
    "file": ("{scenario: none.yaml}", "centre.plan.scenario: found "),
    "plan": ("{scenario: tho-xuan.yaml, name: lunch-cove}", "did you mean lunch-cover"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_plan_is_told(tmp_path: Path, tho_xuan: Path, case: str) -> None:
    """A scenario that is not there, and a plan that it does not have."""
    written, expected = WRONG[case]
    (tmp_path / "tho-xuan.yaml").write_text(tho_xuan.read_text("utf-8"), encoding="utf-8")
    path = tmp_path / "monitor.yaml"
    path.write_text(f"centre: {{plan: {written}}}\n", encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        read_rosters(read_config(path))
    assert expected in str(caught.value)
    assert str(caught.value).startswith(str(tmp_path))
