"""The lock files fix every package by hash, agree with pyproject.toml, and name no place to get packages from."""

import re
import tomllib

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

LOCKS = ("requirements.lock", "requirements-test.lock")
HASHED = re.compile(r"([^\s;]+)==([^\s;]+)( ; [^\\]+?)?((?: --hash=sha256:[0-9a-f]{64})+)")


def entries(lock: str) -> list[str]:
    """Return the entries of a lock file, each on one line."""
    return re.sub(r"\s*\\\n\s*", " ", lock).splitlines()


def unlocked_entries(lock: str) -> list[str]:
    """Return each entry that is anything but a name, one version, perhaps a condition, and hashes."""
    return [entry for entry in entries(lock) if not HASHED.fullmatch(entry)]


def locked_versions(lock: str) -> dict[str, list[str]]:
    """Return the versions that a lock file fixes for each package: several where conditions choose one."""
    versions: dict[str, list[str]] = {}
    for match in map(HASHED.fullmatch, entries(lock)):
        if match:
            versions.setdefault(canonicalize_name(match[1]), []).append(match[2])
    return versions


def unmet(wanted: list[str], lock: str) -> list[str]:
    """Return each requirement that the lock file does not meet in all its versions."""
    locked = locked_versions(lock)
    requirements = [Requirement(line) for line in wanted]
    return [
        str(requirement)
        for requirement in requirements
        if not (versions := locked.get(canonicalize_name(requirement.name)))
        or not all(requirement.specifier.contains(version) for version in versions)
    ]


@pytest.mark.parametrize("name", LOCKS)
def test_every_entry_is_fixed_by_hash(texts: dict[str, str], name: str) -> None:
    """Each entry is one version with hashes: no address, no option, no open range."""
    assert entries(texts[name]) != []
    assert unlocked_entries(texts[name]) == []


def test_locks_meet_the_project(texts: dict[str, str]) -> None:
    """The locks have what pyproject.toml asks for: to run and be built without isolation, and to test all of it."""
    project = tomllib.loads(texts["pyproject.toml"])
    extras = project["project"]["optional-dependencies"]
    needed = [*project["project"]["dependencies"], *project["build-system"]["requires"]]
    tested = [*needed, *(wanted for extra in extras.values() for wanted in extra if not wanted.startswith("peakweek["))]
    assert unmet(needed, texts["requirements.lock"]) == []
    assert unmet(tested, texts["requirements-test.lock"]) == []


def test_locks_agree(texts: dict[str, str]) -> None:
    """What is tested is what runs: both locks fix the same versions."""
    run, test = (locked_versions(texts[name]) for name in LOCKS)
    assert {name: test.get(name) for name in run} == run


@pytest.mark.parametrize(
    "entry",
    [
        "rich==15.0.0",
        "rich>=15 --hash=sha256:" + "0" * 64,
        "rich==15.0.0 --hash=md5:0",
        "rich @ https://example.org/rich.zip",
        "--no-binary rich",
        "# via pytest",
    ],
)
def test_unlocked_entry_is_found(entry: str) -> None:
    """An entry without hash, with a range, an address, an option or a remark is found."""
    good = "numpy==2.5.5 ; python_full_version >= '3.12' \\\n    --hash=sha256:" + "a" * 64
    assert unlocked_entries(f"{good}\n{entry}\n") == [entry]


@pytest.mark.parametrize(("wanted", "is_met"), [("Rich>=14", True), ("rich>=15.1", False), ("rich-argparse", False)])
def test_unmet_requirement_is_found(wanted: str, *, is_met: bool) -> None:
    """A requirement is unmet when the package is missing or its version is outside the range."""
    assert (unmet([wanted], "rich==15.0.0 \\\n    --hash=sha256:" + "0" * 64 + "\n") == []) is is_met
