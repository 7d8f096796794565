"""A small centre to change by hand: what its scenario file would say, part by part."""

from datetime import date, timedelta
from typing import Any

from sim.scenario import Scenario

FRIDAY = date(2025, 7, 4)


def constant(mean: float) -> dict[str, Any]:
    """Return the law that is always its mean."""
    return {"law": "deterministic", "mean": mean}


def procedure(**changes: Any) -> dict[str, Any]:
    """Return a kind of record, with these parts instead of the ordinary ones."""
    ordinary = {
        "share": 1.0,
        "intake_min": {"law": "exponential", "mean": 8},
        "pages": constant(5),
        "page_mb": 0.5,
        "back_office_min": {"law": "lognormal", "mean": 10, "cv": 0.8},
        "deadline": {"working_days": 0, "cutoff": "15:00"},
    }
    return ordinary | changes


def staff(*, intake: int, back_office: int) -> dict[str, Any]:
    """Return two groups, `intake` and `back-office`, of so many people."""
    return {
        "intake": {"people": intake, "skills": ("intake", "handover", "guidance")},
        "back-office": {"people": back_office, "skills": ("back-office", "check", "approval")},
    }


def document(**changes: Any) -> dict[str, Any]:
    """Return what a scenario file would say: two days of a small centre, with these top-level parts instead."""
    ordinary = {
        "name": "small",
        "title": "A small centre",
        "question": "How long do people wait?",
        "period": {"first_day": FRIDAY - timedelta(days=1), "last_day": FRIDAY, "peak_last_day": FRIDAY},
        "hours": {"morning": ("07:30", "11:30"), "afternoon": ("13:30", "17:00")},
        "demand": {"visits_per_day": 40, "hour_weights": dict.fromkeys(range(7, 17), 1.0)},
        "procedures": {"only": procedure()},
        "citizens": {"return_offset_min": {"law": "exponential", "mean": 60}},
        "staff": staff(intake=2, back_office=2),
        "counters": 2,
        "link": {"mbit_per_s": 100},
        "plans": {"as-usual": {"title": "As usual"}},
    }
    return ordinary | changes


def small_scenario(**changes: Any) -> Scenario:
    """Return the small centre with these top-level parts instead of the ordinary ones."""
    return Scenario.model_validate(document(**changes))
