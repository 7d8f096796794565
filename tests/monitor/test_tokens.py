"""Tokens, asked over real sockets: who is known, what for, for which centre, and that nothing betrays them."""

import json
import logging
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from monitor.config import CentreConfig, Config, ListenConfig
from monitor.tokens import Scope, TokenError, Tokens
from tests.monitor_command import ended

BATCH = {"Content-Type": "application/cloudevents-batch+json"}
NOW = datetime(2025, 7, 1, tzinfo=UTC)
CloudEvent = Callable[..., dict[str, Any]]


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """Return a configuration of two centres."""
    return Config(
        listen=ListenConfig(port=0),
        store=tmp_path / "events.sqlite",
        tokens=tmp_path / "tokens.sqlite",
        centres=(CentreConfig(id="north", name="North"), CentreConfig(id="south", name="South")),
    )


@pytest.fixture
async def service(config: Config, start: Any) -> AsyncIterator[Any]:
    """Return a running service."""
    async with start(config) as running:
        await running.until_ready()
        yield running


@pytest.fixture
def token(config: Config) -> Callable[..., dict[str, str]]:
    """Return a function that makes a token and returns the header that shows it."""

    def make(centre: str | None, *scopes: Scope) -> dict[str, str]:
        return {"Authorization": f"Bearer {Tokens(config.tokens).create(centre, frozenset(scopes), NOW)}"}

    return make


async def status_of(service: Any, path: str, headers: dict[str, str]) -> int:
    """Return the status of a ``GET``."""
    async with service.session.get(path, headers=headers) as answer:
        return int(answer.status)


async def test_without_a_token_the_service_is_open(service: Any) -> None:
    """Until the first token is made, nobody needs one; from then on, everybody does, at once."""
    assert await status_of(service, "/api/v1/sd", {}) == 200


async def test_the_first_token_closes_the_service(service: Any, token: Any) -> None:
    """401 comes at once, says how to be known, and leaves health open."""
    headers = token(None, Scope.READ)
    async with service.session.get("/api/v1/sd") as answer:
        assert (answer.status, answer.content_type) == (401, "application/problem+json")
        assert "Bearer" in answer.headers["WWW-Authenticate"]
    assert await status_of(service, "/api/v1/sd", headers) == 200
    assert await status_of(service, "/-/healthy", {}) == 200


async def test_required_means_closed_without_any_token(start: Any, config: Config) -> None:
    """``auth: required`` leaves no moment in which the service is open."""
    async with start(config.model_copy(update={"auth": "required"})) as service:
        assert await status_of(service, "/api/v1/sd", {}) == 401


@pytest.mark.parametrize(
    "shown", ["Bearer", "Bearer x", "Basic x", "Basic eDp5", "Bearer peakweek_00000000_x", "Digest y"]
)
async def test_what_is_no_token_is_not_known(service: Any, token: Any, shown: str) -> None:
    """Anything that is not a token gets 401."""
    token(None, Scope.READ)
    assert await status_of(service, "/api/v1/sd", {"Authorization": shown}) == 401


async def test_a_changed_secret_is_not_known(service: Any, token: Any) -> None:
    """The id alone is worth nothing: the secret must be the one of that token."""
    first, second = token(None, Scope.READ)["Authorization"], token(None, Scope.READ)["Authorization"]
    for wrong in (
        first[:-1] + ("A" if first[-1] != "A" else "B"),
        first[:-4],
        f"{first[:25]}{second[25:]}",
        f"{first}x",
    ):
        assert await status_of(service, "/api/v1/sd", {"Authorization": wrong}) == 401
    assert await status_of(service, "/api/v1/sd", {"Authorization": first}) == 200


async def test_a_browser_shows_a_token_as_a_password(service: Any, token: Any) -> None:
    """What a person types into the browser's question is taken, whatever the name."""
    secret = token("north", Scope.READ)["Authorization"].removeprefix("Bearer ")
    headers = {"Authorization": aiohttp.encode_basic_auth("wall", secret)}
    async with service.session.get("/", headers=headers) as answer:
        assert (answer.status, "<h1>North</h1>" in await answer.text()) == (200, True)


