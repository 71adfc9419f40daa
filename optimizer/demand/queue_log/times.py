"""Times as queue systems write them, read by the thousand.

In: texts such as "2024-03-05 09:05:00", "2024/3/5 9:05", "2024年3月5日 下午2:05", "20240305090500",
"45356.3785" (an Excel serial), or a date and a time of day in columns of their own. Out: days since
1970-01-01 and seconds of the day, local time; fractions of a second are cut off.

Texts of one shape (digits at the same places) are read together, as columns of digits.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Texts = NDArray[np.object_]
    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]

__all__ = ["NONE", "SECONDS_PER_DAY", "Moments", "join_moments", "parse_moments"]

#: Stands for a day or a time of day that a text does not have.
NONE = -1
SECONDS_PER_DAY = 86_400
#: Day 0 of Excel's count is 1899-12-30, so many days before 1970-01-01.
EXCEL_EPOCH = 25_569
#: Longest text that is a time; the rest is cut off (it can only be fractions and zones).
LONGEST = 32
YEARS = (1970, 2200)
#: Letters that mark the half of the day, "am"/"上午" and "pm"/"下午".
MORNING, AFTERNOON = "Aa上", "Pp下"


@dataclass(frozen=True)
class Moments:
    """Days since 1970-01-01 and seconds of the day (`NONE`: not given), and unreadable texts."""

    days: Ints
    seconds: Ints
    unreadable: Flags

    def at(self) -> Ints:
        """Seconds since 1970-01-01; `NONE` where day or time of day is missing."""
        known = (self.days != NONE) & (self.seconds != NONE)
        return np.where(known, self.days * SECONDS_PER_DAY + self.seconds, NONE)


def join_moments(first: Moments, second: Moments) -> Moments:
    """Moments whose day stands in one column and whose time of day stands in another.

    What the second column says itself goes first.
    """
    return Moments(
        np.where(second.days != NONE, second.days, first.days),
        np.where(second.seconds != NONE, second.seconds, first.seconds),
        first.unreadable | second.unreadable,
    )


def parse_moments(texts: Texts, date_order: str | None = None) -> Moments:
    """Moments of texts; an empty text has neither day nor time and is not unreadable.

    Parameters
    ----------
    texts
        (n,) strings.
    date_order
        "dmy" or "mdy" for dates whose year comes last; None: such dates are unreadable, for
        nobody can tell the fifth of March from the third of May.
    """
    n = len(texts)
    days, seconds = np.full(n, NONE), np.full(n, NONE)
    unreadable = np.zeros(n, dtype=bool)
    if not n:
        return Moments(days, seconds, unreadable)
    wide = np.array(texts, dtype=f"U{LONGEST}")
    codes = wide.view(np.uint32).reshape(n, LONGEST)
    # trailing blanks and cells that end early cost nothing: columns that are empty throughout
    codes = codes[:, : max(1, int(np.flatnonzero(codes.any(axis=0)).max(initial=0)) + 1)]
    digit = (codes >= ord("0")) & (codes <= ord("9"))
    unreadable |= (codes > ord(" ")).any(axis=1)
    packed = np.packbits(digit, axis=1, bitorder="little")
    keys = np.zeros(n, dtype=np.int64)
    for k in range(packed.shape[1]):
        keys |= packed[:, k].astype(np.int64) << (8 * k)
    shapes, which = np.unique(keys, return_inverse=True)
    for s in range(len(shapes)):
        rows = np.flatnonzero(which == s) if len(shapes) > 1 else np.arange(n)
        _read_shape(texts, codes, digit[rows[0]], rows, date_order, (days, seconds, unreadable))
    _half_days(codes, seconds, unreadable)
    return Moments(days, seconds, unreadable)


def _read_shape(
    texts: Texts,
    codes: NDArray[np.uint32],
    digit: Flags,
    rows: Ints,
    order: str | None,
    out: tuple[Ints, Ints, Flags],
) -> None:
    """Read the texts of one shape into the arrays of days, seconds and unreadable."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], digit.astype(np.int8), [0]])))
    groups = [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]
    sizes = [b - a for a, b in groups]
    if not groups:
        return
    days, seconds, unreadable = out
    if _is_decimal(codes, groups, rows):
        _read_serial(texts, rows, out)
        return
    numbers = [_number(codes, rows, a, b) for a, b in groups]
    date, clock = _split(numbers, sizes, order)
    if date is None and clock is None:
        return
    good = np.ones(len(rows), dtype=bool)
    if date is not None:
        day, valid = _day_number(*date)
        good &= valid
        days[rows] = np.where(valid, day, NONE)
    if clock is not None:
        hour, minute, second = clock
        valid = (hour < 24) & (minute < 60) & (second < 60)
        good &= valid
        seconds[rows] = np.where(valid, hour * 3600 + minute * 60 + second, NONE)
    unreadable[rows] = ~good


def _number(codes: NDArray[np.uint32], rows: Ints, start: int, stop: int) -> Ints:
    """Whole numbers that stand in some columns of the texts."""
    value = np.zeros(len(rows), dtype=np.int64)
    for column in range(start, min(stop, start + 17)):
        value = value * 10 + (codes[rows, column].astype(np.int64) - ord("0"))
    return value


