"""A run as files and lines: the same numbers everywhere, pages that need no network, files that are whole."""

import csv
import html
import io
import json
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from sim.errors import OutputError
from sim.experiment import Case, Table, run_experiment, sure_of
from sim.measures import CAUSES, FIGURES, MEANINGS
from sim.report.answer import ON_TIME_LINE, answer
from sim.report.breaches import breaches_to_csv
from sim.report.charts import backlog_by_day, lost_by_cause, on_time_by_week, peak_backlog, waiting_by_hour
from sim.report.folder import output_folder
from sim.report.frames import replications_to_csv
from sim.report.page import page, write_files
from sim.report.rows import figure as shown_figure
from sim.report.rows import part_bands, parts_to_csv, peak_weeks, rows, to_csv, to_json
from sim.report.tables import cost_table, lost_table, open_table, part_tables, short
from sim.report.terminal import print_table
from tests.laws.strategies import FRIDAY, document, small_scenario, staff

OPEN = ("unsettled_count", "backlog_count", "backlog_overdue_count", "submitted_count", "unserved_count")
HOSTILE = "<script>alert('&')</script> [bold]loud[/bold] [/none] :smile:"
KINDS = ("hour", "stage", "procedure", "group", "person")
NAMES = [
    "results.csv",
    "results.json",
    "replications.csv",
    "breaches.csv",
    *(f"by-{kind}.csv" for kind in KINDS),
    "backlog.svg",
    "lost.svg",
    "index.html",
]


@pytest.fixture(scope="module")
def table() -> Table:
    """Return three replications of two plans, with names that a careless page or terminal would take as its own."""
    cover = {"first_day": FRIDAY, "last_day": FRIDAY, "people": {"intake": 1, "back-office": 1}}
    plans = {"as-usual": {"title": "As usual"}, "lunch": {"title": HOSTILE, "lunch": (cover,)}}
    scenario = small_scenario(title=HOSTILE, question=HOSTILE, plans=plans, costs={"citizen_wait_h": 30_000.0})
    cases = [Case(scenario, name) for name in plans]
    with ThreadPoolExecutor(1) as executor:
        return run_experiment(cases, seed=1, n_replications=3, executor=executor, breakdowns=KINDS)


def bands(table: Table) -> dict[tuple[str, str, str, str], tuple[float, float, float] | None]:
    """Return mean, low and high by plan, kind of span, first day and figure."""
    return {
        (row.plan, row.span.kind, row.span.first_day.isoformat(), figure): band and (band.mean, band.low, band.high)
        for row in rows(table)
        for figure, band in row.bands.items()
    }


def test_json_gives_the_tables_numbers(table: Table) -> None:
    """Read back, the document has every figure of every row, exactly, and what was run."""
    told = json.loads(to_json(table))
    found = {
        (plan["name"], span["span"], span["first_day"], figure): band and (band["mean"], band["low"], band["high"])
        for plan in told["plans"]
        for span in plan["spans"]
        for figure, band in span["figures"].items()
    }
    assert found == bands(table)
    assert (told["scenario"], told["seed"], told["first_replication"], told["n_replications"]) == ("small", 1, 0, 3)
    assert [plan["title"] for plan in told["plans"]] == ["As usual", HOSTILE]


def test_csv_gives_the_tables_numbers(table: Table) -> None:
    """Read back, the sheet has every figure of every row to six digits; what has no value is empty."""
    told = list(csv.DictReader(io.StringIO(to_csv(table))))
    assert len(told) == len(rows(table))
    for row in told:
        for figure in FIGURES:
            band = bands(table)[row["plan"], row["span"], row["first_day"], figure]
            cells = [row[f"{figure}_{point}"] for point in ("mean", "low", "high")]
            assert (
                cells == ["", "", ""]
                if band is None
                else [float(cell) for cell in cells] == [pytest.approx(value, abs=1e-6) for value in band]
            )


