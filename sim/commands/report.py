"""`peakweek report`: the leaders' report, what to buy first and how sure that is."""

import argparse
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from sim.commands.arguments import FEW, add_replications, simulated, warn_of_doubts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sim.experiment import Case, Table

_FORMS = (".html", ".pdf")


def add(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.set_defaults(run=_report)
    parser.add_argument("scenario", metavar="SCENARIO", help="a scenario file, such as scenarios/link-upgrade.yaml")
    parser.add_argument(
        "--options",
        nargs="+",
        metavar="NAME",
        default=[],
        help="the plans that can be bought or chosen (default: as the file says, or else all that do not ask what if)",
    )
    parser.add_argument("--baseline", metavar="NAME", help="hold them against this plan (default: as the file says)")
    add_replications(parser)
    parser.add_argument(
        "--out",
        nargs="+",
        type=_form,
        default=[],
        metavar="FILE",
        help="write the report to these files, .html or .pdf (default: only print its answer and its tables)",
    )


def _form(text: str) -> Path:
    path = Path(text)
    if path.suffix not in _FORMS:
        raise argparse.ArgumentTypeError(f"found {text!r}; expected a name that ends with {' or '.join(_FORMS)}")
    return path


def _report(options: argparse.Namespace) -> None:
    from sim.appraisal import appraise  # noqa: PLC0415
    from sim.report.folder import output_folder, write_whole  # noqa: PLC0415
    from sim.report.leaders.form import to_html, to_pdf  # noqa: PLC0415
    from sim.report.leaders.writing import write_paper  # noqa: PLC0415 - with the chart library
    from sim.report.terminal import print_paper  # noqa: PLC0415
    from sim.scenario import read_scenario, told_by  # noqa: PLC0415

    scenario = read_scenario(options.scenario)
    kept: list[Path] = []

    def run(told: str, cases: "Sequence[Case]", n_replications: int) -> "Table":
        if not kept:
            named = {case.plan for case in cases} & set(scenario.plans)
            warn_of_doubts(options, scenario, [name for name in scenario.plans if name in named])
        path = _kept_in(options, told)
        if path:
            kept.append(path)
        return simulated(options, cases, n_replications, path, told=f"replications, {told}")

    with ExitStack() as folders:
        for path in options.out:
            folders.enter_context(output_folder(path.parent))
        with told_by(options.scenario):
            appraisal = appraise(
                scenario,
                options.options,
                baseline=options.baseline,
                run=run,
                n_replications=options.replications or FEW,
            )
        paper = write_paper(appraisal)
        forms = {path: to_pdf(paper) if path.suffix == ".pdf" else to_html(paper).encode() for path in options.out}
        write_whole(forms)
        for path in forms:
            print(f"wrote {path}", file=sys.stderr)
        for path in kept if not options.resume else ():
            path.unlink()
    print_paper(paper)


def _kept_in(options: argparse.Namespace, told: str) -> Path | None:
    """Return the file that keeps the finished replications of an experiment: beside the report, unless one is named."""
    beside = options.resume or next(iter(options.out), None)
    return beside and beside.with_name(f"{beside.name}.{told}")
