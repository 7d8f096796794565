"""Rules on names that import-linter cannot see: who may draw at random, read the clock, use SimPy, reach into sim."""

import ast
from collections.abc import Iterable, Iterator
from functools import cache

import pytest

import sim

# What may be used in some places only, and those places. A name covers all that is below it.
ONLY_IN = {
    "random": ("sim.streams",),
    "numpy.random": ("sim.streams",),
    "simpy": ("sim.engine.reference",),
    "numba": ("sim.compiler",),
    "time": ("monitor.clock",),
    "datetime.datetime.now": ("monitor.clock",),
    "datetime.datetime.utcnow": ("monitor.clock",),
    "datetime.datetime.today": ("monitor.clock",),
    "datetime.date.today": ("monitor.clock",),
}
ENGINES = ("sim.engine.reference", "sim.engine.compiled")


def module_name(path: str) -> str:
    """Return the dotted name of the module at ``path``."""
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def is_within(name: str, above: str) -> bool:
    """Return whether a dotted name is ``above`` or below it."""
    return name == above or name.startswith(f"{above}.")


@cache
def used_names(text: str) -> tuple[tuple[int, str], ...]:
    """Return line and full dotted name of all that a module imports, and of every attribute it takes from an import."""
    return tuple(_used_names(text))


def _used_names(text: str) -> Iterator[tuple[int, str]]:
    tree = ast.parse(text)
    full_names: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                local, full = (alias.asname, alias.name) if alias.asname else (alias.name.split(".")[0],) * 2
                full_names[local] = full
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                full_names[alias.asname or alias.name] = f"{node.module}.{alias.name}"
                yield node.lineno, f"{node.module}.{alias.name}"
    inner = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and id(node) not in inner:
            first, _, rest = ast.unparse(node).partition(".")
            if first in full_names:
                yield node.lineno, f"{full_names[first]}.{rest}"


def out_of_place(path: str, text: str) -> list[str]:
    """Return each use of a name outside the one module that may use it."""
    module = module_name(path)
    return [
        f"{path}:{line}: {name} belongs in {' and '.join(places)} only"
        for line, name in used_names(text)
        for kept, places in ONLY_IN.items()
        if is_within(name, kept) and not any(is_within(module, place) for place in places)
    ]


def engine_leaks(path: str, text: str) -> list[str]:
    """Return each import of one engine by the other: they share the order of events and no logic."""
    mine = [engine for engine in ENGINES if is_within(module_name(path), engine)]
    return [
        f"{path}:{line}: one engine uses the other"
        for line, name in used_names(text)
        if mine and any(is_within(name, engine) for engine in ENGINES if engine not in mine)
    ]


def split_module(name: str, modules: set[str]) -> tuple[str, str]:
    """Return the longest module of ``modules`` that a dotted name starts with, and what follows it there."""
    head, _, rest = name.partition(".")
    while rest and f"{head}.{rest.partition('.')[0]}" in modules:
        step, _, rest = rest.partition(".")
        head = f"{head}.{step}"
    return head, rest


def private_uses(path: str, text: str, public: Iterable[str], modules: set[str]) -> list[str]:
    """Return each use by the monitor of a name of sim that is not in ``public``; ``modules`` are sim's."""
    found = []
    for line, name in used_names(text):
        if is_within(name, "sim") and name != "sim":
            module, rest = split_module(name, modules)
            wanted = (rest or module.rpartition(".")[2]).partition(".")[0]
            if wanted not in public:
                found.append(f"{path}:{line}: {name} is not public: sim.__all__ does not name {wanted}")
    return found


def roundabout_imports(path: str, text: str, modules: set[str]) -> list[str]:
    """Return each use inside a package of a name taken from the package itself, which hides the layer it is in."""
    package = path.partition("/")[0]
    if path == f"{package}/__main__.py":  # the top layer may use what the package promises
        return []
    uses = ((line, *split_module(name, modules)) for line, name in used_names(text) if is_within(name, package))
    return [
        f"{path}:{line}: take {rest} from its own module" for line, module, rest in uses if rest and module == package
    ]


