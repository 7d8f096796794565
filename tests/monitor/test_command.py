"""The command, as a user starts it: checks, mistakes in one line, addresses, and a clean stop."""

import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.monitor_command import ended, serving, started
from tests.processes import KILL, all_end, children

BATCH = {"Content-Type": "application/cloudevents-batch+json"}


def names_in(folder: Path) -> set[str]:
    """Return the names of the files in a folder."""
    return {path.name for path in folder.iterdir()}


@pytest.fixture
def config_file(tmp_path: Path) -> Path:
    """Return a configuration that lets the system choose the port."""
    path = tmp_path / "monitor.yaml"
    path.write_text("listen: {port: 0}\n", encoding="utf-8")
    return path


async def test_the_version_is_told() -> None:
    """``--version`` prints the program's name and version."""
    status, output, errors = await ended("--version")
    assert (status, errors) == (0, "")
    assert re.fullmatch(r"peakweek-monitor \d+\.\d+\.\d+\S*\n", output)


async def test_a_good_configuration_is_told_to_be_good(config_file: Path, tmp_path: Path) -> None:
    """``--config.check`` starts nothing and writes nothing."""
    status, output, errors = await ended("serve", "--config", str(config_file), "--config.check")
    assert (status, output, errors) == (0, f"{config_file}: ok\n", "")
    assert names_in(tmp_path) == {"monitor.yaml"}


@pytest.mark.parametrize("check", [["--config.check"], []])
async def test_a_wrong_configuration_is_one_line_and_status_2(tmp_path: Path, check: list[str]) -> None:
    """The line names file, line, field, what was found and what was expected; nothing is written."""
    path = tmp_path / "monitor.yaml"
    path.write_text("listen:\n  prot: 8080\n", encoding="utf-8")
    status, output, errors = await ended("serve", "--config", str(path), *check)
    assert (status, output) == (2, "")
    assert errors == (
        f"peakweek-monitor: {path}:2: listen.prot: found an unknown field; "
        "expected one of: host, port (did you mean port?)\n"
    )
    assert names_in(tmp_path) == {"monitor.yaml"}


async def test_a_store_that_is_no_log_is_one_line_and_status_2(config_file: Path, tmp_path: Path) -> None:
    """A file that is not a log of events is refused and left as it was."""
    log = tmp_path / "events.sqlite"
    log.write_text("this is no database, and it is long enough to look at" * 20, encoding="utf-8")
    before = log.read_bytes()
    status, output, errors = await ended("serve", "--config", str(config_file))
    assert (status, output) == (2, "")
    found = r"\S+events\.sqlite: cannot open the log of events \(.*\)"
    told = rf"{re.escape(str(config_file))}: store: found {found}; expected a log of events, there or not yet"
    assert re.fullmatch(f"peakweek-monitor: {told}\n", errors)
    assert log.read_bytes() == before


@pytest.mark.parametrize("command", ["serve", "demo", "demo --check", "replay"])
async def test_a_port_in_use_is_one_line_and_status_2(project_root: Path, tmp_path: Path, command: str) -> None:
    """The line says which address is taken, and what to change where the user has set it."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        path = tmp_path / "monitor.yaml"
        path.write_text(f"listen: {{port: {port}}}\n", encoding="utf-8")
        arguments = {
            "serve": ["--config", str(path)],
            "demo": [str(project_root / "scenarios/tho-xuan.yaml"), "--port", str(port)],
            "replay": [str(write_calls(tmp_path / "calls.csv")), "--port", str(port)],
        }
        name, *options = command.split()
        status, output, errors = await ended(name, *arguments[name], *options)
    assert (status, output) == (2, "")
    told = rf"cannot listen on 127\.0\.0\.1:{port}: \S.*in use \(choose another --port\)"
    if command == "serve":
        found = rf"127\.0\.0\.1:{port}, where nobody can listen \(\S.*in use\)"
        told = rf"{re.escape(str(path))}: listen\.port: found {found}; expected a free port"
    assert re.fullmatch(f"peakweek-monitor: {told}\n", errors)
    assert not (tmp_path / "events.sqlite").exists()


async def test_a_free_port_is_found_free_without_a_word(project_root: Path) -> None:
    """A check, as `make run` does it before anything else, says nothing where a service can listen."""
    arguments = [str(project_root / "scenarios/tho-xuan.yaml"), "--port", "0", "--check"]
    assert await ended("demo", *arguments) == (0, "", "")


@pytest.mark.parametrize("host", ["192.0.2.1", "no-such-host.invalid", "a..b"])
async def test_a_host_that_is_not_here_is_told_as_such(tmp_path: Path, host: str) -> None:
    """Where the address is not the machine's own, another port would not help; nothing was opened or written."""
    log = str(write_calls(tmp_path / "calls.csv"))
    status, _, errors = await ended("replay", log, "--host", host, "--port", "0")
    assert status == 2
    assert errors.endswith("(choose another --host)\n")
    path = tmp_path / "monitor.yaml"
    path.write_text(f"listen: {{host: {host}, port: 0}}\n", encoding="utf-8")
    status, output, errors = await ended("serve", "--config", str(path))
    assert (status, output) == (2, "")
    told = (
        rf"{re.escape(str(path))}: listen\.host: found {re.escape(host)}:0, where nobody can listen \(.+\); expected .+"
    )
    assert re.fullmatch(f"peakweek-monitor: {told}\n", errors)
    assert names_in(tmp_path) == {"calls.csv", "monitor.yaml"}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full, a full disk that Linux has")
