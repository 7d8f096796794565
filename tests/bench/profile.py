"""Where the time of a call goes: told of each figure that is not reached."""

import cProfile
from statistics import median

import numpy as np

from sim.conditions import Conditions
from sim.engine.compiled.entry import lay_out, tell
from sim.engine.compiled.layout import material_of
from sim.engine.compiled.loop import happen
from sim.plan import Plan
from sim.workload import Workload
from tests.bench.timing import Run, seconds

_MOST = 6  # functions that are told
_ROUNDS = 50
_NOTHING_KEPT = np.empty(0, dtype=np.int64)


def engine_profile(
    workload: Workload, plan: Plan, conditions: Conditions, *, rounds: int = _ROUNDS
) -> dict[str, float]:
    """Return the seconds that each part of the compiled engine takes, in the order of the parts."""
    each: dict[str, list[float]] = {"gathering arrays": [], "laying out": [], "events": [], "telling stints": []}
    for _ in range(rounds):
        material = material_of(workload, plan, conditions)
        memory, x = lay_out(*material, _NOTHING_KEPT)
        parts: tuple[Run, ...] = (
            lambda: material_of(workload, plan, conditions),
            lambda: lay_out(*material, _NOTHING_KEPT),  # noqa: B023 - called at once
            lambda: happen(memory, x),  # noqa: B023
            lambda: tell(memory),  # noqa: B023
        )
        for times, part in zip(each.values(), parts, strict=True):
            times.append(seconds(part))
    return {name: median(times) for name, times in each.items()}


def told(parts: dict[str, float]) -> str:
    """Return the parts as a sentence: how long each takes, and what part that is."""
    whole = sum(parts.values())
    return ", ".join(f"{name} {part * 1e6:.0f} µs ({part / whole:.0%})" for name, part in parts.items())


def call_profile(run: Run) -> str:
    """Return the functions in which a call spends most time itself, what they call left out."""
    profile = cProfile.Profile()
    profile.runcall(run)
    functions: dict[str, float] = {}
    for entry in profile.getstats():
        name = entry.code if isinstance(entry.code, str) else entry.code.co_name
        functions[name] = functions.get(name, 0) + entry.inlinetime
    busiest = sorted(functions.items(), key=lambda item: -item[1])[:_MOST]
    return ", ".join(f"`{name}` {own / sum(functions.values()):.0%}" for name, own in busiest)
