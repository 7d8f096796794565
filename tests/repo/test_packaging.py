"""What installs the service is what it needs: unit, container and examples, judged by their own programs."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from monitor.config import read_config
from monitor.webconfig import WebConfig
from sim import read_document
from sim.errors import ConfigError

PROGRAM = "/opt/peakweek/bin/peakweek-monitor"
WEB_LINES = re.compile(r"^(  # |# )(?=client_|basic_|  officer)", re.MULTILINE)


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a program to its end."""
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)


@pytest.fixture
def packaging(project_root: Path) -> Path:
    """Return the folder of all that installs the service."""
    return project_root / "packaging"


@pytest.fixture
def unit(packaging: Path, tmp_path: Path) -> Path:
    """Return the unit with programs that are there."""
    text = (packaging / "peakweek-monitor.service").read_text(encoding="utf-8")
    assert PROGRAM in text
    path = tmp_path / "peakweek-monitor.service"
    path.write_text(text.replace(PROGRAM, sys.executable), encoding="utf-8")
    return path


@pytest.mark.server("systemd-analyze")
def test_systemd_understands_the_unit(unit: Path) -> None:
    """Every setting is one that systemd knows, with a value that it takes."""
    finished = run("systemd-analyze", "verify", unit)
    assert (finished.returncode, finished.stdout + finished.stderr) == (0, "")


@pytest.mark.server("systemd-analyze")
def test_the_unit_has_few_rights(unit: Path) -> None:
    """Systemd's own judgement of what the service could do is far on the safe side."""
    finished = run("systemd-analyze", "security", "--offline=yes", "--threshold=15", unit)
    assert finished.returncode == 0, finished.stdout


@pytest.mark.server("systemd-analyze")
def test_a_unit_that_is_wrong_would_be_found(unit: Path) -> None:
    """A setting that systemd does not know, or a unit without its limits, does not pass."""
    text = unit.read_text(encoding="utf-8")
    unit.write_text(text.replace("ProtectHome=yes", "ProtectHouse=yes"), encoding="utf-8")
    assert "ProtectHouse" in run("systemd-analyze", "verify", unit).stderr
    unit.write_text("[Service]\nExecStart=/bin/true\n", encoding="utf-8")
    assert run("systemd-analyze", "security", "--offline=yes", "--threshold=15", unit).returncode != 0


def test_the_unit_starts_what_there_is(packaging: Path) -> None:
    """The unit's commands are the program's own, with options that it knows, and its user is made."""
    unit = (packaging / "peakweek-monitor.service").read_text(encoding="utf-8")
    commands = re.findall(rf"^ExecStart(?:Pre)?={PROGRAM} (.*)$", unit, flags=re.MULTILINE)
    told = run(sys.executable, "-m", "monitor", "serve", "--help").stdout
    assert len(commands) == 2
    assert {word for command in commands for word in command.split() if word.startswith("--")} <= set(told.split()) | {
        word.strip("[]") for word in told.split()
    }
    user = re.findall(r"^User=(.*)$", unit, flags=re.MULTILINE)
    assert [f"u {name}" for name in user] == re.findall(
        r"^u \S+", (packaging / "peakweek-monitor.sysusers").read_text(encoding="utf-8"), flags=re.MULTILINE
    )


def test_the_example_is_a_configuration(packaging: Path, tmp_path: Path) -> None:
    """The configuration that is installed is valid, but for folders that are made with the service."""
    text = (packaging / "monitor.yaml").read_text(encoding="utf-8")
    path = tmp_path / "monitor.yaml"
    path.write_text(text.replace("/var/lib/peakweek-monitor/", ""), encoding="utf-8")
    assert [*read_config(path).centre_by_id] == ["tho-xuan", "second"]


def whole_web_file(packaging: Path, folder: Path) -> Path:
    """Write the example with everything that it only mentions, for files in a folder."""
    text = (packaging / "web.yaml").read_text(encoding="utf-8")
    text = WEB_LINES.sub(lambda found: found[1].replace("# ", ""), text).replace("/etc/peakweek-monitor", str(folder))
    hashed = "$2y$04$" + "a" * 53
    path = folder / "web.yaml"
    path.write_text(re.sub(r"officer: \(.*\)", f"officer: {hashed}", text), encoding="utf-8")
    return path


@pytest.mark.server("promtool")
@pytest.mark.server("openssl")
def test_the_example_of_a_web_configuration_is_one(packaging: Path, tmp_path: Path) -> None:
    """Prometheus' own tool and we take the same file, as it is installed and with all that it mentions."""
    making = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"]
    names = ["-subj", "/CN=x", "-keyout", "server.key", "-out", "server.pem"]
    subprocess.run([*making, *names], cwd=tmp_path, check=True, capture_output=True)
    shutil.copy(tmp_path / "server.pem", tmp_path / "authority.pem")
    path = whole_web_file(packaging, tmp_path)
    config = read_document(path, WebConfig, ConfigError)
    assert config.tls_server_config
    assert (config.tls_server_config.client_auth_type, list(config.basic_auth_users)) == (
        "RequireAndVerifyClientCert",
        ["officer"],
    )
    finished = run("promtool", "check", "web-config", path)
    assert finished.returncode == 0, finished.stdout + finished.stderr


@pytest.mark.server("promtool")
def test_promtool_judges_the_scrape_configuration(packaging: Path, tmp_path: Path) -> None:
    """The example for several centres is one that Prometheus takes."""
    text = (packaging / "prometheus.yml").read_text(encoding="utf-8")
    (tmp_path / "peakweek.token").write_text("x", encoding="utf-8")
    path = tmp_path / "prometheus.yml"
    path.write_text(text.replace("/etc/prometheus", str(tmp_path)), encoding="utf-8")
    finished = run("promtool", "check", "config", path)
    assert finished.returncode == 0, finished.stdout + finished.stderr


def instructions(text: str) -> list[tuple[str, str]]:
    """Return the instructions of a container file."""
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [(word, rest) for word, _, rest in (line.partition(" ") for line in lines)]


def test_the_container_is_built_from_the_lock_alone(packaging: Path, project_root: Path) -> None:
    """Packages come from a folder by their hashes, the rest from this repository, and nobody is root."""
    made = instructions((packaging / "Containerfile").read_text(encoding="utf-8"))
    assert {word for word, _ in made} <= {
        *("FROM", "ENV", "WORKDIR", "RUN", "COPY", "USER", "VOLUME", "EXPOSE", "HEALTHCHECK", "ENTRYPOINT", "CMD"),
    }
    assert any(word == "ENV" and "PIP_NO_INDEX=1" in rest for word, rest in made)
    installs = [rest for word, rest in made if word == "RUN" and "pip install" in rest]
    assert ["--require-hashes -r requirements.lock" in rest or "--no-deps" in rest for rest in installs] == [True, True]
    for word, rest in made:
        if word == "COPY" and not rest.startswith("--from"):
            assert all((project_root / name).exists() for name in rest.split()[:-1]), rest
    (user,) = [rest for word, rest in made if word == "USER"]
    assert user.split(":")[0] not in {"root", "0"}
    scripts = tomllib.loads((project_root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["scripts"]
    (entry,) = [rest for word, rest in made if word == "ENTRYPOINT"]
    assert Path(entry.strip('[]"')).name in scripts
