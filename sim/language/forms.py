"""How each language writes numbers, money, days and lists.

Place in the pipeline: under the sentences. In: values. Out: text. Invariant: a number is rounded once, by Python,
before a language writes it, so that every language shows the same; digits are 0 to 9 in all of them.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import Literal

# Babel is imported where it is used: commands answer `--help` without it.

_PRECISION = 400  # digits: of the largest float, and some after its point


@dataclass(frozen=True)
class Language:
    """A language that people are spoken to in.

    Attributes:
        tag: its name in addresses, options and HTML.
        name: what its speakers call it.
        direction: of its script.
        locale: whose conventions it follows; British for English, whose dates and lists are those of the code.
        short_form: of a date without its year, in the letters of CLDR.
        date_form: of a date with its year.
    """

    tag: str
    name: str
    direction: Literal["ltr", "rtl"]
    locale: str
    short_form: str
    date_form: str

    def number(self, value: float, n_digits: int = 0) -> str:
        """Return a number with so many digits after its point.

        >>> LANGUAGES["vi"].number(1234.5, 1), LANGUAGES["en"].number(1234.5, 1)
        ('1.234,5', '1,234.5')
        """
        from babel.numbers import format_decimal  # noqa: PLC0415

        form = f"#,##0.{'0' * n_digits}" if n_digits else "#,##0"
        with localcontext(prec=_PRECISION):
            return format_decimal(Decimal(f"{value:.{n_digits}f}"), form, locale=self.locale)

    def percent(self, ratio: float, n_digits: int = 0) -> str:
        """Return a ratio in percent.

        >>> LANGUAGES["vi"].percent(0.985, 1)
        '98,5 %'
        """
        return f"{self.number(100 * ratio, n_digits)} %"

    def money(self, amount: float, currency: str) -> str:
        """Return an amount of money, with as many digits as its currency has.

        >>> LANGUAGES["vi"].money(1_250_000, "VND").replace("\N{NO-BREAK SPACE}", " ")
        '1.250.000 ₫'
        """
        from babel.numbers import format_currency  # noqa: PLC0415

        return format_currency(Decimal(f"{amount:.2f}"), currency, locale=self.locale)

    def day(self, day: dt.date) -> str:
        """Return a day of the week and its date, short.

        >>> LANGUAGES["en"].day(dt.date(2025, 7, 4)), LANGUAGES["vi"].day(dt.date(2025, 7, 4))
        ('Fri 04 Jul', 'Th 6 04/07')
        """
        return self._formed(day, f"EEE {self.short_form}")

    def short_date(self, day: dt.date) -> str:
        """Return a date without its year.

        >>> LANGUAGES["en"].short_date(dt.date(2025, 7, 4)), LANGUAGES["ar"].short_date(dt.date(2025, 7, 4))
        ('04 Jul', '4 يوليو')
        """
        return self._formed(day, self.short_form)

    def date(self, day: dt.date) -> str:
        """Return a date with its year.

        >>> LANGUAGES["en"].date(dt.date(2025, 7, 4)), LANGUAGES["vi"].date(dt.date(2025, 7, 4))
        ('4 July 2025', '04/07/2025')
        """
        return self._formed(day, self.date_form)

    def weekday(self, day: dt.date) -> str:
        """Return the day of the week.

        >>> LANGUAGES["vi"].weekday(dt.date(2025, 7, 4))
        'Thứ Sáu'
        """
        return self._formed(day, "EEEE")

    def list(self, texts: Sequence[str]) -> str:
        """Return things as a sentence lists them.

        >>> LANGUAGES["en"].list(["A", "B", "C"]), LANGUAGES["vi"].list(["A", "B"])
        ('A, B and C', 'A và B')
        """
        from babel.lists import format_list  # noqa: PLC0415

        return format_list(texts, locale=self.locale)

    def _formed(self, day: dt.date, form: str) -> str:
        from babel.dates import format_date  # noqa: PLC0415

        return format_date(day, form, locale=self.locale)


LANGUAGES = {
    "vi": Language("vi", "Tiếng Việt", "ltr", "vi", "dd/MM", "dd/MM/y"),
    "en": Language("en", "English", "ltr", "en_GB", "dd MMM", "d MMMM y"),
    "ar": Language("ar", "العربية", "rtl", "ar", "d MMM", "d MMMM y"),
}
