"""The configuration is read again on demand, a wrong one changes nothing, and a stop leaves no request unanswered."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from monitor.api.steering import redacted
from monitor.config import Config, read_config
from monitor.webconfig import WebConfig
from tests.monitor_command import serving

BATCH = "application/cloudevents-batch+json"
CloudEvent = Callable[..., dict[str, Any]]
GOOD = "peakweek_monitor_config_last_reload_successful"
READ = "peakweek_monitor_config_last_reload_success_timestamp_seconds"


@pytest.fixture
def config_file(tmp_path: Path) -> Path:
    """Return a configuration that lets the system choose the port."""
    path = tmp_path / "monitor.yaml"
    path.write_text("listen: {port: 0}\n", encoding="utf-8")
    return path


def rewrite(path: Path, text: str) -> None:
    """Change a file."""
    path.write_text(text, encoding="utf-8")


async def reload(service: Any) -> tuple[int, dict[str, Any]]:
    """Ask for a reload, and return status and answer."""
    async with service.session.post("/-/reload") as answer:
        return answer.status, json.loads(await answer.text())


async def test_a_good_file_holds_from_now_on(start: Any, config_file: Path) -> None:
    """The limit, the name and a second centre are there after the reload, with its time."""
    async with start(read_config(config_file), config_path=config_file) as service:
        await service.until_ready()
        before = await service.samples()
        service.clock.advance(60)
        rewrite(config_file, "listen: {port: 0}\nwaiting_limit_s: 600\ncentre: {name: New}\n")
        assert await reload(service) == (200, {"needs_restart": []})
        samples = await service.samples()
        assert samples["centre_waiting_limit_seconds"] == 600
        assert (samples[GOOD], samples[READ] - before[READ]) == (1, 60)
        assert "<h1>New</h1>" in (await service.get("/"))[1]
        rewrite(config_file, "listen: {port: 0}\ncentres: [{id: centre}, {id: second}]\n")
        assert (await reload(service))[0] == 200
        assert (await service.get("/probe?centre=second"))[0] == 200


async def test_a_wrong_file_changes_nothing(start: Any, config_file: Path) -> None:
    """The answer says what is wrong, the metric that it is, and all goes on as before."""
    rewrite(config_file, "listen: {port: 0}\nwaiting_limit_s: 600\n")
    async with start(read_config(config_file), config_path=config_file) as service:
        await service.until_ready()
        before = await service.samples()
        service.clock.advance(60)
        rewrite(config_file, "waiting_limit_s: none\n")
        status, answer = await reload(service)
        assert (status, "waiting_limit_s: found 'none'; expected a number" in answer["detail"]) == (500, True)
        samples = await service.samples()
        assert (samples[GOOD], samples["centre_waiting_limit_seconds"], samples[READ]) == (0, 600, before[READ])


async def test_what_needs_a_restart_is_told_and_left(start: Any, config_file: Path) -> None:
    """Address, log and the length of bodies stay, and the answer names them."""
    async with start(read_config(config_file), config_path=config_file) as service:
        rewrite(config_file, "listen: {port: 1}\nstore: x.sqlite\nlimits: {body_bytes: 2048}\n")
        assert await reload(service) == (200, {"needs_restart": ["listen", "store", "limits.body_bytes"]})
        assert "store: x.sqlite" not in (await service.get("/config"))[1]


async def test_the_configuration_is_shown_without_secrets(start: Any, config_file: Path) -> None:
    """``/config`` shows every field with its default."""
    async with start(read_config(config_file), config_path=config_file) as service:
        _, text = await service.get("/config")
    assert ("time_zone: Asia/Ho_Chi_Minh" in text, "body_bytes: 1048576" in text, "auth: automatic" in text) == (
        True,
        True,
        True,
    )


def test_no_password_is_shown() -> None:
    """Neither that of a database nor a user's hash is in what ``/config`` shows; names are."""
    config = Config(store="postgresql://monitor:secret@db/log?password=secret")
    hashed = "$2y$04$" + "a" * 53
    text = redacted(config, "postgresql://monitor@db/log", WebConfig(basic_auth_users={"officer": hashed}))
    assert (":secret" in text, "=secret" in text, hashed in text) == (False, False, False)
    assert ("officer: <secret>" in text, "store: postgresql://monitor@db/log\n" in text) == (True, True)