def _is_decimal(codes: NDArray[np.uint32], groups: list[tuple[int, int]], rows: Ints) -> bool:
    """Whether texts of this shape are decimal numbers: Excel's serials, or parts of a day."""
    (start, stop), *rest = groups
    size = stop - start
    if start or len(rest) > 1 or size not in (1, 5):
        return False
    if not rest:
        return size == 5
    point = codes[rows, stop] == ord(".")
    return rest[0][0] == stop + 1 and bool(point.all())


def _read_serial(texts: Texts, rows: Ints, out: tuple[Ints, Ints, Flags]) -> None:
    """Days and parts of a day since 1899-12-30."""
    days, seconds, unreadable = out
    try:
        value = np.array(texts[rows], dtype="U").astype(np.float64)
    except ValueError:
        for row in rows if len(rows) > 1 else ():
            _read_serial(texts, np.array([row]), out)
        return
    whole, part = np.divmod(np.rint(value * SECONDS_PER_DAY).astype(np.int64), SECONDS_PER_DAY)
    days[rows] = np.where(whole >= EXCEL_EPOCH, whole - EXCEL_EPOCH, NONE)
    seconds[rows] = np.where((part != 0) | (whole == 0), part, NONE)
    unreadable[rows] = (whole > 0) & (whole < EXCEL_EPOCH)


Date = tuple["Ints", "Ints", "Ints"]


def _split(
    numbers: list[Ints], sizes: list[int], order: str | None
) -> tuple[Date | None, Date | None]:
    """Year, month, day and hour, minute, second of groups of digits; None where they have none."""
    zero = np.zeros_like(numbers[0])
    if sizes[0] == 14 or (sizes[0] == 12 and len(sizes) == 1):
        stamp = numbers[0] if sizes[0] == 14 else numbers[0] * 100
        return _compact_date(stamp // 1_000_000), _compact_time(stamp % 1_000_000)
    if sizes[0] == 8:
        date, rest, lengths = _compact_date(numbers[0]), numbers[1:], sizes[1:]
    elif sizes[0] == 4 and len(sizes) >= 3 and max(sizes[1:3]) <= 2:
        date, rest, lengths = (numbers[0], numbers[1], numbers[2]), numbers[3:], sizes[3:]
    elif len(sizes) >= 3 and sizes[2] == 4 and max(sizes[:2]) <= 2:
        if order is None:
            return None, None
        one, other = (1, 0) if order == "dmy" else (0, 1)
        date, rest, lengths = (numbers[2], numbers[one], numbers[other]), numbers[3:], sizes[3:]
    elif len(sizes) in (2, 3, 4) and max(sizes[:2]) <= 2:
        return None, (numbers[0], numbers[1], numbers[2] if len(sizes) > 2 else zero)
    elif len(sizes) == 1 and sizes[0] in (4, 6):
        return None, _compact_time(numbers[0] if sizes[0] == 6 else numbers[0] * 100)
    else:
        return None, None
    if not rest:
        return date, None
    if lengths[0] in (4, 6):
        return date, _compact_time(rest[0] if lengths[0] == 6 else rest[0] * 100)
    if max(lengths[:3]) > 2:
        return None, None
    clock = [*rest[:3], zero, zero][:3]
    return date, (clock[0], clock[1], clock[2])


def _compact_date(number: Ints) -> Date:
    return number // 10_000, number // 100 % 100, number % 100


def _compact_time(number: Ints) -> Date:
    return number // 10_000, number // 100 % 100, number % 100


def _day_number(year: Ints, month: Ints, day: Ints) -> tuple[Ints, Flags]:
    """Days since 1970-01-01, and whether there is such a day.

    Counts from 1 March, so that the leap day is the last of its year (H. Hinnant,
    "chrono-Compatible Low-Level Date Algorithms", days_from_civil).
    """
    long = np.array([0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
    valid = (month >= 1) & (month <= 12) & (year >= YEARS[0]) & (year < YEARS[1]) & (day >= 1)
    month = np.where(valid, month, 1)
    leap = ((year % 4 == 0) & (year % 100 != 0)) | (year % 400 == 0)
    valid &= day <= np.where((month == 2) & ~leap, 28, long[month])
    shifted = year - (month <= 2)
    of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    leaps = shifted // 4 - shifted // 100 + shifted // 400
    return shifted * 365 + leaps + of_year - 719_468, valid


def _half_days(codes: NDArray[np.uint32], seconds: Ints, unreadable: Flags) -> None:
    """Move hours that are marked as morning or afternoon to their half of the day."""
    late, early = (
        np.logical_or.reduce([codes == ord(letter) for letter in letters]).any(axis=1)
        for letters in (AFTERNOON, MORNING)
    )
    if not (late.any() or early.any()):
        return
    noon = 12 * 3600
    hour = seconds // 3600
    seconds[late & (seconds != NONE) & (hour < 12)] += noon
    seconds[early & (seconds != NONE) & (hour == 12)] -= noon
    # "13 am" is no time
    unreadable |= early & (hour > 12)
