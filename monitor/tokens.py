"""Tokens: who may send to, read or steer which centre.

Place in the pipeline: beside the store; admission asks it, the command ``token`` changes it. In: the file of the
tokens. Out: a `Grant`. Invariant: the file holds no token, only the hash of each (256 random bits need no slow one);
a revoked one stays in it, so that revoking the last does not open the service to everybody.
"""

import contextlib
import hashlib
import hmac
import os
import secrets
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from sim import PeakweekError

if TYPE_CHECKING:
    import io

_PREFIX = "peakweek"
_SCHEMA_VERSION = 1
_SCHEMA = """
create table token (
    id text primary key,
    sha256 text not null,
    centre text,
    scopes text not null,
    created text not null,
    revoked text
) strict
"""
_COLUMNS = "id, centre, scopes, created, revoked"
_BUSY_TIMEOUT_S = 0.5  # the service waits as well
_CHANGE_COUNTER = range(24, 28)  # where SQLite's file format has it
_Row = tuple[str, str | None, str, str, str | None]


class Scope(StrEnum):
    """What a token is good for."""

    INGEST = "ingest"
    READ = "read"
    PLAN = "plan"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Grant:
    """What somebody may do.

    Attributes:
        who: how the service's own log calls them; never a secret.
        centre: the only centre that they may reach; none: every one.
        scopes: what they may do there.
    """

    who: str
    centre: str | None
    scopes: frozenset[Scope]


@dataclass(frozen=True, slots=True)
class Token:
    """A token as it is listed.

    Attributes:
        id: its name, the part before the secret.
        grant: what it allows.
        created: when it was made.
        revoked: since when it allows nothing; none: it does.
    """

    id: str
    grant: Grant
    created: datetime
    revoked: datetime | None


@dataclass(eq=False)
class TokenError(PeakweekError):
    """The file of the tokens cannot be used, or has no such token.

    Attributes:
        path: the file.
        reason: what is wrong.
    """

    path: str
    reason: str

    def __str__(self) -> str:
        """Return the message on one line."""
        return f"{self.path}: {self.reason}"


