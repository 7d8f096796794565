"""The documents show what the commands really print."""

import shlex
import subprocess
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from monitor.events import parse_batch
from monitor.glossary import events_page, metrics_page, probes_page
from monitor.probes.attempt import PROBERS
from sim import parse_document
from sim.errors import ConfigError

MODULES = {"peakweek": "sim", "peakweek-monitor": "monitor"}


def blocks(markdown: str, language: str) -> list[str]:
    """Return the code blocks of a language."""
    return [token.content for token in MarkdownIt().parse(markdown) if token.type == "fence" and token.info == language]


def shown_runs(markdown: str) -> list[tuple[str, str]]:
    """Return each command that a console block shows, with the output shown below it."""
    runs = []
    for block in blocks(markdown, "console"):
        command, _, output = block.partition("\n")
        runs.append((command.removeprefix("$ "), output))
    return runs


@cache
def printed(command: str) -> list[str]:
    """Return the lines that a command prints in the project's root."""
    name, *arguments = shlex.split(command)
    process = [sys.executable, "-m", MODULES[name], *arguments]
    root = Path(__file__).parents[2]
    return subprocess.run(process, capture_output=True, cwd=root, check=True).stdout.decode().splitlines()


def seen(command: str) -> str:
    """Return what is seen of a command that may pass its lines through `head -n` and `tail -n`."""
    program, *filters = command.split(" | ")
    lines = printed(program)
    for each in filters:
        which, _, number = each.split()
        lines = {"head": lines[: int(number)], "tail": lines[-int(number) :]}[which]
    return "\n".join(lines)


def without_padding(text: str) -> str:
    """Return a text without blanks at the ends of its lines."""
    return "\n".join(line.rstrip() for line in text.splitlines())


@pytest.fixture(scope="module")
def readme(project_root: Path) -> str:
    """Return the README."""
    return (project_root / "README.md").read_text(encoding="utf-8")


def test_readme_shows_what_is_printed(readme: str) -> None:
    """Each command in a console block of the README prints what is shown below it."""
    runs = shown_runs(readme)
    assert runs
    for command, shown in runs:
        assert without_padding(seen(command)) == without_padding(shown), command


def test_following_shows_what_is_printed(project_root: Path) -> None:
    """The command in docs/following.md prints what is shown below it, and the files that it shows are valid."""
    from monitor.adapters.follow import FollowConfig  # noqa: PLC0415 - only this test needs it
    from monitor.config import Config  # noqa: PLC0415 - only this test needs it

    text = (project_root / "docs/following.md").read_text(encoding="utf-8")
    ((command, shown),) = shown_runs(text)
    assert without_padding(seen(command)) == without_padding(shown)
    mapping, configuration = blocks(text, "yaml")
    parse_document(mapping, "following.md", FollowConfig, ConfigError)
    parse_document(configuration, "following.md", Config, ConfigError)


def test_readme_configuration_is_valid(readme: str) -> None:
    """The configuration that the README shows is one."""
    from monitor.config import Config  # noqa: PLC0415 - only this test needs it

    (shown,) = blocks(readme, "yaml")
    parse_document(shown, "README.md", Config, ConfigError)


def test_operations_show_every_field(project_root: Path) -> None:
    """The configurations that docs/operations.md shows are valid, and name every field and every limit."""
    from monitor.config import Config  # noqa: PLC0415 - only this test needs it

    text = (project_root / "docs/operations.md").read_text(encoding="utf-8")
    shown = [parse_document(block, "operations.md", Config, ConfigError) for block in blocks(text, "yaml")]
    assert set.union(*(config.model_fields_set for config in shown)) == set(Config.model_fields)
    assert shown[0].limits.model_fields_set == set(type(shown[0].limits).model_fields)


def test_readme_events_are_taken(readme: str) -> None:
    """The events that the README shows would be accepted."""
    (shown,) = blocks(readme, "json")
    assert len(parse_batch(shown.encode())) == 2


def test_probes_show_what_is_measured(project_root: Path) -> None:
    """The page of probes ends with the table that the command prints, and the configuration that it shows is one."""
    from monitor.config import Config  # noqa: PLC0415 - only this test needs it

    text = (project_root / "docs/probes.md").read_text(encoding="utf-8")
    assert text.endswith(probes_page())
    shown = parse_document(blocks(text, "yaml")[0], "probes.md", Config, ConfigError).probes
    assert {module.prober for module in shown.module_by_name.values()} == set(PROBERS)


@pytest.mark.parametrize(("name", "page"), [("events", events_page), ("metrics", metrics_page)])
def test_glossary_is_up_to_date(project_root: Path, name: str, page: Callable[[], str]) -> None:
    """The pages of events and of metrics are what the command prints; renew one with peakweek-monitor glossary."""
    assert (project_root / f"docs/{name}.md").read_text(encoding="utf-8") == page()


def test_every_option_is_in_the_readme(readme: str) -> None:
    """Every option of the planner's command is named in the README."""
    command = [sys.executable, "-m", "sim", "run", "--help"]
    told = subprocess.run(command, capture_output=True, check=True).stdout.decode()
    options = {word.strip(",[]") for word in told.split() if word.strip(",[]").startswith("--")} - {"--help"}
    assert {option for option in options if option not in readme} == set()
