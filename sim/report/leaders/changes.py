"""What a plan changes, in words.

In: `Setting`s. Out: a few words for each. Invariant: every field that a plan may set has words.
"""

from collections.abc import Iterable

from sim.appraisal import Setting

_HOURS = {
    "lunch": "work through lunch: {people}",
    "evening": "stay in the evening{until}: {people}",
    "sessions": "work on days off: {people}",
}
_FROM_TO = {
    "counters": "counters {before} → {after}",
    "desks": "desks {before} → {after}",
    "scanners": "scanners {before} → {after}",
    "link_mbit_per_s": "line {before} → {after} Mbit/s",
    "ups_min": "battery {before} → {after} minutes",
    "staff": "people in {group} {before} → {after}",
    "skills": "{group} does, in this order: {after}",
    "training_days": "{after} days of training for {group}",
    "volunteers": "teams of volunteers {before} → {after}",
}


_FIELDS = {
    "lunch": "the work through lunch",
    "evening": "the evenings",
    "sessions": "the days off",
    "counters": "the counters",
    "desks": "the desks",
    "scanners": "the scanners",
    "link_mbit_per_s": "the line",
    "ups_min": "the battery",
    "staff": "the people in {group}",
    "skills": "what {group} does",
    "training_days": "the training of {group}",
    "volunteers": "the volunteers",
}


def field_name(field: str) -> str:
    """Return what people call a field of a plan, such as ``staff.guides``."""
    first, _, group = field.partition(".")
    return _FIELDS[first].format(group=group) if first in _FIELDS else field


def change(setting: Setting) -> str:
    """Return a setting in words, such as ``scanners 1 → 2``."""
    field = setting.way[0]
    if field in _HOURS:
        return _hours(field, setting.after)
    if field not in _FROM_TO:
        return f"otherwise: {'.'.join(setting.way)}"
    before, after = (_shown(field, value) for value in (setting.before, setting.after))
    return _FROM_TO[field].format(group=setting.way[-1], before=before, after=after)


def changes(settings: Iterable[Setting]) -> str:
    """Return all of a plan's settings in words."""
    return "; ".join(change(setting) for setting in settings)


def _shown(field: str, value: object) -> str:
    if value is None:
        return "as many as needed"
    if field == "volunteers" and isinstance(value, tuple):
        return str(max((each.teams for each in value), default=0))
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return f"{value:g}" if isinstance(value, int | float) else str(value)


def _hours(field: str, value: object) -> str:
    """Return who works outside normal hours, the most of each group on any day."""
    covers = value if isinstance(value, tuple) else ()
    most: dict[str, int] = {}
    for cover in covers:
        for group, n in cover.people.items():
            most[group] = max(n, most.get(group, 0))
    until = [cover.until for cover in covers if field == "evening"]
    people = ", ".join(f"{n} {group}" for group, n in most.items()) or "nobody"
    return _HOURS[field].format(people=people, until=f" until {max(until):%H:%M}" if until else "")
