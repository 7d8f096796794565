"""Looks at a sample of another system's table and proposes a mapping.

Place in the pipeline: beside the adapters. In: some rows. Out: the text of a file that `follow` takes, with the
reason of each guess beside it. Invariant: the text holds names of columns and counts, and no value of a row; columns
that look as if they held personal data are named as left out.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from ruamel.yaml import YAML

from monitor.adapters.mapping import TableMapping, as_instant, as_text
from monitor.personal import is_personal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from monitor.adapters.mapping import Row

    Reading = Callable[[Sequence[str], "Changes | None"], str]

_DIGITS = "%Y%m%d%H%M%S"
FORMATS = (
    None,  # ISO 8601
    "%d/%m/%Y %H:%M:%S",
    "%d/%m/%Y %H:%M",
    "%d-%m-%Y %H:%M:%S",
    "%d-%m-%Y %H:%M",
    "%d/%m/%Y",
    _DIGITS,
)
# Words by which columns are known, in English, in Vietnamese without accents, and as known systems have them.
_WORDS = {
    "issued": ("issued", "issue", "timestamp", "arrival", "arrived", "layso", "capso", "laphieu", "taken"),
    "called": ("called", "call", "pdt", "invited", "goiso", "goi"),
    "finished": ("finished", "finish", "served", "ended", "hoanthanh", "xong"),
    "received": ("received", "tiepnhan", "nhan", "created", "submitted", "nop"),
    "settled": ("settled", "resolved", "closed", "ketthuc", "giaiquyet", "xong", "hoanthanh", "done"),
    "returned": ("returned", "handed", "traketqua", "ngaytra", "tra"),
    "due": ("due", "hentra", "hantra", "henxong", "hanxuly", "deadline", "han"),
    "queue": ("queue", "service", "task", "linhvuc", "dichvu", "quay", "line"),
    "procedure": ("procedure", "tthc", "thutuc", "linhvuc", "category", "queue", "kind"),
    "field": ("field", "linhvuc", "department", "sector"),
    "ticket": ("id", "ticket", "sothutu", "stt", "phieu", "serial", "number"),
    "record": ("id", "record", "hoso", "case", "code", "ma", "number"),
}
_PERSONAL = (
    *("name", "hoten", "ten", "email", "phone", "mobile", "dienthoai", "sdt", "cccd", "cmnd", "address", "diachi"),
    *("comment", "ghichu", "note", "title", "description", "chuhoso", "nguoinop", "birth", "ngaysinh"),
)
_SORTED = ("%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S")
_A_DAY = datetime(2025, 7, 1)  # noqa: DTZ001 - any, to see how long it is written
_OPEN_RECORD_H = 90 * 24
_OPEN_TICKET_H = 48
_MOST_GROUPS = 50
_LONG_ENOUGH = 4  # shorter words are parts of others
_ENOUGH = 0.8


@dataclass(frozen=True)
class Changes:
    """By what it is known that a row has news: one of its instants is new.

    Attributes:
        columns: those with the instants that are told.
        since_format: how the database writes them, in the signs of `strftime`; none: as what it calls an instant.
        look_back_hours: how old the oldest row is that may still change.
    """

    columns: Sequence[str]
    since_format: str | None
    look_back_hours: int


class NothingToProposeError(ValueError):
    """The sample holds nothing that could be told; the text says what was looked for."""


@dataclass(frozen=True)
class Column:
    """What a sample says of a column.

    Attributes:
        name: its name.
        word: its name in small letters, without accents and signs; by it the column is known.
        n_filled: rows in which it is filled.
        n_different: different values.
        time_format: how its instants are written; None: in ISO 8601; empty: it holds none.
        looks_personal: whether its name is that of something personal.
        is_long: whether it holds numbers that the service would take for a citizen's.
    """

    name: str
    word: str
    n_filled: int
    n_different: int
    time_format: str | None
    looks_personal: bool
    is_long: bool

    @property
    def tokens(self) -> list[str]:
        """Return the words of its name, as `word` is written."""
        return [plain_word(part) for part in re.split(r"[^\w]+|_", self.name)]

    @property
    def is_instant(self) -> bool:
        """Return whether it holds instants."""
        return self.time_format != ""


def look_at(rows: Sequence[Row]) -> list[Column]:
    """Return what a sample says of each column."""
    return [_column(name, [row[name] for row in rows if row.get(name) not in (None, "")]) for name in rows[0]]


def propose(rows: Sequence[Row], source: str, reading: Reading, time_zone: str) -> str:
    """Return the text of a mapping.

    Args:
        rows: a sample; each has the same columns.
        source: the name for the sender.
        reading: makes the lines that say how the rows are read, of the columns that are looked at and, where a database
            can compare them, of those by which changes are known.
        time_zone: the zone of instants that name none.

    Raises:
        NothingToProposeError: no column could be what a mapping needs.
    """
    if not rows:
        raise NothingToProposeError("there are no rows to look at")
    columns = look_at(rows)
    tells, why = _records(columns) or _tickets(columns) or ([], [])
    if not tells:
        held = ", ".join(column.name for column in columns)
        raise NothingToProposeError(
            f"no column looks like the instant at which a ticket was issued or a record received (there are {held})"
        )
    formats = {column.time_format for column in columns if f"at: {_quoted(column.name)}," in "\n".join(tells)}
    time_format = next((each for each in formats if each), None)
    head = [f"source: {source}", f"time_zone: {time_zone}  # of instants that name none: is it so?"]
    head += [f"time_format: {_quoted(time_format)}"] if time_format else []
    left_out = [column.name for column in columns if column.looks_personal]
    comments = [f"# {line}" for line in why]
    comments += [f"# left out, as they look personal: {', '.join(left_out)}"] if left_out else []
    mapping = _mapping(tells, source, time_zone, time_format)
    used = [column.name for column in columns if column.name in mapping.columns]
    unused = [each.name for each in columns if each.is_instant and not each.looks_personal and each.name not in used]
    comments += [f"# hold instants and are not used, as their names say nothing: {', '.join(unused)}"] if unused else []
    comments += [f"# {line}" for line in _tried(mapping, rows)]
    return "\n".join([*comments, *head, reading(used, _changes(mapping, rows)), "tells:", *tells]) + "\n"


def _changes(mapping: TableMapping, rows: Sequence[Row]) -> Changes | None:
    """Return by what changes are known; none where instants are text that does not sort by time."""
    names = list(dict.fromkeys(tell.at for tell in mapping.tells))
    texts = [value for row in rows for name in names if isinstance(value := row[name], str) and value]
    formats = {_text_format(text, mapping.time_format) for text in texts}
    if len(formats) > 1 or formats & {""}:
        return None
    is_of_records = any(tell.event.startswith("record.") for tell in mapping.tells)
    return Changes(names, next(iter(formats), None), _OPEN_RECORD_H if is_of_records else _OPEN_TICKET_H)


def _text_format(text: str, time_format: str | None) -> str:
    """Return how an instant is written, in the signs of `strftime`; empty if such texts do not sort by time."""
    if time_format:
        return time_format if time_format == _DIGITS else ""
    return next((form for form in _SORTED if len(text) == len(f"{_A_DAY:{form}}") and text[10:11] == form[8:9]), "")


def _column(name: str, values: Sequence[object]) -> Column:
    texts = [as_text(value) for value in values]
    word = plain_word(name)
    looks_personal = any(word == each or (len(each) > 3 and each in word) for each in _PERSONAL)  # noqa: PLR2004 - short ones are parts of others
    fits = [form for form in FORMATS if values and _share_of_instants(values, form) >= _ENOUGH]
    return Column(
        name=name,
        word=word,
        n_filled=len(values),
        n_different=len(set(texts)),
        time_format=fits[0] if fits and not all(isinstance(value, (int, float)) for value in values) else "",
        looks_personal=looks_personal,
        is_long=any(map(is_personal, texts)),
    )


def _share_of_instants(values: Sequence[object], time_format: str | None) -> float:
    """Return how many of the values are instants, of 1."""
    n = 0
    for value in values:
        if time_format is None and isinstance(value, str) and value.isdecimal():
            continue  # ISO 8601 allows it, but it is a number
        if time_format == _DIGITS and not re.fullmatch(r"\d{14}", str(value)):
            continue  # Python would read a month of one digit
        try:
            as_instant(value, "UTC", time_format)
        except ValueError:
            continue
        n += 1
    return n / len(values)


def plain_word(name: str) -> str:
    """Return a name in small letters, without accents and signs."""
    plain = unicodedata.normalize("NFKD", name.replace("đ", "d").replace("Đ", "D")).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "", plain.lower())


def _best(columns: Iterable[Column], what: str) -> Column | None:
    """Return the column whose name says best that it is what is wanted."""
    candidates = [column for column in columns if not column.looks_personal]
    for word in _WORDS[what]:
        for column in candidates:
            if column.word == word:
                return column
    for word in _WORDS[what]:
        for column in candidates:
            if word in column.word if len(word) >= _LONG_ENOUGH else word in column.tokens:
                return column
    return None


def _key(columns: Sequence[Column], what: str) -> Column | None:
    """Return the column that names each row: different in all of them."""
    most = max(column.n_filled for column in columns)
    fit = [each for each in columns if not (each.is_instant or each.looks_personal)]
    unique = [each for each in fit if each.n_filled == most == each.n_different]
    return _best(unique, what) or (unique[0] if unique else None)


def _group(columns: Sequence[Column], what: str) -> Column | None:
    """Return the column that groups the rows: filled, with few different values."""
    few = [each for each in columns if 0 < each.n_different <= _MOST_GROUPS and each.n_filled and not each.is_instant]
    return _best(few, what)


def _tickets(columns: Sequence[Column]) -> tuple[list[str], list[str]] | None:
    instants = [column for column in columns if column.is_instant]
    issued, key, queue = _best(instants, "issued"), _key(columns, "ticket"), _group(columns, "queue")
    if issued is None or key is None:
        return None
    place = _place(key)
    ticket = f'ticket: "t-{place}"'
    once = f"{place}-{{{issued.name}|code}}"  # numbers may start again every morning, ids never
    where = f'"{{{queue.name}|name}}"' if queue else "all"
    tells = [_tell("ticket.issued", once, issued, f"{ticket}, queue: {where}")]
    why = [f"a row is a ticket: {key.name} is different in each, {issued.name} is when it was issued"]
    why.append(f"the queue is {queue.name}" if queue else "no column looks like a queue: all wait in one")
    for kind, what in (("ticket.called", "called"), ("service.finished", "finished")):
        column = _best([each for each in instants if each is not issued], what)
        if column:
            tells.append(_tell(kind, once, column, ticket))
            why.append(f"{column.name} is when it was {what}")
    return tells, why


def _records(columns: Sequence[Column]) -> tuple[list[str], list[str]] | None:
    instants = [column for column in columns if column.is_instant]
    due, key, procedure = _best(instants, "due"), _key(columns, "record"), _group(columns, "procedure")
    received = _best([each for each in instants if each is not due], "received")
    if received is None or key is None or (due is None and (procedure is None or _best(instants, "issued"))):
        return None
    place = _place(key)
    record = f'record: "r-{place}"'
    fields = [record, f'procedure: "{{{procedure.name}|name}}"' if procedure else "procedure: all"]
    field = _best([each for each in columns if each is not procedure and each.n_different <= _MOST_GROUPS], "field")
    fields += [f'field: "{{{field.name}|name}}"'] if field else []
    fields += [f'due: "{{{due.name}}}"'] if due else []
    tells = [_tell("record.received", place, received, ", ".join(fields))]
    why = [f"a row is a record: {key.name} is different in each, {received.name} is when it was received"]
    why.append(f"the procedure is {procedure.name}" if procedure else "no column looks like a procedure")
    why += [f"the field is {field.name}"] if field else []
    why += [f"{due.name} is when it is due"] if due else []
    rest = [each for each in instants if each not in (due, received)]
    for what in ("settled", "returned"):
        column = _best(rest, what)
        if column:
            rest.remove(column)
            tells.append(_tell(f"record.{what}", place, column, record))
            why.append(f"{column.name} is when it was {what}")
    return tells, why


def _place(key: Column) -> str:
    return f"{{{key.name}|code}}" if key.is_long else f"{{{key.name}}}"


def _tell(kind: str, place: str, at: Column, fields: str) -> str:
    return f'  - {{event: {kind}, id: "{place}", at: {_quoted(at.name)}, fields: {{{fields}}}}}'


def _quoted(text: str | None) -> str:
    return json.dumps(text, ensure_ascii=False)


def _mapping(tells: Sequence[str], source: str, time_zone: str, time_format: str | None) -> TableMapping:
    """Return the proposed mapping."""
    content = YAML(typ="safe", pure=True).load("\n".join(["tells:", *tells]))
    given = {"source": source, "time_zone": time_zone, "time_format": time_format}
    return TableMapping.model_validate(given | {"tells": tuple(content["tells"])})


def _tried(mapping: TableMapping, rows: Sequence[Row]) -> list[str]:
    """Return what the sample tells with the mapping, and what of it cannot be told."""
    skipped: Counter[str] = Counter()
    kinds = Counter(event.happening.kind for event in mapping.events(rows, skipped))
    counts = ", ".join(f"{n} × {kind}" for kind, n in kinds.items()) or "nothing"
    return [f"tried with {len(rows)} rows: {counts}", *(f"  not told: {n} × {why}" for why, n in skipped.items())]
