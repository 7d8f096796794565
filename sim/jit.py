"""How loops outside the engine are compiled: the one place, beside the compiled engine's own, that names the compiler.

In: functions over NumPy arrays. Out: the same functions, compiled when they are first called and kept on disk; with
``NUMBA_DISABLE_JIT=1`` the very functions, run by Python. Invariant: floating point is as written (no fast-math, and
no elementary function, which NumPy and SciPy alone work out), nothing is allocated inside, and Python's lock is not
held.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., Any])

_NUMBA: Final[Any] = numba  # its own types do not know that a decorated function is called as before


def inner(function: F) -> F:
    """Return the function compiled: for what others that are compiled call."""
    return cast("F", _NUMBA.njit(error_model="numpy")(function))


def outer(*sources: str) -> Callable[[F], F]:
    """Return what compiles a function once and for all.

    Args:
        sources: files, beside its own, of what is compiled into it. What numba keeps on disk it takes for current as
            long as the function's own file and name are what they were; so a digest of the others is put to the name.
    """
    digest = hashlib.sha256(b"".join(Path(source).read_bytes() for source in sources)).hexdigest()[:12]

    def compiled(function: F) -> F:
        function.__qualname__ += f"_{digest}"
        return cast("F", _NUMBA.njit(nogil=True, cache=True, error_model="numpy")(function))

    return compiled