async def test_a_revoked_token_is_worth_nothing_at_once(service: Any, config: Config, token: Any) -> None:
    """Revoking the last token does not open the service."""
    headers = token(None, Scope.READ)
    assert await status_of(service, "/api/v1/sd", headers) == 200
    tokens = Tokens(config.tokens)
    tokens.revoke(tokens.all()[0].id, NOW)
    assert await status_of(service, "/api/v1/sd", headers) == 401
    assert await status_of(service, "/api/v1/sd", {}) == 401
    tokens.close()


@pytest.mark.parametrize(
    ("path", "scope"),
    [
        ("/", Scope.READ),
        ("/metrics", Scope.READ),
        ("/probe?centre=north", Scope.READ),
        ("/api/v1/state?centre=north", Scope.READ),
        ("/api/v1/sd", Scope.READ),
        ("/config", Scope.ADMIN),
    ],
)
async def test_a_scope_is_for_what_it_says(service: Any, token: Any, path: str, scope: Scope) -> None:
    """A token of the scope may, one of all the others may not."""
    assert await status_of(service, path, token(None, scope)) == 200
    assert await status_of(service, path, token(None, *(set(Scope) - {scope}))) == 403


@pytest.mark.parametrize(("scopes", "status"), [((Scope.INGEST,), 200), ((Scope.READ, Scope.PLAN, Scope.ADMIN), 403)])
async def test_sending_needs_its_scope(
    service: Any, token: Any, cloud_event: CloudEvent, scopes: tuple[Scope, ...], status: int
) -> None:
    """Events are taken from who may send; of anybody else nothing is stored."""
    events = [cloud_event("1", "ticket.issued", ticket="A1", queue="A")]
    async with service.session.post("/api/v1/events", json=events, headers=BATCH | token("north", *scopes)) as answer:
        assert answer.status == status
    async with service.session.get("/api/v1/state?centre=north", headers=token("north", Scope.READ)) as answer:
        assert len((await answer.json())["queues"]) == (status == 200)


async def test_events_go_to_the_tokens_centre(service: Any, token: Any, cloud_event: CloudEvent) -> None:
    """A sender need not name its centre, and can name no other."""
    events, north = [cloud_event("1", "ticket.issued", ticket="A1", queue="A")], BATCH | token("north", Scope.INGEST)
    for query, status in (("", 200), ("?centre=north", 200), ("?centre=south", 403), ("?centre=west", 403)):
        async with service.session.post(f"/api/v1/events{query}", json=events, headers=north) as answer:
            assert answer.status == status
    states = []
    for centre in ("north", "south"):
        async with service.session.get("/api/v1/state", headers=token(centre, Scope.READ)) as answer:
            states.append(list((await answer.json())["queues"]))
    assert states == [["A"], []]


@pytest.mark.parametrize(
    "path", ["/", "/probe", "/api/v1/state", "/api/v1/sd", "/metrics", "/config", "/none", "/?x=1"]
)
@pytest.mark.parametrize("query", ["", "centre=south"])
async def test_nothing_of_another_centre_is_seen(
    service: Any, token: Any, cloud_event: CloudEvent, path: str, query: str
) -> None:
    """With a token of the north, no answer names a queue, or even the name, of the south."""
    events = [cloud_event("1", "ticket.issued", ticket="S1", queue="Q-SOUTH")]
    async with service.session.post(
        "/api/v1/events", json=events, headers=BATCH | token("south", Scope.INGEST)
    ) as answer:
        assert answer.status == 200
    address = f"{path}{'&' if '?' in path else '?'}{query}"
    async with service.session.get(address, headers=token("north", *Scope)) as answer:
        text = await answer.text()
    assert ("Q-SOUTH" in text, "South" in text) == (False, False)
    own = {"/", "/?x=1", "/probe", "/api/v1/state"}
    expected = 404 if path == "/none" else 403 if path in {"/metrics", "/config"} or (query and path in own) else 200
    assert answer.status == expected


