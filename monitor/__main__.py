"""The command ``peakweek-monitor``.

Invariant: a user's mistake ends in one line on the standard error and status 2; whatever the system refuses, such as
output to a full disk, in one line and status 1; Ctrl-C ends with status 0, and so does a reader of the output, such as
`head`, that has seen enough.
"""

import contextlib
import os
import sys
from collections.abc import Sequence

from monitor.commands import build_parser
from sim import PeakweekError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return the exit status."""
    given = sys.argv[1:] if arguments is None else arguments
    parsed = build_parser(given).parse_args(given)
    try:
        with contextlib.suppress(KeyboardInterrupt):  # where signals cannot be handled, Ctrl-C arrives here
            parsed.run(parsed)
            sys.stdout.flush()
    except BrokenPipeError:
        _give_up_output()
    except PeakweekError as problem:
        print(f"peakweek-monitor: {problem}", file=sys.stderr)
        return 2
    except OSError as problem:
        print(f"peakweek-monitor: the system refused: {problem}", file=sys.stderr)
        _give_up_output()
        return 1
    return 0


def _give_up_output() -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python would try to flush once more


if __name__ == "__main__":
    sys.exit(main())
