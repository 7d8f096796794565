"""Numbers as a committee reads them: rounded, with their unit, and never more exact than they are known.

In: numbers. Out: text. Invariant: a sign stands before what may have either, a true minus before what is less than 0.
"""

import math

from sim.appraisal import Estimate, Payback

_UNITS = ((1e9, 1e9, "billion "), (1e6, 1e6, "million "), (1e4, 1e3, "thousand "), (0.0, 1.0, ""))
_LARGE = 9.95  # from here on a number needs no decimals
_DIGITS = 3
_LONG_YEARS = 20  # whoever waits longer for money waits for ever
_MONTHS = 12


def unit_of(*amounts: float) -> tuple[float, str]:
    """Return the unit that amounts of this size are told in, and its name with a space behind it."""
    most = max(map(abs, amounts), default=0.0)
    return next((unit, name) for least, unit, name in _UNITS if most >= least)


def money(amount: float, currency: str) -> str:
    """Return an amount with its unit.

    >>> money(34_560_000, "VND"), money(-1_250, "VND")
    ('35 million VND', '−1,250 VND')
    """
    unit, name = unit_of(amount)
    return f"{plain(amount / unit)} {name}{currency}"


def plain(value: float) -> str:
    """Return a number with one decimal below ten, none from there on, and three digits that mean something.

    >>> plain(12.34), plain(-3.21), plain(0.04), plain(4.0), plain(16_927)
    ('12', '−3.2', '0', '4', '16,900')
    """
    text = f"{value:.1f}".removesuffix(".0")
    if abs(value) >= _LARGE:
        text = f"{round(value, min(0, _DIGITS - len(f'{abs(value):.0f}'))):,.0f}"
    return "0" if text in {"-0", "0"} else text.replace("-", "−")


def signed(value: float) -> str:
    """Return a number with its sign.

    >>> signed(12.34), signed(-3.21), signed(0.04)
    ('+12', '−3.2', '0')
    """
    text = plain(value)
    return text if text == "0" or value < 0 else f"+{text}"


def between(told: Estimate, unit: float = 1) -> str:
    """Return an interval; nothing where it is none."""
    low, high = plain(told.low / unit), plain(told.high / unit)
    return "" if low == high or math.isinf(told.low) else f"{low} to {high}"


def in_years(payback: Payback) -> tuple[str, str]:
    """Return when an outlay has come back, and its interval.

    >>> in_years(Payback(2.0, 1.0, math.inf))
    ('2 years', '1 year to never')
    >>> in_years(Payback(0.0, 0.0, 0.0))
    ('at once', '')
    """
    low, high = _years(payback.low), _years(payback.high)
    return _years(payback.mean), "" if low == high else f"{low} to {high}"


def _years(value: float) -> str:
    if value > _LONG_YEARS:
        return "never"
    if value == 0:
        return "at once"
    months = math.ceil(value * _MONTHS)
    if months < 2 * _MONTHS and months != _MONTHS:
        return "1 month" if months == 1 else f"{months} months"
    return "1 year" if months == _MONTHS else f"{plain(value)} years"


def listed(names: list[str], last: str = "and") -> str:
    """Return names as in a sentence.

    >>> listed(["A"]), listed(["A", "B", "C"])
    ('A', 'A, B and C')
    """
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {last} {names[-1]}"
