"""What only the simulation shows of a plan: who works longer than the Labour Code allows, and who is kept out."""

import csv
import io
import json
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from sim.experiment import Case, Table, find_excesses, run_experiment
from sim.measures import breaches_of
from sim.report.breaches import breaches_to_csv
from sim.report.kept_out import kept_out
from sim.report.rows import to_json
from sim.report.tables import breach_table, result_table
from tests.laws.strategies import FRIDAY, constant, procedure, small_scenario, staff
from tests.sim.test_measures_of_means import visit, with_plan
from tests.sim.told import at, told

DAYS = {"first_day": FRIDAY, "last_day": FRIDAY}
PLANS = {
    "as-usual": {"title": "As usual"},
    "evening": {"title": "Evening", "evening": (DAYS | {"people": {"intake": 2}, "until": "20:30"},)},
}


@pytest.fixture(scope="module")
def table() -> Table:
    """Return replications of a centre that is full until it closes, as usual, and with an evening near the limit."""
    scenario = small_scenario(
        plans=PLANS,
        staff=staff(intake=2, back_office=2),
        procedures={"only": procedure(intake_min={"law": "exponential", "mean": 40}, handover_min=constant(2))},
        citizens={"return_offset_min": constant(10), "patience_min": constant(120), "collect_delay_h": constant(1)},
        hours={"morning": ("07:30", "11:30"), "afternoon": ("13:30", "17:00")},
    )
    cases = [Case(scenario, name) for name in PLANS]
    with ThreadPoolExecutor(1) as executor:
        return run_experiment(cases, seed=1, n_replications=12, executor=executor, breakdowns=("person",))


def test_who_finishes_what_they_began_may_break_the_labour_code() -> None:
    """A visit until 21:30 makes four and a half hours of overtime of one officer, after seven and a half hours."""
    plan = with_plan()
    (breach,) = breaches_of(told(plan, visit(at(16), at(21, 30), person=1)), plan)
    assert (breach.who, breach.when, breach.rule) == ("intake 2", FRIDAY, "overtime_day_ratio")
    assert (breach.hours, breach.allowed_h) == (4.5, 3.75)
    assert breaches_of(told(plan, visit(at(16), at(20, 45))), plan) == []


def test_every_excess_is_told_with_who_when_how_much_and_how_often(table: Table) -> None:
    """The hours of a day above the limit are those that each person's own figures have, in every replication."""
    found = [each for each in find_excesses(table) if each.breach.rule == "overtime_day_ratio"]
    assert {each.case for each in found} == {1}
    told_of: set[tuple[str, str]] = set()
    parts, limit = table.breakdowns["person"][1], 3.75
    for place, who in enumerate(parts.names):
        for number, span in enumerate(table.spans[1]):
            hours = parts.figures["labour_day_overtime_h_max"][:, number, place]
            above = hours[hours > limit]
            same = [each for each in found if each.breach.who == who and each.breach.when == span.first_day]
            if span.kind == "day" and len(above):
                (each,) = same
                assert each.breach.hours == pytest.approx(above.mean())
                assert each.hours_max == pytest.approx(above.max())
                assert (each.n_times, each.n_looked_at) == (len(above), table.n_replications)
                assert each.breach.allowed_h == limit
                told_of.add((who, str(span.first_day)))
    assert told_of == {(each.breach.who, str(each.breach.when)) for each in found}
    assert told_of


def test_files_and_people_are_told_the_same_breaches(table: Table) -> None:
    """As CSV, in the JSON document beside each plan, and as a table of the most frequent ones."""
    found = find_excesses(table)
    in_csv = list(csv.DictReader(io.StringIO(breaches_to_csv(table))))
    assert [(line["plan"], line["who"], line["when"], line["rule"]) for line in in_csv] == [
        (table.cases[each.case].plan, each.breach.who, each.breach.when.isoformat(), each.breach.rule) for each in found
    ]
    as_usual, evening = json.loads(to_json(table))["plans"]
    assert [len(plan["breaches"]) for plan in (as_usual, evening)] == [
        sum(each.case == case for each in found) for case in (0, 1)
    ]
    assert evening["breaches"][0]["hours_max"] == found[0].hours_max
    shown = breach_table(table)
    assert shown is not None
    ((title, lines),) = shown.sections
    assert title == "Evening"
    first = found[0]
    assert lines[0][:3] == (
        f"{first.breach.who} {first.breach.at}: overtime",
        f"{first.breach.hours:.1f}",
        f"{first.hours_max:.1f}",
    )


def test_where_nobody_exceeds_anything_nothing_is_told() -> None:
    """No table, a CSV with its columns alone, an empty list; the same where nobody has a result to come for."""
    with ThreadPoolExecutor(1) as executor:
        quiet = run_experiment([Case(small_scenario(), "as-usual")], seed=1, n_replications=1, executor=executor)
    assert breach_table(quiet) is None
    assert breaches_to_csv(quiet).splitlines()[1:] == []
    assert json.loads(to_json(quiet))["plans"][0]["breaches"] == []
    assert result_table(quiet) is None
    assert kept_out(quiet) is None


def test_a_headline_says_which_plan_keeps_people_out(table: Table) -> None:
    """With both numbers; not if the two plans are alike, or differ by chance alone."""
    week = table.peak_week(0)
    in_vain = [
        np.mean(
            [
                sum(table.figures[f"{how}_count"][case][k, week] for how in ("sent_home", "reneged", "balked"))
                for k in range(12)
            ]
        )
        for case in (0, 1)
    ]
    told_of = kept_out(table)
    assert told_of is not None
    assert f"under “As usual” {in_vain[0]:.0f} visits" in told_of
    assert f"under “Evening” {in_vain[1]:.0f}." in told_of
    alike = Table(
        (table.cases[0], table.cases[0]),
        table.seed,
        table.first,
        table.n_replications,
        (table.spans[0], table.spans[0]),
        {name: (values[0], np.roll(values[0], 1, axis=0)) for name, values in table.figures.items()},
    )
    assert kept_out(alike) is None


def test_results_are_told_where_citizens_come_for_them(table: Table) -> None:
    """How many were handed over and how long that was waited for, in the week and in the period."""
    told_of = result_table(table)
    assert told_of is not None
    assert [len(lines) for _, lines in told_of.sections] == [2, 2]
    handed_over = table.bands("handover_count", 1)[-1]
    assert handed_over is not None
    assert told_of.sections[-1][1][1][1].startswith(f"{handed_over.mean:.0f}")
