"""Tables that somebody drops into a folder."""

import os
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from monitor.adapters.folder import FolderReading, FolderSource, read_rows
from monitor.adapters.mapping import TableMapping
from monitor.adapters.source import SourceError

MAPPING = TableMapping.model_validate(
    {
        "source": "/records",
        "tells": (
            {
                "event": "record.received",
                "id": "{Mã}",
                "at": "Nhận",
                "fields": {"record": "r-{Mã}", "procedure": "{Thủ tục|name}"},
            },
            {"event": "record.settled", "id": "{Mã}", "at": "Xong", "fields": {"record": "r-{Mã}"}},
        ),
    }
)
TABLE = "Mã;Thủ tục;Nhận;Xong;Tên\n1;Đất đai;2025-07-01 08:00;;somebody\n2;Đất đai;2025-07-01 08:05;2025-07-01 09:00;\n"


@pytest.fixture
def source(tmp_path: Path) -> FolderSource:
    """Return a folder that is followed."""
    return FolderSource("records", FolderReading(path=tmp_path), MAPPING)


async def test_a_table_is_taken_when_it_no_longer_grows(
    tmp_path: Path, source: FolderSource, service: Any, following: Any
) -> None:
    """Two looks see it alike; then it is told and put away, and a later one of the same name does not replace it."""
    file = tmp_path / "records.csv"
    file.write_text(TABLE[:40], "utf-8")
    async with following(source) as follower:
        assert await follower.look() == 0
        file.write_text(TABLE, "utf-8")
        assert await follower.look() == 0
        assert await follower.look() == 3
        assert [path.name for path in (tmp_path / "taken").iterdir()] == ["records.csv"]
        assert not file.exists()
        file.write_text(TABLE.replace("3;", "4;"), "utf-8")
        assert [await follower.look() for _ in range(2)] == [0, 0]  # every event of it is known
    assert sorted(path.name for path in (tmp_path / "taken").iterdir()) == ["records-2.csv", "records.csv"]
    samples = await service.samples()
    assert samples["centre_records_in_progress procedure=Dat-dai"] == 1


async def test_a_workbook_is_a_table_too(tmp_path: Path, source: FolderSource, service: Any, following: Any) -> None:
    """Dates are dates, numbers are written without a point."""
    book = openpyxl.Workbook()
    for row in ("Mã", "Thủ tục", "Nhận", "Xong"), (1.0, "Đất đai", "2025-07-01 08:00", None), (None, None, None, None):
        book.active.append(row)
    book.save(tmp_path / "records.xlsx")
    async with following(source) as follower:
        assert [await follower.look() for _ in range(2)] == [0, 1]
    assert (await service.samples())["centre_records_received_total procedure=Dat-dai"] == 1


async def test_a_table_with_wrong_rows_lies_apart_with_the_reasons(
    tmp_path: Path, source: FolderSource, following: Any
) -> None:
    """What could be told is told; the file goes where a person looks, without a citizen's value in the reasons."""
    (tmp_path / "records.csv").write_text(TABLE + "3;Đất đai;today;;somebody\n", "utf-8")
    async with following(source) as follower:
        assert [await follower.look() for _ in range(2)] == [0, 3]
    reasons = (tmp_path / "refused/records.csv.why.txt").read_text("utf-8")
    assert reasons == "1 × record.received: column Nhận is no instant in ISO 8601, such as 2025-07-01 07:30:00\n"


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.csv", b"", "the file is empty; expected a first row with the names of the columns"),
        ("a.csv", b"a;a\n1;2\n", "the column a is there twice"),
        ("a.csv", "Mã".encode("latin-1"), "the file is not in UTF-8 (save it as “CSV UTF-8”)"),
        ("a.csv", b'a,b\n"1', "the file is no CSV (unexpected end of data)"),
        ("a.csv", "Mã,Thu tuc,Nhận,Xong\n1,2,3,4\n".encode(), "there is no column Thủ tục"),
        ("a.xlsx", b"PK nothing", "the file is no workbook (BadZipFile)"),
    ],
)
async def test_a_file_that_is_no_table_is_refused(
    tmp_path: Path, following: Any, name: str, content: bytes, reason: str
) -> None:
    """It lies apart with one line beside it, and nothing of it is told."""
    (tmp_path / name).write_bytes(content)
    source = FolderSource("records", FolderReading(path=tmp_path), MAPPING)
    async with following(source) as follower:
        assert [await follower.look() for _ in range(2)] == [0, 0]
    assert (tmp_path / "refused" / f"{name}.why.txt").read_text("utf-8").startswith(reason)


def test_the_sheet_can_be_named(tmp_path: Path) -> None:
    """A sheet by its name; one that is not there is told with those that are."""
    book = openpyxl.Workbook()
    book.create_sheet("July").append(["a"])
    book["July"].append([5])
    book.save(tmp_path / "a.xlsx")
    assert read_rows(tmp_path / "a.xlsx", "July") == [{"a": 5}]
    with pytest.raises(ValueError, match="has no sheet June, but Sheet, July"):
        read_rows(tmp_path / "a.xlsx", "June")


async def test_a_folder_that_is_not_there_is_waited_for(tmp_path: Path, following: Any, service: Any) -> None:
    """A share that is away is an error of the look, not of the follower."""
    del service
    folder = tmp_path / "share"
    source = FolderSource("records", FolderReading(path=folder), MAPPING)
    async with following(source) as follower:
        with pytest.raises(SourceError, match="cannot be read: No such file"):
            await follower.look()
        folder.mkdir()
        (folder / "a.csv").write_text(TABLE, "utf-8")
        os.utime(folder / "a.csv", (0, 0))
        assert [await follower.look() for _ in range(2)] == [0, 3]