class Tokens:
    """The tokens in one SQLite file, which need not be there: then there are none.

    A token that was just made or revoked is so at once: what is kept of the file holds as long as the number with which
    SQLite counts the file's changes.

    Args:
        path: the file; made with the first token.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._connection: sqlite3.Connection | None = None
        self._file: io.FileIO | None = None
        self._change = b""
        self._known: dict[str, Grant] = {}
        self._is_in_use = False

    def is_in_use(self) -> bool:
        """Return whether a token was ever made; from then on one is needed.

        Raises:
            TokenError: when the file cannot be read.
        """
        if not self._is_in_use and self._is_there():
            with self._reading() as connection:
                query = "select exists (select 1 from token)"
                self._is_in_use = bool(connection and connection.execute(query).fetchone()[0])
        return self._is_in_use

    def grant(self, token: str) -> Grant | None:
        """Return what a token allows; none for one that is wrong or revoked.

        Raises:
            TokenError: when the file cannot be read.
        """
        name, digest = _id_of(token), _digest(token)
        with self._reading() as connection:
            if connection is None or digest in self._unchanged():
                return self._known.get(digest)
            query = f"select sha256, {_COLUMNS} from token where id = ? and revoked is null"  # noqa: S608 - our own words
            row = connection.execute(query, (name,)).fetchone()
        if not row or not hmac.compare_digest(row[0], digest):
            return None
        self._known[digest] = grant = _from_row(row[1:]).grant
        return grant

    def create(self, centre: str | None, scopes: frozenset[Scope], now: datetime) -> str:
        """Return a new token, which nobody can read again.

        Raises:
            TokenError: when the file cannot be written.
        """
        token = f"{_PREFIX}_{secrets.token_hex(4)}_{secrets.token_urlsafe(32)}"
        told = (_id_of(token), _digest(token), centre, " ".join(sorted(scopes)), now.isoformat())
        with self._writing() as connection:
            connection.execute("insert into token (id, sha256, centre, scopes, created) values (?, ?, ?, ?, ?)", told)
        return token

    def revoke(self, name: str, now: datetime) -> None:
        """Let a token allow nothing from now on.

        Raises:
            TokenError: when there is none of that id, or the file cannot be written.
        """
        query = "update token set revoked = coalesce(revoked, ?) where id = ?"
        if name not in {token.id for token in self.all()}:
            raise TokenError(str(self.path), f"found no token {name}; expected an id that `token list` shows")
        with self._writing() as connection:
            connection.execute(query, (now.isoformat(), name))

    def all(self) -> list[Token]:
        """Return every token, the oldest first.

        Raises:
            TokenError: when the file cannot be read.
        """
        query = f"select {_COLUMNS} from token order by created, id"  # noqa: S608 - our own words
        with self._reading() as connection:
            return [_from_row(row) for row in connection.execute(query)] if connection else []

    def close(self) -> None:
        """Give the file back."""
        if self._connection:
            self._connection.close()
            self._connection = None
        if self._file:
            self._file.close()
            self._file = None

    def _unchanged(self) -> dict[str, Grant]:
        """Return what was found in the file, for as long as the file is the same."""
        if self._file is None:
            # Kept open: to close a file makes a process lose SQLite's locks on it.
            self._file = self.path.open("rb", buffering=0)
        self._file.seek(_CHANGE_COUNTER.start)
        change = self._file.read(len(_CHANGE_COUNTER))
        if change != self._change:
            self._change = change
            self._known.clear()
        return self._known

    def _is_there(self) -> bool:
        """Return whether there is a file; whoever may not look must not take it for missing."""
        try:
            self.path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError as problem:
            raise TokenError(str(self.path), f"cannot read the tokens ({problem})") from None
        return True

    @contextlib.contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection | None]:
        """Give the block a connection to the file, or none while there is no file."""
        try:
            if self._connection is None and self._is_there():
                self._connection = self._connected()
            yield self._connection
        except (sqlite3.Error, OSError) as problem:
            raise TokenError(str(self.path), f"cannot read the tokens ({problem})") from None

    @contextlib.contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """Give the block a connection whose changes are kept unless it fails; the file is its owner's alone."""
        try:
            with contextlib.suppress(FileExistsError):
                os.close(os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
            with contextlib.closing(self._connected()) as connection, connection:
                yield connection
        except (sqlite3.Error, OSError) as problem:
            raise TokenError(str(self.path), f"cannot write the tokens ({problem})") from None

    def _connected(self) -> sqlite3.Connection:
        """Return a connection to the file, which has our table afterwards."""
        connection = sqlite3.connect(self.path, timeout=_BUSY_TIMEOUT_S)
        try:
            self._migrate(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _migrate(self, connection: sqlite3.Connection) -> None:
        if not self.path.stat().st_size:  # only who makes the file waits for others who make it
            connection.execute("begin immediate")
        version: int = connection.execute("pragma user_version").fetchone()[0]
        n_tables: int = connection.execute("select count(*) from sqlite_schema").fetchone()[0]
        if version == 0 and n_tables == 0:
            connection.execute(_SCHEMA)
            connection.execute(f"pragma user_version = {_SCHEMA_VERSION}")
        elif version != _SCHEMA_VERSION or not _has_tokens(connection):
            raise TokenError(str(self.path), "this SQLite file has no tokens of this version (choose another: tokens:)")
        connection.commit()


def _has_tokens(connection: sqlite3.Connection) -> bool:
    query = "select count(*) from sqlite_schema where type = 'table' and name = 'token'"
    return bool(connection.execute(query).fetchone()[0])


def _id_of(token: str) -> str:
    """Return the part of a token that names it; empty for what is no token."""
    prefix, _, rest = token.partition("_")
    return rest.partition("_")[0] if prefix == _PREFIX else ""


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _from_row(row: _Row) -> Token:
    name, centre, scopes, created, revoked = row
    grant = Grant(f"token {name}", centre, frozenset(map(Scope, scopes.split())))
    return Token(name, grant, datetime.fromisoformat(created), datetime.fromisoformat(revoked) if revoked else None)
