"""How the engine is compiled: the one place that names the compiler's options.

In: functions over NumPy arrays. Out: the same functions, compiled when they are first called; with
``NUMBA_DISABLE_JIT=1`` the very functions, run by Python. Invariant: floating point is as written (no fast-math), and
nothing is allocated inside.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar, cast

import numba
from numba.core import event
from numba.extending import intrinsic
from numpy.typing import NDArray

import sim.engine.order
import sim.scenario.people
import sim.trace

F = TypeVar("F", bound=Callable[..., Any])
A = TypeVar("A", bound=NDArray[Any])

# numba's own types know neither all its options nor that a decorated function is called as before.
_NUMBA: Final[Any] = numba
# Nothing divides by zero; there are no references to count; and Python calls no inner function.
_INNER: Final = {"error_model": "numpy", "_nrt": False, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}


def inner(function: F) -> F:
    """Return the function compiled, to be called by others of this package only."""
    return cast("F", _NUMBA.njit(**_INNER)(function))


def woven(function: F) -> F:
    """Return the function compiled into each of its callers: for what is short or called from one place."""
    return cast("F", _NUMBA.njit(forceinline=True, **_INNER)(function))


def outer(function: F) -> F:
    """Return the function compiled once and for all: kept on disk, and without Python's lock while it runs."""
    options = {"nogil": True, "error_model": "numpy"}
    try:
        return cast("F", _NUMBA.njit(cache=True, **options)(function))
    except RuntimeError:  # neither the folder of the program nor one of the user can be written to
        return cast("F", _NUMBA.njit(**options)(function))


class _Told(event.Listener):
    """Tells once that something is compiled, and not taken from the disk."""

    def __init__(self, tell: Callable[[], None]) -> None:
        self._tell: Callable[[], None] | None = tell

    def on_start(self, _: object) -> None:
        """Tell of the first function."""
        tell, self._tell = self._tell, None
        if tell:
            tell()

    def on_end(self, _: object) -> None:
        """Say nothing."""


def on_compiling(tell: Callable[[], None]) -> None:
    """Call this, once, when the first function is compiled that no earlier run has left on the disk."""
    register: Any = event.register  # without types
    register("numba:compile", _Told(tell))


def _address(_: object, array: Any) -> tuple[Any, Callable[..., Any]]:
    """Return how the address of an array's first number is had: its type, and what is generated for it."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return context.make_array(signature.args[0])(context, builder, value=arguments[0]).data

    return _NUMBA.types.CPointer(array.dtype)(array), generate


def _itself(array: A) -> A:
    return array


# A bare address is one number where an array is seven, so it is quick to hand on and to compile with, and indexing is
# the same: it is what all functions but the outermost are given.
bare: Final = cast("Callable[[A], A]", _itself if _NUMBA.config.DISABLE_JIT else intrinsic(_address))


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
