"""How the system asks a command to stop.

In: signals. Out: an exception where the command is. Invariant: what is asked to be ignored stays ignored.
"""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_NAMES = ("SIGTERM", "SIGHUP")  # Windows has no SIGHUP; Ctrl-C is a KeyboardInterrupt everywhere


class Stopped(BaseException):
    """The system has asked the process to stop; as with Ctrl-C, nobody but the command itself should catch it.

    Attributes:
        number: the signal.
    """

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


@contextmanager
def stoppable() -> Iterator[None]:
    """Raise `Stopped` in the block, in the main thread, when a signal asks the process to stop.

    A signal that is ignored, as ``nohup`` does, is left so. The second of a kind ends the process at once.
    """
    numbers = [number for name in _NAMES if (number := getattr(signal, name, None))]
    ours = [number for number in numbers if signal.getsignal(number) is signal.SIG_DFL]
    for number in ours:
        signal.signal(number, _stop)
    try:
        yield
    finally:
        for number in ours:
            signal.signal(number, signal.SIG_DFL)


def _stop(number: int, _: FrameType | None) -> None:
    signal.signal(number, signal.SIG_DFL)
    raise Stopped(number)
