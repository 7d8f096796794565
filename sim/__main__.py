"""The planner's command, `peakweek`.

In: arguments. Out: text on standard output, files in a folder. Invariant: exit status 0 for done, 1 for a run that
failed, 2 for wrong input, 128 + n for a stop by signal n (130 for Ctrl-C); an error is one line on standard error, and
nothing is left half-written. A reader that has seen enough, such as `head`, is no error: files were written before.
"""

import argparse
import io
import os
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from importlib.metadata import version

from sim.commands import compare, report, run, scenario
from sim.commands.arguments import add_language, language
from sim.errors import EngineError, PeakweekError, ScenarioError, WorkerError
from sim.language import speaking
from sim.signals import Stopped, stoppable

_DONE, _FAILED, _WRONG_INPUT, _SIGNALLED = 0, 1, 2, 128
_MOST_TOLD = 20  # problems of one file


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8")  # Vietnamese names, also where the system's encoding lacks them
    options = _parser().parse_args(arguments)
    try:
        command: Callable[[argparse.Namespace], None] = options.run
        with speaking(language(options)), stoppable():
            command(options)
            sys.stdout.flush()
    except EngineError as error:
        # The command that replays the failure needs the file, which only this door knows; so does the error below.
        print(f"peakweek: {replace(error, scenario=options.scenario)}", file=sys.stderr)
        return _FAILED
    except OSError as problem:  # files have errors of their own
        return _unread(problem)
    except ScenarioError as error:
        for each in (error, *error.others[: _MOST_TOLD - 1]):
            print(f"peakweek: {replace(each, path=options.scenario)}", file=sys.stderr)
        return _WRONG_INPUT
    except PeakweekError as error:
        print(f"peakweek: {error}", file=sys.stderr)
        return _FAILED if isinstance(error, WorkerError) else _WRONG_INPUT
    except (KeyboardInterrupt, Stopped) as stop:
        return _stopped(stop)
    return _DONE


def _unread(problem: OSError) -> int:
    """Return the status of a command whose output cannot be written."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python would try to flush once more
    if isinstance(problem, BrokenPipeError):  # the reader has seen enough
        return _DONE
    print(f"peakweek: standard output cannot be written to: {problem.strerror or problem}", file=sys.stderr)
    return _FAILED


def _stopped(stop: BaseException) -> int:
    """Return the status of a command that was stopped; if threads are at work, end the process with it.

    Python would wait for them, and a compiled replication cannot be interrupted.
    """
    notes = getattr(stop, "__notes__", ["nothing is left half-written"])
    print(f"peakweek: interrupted; {'; '.join(notes)}", file=sys.stderr)
    status = _SIGNALLED + (stop.number if isinstance(stop, Stopped) else signal.SIGINT)
    if any(not thread.daemon for thread in threading.enumerate() if thread is not threading.main_thread()):
        with suppress(OSError):
            sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="peakweek",
        description="How large will the peak week's backlog be under this staffing, these counters and this line?",
    )
    parser.add_argument("--version", action="version", version=f"peakweek {version('peakweek')}")
    add_language(parser)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    run.add(commands.add_parser("run", help="simulate a scenario's plans", description="Simulate a scenario's plans."))
    compare.add(
        commands.add_parser(
            "compare",
            help="hold plans against one of them",
            description="Hold plans against one of them: what each does less or more, under the same demand.",
        )
    )
    report.add(
        commands.add_parser(
            "report",
            help="write the leaders' report: what to buy first",
            description="Write the leaders' report: what to buy first, what it is worth, and how sure that is.",
        )
    )
    scenario.add(commands.add_parser("scenario", help="check a scenario file; what one may say"))
    return parser


if __name__ == "__main__":
    sys.exit(main())
