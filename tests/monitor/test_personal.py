"""Numbers and names of persons are found however people write them; what centres call tickets and records is not."""

import uuid
from collections.abc import Sequence
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.personal import is_personal

# Kind of number: what it looks like, and the groups that people part it into.
PARTED = {
    "mobile": (r"0[35789][0-9]{8}", ["433", "334", "343", "4222", "22222", "244", "442", "46", "55", "37"]),
    "fixed": (r"02[0-9]{9}", ["344", "434", "443", "335", "353", "2333", "47"]),
    "mobile from abroad": (r"84[35789][0-9]{8}", ["2333", "2234", "2243", "2324", "245", "236"]),
    "fixed from abroad": (r"842[0-9]{9}", ["2244", "2334", "3333", "246"]),
    "with the exit code": (r"0084[35789][0-9]{8}", ["4333", "22333"]),
    "identity": (r"0(0[1-9]|[1-8][0-9]|9[0-6])[0-3][0-9]{8}", ["3333", "444", "336", "66", "3126", "39", "246"]),
}
GAPS = st.sampled_from(["-", ".", "_", "--", "-."])
BEFORE = st.sampled_from(["", "A-", "x", "tel", "/kiosk/", "5-"])
AFTER = st.sampled_from(["", "-1", "x", "/a", ".A"])


def parted(digits: str, sizes: Sequence[int], gap: str) -> str:
    """Return digits in groups of these sizes."""
    ends = [sum(sizes[: n + 1]) for n in range(len(sizes))]
    assert ends[-1] == len(digits)
    return gap.join(digits[end - size : end] for size, end in zip(sizes, ends, strict=True))


@pytest.mark.parametrize("kind", PARTED)
@given(data=st.data())
def test_a_number_is_found_however_it_is_parted(kind: str, data: st.DataObject) -> None:
    """In all usual groups, with any gap, alone or in a longer text, a person's number is refused."""
    pattern, groupings = PARTED[kind]
    digits = data.draw(st.from_regex(pattern, fullmatch=True))
    sizes = [int(size) for size in data.draw(st.sampled_from(groupings))]
    text = data.draw(BEFORE) + parted(digits, sizes, data.draw(GAPS)) + data.draw(AFTER)
    assert is_personal(text), text


@pytest.mark.parametrize("number", ["0912-345-678", "09-12-34-56-78", "038-200-012345", "84-91-234-5678"])
def test_a_number_is_found_after_a_day(number: str) -> None:
    """A day hides no number that follows it."""
    assert is_personal(f"2025-07-01-{number}")
    assert is_personal(f"01.07.2025.{number}")


@given(before=st.text("A0-", max_size=3), digits=st.text("0123456789", min_size=9, max_size=20))
def test_a_long_number_is_found(before: str, digits: str) -> None:
    """Nine digits in a row may be anybody's."""
    assert is_personal(before + digits)


DAYS = st.datetimes(datetime(1990, 1, 1), datetime(2099, 12, 31)).map(lambda at: at.replace(microsecond=0))  # noqa: DTZ001 - only spelt
SPELLINGS = [
    "%Y-%m-%d",
    "%Y%m%d",
    "%d-%m-%Y",
    "%d%m%Y",
    "%d.%m.%Y",
    "%y%m%d",
    "%d%m%y",
    "%d-%m-%y",
    "%Y-%m-%d-%H-%M-%S",
]
SPELLINGS += ["%Y%m%d-%H%M%S", "%Y%m%dT%H%M%S", "%Y-%m-%dT%H:%M:%S", "%H:%M:%S", "%Y_%m_%d", "%Y%m%d.%H%M%S"]
OFFICES = st.integers(1, 63).map(lambda number: f"H{number:02d}")
UNITS = st.integers(0, 99).map(lambda number: f"000.00.{number:02d}.")


