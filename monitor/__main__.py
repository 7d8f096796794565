"""The command ``peakweek-monitor``.

Invariant: a user's mistake ends in one line on the standard error and status 2; Ctrl-C ends with status 0, and so does
a reader of the output, such as `head`, that has seen enough.
"""

import contextlib
import os
import sys
from collections.abc import Sequence

from monitor.commands import build_parser
from sim import PeakweekError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return the exit status."""
    parsed = build_parser().parse_args(arguments)
    try:
        with contextlib.suppress(KeyboardInterrupt):  # where signals cannot be handled, Ctrl-C arrives here
            parsed.run(parsed)
            sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python would try to flush once more
    except PeakweekError as problem:
        print(f"peakweek-monitor: {problem}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
