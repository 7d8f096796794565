"""Another system's database, asked with a query: whatever SQLAlchemy has a dialect for.

Place in the pipeline: an adapter. In: rows of a query that only reads. Out: events. Invariant: nothing is written;
every look is one query in a transaction that is rolled back.

The query may hold ``:since``, an instant: what changed after it is wanted. It moves on with what was acknowledged, an
hour behind, because rows may become visible late; an event that is read again has the same id and is taken once.
"""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from pydantic import Field

from monitor.adapters.source import SourceError
from monitor.config import Section

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Sequence

    from sqlalchemy import Engine

    from monitor.adapters.mapping import TableMapping
    from monitor.events import Event

    QueryOf = Callable[[Sequence[str], Sequence[str]], str]

_OVERLAP = timedelta(hours=1)
_VARIABLE = "env:"


class SqlReading(Section):
    """How a database is asked.

    Attributes:
        address: its SQLAlchemy address, or ``env:NAME`` where an environment variable holds it (and its password).
        query: a select; with ``:since``, the instant from which on changes are wanted.
        look_back_hours: how far back ``:since`` lies at the start.
        since_format: how the database writes instants, in the signs of ``strftime``, where it keeps them as text.
    """

    address: str = Field(min_length=1)
    query: str = Field(min_length=1)
    look_back_hours: float = Field(default=48, gt=0, le=24 * 400)
    since_format: str | None = None


class SqlSource:
    """A database that is followed.

    Args:
        name: what the user calls it.
        reading: how it is asked.
        mapping: what its rows tell.
        now: tells the present.

    Raises:
        SourceError: SQLAlchemy is not installed or does not know the address.
    """

    def __init__(
        self,
        name: str,
        reading: SqlReading,
        mapping: TableMapping,
        now: Callable[[], datetime],
    ) -> None:
        self.skipped: Counter[str] = Counter()
        self._name = name
        self._reading = reading
        self._mapping = mapping
        self._engine = _engine(name, reading.address)
        self._since = now() - timedelta(hours=reading.look_back_hours)
        self._latest = self._since

    async def read(self) -> Sequence[Event]:
        """Return what the rows tell."""
        rows = await asyncio.to_thread(self._rows)
        events = self._mapping.events(rows, self.skipped)
        self._latest = max((event.time for event in events), default=self._latest)
        return events

    async def keep(self) -> None:
        """Move on."""
        self._since = max(self._since, self._latest - _OVERLAP)

    async def aclose(self) -> None:
        """Close the connections."""
        await asyncio.to_thread(self._engine.dispose)

    def _rows(self) -> list[dict[str, object]]:
        """Return the query's rows."""
        import sqlalchemy  # noqa: PLC0415 - an extra, and slow to load

        query = sqlalchemy.text(self._reading.query)
        wanted = {"since": self._instant()} if ":since" in self._reading.query else {}
        _check_file(self._engine, self._name)
        try:
            with self._engine.connect() as connection:
                found = connection.execute(query, wanted)
                columns = list(found.keys())
                self._check(columns)
                return [dict(zip(columns, row, strict=True)) for row in found]
        except sqlalchemy.exc.SQLAlchemyError as problem:
            raise _unreadable(self._name, problem) from None

    def _instant(self) -> object:
        """Return from which instant on changes are wanted, in the database's own zone and without naming it."""
        local = self._since.astimezone(ZoneInfo(self._mapping.time_zone)).replace(tzinfo=None)
        return local.strftime(self._reading.since_format) if self._reading.since_format else local

    def _check(self, columns: Sequence[str]) -> None:
        """Refuse a result without a column that the mapping looks at."""
        for missing, near in self._mapping.unknown_columns(columns).items():
            hint = f" (did you mean {near}?)" if near else f" (it gives {', '.join(columns)})"
            raise SourceError(self._name, f"the query gives no column {missing}{hint}")


def _check_file(engine: Engine, name: str) -> None:
    """Refuse a file that is not there: SQLite would make it."""
    file = engine.url.database if engine.dialect.name == "sqlite" else None
    if file and not file.startswith("file:") and not Path(file).is_file():
        raise SourceError(name, f"there is no file {file}")


def _unreadable(name: str, problem: Exception) -> SourceError:
    """Return the error for a database that cannot be read, with its own word for it."""
    cause = getattr(problem, "orig", None) or problem
    return SourceError(name, f"cannot be read: {str(cause).splitlines()[0]}")


def _only_reading(connection: sqlite3.Connection, _: object) -> None:
    connection.execute("pragma query_only = on")


def _engine(name: str, address: str) -> Engine:
    """Return the way to a database; nothing is connected yet."""
    try:
        import sqlalchemy  # noqa: PLC0415 - an extra, and slow to load
    except ImportError:
        raise SourceError(name, "needs SQLAlchemy: pip install 'peakweek[adapters]'") from None
    if address.startswith(_VARIABLE):
        variable = address.removeprefix(_VARIABLE)
        if variable not in os.environ:
            raise SourceError(name, f"the environment variable {variable}, which holds its address, is not set")
        address = os.environ[variable]
    try:
        engine = sqlalchemy.create_engine(address, pool_pre_ping=True)
        if engine.dialect.name == "sqlite":
            sqlalchemy.event.listen(engine, "connect", _only_reading)
    except (sqlalchemy.exc.SQLAlchemyError, ImportError, ValueError) as problem:
        raise SourceError(name, f"its address cannot be used: {str(problem).splitlines()[0]}") from None
    return engine


def sample(address: str, table: str | None, n_rows: int) -> tuple[list[dict[str, object]], QueryOf]:
    """Return the last rows of a table, and what makes a query of it: of columns, and those by which changes are known.

    Raises:
        SourceError: the database cannot be read, or has no such table; then it says which it has.
    """
    engine = _engine(address, address)
    import sqlalchemy  # noqa: PLC0415 - an extra, and slow to load

    _check_file(engine, address)
    try:
        there = sorted(sqlalchemy.inspect(engine).get_table_names())
        if table not in there:
            raise SourceError(address, f"choose a --table: {', '.join(there) or 'it has none'}")
        reflected = sqlalchemy.Table(table, sqlalchemy.MetaData(), autoload_with=engine)
        query = sqlalchemy.select(reflected).order_by(*(each.desc() for each in reflected.primary_key)).limit(n_rows)
        with engine.connect() as connection:
            rows = [dict(row) for row in connection.execute(query).mappings()]
    except sqlalchemy.exc.SQLAlchemyError as problem:
        raise _unreadable(address, problem) from None
    finally:
        engine.dispose()

    def query_of(columns: Sequence[str], changed: Sequence[str]) -> str:
        wanted = sqlalchemy.select(*(reflected.c[name] for name in columns))
        since = sqlalchemy.literal_column(
            ":since", sqlalchemy.DateTime()
        )  # stays as it is: it is bound when the query is asked
        if changed:
            wanted = wanted.where(sqlalchemy.or_(*(reflected.c[name] >= since for name in changed)))
        return " ".join(str(wanted.compile(dialect=engine.dialect)).split())

    return rows[::-1], query_of