@given(day=DAYS, spelling=st.sampled_from(SPELLINGS), gap=st.sampled_from("-._"), number=st.integers(0, 99_999))
def test_a_day_with_a_running_number_is_free(day: datetime, spelling: str, gap: str, number: int) -> None:
    """Tickets and records that are counted by the day, with or without a prefix, can be told on every day."""
    for text in (f"{day:{spelling}}{gap}{number:04d}", f"A-{day:{spelling}}{gap}{number}", f"{day:{spelling}}"):
        assert not is_personal(text), text


@given(unit=UNITS | st.just(""), office=OFFICES, day=DAYS, number=st.integers(0, 9_999))
def test_a_number_of_the_national_portal_is_free(unit: str, office: str, day: datetime, number: int) -> None:
    """Records are numbered by unit, office, day and running number in all of the country."""
    text = f"{unit}{office}-{day:%y%m%d}-{number:04d}"
    assert not is_personal(text), text


@given(first=st.integers(1, 3), procedure=st.integers(0, 30_000), office=OFFICES)
def test_a_procedure_of_the_national_list_is_free(first: int, procedure: int, office: str) -> None:
    """Procedures have numbers with dots."""
    assert not is_personal(f"{first}.{procedure:06d}")
    assert not is_personal(f"{first}.{procedure:06d}.000.00.00.{office}")


@given(name=st.uuids(), around=st.sampled_from(["{}", "event-{}", "{}.1", "/kiosk/{}"]))
def test_a_uuid_is_free(name: uuid.UUID, around: str) -> None:
    """The digits of a UUID are random and mean nobody."""
    assert not is_personal(around.format(name))


@given(letter=st.sampled_from(["A", "B-", "queue-", ""]), number=st.integers(0, 99_999_999), counter=st.integers(1, 60))
def test_a_ticket_is_free(letter: str, number: int, counter: int) -> None:
    """Short numbers, with or without letter, queue and counter, are nobody's."""
    for text in (
        f"{letter}{number}",
        f"{letter}{number:06d}-{counter % 10}",
        f"counter-{counter}",
        f"10.0.0.{counter}",
    ):
        assert not is_personal(text), text


NAMES = [
    *("nguyen-van-an", "Nguyen.Van.An", "NguyenVanAn", "NGUYEN_VAN_AN", "nguyenvanan", "Nguyen-Van-A", "TranThiHoa"),
    *("tran-thi-hoa", "pham.van.dong", "HuynhThiMai", "hoang-van-thu", "LeVanBinh", "le-thi-hong", "Vo.Thi.Sau"),
    *("vu-van-minh-duc", "HoThiLan", "ly-van-phuc", "do-van-hung", "DoVanHung", "duong-thi-xuan", "x-bui-thi-nga"),
    *("A-017:tran-van-ba", "record.NguyenThiB.2", "dang-van-hoa", "truong:thi:may"),
]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_gives_itself_away_is_found(name: str) -> None:
    """The middle names Van and Thi after a family name, in any case and with any gap, make a name."""
    assert is_personal(name)
    assert is_personal(f"queue-{name}.1")


WORDS = [
    *("do-thi", "quan-ly-do-thi", "do-thi-hoa", "ho-tich", "dang-ky-ket-hon", "van-phong", "le-phi", "ly-lich-tu-phap"),
    *("thi-tran", "duong-thi-tran", "thi-xa", "thi-hanh-an", "cap-van-bang", "van-ban", "ho-van-ban", "mai-van-phong"),
    *("tai-nguyen-moi-truong", "chung-thuc", "dat-dai", "certification", "civil-status", "caravan", "within", "Levant"),
    *(
        "advance",
        "intake-van",
        "nguyen-lieu",
        "tran-phu",
        "ho-thi-xa",
        "to-thi-truong",
        "levante-1",
        "/tho-xuan/van-thu",
    ),
]


@pytest.mark.parametrize("word", WORDS)
def test_a_word_of_an_office_is_free(word: str) -> None:
    """Queues, procedures and places are called by words, some of which begin as names do."""
    assert not is_personal(word)
