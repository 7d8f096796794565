"""Queue systems' databases, followed by query: tables as FQM's and bcgov/queue-management's, changing as they do."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.adapters.follow import FollowConfig, read_follow_config
from monitor.adapters.source import SourceError
from monitor.adapters.sql import SqlSource

pytest.importorskip("sqlalchemy")

FQM = """
create table offices (id integer primary key, name text);
create table tasks (id integer primary key, name text);
create table serials (id integer primary key, number integer, timestamp text, pdt text, status text,
  office_id integer, task_id integer, name text);
insert into offices values (1, 'Quầy 1');
insert into tasks values (1, 'Đất đai'), (2, 'Hộ tịch');
"""
BCGOV = """
create table office (office_id integer primary key, office_name text);
create table service (service_id integer primary key, service_name text);
create table citizen (citizen_id integer primary key, office_id integer, citizen_name text, cs_id integer);
create table servicereq (sr_id integer primary key, citizen_id integer, service_id integer);
create table periodstate (ps_id integer primary key, ps_name text);
create table period (period_id integer primary key, sr_id integer, csr_id integer, ps_id integer, time_start text,
  time_end text);
insert into office values (1, 'Xã');
insert into service values (1, 'Chứng thực');
insert into periodstate values (1, 'Ticket Creation'), (2, 'Waiting'), (3, 'Invited'), (4, 'Being Served'),
  (5, 'On hold');
"""
PERSON = "somebody’s name, which nobody shall read"


class Database:
    """A queue system's database, written as its own program writes it."""

    def __init__(self, path: Path, schema: str, noon: datetime) -> None:
        self.address = f"sqlite:///{path}"
        self._noon = noon
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.executescript(schema)

    def at(self, minute: float) -> str:
        """Return an instant, so many minutes after noon, as Python's own adapters write it."""
        return f"{self._noon + timedelta(minutes=minute):%Y-%m-%d %H:%M:%S.000000}"

    def run(self, statement: str, *values: object) -> None:
        """Write."""
        self._connection.execute(statement, values)

    def close(self) -> None:
        """Close."""
        self._connection.close()


@pytest.fixture
def fqm(tmp_path: Path, noon: datetime) -> Iterator[Database]:
    """Return FQM's database."""
    with closing(Database(tmp_path / "fqm.sqlite", FQM, noon)) as database:
        yield database


@pytest.fixture
def bcgov(tmp_path: Path, noon: datetime) -> Iterator[Database]:
    """Return the database of bcgov/queue-management."""
    with closing(Database(tmp_path / "bcgov.sqlite", BCGOV, noon)) as database:
        yield database


def source(mapping: str, address: str, noon: datetime) -> SqlSource:
    """Return a database that is followed with a mapping that comes with the program."""
    config = read_follow_config(mapping)
    assert config.sql is not None
    return SqlSource(mapping, config.sql.model_copy(update={"address": address}), config, now=lambda: noon)


async def test_fqm_is_followed(fqm: Database, service: Any, following: Any, noon: datetime) -> None:
    """Tickets are issued, called and given up as its table says; nothing is told twice, and no name is told."""
    issue = "insert into serials values (?, ?, ?, null, 'Waiting', 1, ?, ?)"
    for number, task in ((100, 1), (101, 1), (102, 1), (103, 2)):
        fqm.run(issue, number, number, fqm.at(number - 110), task, PERSON)
    async with following(source("fqm", fqm.address, noon)) as follower:
        assert await follower.look() == 3  # the number 100 is FQM's own beginning
        samples = await service.samples()
        assert samples["centre_queue_length queue=Dat-dai"] == 2
        fqm.run("update serials set pdt = ?, status = 'Processed' where id = 101", fqm.at(-1))
        fqm.run("update serials set pdt = ?, status = 'Unattended' where id = 103", fqm.at(-1))
        assert await follower.look() == 2
        assert await follower.look() == 0
    samples = await service.samples()
    assert samples["centre_queue_length queue=Dat-dai"] == 1
    assert samples["centre_queue_length queue=Ho-tich"] == 0
    assert PERSON not in (await service.get("/api/v1/state"))[1]


async def test_a_follower_that_starts_again_repeats_nothing(
    fqm: Database, service: Any, following: Any, noon: datetime
) -> None:
    """What was sent before is known to the service by its id."""
    fqm.run("insert into serials values (101, 101, ?, ?, 'Processed', 1, 1, ?)", fqm.at(-9), fqm.at(-5), PERSON)
    for _ in range(2):
        async with following(source("fqm", fqm.address, noon)) as follower:
            assert await follower.look() == 2
    samples = await service.samples()
    assert samples["centre_tickets_issued_total queue=Dat-dai"] == 1
    assert samples["centre_tickets_called_total queue=Dat-dai"] == 1