async def test_no_token_is_written_anywhere(
    service: Any, config: Config, token: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither the file, nor the log at its finest, nor an answer holds a token that was shown."""
    secret = token("north", Scope.READ)["Authorization"].removeprefix("Bearer ")
    with caplog.at_level(logging.DEBUG):
        for shown in (f"Bearer {secret}", f"Bearer {secret[:-1]}"):
            async with service.session.get("/api/v1/state", headers={"Authorization": shown}) as answer:
                assert secret[20:] not in await answer.text()
    assert f"token {secret.split('_')[1]}" in str([vars(record) for record in caplog.records])
    assert secret[20:] not in str([vars(record) for record in caplog.records])
    assert secret[20:].encode() not in config.tokens.read_bytes()
    assert config.tokens.stat().st_mode & 0o077 == 0


async def test_tokens_that_cannot_be_read_open_nothing(service: Any, config: Config, token: Any) -> None:
    """While the file is locked or broken the service answers 503, to those with a good token too."""
    headers = token(None, Scope.READ)
    with closing(sqlite3.connect(config.tokens, isolation_level=None)) as other:
        other.execute("begin exclusive")
        assert await status_of(service, "/api/v1/sd", headers) == 503
        other.execute("rollback")
    assert await status_of(service, "/api/v1/sd", headers) == 200


def test_another_file_is_no_file_of_tokens(tmp_path: Path) -> None:
    """A database of somebody else is refused and left as it is."""
    path = tmp_path / "other.sqlite"
    with closing(sqlite3.connect(path)) as other:
        other.execute("create table diary (page text)")
    with pytest.raises(TokenError, match="no tokens of this version"):
        Tokens(path).is_in_use()


@pytest.fixture
def config_file(tmp_path: Path) -> str:
    """Return a configuration of two centres."""
    path = tmp_path / "monitor.yaml"
    path.write_text("centres: [{id: north}, {id: south}]\n", encoding="utf-8")
    return str(path)


async def test_the_command_makes_lists_and_revokes(config_file: str, tmp_path: Path) -> None:
    """A token is printed once; the list shows its id, centre, scopes and end, and no secret."""
    made = ("token", "create", "--config", config_file, "--centre", "north", "--scope", "ingest", "--scope", "read")
    status, secret, errors = await ended(*made)
    assert (status, errors) == (0, "")
    tokens = Tokens(tmp_path / "tokens.sqlite")
    grant = tokens.grant(secret.strip())
    assert grant
    assert (grant.centre, grant.scopes) == ("north", {Scope.INGEST, Scope.READ})
    name = secret.split("_")[1]
    assert (await ended("token", "revoke", "--config", config_file, name))[0] == 0
    assert tokens.grant(secret.strip()) is None
    _, listed, _ = await ended("token", "list", "--config", config_file)
    titles, row = (line.split() for line in listed.splitlines())
    assert titles == ["id", "centre", "scopes", "created", "revoked"]
    assert (row[:4], len(row)) == ([name, "north", "ingest,", "read"], 8)
    assert secret[20:].strip() not in listed
    tokens.close()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("create", "--centre", "west", "--scope", "read"), "--centre: found 'west'; expected one of north, south"),
        (("revoke", "ffffffff"), "found no token ffffffff; expected an id that `token list` shows"),
    ],
)
async def test_a_mistake_is_one_line_and_status_2(
    config_file: str, tmp_path: Path, arguments: tuple[str, ...], told: str
) -> None:
    """The line says what was found and what is expected; no file is made."""
    status, output, errors = await ended("token", arguments[0], "--config", config_file, *arguments[1:])
    assert (status, output, errors.count("\n"), told in errors) == (2, "", 1, True)
    assert not (tmp_path / "tokens.sqlite").exists()


async def test_the_answer_is_a_problem_document(service: Any, token: Any) -> None:
    """403 says which scope it would take."""
    async with service.session.get("/config", headers=token(None, Scope.READ)) as answer:
        told = json.loads(await answer.text())
    assert (told["status"], told["detail"]) == (403, "this token is not for that; expected the scope admin")