def test_names_stay_in_their_place(sources: dict[str, str]) -> None:
    """Randomness, the wall clock and the engines' libraries are used each in one module, and the engines stay apart."""
    ours = {path: text for path, text in sources.items() if path.startswith(("sim/", "monitor/"))}
    assert [
        line for path, text in ours.items() for line in (*out_of_place(path, text), *engine_leaks(path, text))
    ] == []


def test_imports_name_the_module(sources: dict[str, str]) -> None:
    """Inside a package every name is imported from its own module, so that the layers are what they seem."""
    modules = {module_name(path) for path in sources}
    ours = {path: text for path, text in sources.items() if path.startswith(("sim/", "monitor/"))}
    assert [line for path, text in ours.items() for line in roundabout_imports(path, text, modules)] == []


def test_monitor_uses_what_sim_makes_public(sources: dict[str, str]) -> None:
    """The monitor takes from sim only names that sim.__all__ promises."""
    modules = {module_name(path) for path in sources if path.startswith("sim/")}
    monitor = {path: text for path, text in sources.items() if path.startswith("monitor/")}
    assert [line for path, text in monitor.items() for line in private_uses(path, text, sim.__all__, modules)] == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("sim/plan.py", "import random\n"),
        ("sim/plan.py", "from random import Random\n"),
        ("sim/plan.py", "import numpy as np\nx = np.random.default_rng(1)\n"),
        ("sim/workload.py", "from numpy import random\n"),
        ("sim/engine/compiled.py", "import simpy\n"),
        ("sim/workload/thinning.py", "import numba\n"),
        ("monitor/store.py", "import time as t\n"),
        ("monitor/store.py", "from datetime import datetime as dt\nx = dt.now()\n"),
        ("monitor/store.py", "import datetime\nx = datetime.date.today()\n"),
    ],
)
def test_name_out_of_place_is_found(path: str, text: str) -> None:
    """A name used outside its module is found, under whatever alias."""
    assert len(out_of_place(path, text)) >= 1


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("sim/streams.py", "import numpy as np\nx = np.random.default_rng(1)\n"),
        ("sim/engine/reference/walk.py", "import simpy\n"),
        ("monitor/clock.py", "from datetime import datetime\nx = datetime.now()\n"),
        ("monitor/events.py", "from datetime import datetime, time\nx = datetime.fromisoformat('2025-07-01')\n"),
    ],
)
def test_name_in_place_is_allowed(path: str, text: str) -> None:
    """The one module that may use a name may use it, and names that only look alike are free."""
    assert out_of_place(path, text) == []


@pytest.mark.parametrize(("path", "count"), [("compiled", 1), ("reference", 0), ("order", 0)])
def test_engine_in_engine_is_found(path: str, count: int) -> None:
    """An engine that imports the other is found; its own parts and other modules are free."""
    assert len(engine_leaks(f"sim/engine/{path}.py", "from sim.engine.reference import walk\n")) == count


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("from sim import simulate\n", 0),
        ("from sim.engine import simulate\n", 0),
        ("import sim\nx = sim.simulate\n", 0),
        ("from sim import Plan\nx = Plan.usual\n", 0),
        ("from sim.engine import step\n", 1),
        ("from sim import engine\n", 1),
        ("import sim\nx = sim.engine.step\n", 1),
    ],
)
def test_private_use_is_found(text: str, count: int) -> None:
    """A name that sim does not promise is found, however it is reached."""
    assert len(private_uses("monitor/app.py", text, ["Plan", "simulate"], {"sim", "sim.engine"})) == count


@pytest.mark.parametrize(
    ("path", "text", "count"),
    [
        ("sim/plan.py", "from sim import simulate\n", 1),
        ("sim/plan.py", "from sim import errors\nx = errors.require\n", 0),
        ("sim/plan.py", "from sim.errors import require\n", 0),
        ("sim/__main__.py", "from sim import simulate\n", 0),
        ("monitor/app.py", "from sim import simulate\n", 0),
    ],
)
def test_roundabout_import_is_found(path: str, text: str, count: int) -> None:
    """A name taken from its package instead of its module is found inside the package, below its command."""
    assert len(roundabout_imports(path, text, {"sim", "sim.errors", "monitor"})) == count
