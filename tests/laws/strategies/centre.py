"""What a centre is and may choose, at random: procedures, groups of people, plans."""

from datetime import date
from typing import Any

from tests.laws.strategies.pick import Pick
from tests.laws.strategies.small import procedure
from tests.laws.strategies.world import Part, Parts, law

Groups = dict[str, Part]
Skills = tuple[str, ...]

_STAGES = ("intake", "back-office", "check", "approval", "handover", "guidance")
# Specialists; one for everything, who prefers the hall; some for everything, who prefer the office, beside others.
_ORDINARY: tuple[tuple[Skills, ...], ...] = (
    (("intake", "handover", "guidance"), ("back-office", "check", "approval")),
    (("handover", "intake", "guidance", "check", "back-office", "approval"),),
    (("approval", "back-office", "check", "intake", "handover", "guidance"), ("guidance", "intake")),
    (("guidance",), ("intake", "check", "handover"), ("back-office", "check"), ("approval",)),
)


def kinds(pick: Pick, tick_min: float) -> dict[str, Part]:
    """Return one to three kinds of record, some of which never come."""
    shares = pick.one((1.0,), (0.5, 0.5), (0.0, 1.0), (0.25, 0.0, 0.75))
    return {f"kind-{index}": kind(pick, tick_min, share) for index, share in enumerate(shares)}


def kind(pick: Pick, tick_min: float, share: float) -> Part:
    """Return a kind of record, of any route."""

    def work(n_ticks: float = 1) -> Part | None:
        return pick.perhaps(lambda: law(pick, n_ticks * tick_min), None)

    return procedure(
        share=share,
        online_ratio=pick.one(0, 0, 0.5, 0.5, 1),
        priority=pick.one(0, 0, -1, 1),
        guidance_min=work(),
        intake_min=law(pick, tick_min),
        **({"pages": None, "page_mb": 0} if pick.whether(one_in=4) else pages(pick, tick_min)),
        check_min=work(),
        back_office_min=work(4),
        approval_min=work(),
        handover_min=work(),
        wrong_counter_ratio=pick.one(0, 0.5, 0.2),
        incomplete_ratio=pick.one(0, 0.5, 0.2),
        deadline=pick.one(
            *({"working_days": n, "cutoff": "13:00"} for n in (0, 1, 2)), {"working_hours": 0.5}, {"working_hours": 8.0}
        ),
    )


def pages(pick: Pick, tick_min: float) -> Part:
    """Return pages to scan, to upload, or both; a page on the scanner takes a tick or half of one."""
    return {
        "pages": law(pick, 2),
        "page_mb": pick.one(1, 1, 0),
        "scan_s_per_page": 60 * tick_min * pick.one(0.5, 1, 0),
    }


def staff_groups(pick: Pick, days: list[date], procedure_names: tuple[str, ...]) -> Groups:
    """Return groups whose skills are ordinary, or mixed and in any order of preference."""
    skills = list(pick.one(*_ORDINARY, *_ORDINARY, (), (), ()))
    if not skills:
        skills = [skill_list(pick, procedure_names) for _ in range(pick.one(1, 2, 3, 4))]
        more: Skills = pick.one(("intake",), ("intake", "back-office"), ())
        skills[0] = (*skills[0], *more)
    return {f"group-{index}": group(pick, days, of_group) for index, of_group in enumerate(skills)}


def skill_list(pick: Pick, procedure_names: tuple[str, ...]) -> Skills:
    """Return skills in order of preference, for all procedures or one."""
    skills = [*_STAGES, *(f"{stage}:{name}" for stage in _STAGES for name in procedure_names)]
    return tuple(pick.some(skills, least=1, most=8))


def group(pick: Pick, days: list[date], skills: Skills) -> Part:
    """Return a group that is there always, or only on some days and at some times."""
    return {
        "people": pick.one(1, 2, 3, 1, 2, 3, 4, 0),
        "skills": skills,
        "first_day": pick.one(None, None, None, days[min(1, len(days) - 1)]),
        "last_day": pick.one(None, None, None, days[-1]),
        "weekdays": pick.one(None, None, None, frozenset({"tue", "fri", "sat", "mon"})),
        "times": pick.one(
            *((),) * 12, (("09:00", "10:00"), ("10:05", "13:00")), (("10:00", "17:30"),), (("22:00", "23:55"),)
        ),
        "leave": pick.perhaps(lambda: leaves(pick, days), (), one_in=4),
        "absence_ratio": pick.one(0, 0, 0, 0.3),
        "experience_days": pick.one(0, 1),
        "wage_per_h": 1.0,
    }


def leaves(pick: Pick, days: list[date]) -> Parts:
    """Return one or two leaves, which may overlap."""
    return tuple(
        {"first_day": day, "last_day": days[-1], "people": pick.one(1, 2, 0)}
        for day in pick.some([*days, days[-1]], least=1, most=2)
    )


def choice(pick: Pick, days: list[date], groups: Groups, procedure_names: tuple[str, ...]) -> Part:
    """Return a plan, which may leave all as it is."""
    names = sorted(groups)
    fewer_or_more: dict[str, int] = {pick.one(*names): pick.one(1, 3, 0)} if pick.whether(one_in=3) else {}
    people: dict[str, int] = {name: group["people"] for name, group in groups.items()} | fewer_or_more

    def cover(**more: Any) -> Parts:
        covering = {name: pick.one(*range(n, -1, -1)) for name, n in people.items()}
        return ({"first_day": pick.one(*days), "last_day": days[-1], "people": covering, **more},)

    told: Part = {
        "title": "P",
        "lunch": pick.perhaps(cover, ()),
        "evening": pick.perhaps(lambda: cover(until=pick.one("17:00", "23:55")), (), one_in=3),
        "sessions": pick.perhaps(lambda: cover(opens="09:00", closes="12:00"), ()),
        "staff": fewer_or_more,
        "skills": {pick.one(*names): skill_list(pick, procedure_names)} if pick.whether(one_in=3) else {},
        "training_days": pick.one({}, {}, {names[0]: 1.0}),
        "volunteers": pick.perhaps(lambda: volunteers(pick, days), ()),
    }
    # What a plan may say otherwise than the scenario: most often nothing.
    of_things: dict[str, tuple[int | None, ...]] = {
        "counters": (None, None, None, 2, 4),
        "desks": (None, None, None, 1),
        "scanners": (None, None, None, 1),
        "ups_min": (None, None, None, 10),
    }
    for name, values in of_things.items():
        told[name] = pick.one(*values)
    return told


def volunteers(pick: Pick, days: list[date]) -> Parts:
    """Return teams of volunteers on some days."""
    return ({"first_day": pick.one(*days), "last_day": days[-1], "teams": pick.one(1, 2)},)