def test_csv_says_how_sure_each_mean_is(table: Table) -> None:
    """Beside mean, 10 %, 50 % and 90 % points stands the interval that the document has; empty where it has none."""
    spans = {
        (plan["name"], span["span"], span["first_day"]): span["figures"]
        for plan in json.loads(to_json(table))["plans"]
        for span in plan["spans"]
    }
    for row in csv.DictReader(io.StringIO(to_csv(table))):
        for figure, band in spans[row["plan"], row["span"], row["first_day"]].items():
            cells = [row[f"{figure}_{point}"] for point in ("median", "mean_from", "mean_to")]
            numbers = [band["median"], *(band["mean_between"] or ("", ""))] if band else ["", "", ""]
            assert [float(cell) if cell else "" for cell in cells] == pytest.approx(numbers, abs=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_breakdowns_are_in_the_files(table: Table, kind: str) -> None:
    """Every part of every span has its figures in the document and, to six digits, in a sheet of its own."""
    told = list(csv.DictReader(io.StringIO(parts_to_csv(table, kind))))
    spans = {
        (plan["name"], span["span"], span["first_day"]): span
        for plan in json.loads(to_json(table))["plans"]
        for span in plan["spans"]
    }
    names, figures = table.breakdowns[kind][0].names, table.breakdowns[kind][0].figures
    assert len(told) == len(rows(table)) * len(names)
    for row in told:
        of_part = spans[row["plan"], row["span"], row["first_day"]]["breakdowns"][kind][row[kind]]
        assert set(of_part) == set(figures)
        for figure, band in of_part.items():
            expected = "" if band is None else pytest.approx(band["mean"], abs=1e-6)
            assert (float(row[f"{figure}_mean"]) if band else row[f"{figure}_mean"]) == expected


def test_a_part_has_the_spread_of_its_own_values(table: Table) -> None:
    """The mean of a procedure's records over the replications, in the last span of the second plan."""
    row = rows(table)[-1]
    ((name, bands),) = part_bands(table, "procedure", row)
    values = table.breakdowns["procedure"][1].figures["received_count"][:, -1, 0]
    assert name == "only"
    assert bands["received_count"] is not None
    assert bands["received_count"].mean == values.mean()
    assert bands["received_count"].low == values.min()


def test_what_has_no_value_is_null_and_not_nan() -> None:
    """Where nobody was called there is no wait: JSON says null, which every reader understands."""
    scenario = small_scenario(staff=staff(intake=0, back_office=0))
    with ThreadPoolExecutor(1) as executor:
        table = run_experiment([Case(scenario, "as-usual")], seed=1, n_replications=2, executor=executor)
    told = json.loads(to_json(table), parse_constant=lambda name: pytest.fail(f"{name} is not JSON"))
    assert told["plans"][0]["spans"][0]["figures"]["wait_s_mean"] is None
    assert '"",' not in to_csv(table)
    assert "–" in page(table)


class Elements(HTMLParser):
    """Collects a page's elements, and complains of those that are not closed in order."""

    VOID = frozenset({"meta", "br", "hr", "img", "link", "input"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == [], f"never closed: {self.open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element that begins."""
        self.found.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element that is closed at once."""
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        """Close the element that began last."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Note text."""
        self.text.append(data)


def test_the_page_is_well_formed_and_needs_nothing_else(table: Table) -> None:
    """Every element is closed; no script, no style sheet, no image, nothing that is fetched from anywhere."""
    elements = Elements(page(table))
    tags = {tag for tag, _ in elements.found}
    assert {"html", "table", "svg", "path"} <= tags
    assert not tags & {"script", "link", "iframe", "img", "image", "object", "embed", "base"}
    for tag, attributes in elements.found:
        for name, value in attributes.items():
            is_fetched = name in {"src", "href", "srcset", "action", "data", "poster", "xlink:href"}
            assert not is_fetched or (value or "").startswith("#"), (tag, name, value)
            assert name.startswith("xmlns") or "://" not in (value or ""), (tag, name, value)
    assert "@import" not in page(table)
    assert "url(http" not in page(table)


def test_no_picture_is_shown_twice(table: Table) -> None:
    """Where the period ends with the aftermath of the peak, the picture of all days is that of the peak."""
    assert peak_backlog(table) == backlog_by_day(table)
    pictures = re.findall(r"<svg.*?</svg>", page(table), flags=re.DOTALL)
    assert len(pictures) == len(set(pictures)) == 4


def test_titles_are_text_on_the_page(table: Table) -> None:
    """What a scenario calls itself is shown, never run."""
    assert HOSTILE in "".join(Elements(page(table)).text)


def test_every_picture_is_svg_that_shows_each_plan(table: Table) -> None:
    """Pictures are XML by themselves and name the plans."""
    for draw in (peak_backlog, backlog_by_day, on_time_by_week, lost_by_cause, waiting_by_hour):
        root = ET.fromstring(draw(table))  # noqa: S314 - our own text
        assert root.tag == "{http://www.w3.org/2000/svg}svg"
        assert "As usual" in "".join(root.itertext())


@pytest.fixture(scope="module")
def over_a_weekend() -> Table:
    """Return a replication of two weeks' working days."""
    first_day = FRIDAY - timedelta(days=1)
    period = document()["period"] | {"first_day": first_day, "last_day": first_day + timedelta(days=5)}
    with ThreadPoolExecutor(1) as executor:
        cases = [Case(small_scenario(period=period), "as-usual")]
        return run_experiment(cases, seed=1, n_replications=1, executor=executor)


def label_places(picture: str) -> list[tuple[str, float]]:
    """Return the labels of a picture's days with how far to the right they stand."""
    found = re.findall(r'translate\(([\d.]+),[\d.]+\)"[^>]*>(\d\d [A-Z][a-z]+)</text>', picture)
    return [(label, float(place)) for place, label in found]


def test_days_off_take_no_place_in_a_picture(over_a_weekend: Table) -> None:
    """Days are drawn beside each other as they were worked: no line leads over a weekend, where nobody works."""
    labels, places = zip(*label_places(peak_backlog(over_a_weekend)), strict=True)
    assert labels == ("03 Jul", "04 Jul", "07 Jul", "08 Jul")
    gaps = np.diff(places)
    assert gaps.min() > 0.99 * gaps.max()


@pytest.fixture(scope="module")
def with_session() -> Table:
    """Return two replications of two plans over a weekend; one opens on Saturday, for who was sent home on Friday."""
    saturday = FRIDAY + timedelta(days=1)
    session = {"first_day": saturday, "last_day": saturday, "people": {"intake": 2, "back-office": 2}}
    plans = {
        "as-usual": {"title": "As usual"},
        "saturday": {"title": "Saturday", "sessions": (session | {"opens": "07:30", "closes": "11:30"},)},
    }
    period = document()["period"] | {"first_day": FRIDAY, "last_day": FRIDAY + timedelta(days=3)}
    demand = document()["demand"] | {"visits_per_day": 150}
    scenario = small_scenario(period=period, demand=demand, plans=plans)
    with ThreadPoolExecutor(1) as executor:
        return run_experiment([Case(scenario, name) for name in plans], seed=1, n_replications=2, executor=executor)


def test_a_session_has_a_row_in_every_plan(with_session: Table, capsys: pytest.CaptureFixture[str]) -> None:
    """A Saturday that one plan opens is told of both, everywhere: in the one nothing happens, in the other work."""
    told = csv.DictReader(io.StringIO(to_csv(with_session)))
    of_saturday = {row["plan"]: row for row in told if row["first_day"] == "2025-07-05"}
    assert list(of_saturday) == ["as-usual", "saturday"]
    figures = ("settled_count_mean", "overtime_h_mean", "utilisation_ratio_mean", "wait_s_mean_mean")
    assert [of_saturday["as-usual"][figure] for figure in figures] == ["0.0", "0.0", "", ""]
    assert all(float(of_saturday["saturday"][figure]) > 0 for figure in figures)
    spans = json.loads(to_json(with_session))["plans"][0]["spans"]
    assert [span["first_day"][-2:] for span in spans if span["span"] == "day"] == ["04", "05", "07"]
    print_table(with_session, all_days=True)
    shown = [line.split()[:5] for line in capsys.readouterr().out.splitlines() if line.startswith("Sat 05 Jul ")]
    assert len(shown) == 4  # twice for each plan, whose table takes two parts
    assert shown[0][4] == "0"
    assert page(with_session).count("<td>Sat 05 Jul</td>") == 2
    assert [label for label, _ in label_places(peak_backlog(with_session))] == ["04 Jul", "05 Jul", "07 Jul"]


def test_a_picture_can_be_read_on_a_telephone(over_a_weekend: Table) -> None:
    """The narrow form is no wider than the narrowest screens, in letters as large as elsewhere, and tells each week."""
    root = ET.fromstring(peak_backlog(over_a_weekend, is_narrow=True))  # noqa: S314 - our own text
    assert float(root.attrib["width"]) <= 300
    texts = list(root.iter("{http://www.w3.org/2000/svg}text"))
    assert {text.attrib["font-size"] for text in texts} == {"12px"}
    shown = ["".join(text.itertext()) for text in texts]
    assert {"As usual", "records received and not settled at close", "03 Jul", "07 Jul"} <= set(shown)


def test_the_terminal_shows_titles_as_they_are(table: Table, capsys: pytest.CaptureFixture[str]) -> None:
    """Brackets and colons in a title are not taken for styles, and no letter is lost."""
    print_table(table, all_days=True)
    shown = " ".join(capsys.readouterr().out.split())
    assert shown.count("[bold]loud[/bold] [/none] :smile:") >= 3


def test_the_terminal_shows_the_peak_days_or_all(capsys: pytest.CaptureFixture[str]) -> None:
    """Without --all-days, days after the peak week are left out; weeks and the period are always there."""
    parts = document()
    period = parts["period"] | {"peak_last_day": FRIDAY.replace(day=3)}
    with ThreadPoolExecutor(1) as executor:
        cases = [Case(small_scenario(period=period), "as-usual")]
        table = run_experiment(cases, seed=1, n_replications=2, executor=executor)
    print_table(table, all_days=False)
    peak_only = capsys.readouterr().out
    print_table(table, all_days=True)
    every_day = capsys.readouterr().out
    assert ("Thu 03 Jul" in peak_only, "Fri 04 Jul" in peak_only, "whole period" in peak_only) == (True, False, True)
    assert "Fri 04 Jul" in every_day
    settled = table.band("settled_count", 0, 0)
    assert settled is not None
    assert f" {settled.mean:.0f} " in next(line for line in peak_only.splitlines() if "Thu 03 Jul  " in line)


def test_the_losses_of_each_plan_add_up(table: Table) -> None:
    """The hours lost are told for each plan in the peak week and in the period, with their sum."""
    told = lost_table(table)
    assert told is not None
    assert [name for name, _ in told.sections] == ["week of 03 Jul", "whole period"]
    for _, lines in told.sections:
        assert [line[0] for line in lines] == ["As usual", HOSTILE]
    of_period = rows(table)[-1]
    assert told.sections[-1][1][-1][-2:] == (
        short(sum(of_period.mean(f"lost_h_{cause}") for cause in CAUSES if cause != "closed")),
        short(of_period.mean("lost_h_closed")),
    )
    place = told.columns.index("person,\nback office") + 1
    assert told.sections[-1][1][-1][place] == short(of_period.mean("lost_h_person_back_office"))


def test_what_is_not_settled_is_told_in_all(table: Table) -> None:
    """Of each plan in the peak week and in the period, with bands: more than the backlog, which it holds."""
    told = open_table(table)
    assert [name for name, _ in told.sections] == ["week of 03 Jul", "whole period"]
    of_period = rows(table)[-1]
    *line, on_time = told.sections[-1][1][-1]
    assert line == [HOSTILE, *(shown_figure(of_period, name) for name in OPEN)]
    assert on_time.split(" ")[0] == short(100 * of_period.mean("on_time_all_ratio"))
    assert of_period.mean("unsettled_count") >= of_period.mean("backlog_count") + of_period.mean("submitted_count")


def test_costs_are_told_when_something_has_a_price(table: Table) -> None:
    """In a unit in which one can read them; a scenario without prices has no such table."""
    told = cost_table(table)
    assert told is not None
    assert told.note.startswith("In thousand VND")
    mean, band = told.sections[-1][1][-1][-1].split(" ")
    of_period = rows(table)[-1].bands["cost"]
    assert of_period is not None
    assert mean == short(of_period.mean / 1000)
    low, high = (short(value / 1000).removesuffix(".0") for value in (of_period.low, of_period.high))
    assert band == f"[{low}–{high}]"
    with ThreadPoolExecutor(1) as executor:
        free = run_experiment([Case(small_scenario(), "as-usual")], seed=1, n_replications=1, executor=executor)
    assert cost_table(free) is None


def test_breakdowns_are_shown_for_each_plan(table: Table, capsys: pytest.CaptureFixture[str]) -> None:
    """Tables for each kind and plan, with bands, without parts in which nothing ever happens."""
    told = part_tables(table)
    assert [each.title for each in told[:2]] == ["As usual, by hour", f"{HOSTILE}, by hour"]
    assert [each.title for each in told[4:6]] == ["As usual, by procedure: records", "As usual, by procedure: time"]
    ((_, received, *_),) = told[4].sections[-1][1]
    ((_, bands),) = part_bands(table, "procedure", rows(table)[len(rows(table)) // 2 - 1])
    of_period = bands["received_count"]
    assert of_period is not None
    assert received == f"{of_period.mean:.0f} [{of_period.low:.0f}–{of_period.high:.0f}]"
    hours = [line[0] for line in told[0].sections[-1][1]]
    assert "09:00" in hours
    assert "03:00" not in hours
    print_table(table, all_days=False)
    shown = capsys.readouterr().out
    assert all(f"As usual, by {kind}" in shown for kind in KINDS)


def test_no_line_of_the_terminal_is_too_long(table: Table, capsys: pytest.CaptureFixture[str]) -> None:
    """A terminal of 80 columns shows every table whole: no line is longer, and no name is cut."""
    print_table(table, all_days=True)
    shown = capsys.readouterr().out
    assert max(map(len, shown.splitlines())) <= 80
    assert "…" not in shown


def test_the_page_says_what_each_figure_means(table: Table) -> None:
    """Every figure's definition is on the page as the program has it."""
    text = "".join(Elements(page(table)).text)
    assert all(meaning in text for meaning in MEANINGS.values())


def test_files_are_written_with_what_the_functions_return(table: Table, tmp_path: Path) -> None:
    """Tables, picture and page lie in the folder, and nothing else."""
    paths = write_files(table, tmp_path)
    assert [path.name for path in paths] == NAMES
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(NAMES)
    texts = [path.read_text(encoding="utf-8") for path in paths]
    sheets = [
        "".join(replications_to_csv(table)),
        breaches_to_csv(table),
        *(parts_to_csv(table, kind) for kind in KINDS),
    ]
    assert texts == [to_csv(table), to_json(table), *sheets, peak_backlog(table), lost_by_cause(table), page(table)]


def test_a_disk_without_room_leaves_the_files_as_they_were(table: Table, tmp_path: Path) -> None:
    """When writing stops half-way the error names the folder, the old file is untouched and no rest lies about."""
    resource = pytest.importorskip("resource", reason="only Unix can limit the size of files")
    (tmp_path / "results.csv").write_text("old", encoding="utf-8")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, limits[1]))
    try:
        with pytest.raises(OutputError, match=str(tmp_path)) as caught:
            write_files(table, tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert "\n" not in str(caught.value)
    assert [path.name for path in tmp_path.iterdir()] == ["results.csv"]
    assert (tmp_path / "results.csv").read_text(encoding="utf-8") == "old"


def fail_in(folder: Path, *names: str) -> None:
    """Fail in a run that has made its folder and written files of these names."""
    with output_folder(folder):
        for name in names:
            (folder / name).touch()
        raise KeyboardInterrupt


@pytest.mark.parametrize(
    ("folder", "names", "left"),
    [
        ("old", [], ["old"]),
        ("old/new/newer", [], ["old"]),
        ("old/new", ["file"], ["old", "old/new", "old/new/file"]),
    ],
)
def test_a_folder_is_taken_back_only_if_made_and_empty(
    tmp_path: Path, folder: str, names: list[str], left: list[str]
) -> None:
    """When a run fails, what it made for its files goes; what was there before, or holds something, stays."""
    (tmp_path / "old").mkdir()
    with pytest.raises(KeyboardInterrupt):
        fail_in(tmp_path / folder, *names)
    assert sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*")) == left


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    """A file where the folder, or one above it, should be is named before anything runs."""
    (tmp_path / "file").touch()
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(OutputError, match="choose another --out"), output_folder(folder):
            pytest.fail("the block must not begin")


def test_the_answer_claims_only_what_its_interval_allows(table: Table) -> None:
    """A plan is said to be on time if the whole interval of its mean is; page and terminal tell the same sentences."""
    sentence = answer(table)[0]
    for row in peak_weeks(table, ("on_time_all_ratio",)):
        (sure,) = sure_of(table.figures["on_time_all_ratio"][row.case][:, row.number : row.number + 1])
        between = sure.mean_between if sure else None
        surely, _, rest = sentence.partition(";")
        assert rest
        if between and between[0] < ON_TIME_LINE:
            assert f"“{row.title}”" not in surely
    assert sentence in html.unescape(page(table))