def test_output_to_a_full_disk_is_one_line_and_status_1() -> None:
    """What the system refuses is told without a traceback."""
    command = [sys.executable, "-m", "monitor", "glossary"]
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 1
    assert re.fullmatch(r"peakweek-monitor: the system refused: .*No space left on device\n", done.stderr.decode())


def test_a_reader_that_has_seen_enough_is_no_failure() -> None:
    """When the reader closes the pipe, the command ends without a word and with status 0."""
    command = [sys.executable, "-m", "monitor", "glossary"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(timeout=60) == 0


@pytest.mark.parametrize("arguments", [[], ["nothing"], ["serve", "--confg", "x"]])
async def test_a_wrong_command_line_is_told_with_status_2(arguments: list[str]) -> None:
    """The usage is shown with what is wrong."""
    status, output, errors = await ended(*arguments)
    assert (status, output) == (2, "")
    assert errors.startswith("usage: peakweek-monitor")


async def test_a_plan_that_the_scenario_has_not_is_one_line_and_status_2(project_root: Path) -> None:
    """The line names the file, what was found and which plans there are."""
    scenario = str(project_root / "scenarios/tho-xuan.yaml")
    status, output, errors = await ended("demo", scenario, "--plan", "x")
    assert (status, output) == (2, "")
    assert errors == (
        f"peakweek-monitor: {scenario}: plans: found 'x'; expected one of as-usual, lunch-cover, lunch-and-evening\n"
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_a_signal_ends_the_service_cleanly(
    config_file: Path, cloud_event: Callable[..., dict[str, Any]], number: signal.Signals
) -> None:
    """Whoever stops it, it ends with status 0 and nothing on the standard error; the log is closed and kept."""
    issue = cloud_event("1", "ticket.issued", ticket="A1", queue="A")
    async with (
        serving("serve", "--config", str(config_file)) as (process, address),
        aiohttp.ClientSession(address) as session,
    ):
        async with session.post("/api/v1/events", json=[issue], headers=BATCH) as answer:
            assert await answer.json() == {"accepted": 1, "duplicate": 0}
        process.send_signal(number)
        async with asyncio.timeout(20):
            _, errors = await process.communicate()
        assert (process.returncode, errors.decode()) == (0, "")
    # SQLite removes its side files when the last connection closes in order.
    assert names_in(config_file.parent) == {"monitor.yaml", "events.sqlite", "events.sqlite.lock"}
    async with (
        serving("serve", "--config", str(config_file)) as (process, address),
        aiohttp.ClientSession(address) as session,
    ):
        async with session.get("/api/v1/state") as answer:
            state = json.loads(await answer.text())
        assert state["queues"]["A"]["n_issued"] == 1


async def state_when(session: aiohttp.ClientSession, is_there: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """Return the first state that is as wanted."""
    async with asyncio.timeout(40):
        while True:
            async with session.get("/api/v1/state") as answer:
                state = json.loads(await answer.text())
            if is_there(state):
                return state
            await asyncio.sleep(0.05)


async def interrupted(process: asyncio.subprocess.Process) -> tuple[int | None, str]:
    """Interrupt the command as Ctrl-C does, and return its status and errors."""
    process.send_signal(signal.SIGINT)
    async with asyncio.timeout(20):
        _, errors = await process.communicate()
    return process.returncode, errors.decode()


async def test_whoever_opens_the_demo_sees_a_queue(project_root: Path) -> None:
    """At the usual speed, the morning so far is told at once: nobody looks at an empty hall for half a minute."""
    demo = ("demo", str(project_root / "scenarios/tho-xuan.yaml"), "--port", "0")
    async with serving(*demo) as (process, address), aiohttp.ClientSession(address) as session:
        async with asyncio.timeout(5):
            await state_when(session, lambda state: sum(queue["n_waiting"] for queue in state["queues"].values()) > 0)
        assert await interrupted(process) == (0, "")


async def test_demo_feeds_itself_until_ctrl_c(
    project_root: Path, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planner's page is opened, the centre's queue fills on its own clock, Ctrl-C ends it, nothing is left."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    folder = tmp_path_factory.mktemp("browser")
    opened, browser = folder / "opened", folder / "browser.py"
    browser.write_text("import os, sys\nos.symlink(sys.argv[1], sys.argv[2])\n", encoding="utf-8")
    monkeypatch.setenv("BROWSER", f"{sys.executable} {browser} %s {opened} &")
    demo = ("demo", str(project_root / "scenarios/tho-xuan.yaml"), "--port", "0", "--speed", "2000", "--browser")
    async with serving(*demo) as (process, address), aiohttp.ClientSession(address) as session:
        async with asyncio.timeout(10):
            while not opened.is_symlink():  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.02)
        assert os.readlink(opened) == f"{address}/plan"  # noqa: PTH115 - a Path would take one slash out of it
        state = await state_when(session, lambda state: state["n_events"]["record.settled"] > 0)
        assert state["queues"]["intake"]["n_called"] >= 1
        assert state["n_servers_open"] == 3
        assert sum(state["n_anomalous"].values()) == 0
        async with session.get("/") as answer:
            assert "/prediction.svg" in await (await session.get("/live.js")).text()
            assert 'id="prediction"' in await answer.text()
        assert await interrupted(process) == (0, "")
    assert names_in(tmp_path) == set()


@pytest.mark.parametrize("number", [KILL, signal.SIGTERM])
async def test_no_prediction_outlives_its_service(
    project_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    """However the service is stopped, also by kill -9, the process that calculates its prediction ends too."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    demo = ("demo", str(project_root / "scenarios/tho-xuan.yaml"), "--port", "0")
    async with serving(*demo) as (process, _):
        async with asyncio.timeout(20):
            while not (calculating := children(process.pid, running=b"spawn_main")):  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.02)
        with all_end(calculating):
            process.send_signal(number)
            await process.wait()


def write_calls(path: Path) -> Path:
    """Write a small log of calls in the bank's format: ten that wait a minute each and are served for two."""
    rows = [f"1999-02-03,PS,AGENT,{s},{s},{s},{s + 60},{s + 60},{s + 180}" for s in range(30_000, 30_500, 50)]
    header = "date,type,outcome,vru_entry,vru_exit,q_start,q_exit,ser_start,ser_exit"
    path.write_text("\n".join([header, *rows, ""]), encoding="utf-8")
    return path


async def test_replay_plays_a_log_on_its_own_clock(tmp_path: Path) -> None:
    """A log is played with its own instants, waits and services, and its service stays up when it is over."""
    replay = ("replay", str(write_calls(tmp_path / "calls.csv")), "--port", "0", "--speed", "3000")
    async with serving(*replay) as (process, address), aiohttp.ClientSession(address) as session:
        state = await state_when(session, lambda state: state["n_events"]["service.finished"] == 10)
        queue = state["queues"]["PS"]
        assert (queue["n_called"], queue["waits"]["sum_s"], queue["services"]["sum_s"]) == (10, 600, 1200)
        assert state["now"].startswith("1999-02-03")
        assert await interrupted(process) == (0, "")


async def test_replay_into_a_running_service(config_file: Path, tmp_path: Path) -> None:
    """A log is played into a service whose clock is real, moved to its present; another speed is refused at once."""
    log = str(write_calls(tmp_path / "calls.csv"))
    async with (
        serving("serve", "--config", str(config_file)) as (_, address),
        aiohttp.ClientSession(address) as session,
    ):
        status, output, errors = await ended("replay", log, "--url", address, "--speed", "60")
        assert (status, output) == (2, "")
        assert re.fullmatch(r"peakweek-monitor: \S+ does not take events: its clock runs at 1 × .*\n", errors)
        process = await started("replay", log, "--url", address, "--speed", "1")
        assert await interrupted_after_start(process) == (0, "")
        async with session.get("/api/v1/state") as answer:
            assert (await answer.json())["n_events"]["ticket.issued"] == 0


async def interrupted_after_start(process: asyncio.subprocess.Process) -> tuple[int | None, str]:
    """Interrupt a replay that waits for its first event."""
    async with asyncio.timeout(20):
        assert process.stdout
        assert b"begins" in await process.stdout.readline()
    return await interrupted(process)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a,b\n1,2\n", "header"),
        ("", "empty"),
    ],
)
async def test_a_wrong_log_is_one_line_and_status_2(tmp_path: Path, text: str, told: str) -> None:
    """A log that cannot be read starts nothing and is told in one line."""
    log = tmp_path / "wrong.csv"
    log.write_text(text, encoding="utf-8")
    status, output, errors = await ended("replay", str(log))
    assert (status, output) == (2, "")
    assert errors.count("\n") == 1
    assert str(log) in errors
    assert told in errors


async def test_it_listens_where_the_command_says(config_file: Path) -> None:
    """``--web.listen-address`` takes the place of the configuration's address, and may be given several times."""
    with socket.create_server(("127.0.0.1", 0)) as first, socket.create_server(("127.0.0.1", 0)) as second:
        ports = [first.getsockname()[1], second.getsockname()[1]]
    listens = [word for port in ports for word in ("--web.listen-address", f"127.0.0.1:{port}")]
    async with serving("serve", "--config.file", str(config_file), *listens) as (_, address):
        assert address == f"http://127.0.0.1:{ports[0]}"
        for port in ports:
            async with (
                aiohttp.ClientSession(f"http://127.0.0.1:{port}") as session,
                session.get("/-/healthy") as answer,
            ):
                assert answer.status == 200


@pytest.mark.parametrize("address", ["8080", "localhost", "127.0.0.1:x", "127.0.0.1:70000", "127.0.0.1:-1"])
async def test_what_is_no_address_is_told_with_status_2(address: str) -> None:
    """The usage is shown with what an address looks like."""
    status, output, errors = await ended("serve", "--web.listen-address", address)
    assert (status, output) == (2, "")
    assert f"found '{address}'; expected host:port such as 127.0.0.1:8080" in errors


async def test_tokens_that_are_none_are_one_line_and_status_2(config_file: Path, tmp_path: Path) -> None:
    """A file of tokens that cannot be read is told before anybody relies on it."""
    (tmp_path / "tokens.sqlite").write_text(
        "this is no database, and it is long enough to look at" * 20, encoding="utf-8"
    )
    status, output, errors = await ended("serve", "--config", str(config_file), "--config.check")
    assert (status, output, errors.count("\n")) == (2, "", 1)
    assert errors.startswith(
        f"peakweek-monitor: {config_file}: tokens: found {tmp_path}/tokens.sqlite: cannot read the tokens"
    )


@pytest.mark.parametrize("check", [["--config.check"], []])
async def test_a_wrong_web_configuration_is_one_line_and_status_2(tmp_path: Path, check: list[str]) -> None:
    """The line names file, field, what was found and what was expected; nothing is started."""
    path = tmp_path / "web.yaml"
    path.write_text("tls_server_config: {cert_file: none.pem, key_file: none.key}\n", encoding="utf-8")
    status, output, errors = await ended("serve", "--web.config.file", str(path), *check)
    assert (status, output) == (2, "")
    told = f"{path}: tls_server_config.cert_file: found {tmp_path}/none.pem, which is no file; expected a file in PEM"
    assert errors == f"peakweek-monitor: {told}\n"


async def test_a_token_that_is_not_there_is_one_line_and_status_2(tmp_path: Path) -> None:
    """Without the file of its token, a replay sends nothing."""
    log, missing = str(write_calls(tmp_path / "calls.csv")), tmp_path / "token"
    status, output, errors = await ended("replay", log, "--url", "http://127.0.0.1:9", "--token-file", str(missing))
    assert (status, output) == (2, "")
    assert errors == f"peakweek-monitor: {missing}: found No such file or directory; expected a file with a token\n"


def test_the_service_loads_no_model() -> None:
    """Whoever only serves does not pay for the simulator: its compiler alone takes more memory than the service."""
    asked = "import sys, monitor.commands; print(*{'numba', 'scipy', 'simpy', 'pandas'} & set(sys.modules))"
    told = subprocess.run([sys.executable, "-c", asked], check=True, capture_output=True, text=True)
    assert told.stdout == "\n"


def test_a_service_loads_no_simulator() -> None:
    """A service without a prediction or a plan starts without the model and what that calculates with."""
    script = "import sys, monitor.commands.serve\nprint(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert set(run.stdout.split()) & {"numba", "numpy", "scipy", "sim.scenario", "sim.experiment"} == set()