async def line_with(stream: asyncio.StreamReader | None, text: str) -> str:
    """Return the first line that has the text."""
    assert stream
    async with asyncio.timeout(20):
        async for line in stream:
            if text in line.decode():
                return line.decode()
    raise AssertionError(f"no line with {text}")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGHUP")
async def test_a_hangup_reads_the_configuration_again(config_file: Path) -> None:
    """SIGHUP does what ``POST /-/reload`` does, and the log says how it went, in the form that was asked for."""
    command = ("serve", "--config.file", str(config_file), "--log.format", "json")
    async with serving(*command) as (process, address), aiohttp.ClientSession(address) as session:
        for text, told, limit in (
            ("listen: {port: 0}\nwaiting_limit_s: 600\n", "the configuration was read again", 600),
            ("waiting_limit_s: none\n", "the configuration stays as it was", 600),
        ):
            rewrite(config_file, text)
            process.send_signal(signal.SIGHUP)
            assert json.loads(await line_with(process.stderr, told))["logger"] == "monitor.reload"
            async with session.get("/api/v1/state") as answer:
                assert (await answer.json())["waiting_limit_s"] == limit


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no terminals that hang up")
async def test_a_closed_terminal_ends_the_service(config_file: Path) -> None:
    """A hangup that comes because the terminal is gone stops the service; any other does not."""
    master, slave = os.openpty()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "monitor", "serve", "--config", str(config_file)),
        stdin=slave,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    os.close(slave)
    try:
        await line_with(process.stdout, "Ctrl-C stops.")
        process.send_signal(signal.SIGHUP)
        await line_with(process.stderr, "the configuration was read again")
        os.close(master)
        process.send_signal(signal.SIGHUP)
        async with asyncio.timeout(20):
            assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def test_a_stop_answers_what_has_begun(config_file: Path, cloud_event: CloudEvent) -> None:
    """A body that is still arriving when the service is stopped is stored and acknowledged; no other is let in."""
    body = json.dumps([cloud_event("1", "ticket.issued", ticket="A1", queue="A")]).encode()
    async with serving("serve", "--config", str(config_file)) as (process, address):
        host, _, port = address.removeprefix("http://").rpartition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        head = (
            f"POST /api/v1/events HTTP/1.1\r\nHost: x\r\nContent-Type: {BATCH}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        writer.write(head.encode() + body[:20])
        await until_inside(address)
        process.send_signal(signal.SIGTERM)
        await until_closed(host, int(port))
        writer.write(body[20:])
        async with asyncio.timeout(20):
            answer = (await reader.read()).decode()
            assert answer.startswith("HTTP/1.1 200 OK\r\n")
            assert "\r\nConnection: close\r\n" in answer
            _, errors = await process.communicate()
        assert (process.returncode, errors.decode()) == (0, "")
        writer.close()
    async with (
        serving("serve", "--config", str(config_file)) as (_, address),
        aiohttp.ClientSession(address) as session,
        session.get("/api/v1/state") as answer,
    ):
        assert (await answer.json())["queues"]["A"]["n_issued"] == 1


async def until_inside(address: str) -> None:
    """Return when the service holds another connection than ours."""
    async with aiohttp.ClientSession(address) as session, asyncio.timeout(20):
        while True:
            async with session.get("/metrics") as answer:
                if "peakweek_monitor_http_connections 2.0" in await answer.text():
                    return
            await asyncio.sleep(0.02)


async def until_closed(host: str, port: int) -> None:
    """Return when nobody listens there."""
    async with asyncio.timeout(20):
        while True:
            try:
                _, writer = await asyncio.open_connection(host, port)
            except OSError:
                return
            writer.close()
            await asyncio.sleep(0.02)
