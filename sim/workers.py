"""Threads and processes to run replications in.

In: how many. Out: an executor. Invariant: a worker never outlives the process that started it, however that one ends.
When a ``with`` block fails or is stopped, nobody waits for what is still under way.
"""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from threading import Thread
from types import TracebackType
from typing import ParamSpec, TypeVar

_MOST_ON_WINDOWS = 61  # its way to wait for many processes at once takes no more
# What a terminal sends to all processes in it: Ctrl-C, and the news that it was closed. Windows has no SIGHUP.
_FOR_ALL = {number for name in ("SIGINT", "SIGHUP") if (number := getattr(signal, name, None))}

P = ParamSpec("P")
T = TypeVar("T")


class Threads(ThreadPoolExecutor):
    """Threads of our own, by default one for each processor: for the compiled engine, which lets others run beside it.

    Attributes:
        n_workers: how many there are.
    """

    def __init__(self, n_workers: int | None = None) -> None:
        self.n_workers = n_workers or os.cpu_count() or 1
        super().__init__(self.n_workers)

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.shutdown(wait=kind is None, cancel_futures=True)


class Workers(ProcessPoolExecutor):
    """Processes of our own, by default one for each processor: for the reference engine.

    They are started afresh everywhere, also where forking would be quicker, so that all systems behave alike. At the
    end of a ``with`` block, what no worker has begun is dropped.

    Attributes:
        n_workers: how many there are.
    """

    def __init__(self, n_workers: int | None = None) -> None:
        wanted = n_workers or os.cpu_count() or 1
        self.n_workers = min(wanted, _MOST_ON_WINDOWS) if sys.platform == "win32" else wanted
        context = get_context("spawn")
        with _held_back(_FOR_ALL):
            super().__init__(self.n_workers, mp_context=context, initializer=_leave_the_end_to_the_parent)

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Return the future of a call; it may start a worker."""
        with _held_back(_FOR_ALL):
            return super().submit(fn, *args, **kwargs)

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if kind is not None:
            self.end()
        self.shutdown(cancel_futures=True)

    def end(self) -> None:
        """End the processes at once, whatever they are doing.

        One may be ended in the middle of telling its result. Who reads that would wait for the rest for ever, as long
        as anybody could still write it; and we hold that end of the pipe, too.
        """
        results = self._result_queue
        for process in list(self._processes.values()):
            process.terminate()
        if results is not None:
            results._writer.close()  # type: ignore[attr-defined]  # noqa: SLF001 - there is no other way
        self.shutdown(cancel_futures=True)


def started(task: Callable[P, object], *args: P.args, **kwargs: P.kwargs) -> BaseProcess:
    """Return a process of its own that makes this call; nobody learns what comes of it, not even that it fails."""
    process = get_context("spawn").Process(target=_attempt, args=(task, args, kwargs))
    with _held_back(_FOR_ALL):
        process.start()
    return process


def _attempt(task: Callable[..., object], args: tuple[object, ...], kwargs: dict[str, object]) -> None:
    _leave_the_end_to_the_parent()
    with suppress(Exception):
        task(*args, **kwargs)


@contextmanager
def _held_back(signals: set[int]) -> Iterator[None]:
    """Hold signals back from a process that is started in the block until it knows what to do with them."""
    if sys.platform == "win32":
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _leave_the_end_to_the_parent() -> None:
    """Do in a worker as the parent does: go on when a signal reaches all, and end when the parent has ended.

    A parent that goes on to its end ends its workers by itself. One that was killed cannot; then a worker would wait
    for ever, because it holds both ends of the queue that brings its work.
    """
    for number in _FOR_ALL:
        signal.signal(number, signal.SIG_IGN)
    if sys.platform != "win32":
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _FOR_ALL)
    if parent := parent_process():
        Thread(target=_end_after, args=(parent.sentinel,), daemon=True).start()


def _end_after(sentinel: int) -> None:
    """End this process at once when the other one, whose sentinel this is, has ended: nobody needs its result."""
    wait([sentinel])
    os._exit(1)
