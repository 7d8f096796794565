"""Plans against a baseline, as text: the differences, how sure they are, and what they say.

In: a `Table` and the `Difference`s found in it. Out: a `TextTable`, CSV, JSON. Invariant: the numbers are the same in
all of them, rounded for people.
"""

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import asdict
from importlib.metadata import version
from typing import Any

from sim.experiment import Difference, Table
from sim.language import later, plural, say, spoken
from sim.report.rows import span_name
from sim.report.tables import TextTable, short

_COLUMNS = (
    later("baseline"),
    later("less\nor more"),
    later("95 % interval"),
    later("verdict"),
    later("no worse in\n% of weeks"),
    later("pairing\nworth"),
)
_VERDICTS = {
    "better": later("better"),
    "worse": later("worse"),
    "same": later("same"),
    "cannot tell": later("cannot tell"),
}
# What people call the figures that plans are compared by, and in which unit.
LABELS = {
    "backlog_count": (later("backlog at the end"), 1.0),
    "on_time_ratio": (later("on time, points of %"), 100.0),
    "on_time_all_ratio": (later("on time of all that came, points of %"), 100.0),
    "wait_s_mean": (later("mean wait, minutes"), 1 / 60),
    "wait_s_p95": (later("wait that 95 % do not exceed, minutes"), 1 / 60),
    "overtime_h": (later("overtime, hours"), 1.0),
    "cost": (later("cost, thousand"), 1e-3),
}


def comparison_table(table: Table, found: Sequence[Difference], baseline: int) -> TextTable:
    """Return the differences as people read them, a section for each figure."""
    titles = [case.scenario.titles[case.plan] for case in table.cases]
    sections = []
    for figure in dict.fromkeys(each.figure for each in found):
        label, factor = LABELS[figure]
        band = table.band(figure, baseline, table.peak_week(baseline))
        level = short(band.mean * factor) if band else "–"
        lines = tuple((titles[each.plan], level, *_cells(each, factor)) for each in found if each.figure == figure)
        sections.append((say(label), lines))
    week = span_name(table.spans[baseline][table.peak_week(baseline)])
    note = say(
        "In the {week}, {replications}, seed {seed}; all plans met the same demand. The intervals hold all together 95 "
        "times in 100 (Bonferroni). Pairing worth: so many times the replications that plans would need which met a "
        "demand each of their own.",
        week=week,
        replications=plural("{n} replication", "{n} replications", table.n_replications),
        seed=table.seed,
    )
    return TextTable(say("Against {plan}", plan=titles[baseline]), note, tuple(map(say, _COLUMNS)), tuple(sections))


def _cells(each: Difference, factor: float) -> tuple[str, ...]:
    worth = "–" if each.variance_ratio is None else f"{short(each.variance_ratio)} ×"
    verdict = say(_VERDICTS[each.verdict])
    if each.n_more is not None:
        more = spoken().number(_about(each.n_more))
        verdict = say("{verdict},\nwould need about\n{n} more", verdict=verdict, n=more)
    return (
        _signed(each.mean * factor),
        f"{_signed(each.low * factor)} … {_signed(each.high * factor)}",
        verdict,
        f"{each.no_worse.ratio * 100:.0f}",
        worth,
    )


def _signed(value: float) -> str:
    text = short(value)
    return f"+{text}" if value > 0 and text != "0" else text.replace("-", "−")


def _about(n: int) -> int:
    """Return a number with two digits that mean something, rounded up."""
    digits: int = 10 ** max(0, len(str(n)) - 2)
    return -(-n // digits) * digits


def comparison_rows(table: Table, found: Sequence[Difference], baseline: int) -> list[dict[str, Any]]:
    """Return the differences as plain rows, in the units of the figures."""
    told = []
    for each in found:
        row = asdict(each)
        no_worse = row.pop("no_worse")
        row["plan"] = table.cases[each.plan].plan
        row["baseline"] = table.cases[baseline].plan
        told.append(row | {f"no_worse_{name}": value for name, value in no_worse.items()})
    return told


def comparison_csv(table: Table, found: Sequence[Difference], baseline: int) -> str:
    """Return the differences as CSV, a row for each plan and figure."""
    out = io.StringIO()
    told = comparison_rows(table, found, baseline)
    writer = csv.DictWriter(out, told[0], lineterminator="\n")
    writer.writeheader()
    writer.writerows(
        {name: round(value, 6) if isinstance(value, float) else value for name, value in row.items()} for row in told
    )
    return out.getvalue()


def comparison_json(table: Table, found: Sequence[Difference], baseline: int) -> str:
    """Return the differences as one JSON document."""
    span = table.spans[baseline][table.peak_week(baseline)]
    document = {
        "peakweek": version("peakweek"),
        "scenario": table.cases[baseline].scenario.name,
        "seed": table.seed,
        "first_replication": table.first,
        "n_replications": table.n_replications,
        "first_day": span.first_day.isoformat(),
        "last_day": span.last_day.isoformat(),
        "intervals": "simultaneous, 95 % (Bonferroni)",
        "differences": comparison_rows(table, found, baseline),
    }
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"