async def test_bcgov_is_followed(bcgov: Database, service: Any, following: Any, noon: datetime) -> None:
    """A request waits in a line each time it enters the state Waiting; who ends there has left."""
    enter = "insert into period values (?, ?, 1, ?, ?, null)"
    leave = "update period set time_end = ? where period_id = ?"
    bcgov.run("insert into citizen values (1, 1, ?, 1), (2, 1, ?, 1)", PERSON, PERSON)
    bcgov.run("insert into servicereq values (1, 1, 1), (2, 2, 1)")
    for period, request in ((1, 1), (2, 2)):
        bcgov.run(enter, period, request, 1, bcgov.at(-10))
        bcgov.run(leave, bcgov.at(-9), period)
        bcgov.run(enter, period + 10, request, 2, bcgov.at(-9))
    async with following(source("bcgov-queue", bcgov.address, noon)) as follower:
        assert await follower.look() == 2
        assert (await service.samples())["centre_queue_length queue=Chung-thuc"] == 2

        bcgov.run(leave, bcgov.at(-8), 11)
        bcgov.run(enter, 21, 1, 3, bcgov.at(-8))
        bcgov.run(leave, bcgov.at(-7), 21)
        bcgov.run(enter, 22, 1, 4, bcgov.at(-7))
        bcgov.run(leave, bcgov.at(-6), 12)
        assert await follower.look() == 2
        assert (await service.samples())["centre_queue_length queue=Chung-thuc"] == 0

        bcgov.run(leave, bcgov.at(-4), 22)
        bcgov.run(enter, 23, 1, 5, bcgov.at(-4))
        assert await follower.look() == 0  # on hold: the service has not ended
        bcgov.run(leave, bcgov.at(-2), 23)
        bcgov.run(enter, 24, 1, 2, bcgov.at(-2))
        assert await follower.look() == 2  # it ends, and the request waits once more
    samples = await service.samples()
    assert samples["centre_queue_length queue=Chung-thuc"] == 1
    assert samples["centre_tickets_abandoned_total queue=Chung-thuc"] == 1
    assert samples["centre_service_seconds_sum queue=Chung-thuc"] == 6 * 60


async def test_a_database_is_only_read(fqm: Database, noon: datetime, tmp_path: Path) -> None:
    """A query that would write is refused by the database, and a file that is not there is not made."""
    config = read_follow_config("fqm")
    assert config.sql is not None
    writing = config.sql.model_copy(update={"address": fqm.address, "query": "delete from serials"})
    with pytest.raises(SourceError, match="readonly database"):
        await SqlSource("fqm", writing, config, now=lambda: noon).read()
    missing = tmp_path / "nothing.sqlite"
    with pytest.raises(SourceError, match="there is no file"):
        await source("fqm", f"sqlite:///{missing}", noon).read()
    assert not missing.exists()


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"query": "select id, issued as issue, called, status, office, task from nowhere"}, "no such table: nowhere"),
        (
            {"query": "select id, timestamp as issue, pdt as called, status, 1 as office, 1 as task from serials"},
            "the query gives no column issued (did you mean issue?)",
        ),
    ],
)
async def test_a_query_that_will_not_do_says_why(
    fqm: Database, noon: datetime, changed: dict[str, str], reason: str
) -> None:
    """The database's own word, or the column that is missing."""
    config = read_follow_config("fqm")
    assert config.sql is not None
    reading = config.sql.model_copy(update={"address": fqm.address} | changed)
    with pytest.raises(SourceError) as problem:
        await SqlSource("fqm", reading, config, now=lambda: noon).read()
    assert reason in str(problem.value)


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        ("env:PEAKWEEK_NOTHING", "the environment variable PEAKWEEK_NOTHING"),
        ("nodialect://x", "its address cannot be used"),
        ("no address", "its address cannot be used"),
    ],
)
def test_an_address_that_will_not_do_says_why(noon: datetime, address: str, reason: str) -> None:
    """It is told before anything is followed."""
    with pytest.raises(SourceError, match=reason):
        source("fqm", address, noon)


def test_instants_are_asked_for_in_the_databases_own_zone(fqm: Database, noon: datetime) -> None:
    """``:since`` is written without a zone, as the rows are."""
    config = FollowConfig.model_validate(read_follow_config("fqm").model_dump() | {"time_zone": "Asia/Ho_Chi_Minh"})
    assert config.sql is not None
    reading = config.sql.model_copy(update={"address": fqm.address, "look_back_hours": 1})
    assert SqlSource("fqm", reading, config, now=lambda: noon)._instant() == "2025-07-01 11:00:00"
