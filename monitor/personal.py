"""Tells the numbers and names of persons from those of tickets, records and days.

Place in the pipeline: under the vocabulary. In: a text of the characters of an identifier. Out: whether it may be kept.
Invariant: nine digits in a row are personal, and so is a phone or identity number that hyphens, dots or underscores
part into groups as people do; days, times and running numbers in usual spellings are not. A name is personal that a
Vietnamese family name and the middle name Van or Thi give away; others look like any word.

>>> [text for text in ("A-0912-345-678", "H56-250701-0123", "2025-07-01_0123", "TranVanBa") if is_personal(text)]
['A-0912-345-678', 'TranVanBa']
"""

import re

_UUID = re.compile(r"(?<![0-9A-Za-z])[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}(?![0-9A-Za-z])")
_LONG = re.compile(r"\d{9}")

_YEAR, _MONTH, _DAY = r"(?:19|20)\d\d", r"(?:0[1-9]|1[0-2])", r"(?:0[1-9]|[12]\d|3[01])"
_DATE = rf"(?:{_YEAR}(?P<ymd>[-._]?){_MONTH}(?P=ymd){_DAY}|{_DAY}(?P<dmy>[-._]?){_MONTH}(?P=dmy){_YEAR})"
_TIME = r"(?:[01]\d|2[0-3])(?P<hms>[-._:]?)[0-5]\d(?P=hms)[0-5]\d"
# What follows in pairs is no time, but a phone number.
_INSTANT = re.compile(rf"(?<!\d){_DATE}(?!\d)(?:[-._T:]{_TIME}(?!\d|[-._]\d\d(?!\d)))?")

# Vietnam's numbers: a pattern of all countries' would leave no running number free. A phone number is 0, or abroad 84,
# and nine digits; ten in a fixed network, whose codes begin with 2. An identity number is a province's code, 001 to
# 096, a digit for century and sex, two for the year of birth, and six. Source: Decree 137/2015/ND-CP, article 13.
_GAP = r"[-._]*"
_PHONE = rf"(?:0{_GAP}|(?:0{_GAP}0{_GAP})?8{_GAP}4{_GAP})(?:2(?:{_GAP}\d){{9}}|[35789](?:{_GAP}\d){{8}})"
_IDENTITY = rf"0{_GAP}(?:0{_GAP}[1-9]|[1-8]{_GAP}\d|9{_GAP}[0-6]){_GAP}[0-3](?:{_GAP}\d){{8}}"
_PARTED = re.compile(
    rf"""
    (?<!\d)
    (?! (?:\d\d[-._]+)? \d{{6}} [-._]+ \d{{1,5}} (?!\d) )  # 030725-0123, H02-030725-0123: nobody parts a number so,
    (?! (?:\d\d[-._]+){{3}} \d{{3,6}} (?!\d) )           # … nor into pairs and then more: 03-07-25-0123
    (?: {_PHONE} | {_IDENTITY} ) (?!\d)
    """,
    re.VERBOSE,
)

# The commonest family names, without accents. Some are words as well: before words that begin with Van or Thi (office,
# culture, town, market) and before Thi itself (of a city) those give no name away.
_FAMILIES = "nguyen|tran|pham|huynh|hoang|phan|truong|bui|dang|ngo|trinh|dinh|doan|luong|luu|dao|vuong|trieu|chau|thai"
_WORDS_TOO = "le|vo|vu|ho|ly|mai|ta|ha|to|lam|cao|duong|quach"
_NO_NAME = "van [-._:]+ (?:phong|ban|thu|hoa|bang) | thi [-._:]+ (?:tran|xa|truong|sat|diem)"
_NAMED = re.compile(
    rf"""
    (?<![a-z])
    (?: (?: {_FAMILIES} ) [-._:]*
      | (?: {_WORDS_TOO} ) [-._:]+ (?! (?: {_NO_NAME} ) (?![a-z]) )
      | do [-._:]+ (?! (?: {_NO_NAME} | thi ) (?![a-z]) )
    )
    (?: van | thi ) [-._:]* [a-z]
    """,
    re.VERBOSE,
)
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
_FEWEST_DIGITS = 9


class PersonalError(ValueError):
    """A text looks like a citizen's number or name."""


def is_personal(text: str) -> bool:
    """Return whether the text holds a name, or the digits of a phone or identity number; a UUID's mean nothing."""
    if len(text) >= _FEWEST_DIGITS and sum(map(str.isdigit, text)) >= _FEWEST_DIGITS:
        text = _UUID.sub("x", text)
        if _LONG.search(text) or _PARTED.search(_INSTANT.sub("x", text)):
            return True
    folded = text.lower()
    return ("van" in folded or "thi" in folded) and bool(_NAMED.search(_HUMP.sub("-", text).lower()))
