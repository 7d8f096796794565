"""How the engine is compiled: the one place that names the compiler's options.

In: functions over NumPy arrays. Out: the same functions, compiled when they are first called; with
``NUMBA_DISABLE_JIT=1`` the very functions, run by Python. Invariant: floating point is as written (no fast-math), and
nothing is allocated inside.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar, cast

from numba import njit

import sim.engine.order
import sim.scenario.people
import sim.trace

F = TypeVar("F", bound=Callable[..., Any])

# Division by zero does not occur, so nothing looks out for it.
_OPTIONS: Final = {"error_model": "numpy"}


def inner(function: F) -> F:
    """Return the function compiled, to be called by others of this package."""
    return cast("F", njit(**_OPTIONS)(function))


def woven(function: F) -> F:
    """Return the function compiled into each of its callers: for what is short or called from one place."""
    return cast("F", njit(forceinline=True, **_OPTIONS)(function))


def outer(function: F) -> F:
    """Return the function compiled once and for all: kept on disk, and without Python's lock while it runs."""
    return cast("F", njit(nogil=True, cache=True, error_model="numpy")(function))


def sources_digest() -> int:
    """Return a number that changes with any source that is compiled in.

    What numba keeps on disk it takes for current as long as the file of the outermost function is; it hashes, though,
    what that function finds in the scope around it. So the number goes there.
    """
    others = (sim.engine.order, sim.scenario.people, sim.trace)
    paths = [*sorted(Path(__file__).parent.glob("*.py")), *(Path(str(module.__file__)) for module in others)]
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.read_bytes())
    return int.from_bytes(digest.digest()[:7], "big")
