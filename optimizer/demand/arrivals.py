"""Arrivals by hour: profiles that come with the package, and a study's own counts.

In: the name of a profile of `arrivals.toml`, or a CSV file of people by hour. Out: `Arrivals`.
Queue logs with one row per customer are read elsewhere.
"""

from __future__ import annotations

import csv
import math
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from optimizer.demand.mix import Arrivals
from optimizer.errors import FileFormatError, StudyError
from optimizer.reading import nearest, read_text, read_toml

if TYPE_CHECKING:
    from collections.abc import Mapping
    from os import PathLike

__all__ = ["WEEKDAYS", "parse_hour", "read_arrivals_file", "read_profile"]

#: The profiles that come with the package.
PROFILES = Path(__file__).with_name("arrivals.toml")
#: Weekdays as files write them, from 0 for Monday.
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def parse_hour(text: str) -> int | None:
    """Hour of the day of a text such as "9", "09" or "09:00"; None where it is none."""
    digits = text.strip().removesuffix(":00")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 2):
        return None
    return int(digits) if int(digits) < 24 else None


@cache
def _profiles() -> Mapping[str, Any]:
    """Profiles of the package, read once."""
    return {name: profile for name, profile in read_toml(PROFILES).items() if name != "schema"}


def read_profile(name: str) -> Arrivals:
    """Arrivals of a mean day of a profile, and of its weekdays.

    Raises
    ------
    StudyError
        Where there is no profile of that name.
    """
    profiles = _profiles()
    if name not in profiles:
        raise StudyError(f"profile {name!r} is unknown; {nearest(name, profiles)}")
    profile = profiles[name]
    days = profile["days"]
    per_hour = {int(hour): count / days for hour, count in profile["customers"].items()}
    mean_day = sum(per_hour.values())
    by_weekday = {
        WEEKDAYS.index(day): {
            hour: people * count / profile["weeks"] / mean_day for hour, people in per_hour.items()
        }
        for day, count in profile.get("weekdays", {}).items()
    }
    return Arrivals(per_hour=per_hour, source=profile["source"], by_weekday=by_weekday)


def read_arrivals_file(path: str | PathLike[str]) -> Arrivals:
    """Arrivals of a CSV file with the columns hour and people.

    Lines that start with "#" are remarks.

    Raises
    ------
    FileFormatError
        Where the file or one of its lines cannot be read; one sentence per line.
    """
    file = Path(path)
    lines = read_text(file).splitlines()
    numbered = [(n, line) for n, line in enumerate(lines, 1) if line.strip() and line[:1] != "#"]
    try:
        rows = list(csv.reader([line for _, line in numbered]))
    except csv.Error as error:
        raise FileFormatError(f"{file}: cannot be read as CSV: {error}") from None
    numbers = [number for number, _ in numbered]
    header = [word.strip().lower() for word in rows[0]] if rows else []
    if "hour" not in header or "people" not in header:
        raise FileFormatError(
            f"{file}: the first line is {','.join(header) or 'missing'!r}; it must name the "
            "columns hour and people"
        )
    hours: dict[int, float] = {}
    defects: list[str] = []
    at_hour, at_people = header.index("hour"), header.index("people")
    for number, row in zip(numbers[1:], rows[1:], strict=False):
        hour = parse_hour(row[at_hour]) if len(row) > at_hour else None
        people = _people(row[at_people]) if len(row) > at_people else None
        if hour is None or people is None:
            defects.append(f"{file}: line {number} is {','.join(row)!r}; must be such as 09,46.6")
        elif hour in hours:
            defects.append(f"{file}: line {number} gives hour {hour} a second time")
        else:
            hours[hour] = people
    if not hours and not defects:
        defects.append(f"{file}: has no hours below its first line")
    if defects:
        raise FileFormatError(*defects)
    return Arrivals(per_hour=hours, source=file.name)


def _people(text: str) -> float | None:
    """Number of people of a text; None where it is none."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) and value >= 0 else None
