"""How numerical code is compiled: the one place that names the compiler and its options.

In: functions over NumPy arrays. Out: the same functions, compiled when they are first called; with
``NUMBA_DISABLE_JIT=1`` the very functions, run by Python. Invariant: floating point is as written (no fast-math).
"""

import ctypes
import gc
import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final, Protocol, TypeVar, cast

import numba
from numba.core import event
from numba.extending import intrinsic
from numpy.typing import NDArray

F = TypeVar("F", bound=Callable[..., Any])
A = TypeVar("A", bound=NDArray[Any])


class Tell(Protocol):
    """What is called when something is compiled."""

    def __call__(self, *, is_kept: bool) -> None:
        """Be told whether it will be kept on disk."""


# numba's own types know neither all its options nor that a decorated function is called as before.
_NUMBA: Final[Any] = numba
# Nothing divides by zero; there are no references to count; and Python calls no inner function.
_INNER: Final = {"error_model": "numpy", "_nrt": False, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}


def inner(function: F) -> F:
    """Return the function compiled, to be called by other compiled functions only; it allocates nothing."""
    return cast("F", _NUMBA.njit(**_INNER)(function))


def making(function: F) -> F:
    """Return the function compiled, to be called by other compiled functions only; it may allocate what it returns."""
    return cast("F", _NUMBA.njit(error_model="numpy", no_cpython_wrapper=True, no_cfunc_wrapper=True)(function))


def woven(function: F) -> F:
    """Return the function compiled into each of its callers: for what is short or called from one place."""
    return cast("F", _NUMBA.njit(forceinline=True, **_INNER)(function))


def shared(function: F) -> F:
    """Return the function compiled into each of its callers, and for Python, too."""
    return cast("F", _NUMBA.njit(forceinline=True, error_model="numpy")(function))


def outer(function: F, *, allocates: bool = True) -> F:
    """Return the function compiled once and for all: kept on disk, and without Python's lock while it runs."""
    options = {"nogil": True, "error_model": "numpy", "_nrt": allocates}
    try:
        return cast("F", _NUMBA.njit(cache=True, **options)(function))
    except RuntimeError:  # neither the folder of the program nor one of the user can be written to
        return cast("F", _NUMBA.njit(**options)(function))


def outer_of(*sources: str, allocates: bool = True) -> Callable[[F], F]:
    """Return what compiles an outermost function into which functions of other files are compiled.

    Args:
        sources: those files. Their digest is put to the function's name, so that a change of one of them is a change
            of what numba looks for on disk.
        allocates: whether it makes arrays; what does not is compiled more quickly.
    """
    digest = digest_of(map(Path, sources))

    def compiled(function: F) -> F:
        function.__qualname__ += f"_{digest:x}"
        return outer(function, allocates=allocates)

    return compiled


class _Kept(event.Listener):
    """Keeps Python from looking for garbage while something is compiled.

    Compiling makes millions of small objects that live on, and are looked through again and again.
    """

    def __init__(self) -> None:
        self._depth = 0
        self._collects = False

    def on_start(self, _: object) -> None:
        """Stop looking at the first of the functions that are compiled within one another."""
        if not self._depth:
            self._collects = gc.isenabled()
            gc.disable()
        self._depth += 1

    def on_end(self, _: object) -> None:
        """Look again after the last of them, if that was wanted before."""
        self._depth -= 1
        if not self._depth and self._collects:
            gc.enable()


class _Told(event.Listener):
    """Tells once that something is compiled, and not taken from the disk."""

    def __init__(self, tell: Tell) -> None:
        self._tell: Tell | None = tell

    def on_start(self, event: event.Event) -> None:
        """Tell of the first function, before it is compiled."""
        tell, self._tell = self._tell, None
        if tell:
            tell(is_kept=event.data["dispatcher"].stats.cache_path is not None)

    def on_end(self, _: object) -> None:
        """Say nothing."""


_register: Final[Any] = event.register  # without types
_register("numba:compile", _Kept())


def on_compiling(tell: Tell) -> None:
    """Call this, once, when the first function is compiled that no earlier run has left on the disk.

    It is called before that, in the same thread, while others that need the compiler wait; and it is told whether what
    is compiled will be kept on disk.
    """
    _register("numba:compile", _Told(tell))


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


def _peek(_: object, _address: Any, _number: Any) -> tuple[Any, Callable[..., Any]]:
    """Return how a number is read so many places after an address: its type, and what is generated for it."""
    whole = _NUMBA.types.int64

    def generate(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        pointer = builder.inttoptr(arguments[0], context.get_value_type(whole).as_pointer())
        return builder.load(builder.gep(pointer, [arguments[1]]))

    return whole(whole, whole), generate


def _peeked(address: int, number: int) -> int:
    return ctypes.c_int64.from_address(int(address) + ctypes.sizeof(ctypes.c_int64) * int(number)).value


# What a whole number of 64 bits is, so many places after an address (``array.ctypes.data``) of what is kept alive.
peek: Final = cast("Callable[[int, int], int]", _peeked if _NUMBA.config.DISABLE_JIT else intrinsic(_peek))


def _lowest_bit(_: object, _bits: Any) -> tuple[Any, Callable[..., Any]]:
    """Return how the place of the lowest bit is found: its type, and what is generated for it."""
    whole = _NUMBA.types.int64

    def generate(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.cttz(arguments[0], context.get_constant(_NUMBA.types.boolean, 1))

    return whole(whole), generate


def _bit_found(bits: int) -> int:
    return (int(bits) & -int(bits)).bit_length() - 1


# The place, from 0, of the lowest bit of a number that is not 0.
lowest_bit: Final = cast("Callable[[int], int]", _bit_found if _NUMBA.config.DISABLE_JIT else intrinsic(_lowest_bit))


def _fetch(_: object, address: Any, _number: Any) -> tuple[Any, Callable[..., Any]]:
    """Return how the processor is told what is written to next: no type, and what is generated for it."""
    none, whole = _NUMBA.types.none, _NUMBA.types.int64

    def generate(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        code = _NUMBA.core.cgutils
        byte, whole_32 = code.voidptr_t, code.int32_t
        signature = code.ir.FunctionType(code.ir.VoidType(), [byte, *[whole_32] * 3])
        place = builder.bitcast(builder.gep(arguments[0], [arguments[1]]), byte)
        how = [whole_32(each) for each in (1, 3, 1)]  # to be written to, again soon, no code
        builder.call(builder.module.declare_intrinsic("llvm.prefetch", [byte], signature), [place, *how])
        return context.get_dummy_value()

    return none(address, whole), generate


def _fetched(_array: object, _number: int) -> None:
    return


# Has the processor fetch the number at a place of a bare address, which is about to be written to; changes nothing.
fetch: Final = cast("Callable[[NDArray[Any], int], None]", _fetched if _NUMBA.config.DISABLE_JIT else intrinsic(_fetch))


def digest_of(paths: Iterable[Path]) -> int:
    """Return a number that changes with any of these files, or with this one.

    What numba keeps on disk it takes for current as long as the file of the outermost function is; it hashes, though,
    what that function finds in the scope around it. So the number of all sources that are compiled in goes there.
    """
    digest = hashlib.sha256()
    for path in (*paths, Path(__file__)):
        digest.update(path.read_bytes())
    return int.from_bytes(digest.digest()[:7], "big")
