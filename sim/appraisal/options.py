"""What may be bought or chosen: a plan's settings that differ from the baseline's, and several of them together.

In: a scenario and names of its plans. Out: `Setting`s, and a scenario that also has the combinations as plans.
Invariant: an option on its own is the plan as it was written; options that set the same field are alternatives, and
never combined.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from sim.document import did_you_mean, shown
from sim.errors import ScenarioError
from sim.plan import build_plan
from sim.scenario import PlanChoice, Scenario, with_plans
from sim.scenario.money import Equipment

MOST = 10  # options
MOST_PLANS = 128  # their combinations, which are all simulated
_PAIR = 2
Way = tuple[str, ...]
_ABSENT = None
_BY_GROUP = ("staff", "skills", "training_days")
_NOT_SET = frozenset({"title", "world", "purchase", *_BY_GROUP})


@dataclass(frozen=True)
class Setting:
    """A field that a plan has otherwise than the baseline.

    Attributes:
        way: the field, from the plan down, such as ``("staff", "guides")``.
        before: what the baseline has there.
        after: what the plan has.
    """

    way: Way
    before: object
    after: object


@dataclass(frozen=True)
class Clash:
    """Two options that cannot be chosen together.

    Attributes:
        pair: their names.
        fields: what both set; none where the Labour Code, or the scenario, forbids it.
        reason: what forbids it, else empty.
    """

    pair: tuple[str, str]
    fields: tuple[str, ...]
    reason: str = ""


@dataclass(frozen=True)
class Choices:
    """A scenario that also has the combinations of its options as plans.

    Attributes:
        scenario: with these plans.
        baseline: name of the plan that the others are held against.
        options: names of the options.
        plans: name of the plan of each set of options; the empty set's is the baseline.
        clashes: which pairs cannot be combined.
    """

    scenario: Scenario
    baseline: str
    options: tuple[str, ...]
    plans: dict[frozenset[str], str]
    clashes: tuple[Clash, ...]


def choices(scenario: Scenario, options: Sequence[str] = (), baseline: str | None = None) -> Choices:
    """Return the options that a report is about, in all their combinations.

    Args:
        scenario: as read.
        options: names of plans; none: what the scenario's `appraisal` names, or else every plan but the baseline that
            does not ask what if.
        baseline: name of a plan; none: what the scenario names, or else its first.

    Raises:
        ScenarioError: there is no such plan, too many or no options, or one that the Labour Code forbids.
    """
    terms = scenario.appraisal
    base = baseline or terms.baseline or next(iter(scenario.plans))
    others = tuple(name for name, plan in scenario.plans.items() if name != base and not plan.world)
    chosen = tuple(dict.fromkeys(options or terms.options or others))
    _check(scenario, base, chosen)
    clashes = tuple(_clashes(scenario, base, chosen))
    sets = _sets(chosen, {frozenset(clash.pair) for clash in clashes})
    if len(sets) > MOST_PLANS:
        got, hint = f"{len(chosen)} options in {len(sets)} combinations", "name some of them with --options"
        raise ScenarioError(scenario.name, "appraisal.options", got, f"at most {MOST_PLANS} combinations", hint)
    plans = {frozenset(names): "--".join(names) or base for names in sets}
    written: dict[str, Mapping[str, object]] = {
        name: plan.model_dump(exclude_unset=True) for name, plan in scenario.plans.items()
    }
    written |= {plans[frozenset(names)]: merged(scenario, names, base) for names in sets if len(names) >= _PAIR}
    theirs = with_plans(scenario, written)
    plans, forbidden = _allowed(theirs, plans, chosen)
    return Choices(theirs, base, chosen, plans, (*clashes, *forbidden))


def _sets(options: Sequence[str], clashing: set[frozenset[str]]) -> list[tuple[str, ...]]:
    """Return every set of options of which no two clash, smaller ones first, up to a few more than are simulated."""
    found: list[tuple[str, ...]] = [()]
    for names in found:  # which grows
        last = options.index(names[-1]) if names else -1
        found += [
            (*names, name)
            for name in options[last + 1 :]
            if not any(frozenset({name, other}) in clashing for other in names) and len(found) <= MOST_PLANS
        ]
    return found


def _check(scenario: Scenario, base: str, chosen: Sequence[str]) -> None:
    expected = f"one of {', '.join(scenario.plans)}"
    for field, name in (("appraisal.baseline", base), *(("appraisal.options", name) for name in chosen)):
        if name not in scenario.plans:
            raise ScenarioError(scenario.name, field, shown(name), expected, did_you_mean(name, scenario.plans))
    if base in chosen:
        raise ScenarioError(scenario.name, "appraisal.options", shown(base), "plans other than the baseline")
    if not 1 <= len(chosen) <= MOST:
        got, hint = f"{len(chosen)} options", "name them with --options"
        raise ScenarioError(scenario.name, "appraisal.options", got, f"1 to {MOST}", hint)


def _allowed(
    scenario: Scenario, plans: Mapping[frozenset[str], str], options: Sequence[str]
) -> tuple[dict[frozenset[str], str], tuple[Clash, ...]]:
    """Return the plans that may be, and the pairs that may not."""
    allowed: dict[frozenset[str], str] = {}
    forbidden: list[Clash] = []
    for names, plan in plans.items():
        if any(names - {name} not in allowed for name in names):
            continue
        try:
            build_plan(scenario, plan)
        except ScenarioError as problem:
            if len(names) < _PAIR:
                raise
            if len(names) == _PAIR:
                first, second = (name for name in options if name in names)
                forbidden.append(Clash((first, second), (), f"{problem.got}; expected {problem.expected}"))
        else:
            allowed[names] = plan
    return allowed, tuple(forbidden)


def settings(scenario: Scenario, name: str, baseline: str) -> tuple[Setting, ...]:
    """Return what a plan has otherwise than the baseline; what else it buys is not among it."""
    before, after = (dict(_settings(scenario, scenario.plans[each])) for each in (baseline, name))
    return tuple(
        Setting(way, before.get(way), after.get(way))
        for way in dict.fromkeys((*before, *after))
        if before.get(way) != after.get(way)
    )


def _settings(scenario: Scenario, plan: PlanChoice) -> Iterator[tuple[Way, object]]:
    """Yield each field of a plan, with what holds where the plan is silent."""
    silent: dict[str, object] = {
        "counters": scenario.counters,
        "desks": scenario.desks,
        "scanners": scenario.scanners,
        "link_mbit_per_s": scenario.link.mbit_per_s,
        "ups_min": scenario.ups_min,
    }
    for field in PlanChoice.model_fields:
        if field not in _NOT_SET:
            value = getattr(plan, field)
            yield (field,), silent.get(field) if value is _ABSENT else value
    for name, group in scenario.staff.items():
        yield ("staff", name), plan.staff.get(name, group.people)
        yield ("skills", name), plan.skills.get(name, group.skills)
        yield ("training_days", name), plan.training_days.get(name, 0)
    yield from _leaves(plan.world, ("world",))


def _leaves(world: Mapping[str, Any], above: Way) -> Iterator[tuple[Way, object]]:
    for name, value in world.items():
        if isinstance(value, Mapping) and value and "law" not in value:
            yield from _leaves(value, (*above, name))
        else:
            yield (*above, name), value


def _clashes(scenario: Scenario, baseline: str, options: Sequence[str]) -> Iterator[Clash]:
    """Yield the pairs of which both set a field; a part of the world and a field in it are one field."""
    told = {name: [setting.way for setting in settings(scenario, name, baseline)] for name in options}
    for first, second in combinations(options, 2):
        ways = [
            min(way, other, key=len)
            for way in told[first]
            for other in told[second]
            if way == other[: len(way)] or other == way[: len(other)]
        ]
        if ways:
            yield Clash((first, second), tuple(dict.fromkeys(".".join(way) for way in ways)))


def merged(scenario: Scenario, names: Sequence[str], baseline: str) -> dict[str, object]:
    """Return a plan that has the settings of several options, as a file would say it.

    Raises:
        ScenarioError: two of them set the same field.
    """
    plan: dict[str, Any] = scenario.plans[baseline].model_dump(exclude_unset=True)
    for clash in _clashes(scenario, baseline, names):
        got = f"{clash.pair[0]} and {clash.pair[1]}, which both set {', '.join(clash.fields)}"
        raise ScenarioError(scenario.name, "plans", got, "options that leave each other's fields alone")
    for setting in (each for name in names for each in settings(scenario, name, baseline)):
        part = plan
        for key in setting.way[:-1]:
            part[key] = dict(part.get(key, {}))
            part = part[key]
        part[setting.way[-1]] = setting.after
    own = scenario.plans[baseline].purchase
    bought = [each for name in names if (each := scenario.plans[name].purchase) != own]
    titles = " + ".join(scenario.plans[name].title for name in names)
    return _written(plan) | {"title": titles, "purchase": together(bought or [own]).model_dump()}


def together(bought: Sequence[Equipment]) -> Equipment:
    """Return several purchases as one that costs as much at once, in each year, and in upkeep."""
    price = sum(each.price for each in bought)
    wear_per_year = sum(each.price / each.life_years for each in bought)
    life_years = price / wear_per_year if wear_per_year else Equipment().life_years
    return Equipment(price=price, life_years=life_years, upkeep_per_year=sum(each.upkeep_per_year for each in bought))


def _written(plan: dict[str, Any]) -> dict[str, Any]:
    """Return a plan whose parts are plain values."""
    return {
        name: tuple(part.model_dump(exclude_unset=True) if hasattr(part, "model_dump") else part for part in value)
        if isinstance(value, tuple)
        else value
        for name, value in plan.items()
    }
