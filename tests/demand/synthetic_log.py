"""A queue log made up from known figures: what an importer must find again.

In: a number of days and a seed. Out: columns of a log, and the figures that they were drawn from.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, field

import numpy as np

#: Monday, 4 March 2024.
FIRST_DAY = np.datetime64("2024-03-04T00:00:00")
DAY = 86_400


@dataclass(frozen=True, kw_only=True)
class Truth:
    """The figures that a log is drawn from."""

    per_hour: dict[int, float] = field(
        default_factory=lambda: {9: 46.0, 10: 57.0, 11: 44.0, 12: 34.0, 13: 30.0, 14: 58.0}
    )
    weekday: tuple[float, ...] = (1.3, 1.2, 1.2, 1.0, 1.25, 0.55, 0.5)
    shares: dict[str, float] = field(
        default_factory=lambda: {"个人现金": 0.5, "开户": 0.2, "transfer": 0.3}
    )
    minutes: dict[str, float] = field(
        default_factory=lambda: {"个人现金": 4.0, "开户": 15.0, "transfer": 7.0}
    )
    variation: dict[str, float] = field(
        default_factory=lambda: {"个人现金": 0.9, "开户": 0.6, "transfer": 0.8}
    )
    abandonment: dict[str, float] = field(
        default_factory=lambda: {"个人现金": 0.05, "开户": 0.12, "transfer": 0.08}
    )
    windows: tuple[str, ...] = tuple(f"{k}号窗口" for k in range(1, 9))
    opens: int = 9
    closes: int = 15

    @property
    def abandoned(self) -> float:
        """Share of all tickets that are abandoned."""
        return sum(self.shares[b] * self.abandonment[b] for b in self.shares)

    @property
    def utilisation(self) -> float:
        """Busy share of each window: people a day times minutes each, over the open minutes."""
        people = sum(self.per_hour.values()) * sum(self.weekday) / 7
        minutes = sum(
            share * (1 - self.abandonment[b]) * self.minutes[b] for b, share in self.shares.items()
        )
        return people * minutes / (len(self.windows) * 60 * (self.closes - self.opens))


def draw_log(weeks: int, seed: int, truth: Truth | None = None) -> dict[str, np.ndarray]:
    """Columns of a log: moments in seconds since 1970 (-1 where there is none), and names."""
    truth = truth or Truth()
    rng = np.random.default_rng(seed)
    hours = np.array(list(truth.per_hour))
    rates = np.array(list(truth.per_hour.values()))
    start = int(FIRST_DAY.astype("datetime64[s]").astype(np.int64))
    counts = rng.poisson(np.tile(np.outer(truth.weekday, rates), (weeks, 1)))
    day, hour = np.indices(counts.shape)
    flat = counts.ravel()
    n = int(flat.sum())
    taken = (
        start
        + np.repeat(day.ravel(), flat) * DAY
        + np.repeat(hours[hour.ravel()], flat) * 3600
        + rng.integers(0, 3600, n)
    )
    taken = np.sort(taken)
    names = list(truth.shares)
    business = rng.choice(len(names), n, p=list(truth.shares.values()))
    mean = np.array([truth.minutes[b] for b in names])[business] * 60
    spread = np.sqrt(np.log1p(np.array([truth.variation[b] for b in names])[business] ** 2))
    service = rng.lognormal(np.log(mean) - spread**2 / 2, spread)
    service = np.minimum(np.rint(service), 11 * 3600).astype(np.int64)
    left = rng.random(n) < np.array([truth.abandonment[b] for b in names])[business]
    called = taken + rng.exponential(480, n).astype(np.int64)
    started = called + rng.integers(3, 20, n)
    return {
        "ticket": np.array([f"A{k:07d}" for k in range(n)]),
        "taken": taken,
        "called": np.where(left, -1, called),
        "started": np.where(left, -1, started),
        "ended": np.where(left, -1, started + service),
        "business": np.array(names)[business],
        "window": np.where(left, "", np.array(truth.windows)[rng.integers(0, 8, n)]),
        "abandoned": np.where(left, "是", "否"),
    }


def written(seconds: np.ndarray, style: str = "iso") -> np.ndarray:
    """Moments as texts: "iso", "slashes" (2024/3/5 9:05:07), "chinese" or "serial"."""
    if style == "serial":
        texts = np.array([repr(s / DAY + 25_569) for s in seconds.tolist()], dtype=object)
    else:
        moments = seconds.astype("datetime64[s]")
        texts = np.char.replace(np.datetime_as_string(moments, unit="s"), "T", " ").astype(object)
        if style != "iso":
            sign = "/-/" if style == "slashes" else "年月日"
            texts = np.array([_loose(text, sign) for text in texts], dtype=object)
    return np.where(seconds < 0, "", texts)


def _loose(text: str, sign: str) -> str:
    """2024/3/5 9:05:07 or 2024年3月5日9:05:07 from 2024-03-05 09:05:07."""
    date, clock = text.split(" ")
    year, month, day = (str(int(part)) for part in date.split("-"))
    hour, rest = clock.split(":", 1)
    clock = f"{int(hour)}:{rest}"
    if sign == "年月日":
        return f"{year}年{month}月{day}日 {clock}"
    return f"{year}/{month}/{day} {clock}"


def write_csv(path, columns, encoding="utf-8", style="iso"):
    """Write a log as CSV, moments in one style."""
    texts = {
        name: written(column, style) if column.dtype.kind == "i" else column
        for name, column in columns.items()
    }
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file)
        writer.writerow(texts)
        writer.writerows(zip(*texts.values(), strict=True))
