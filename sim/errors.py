"""Every error that Peakweek raises on purpose, as one tree.

```
Exception
├── PeakweekError            an operating error: the user can do something about it
│   ├── InputError           a document at one of the doors is wrong: where, what was found, what was expected
│   │   ├── ScenarioError        a scenario file
│   │   ├── EventLogError        a log of real events
│   │   ├── ConfigError          the monitor's configuration
│   │   └── ResumeError          a file of finished replications
│   ├── EngineError          a replication failed; it names everything that replays it
│   ├── WorkerError          a process that runs replications was lost
│   └── OutputError          results cannot be written where they should go
└── InvariantError           a programmer's error: the program itself is wrong
```

Place in the pipeline: below everything. Invariant: a message of an operating error is complete without a traceback.
"""

from dataclasses import dataclass, fields


@dataclass(eq=False)
class PeakweekError(Exception):
    """An operating error; its text says what happened and what to do."""

    def __reduce__(self) -> tuple[type["PeakweekError"], tuple[object, ...]]:
        """Return how to rebuild the error in another process: from its fields, however it was called."""
        return type(self), tuple(getattr(self, field.name) for field in fields(self))


@dataclass(eq=False)
class InputError(PeakweekError):
    """A document does not say what it must.

    Attributes:
        path: the document's name as the user gave it.
        field: where in the document, such as ``plans.lunch-cover.lunch[0].intake``; empty for the whole of it.
        got: what was found there.
        expected: what would have been accepted.
        hint: what to do about it; may be empty.
        line: line of the document, counted from 1; 0 where it is not known.
        others: further problems of the same document, in its order.
    """

    path: str
    field: str
    got: str
    expected: str
    hint: str = ""
    line: int = 0
    others: tuple["InputError", ...] = ()

    def __str__(self) -> str:
        """Return the message on one line: ``file:line: field: found …, expected … (hint)``."""
        place = f"{self.path}:{self.line}" if self.line else self.path
        where = f"{place}: {self.field}" if self.field else place
        tail = f" ({self.hint})" if self.hint else ""
        return f"{where}: found {self.got}; expected {self.expected}{tail}"


class ScenarioError(InputError):
    """A scenario file is wrong."""


class EventLogError(InputError):
    """A log of real events is wrong."""


class ConfigError(InputError):
    """The monitor's configuration is wrong."""


class ResumeError(InputError):
    """A file of finished replications is of another run."""


@dataclass(eq=False)
class EngineError(PeakweekError):
    """A replication failed.

    Attributes:
        scenario: the scenario file as the user gave it.
        plan: name of the plan.
        seed: root seed of the run.
        replication: number of the replication, from 0.
        reason: what went wrong.
    """

    scenario: str
    plan: str
    seed: int
    replication: int
    reason: str

    def __str__(self) -> str:
        """Return the message with the command that replays the failure."""
        return (
            f"replication {self.replication} of plan {self.plan} failed: {self.reason}; replay it with: "
            f"peakweek run {self.scenario} --plan {self.plan} --seed {self.seed} --first {self.replication} "
            f"--replications 1"
        )


class WorkerError(PeakweekError):
    """A process that runs replications has ended before its work was done."""

    def __str__(self) -> str:
        """Return the message on one line."""
        return "a worker process was ended from outside, perhaps for want of memory; try fewer workers"


@dataclass(eq=False)
class OutputError(PeakweekError):
    """Results cannot be written.

    Attributes:
        path: where they should have gone.
        reason: what the system said.
    """

    path: str
    reason: str

    def __str__(self) -> str:
        """Return the message on one line."""
        return f"{self.path}: cannot be written to: {self.reason}; choose another --out"


class InvariantError(AssertionError):
    """The program broke one of its own rules."""


def require(condition: bool, message: str, **facts: object) -> None:  # noqa: FBT001 - reads as an assertion
    """Raise `InvariantError` with the facts unless the condition holds; unlike ``assert`` it survives ``python -O``."""
    if not condition:
        told = ", ".join(f"{name}={fact!r}" for name, fact in facts.items())
        raise InvariantError(f"{message} ({told})" if told else message)
