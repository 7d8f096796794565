"""What is said in a language: sentences, plurals, numbers, in the task that speaks it and in no other."""

import asyncio
import datetime as dt

import pytest

from sim.language import LANGUAGES, messages_of, plural, say, speaking, spoken

RUN = ("{n} replication", "{n} replications")


def test_english_is_spoken_where_nobody_chose() -> None:
    """Without a choice, sentences are said as the code has them."""
    assert spoken().tag == "en"
    assert say("{plan} is on time", plan="A") == "A is on time"
    assert [plural(*RUN, n) for n in (1, 2)] == ["1 replication", "2 replications"]


def test_a_language_ends_with_its_block() -> None:
    """Languages may be spoken within each other; afterwards the one before is spoken again."""
    with speaking("vi") as vietnamese:
        assert (spoken(), plural(*RUN, 1200)) == (vietnamese, "1.200 lần mô phỏng")
        with speaking("ar"):
            assert spoken().direction == "rtl"
        assert spoken().tag == "vi"
    assert spoken().tag == "en"


async def test_tasks_speak_each_its_own() -> None:
    """Two tasks at once speak each its own language, and threads that they start as well."""
    met = asyncio.Barrier(2)

    async def tell(tag: str) -> str:
        with speaking(tag):
            await met.wait()
            return await asyncio.to_thread(plural, *RUN, 3)

    assert await asyncio.gather(tell("vi"), tell("en")) == ["3 lần mô phỏng", "3 replications"]


def test_arabic_has_six_forms() -> None:
    """Each number takes the form that its last digits ask for."""
    with speaking("ar"):
        said = {n: plural(*RUN, n) for n in (0, 1, 2, 3, 11, 100, 103)}
    assert len({text.replace(str(n), "") for n, text in said.items()}) == 5
    assert said[2].startswith("تكراران")
    assert "تكرارات" in said[3]
    assert "تكرارات" in said[103]


def test_a_name_does_not_turn_an_arabic_sentence_around() -> None:
    """What is filled into a sentence that runs from right to left keeps its own direction."""
    sentence = "One replication, seed {seed}: what happens once; only several tell how it varies."
    with speaking("ar"):
        assert "\N{FIRST STRONG ISOLATE}Thọ Xuân\N{POP DIRECTIONAL ISOLATE}" in say(sentence, seed="Thọ Xuân")
    with speaking("vi"):
        assert "\N{FIRST STRONG ISOLATE}" not in say(sentence, seed="Thọ Xuân")


@pytest.mark.parametrize(
    ("value", "n_digits"), [(0.35, 1), (0.25, 1), (2.675, 2), (-0.04, 1), (1e7, 0), (1e300, 1), (1234.5, 1), (0, 0)]
)
def test_every_language_rounds_alike(value: float, n_digits: int) -> None:
    """English writes a number as Python does, and the others the same digits between their own marks."""
    english = LANGUAGES["en"].number(value, n_digits)
    assert english == f"{value:,.{n_digits}f}"
    swapped = str.maketrans(",.", ".,")
    assert LANGUAGES["vi"].number(value, n_digits) == english.translate(swapped)
    assert LANGUAGES["ar"].number(value, n_digits).lstrip("\N{LEFT-TO-RIGHT MARK}") == english


def test_values_are_written_as_the_language_writes_them() -> None:
    """Money, days and lists follow the language."""
    day = dt.date(2025, 7, 4)
    written = [
        (each.money(2_500_000, "VND"), each.percent(0.9), each.weekday(day), each.list(["A", "B"]))
        for each in LANGUAGES.values()
    ]
    assert [tuple(text.replace("\N{NO-BREAK SPACE}", " ") for text in each) for each in written] == [
        ("2.500.000 ₫", "90 %", "Thứ Sáu", "A và B"),
        ("₫2,500,000", "90 %", "Friday", "A and B"),
        ("\N{RIGHT-TO-LEFT MARK}2,500,000 ₫", "90 %", "الجمعة", "A وB"),
    ]


def test_messages_of_a_kind_of_file() -> None:
    """What the scripts of the pages say is told apart by where it stands; English needs none."""
    assert messages_of("en", ".js") == {}
    assert messages_of("vi", ".js")["Copied."] == "Đã sao chép."
    assert RUN[0] not in messages_of("vi", ".js")
    assert messages_of("ar", "terminal.py")[RUN[0]][3] == "{n} تكرارات"
