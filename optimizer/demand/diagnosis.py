"""Why queues are long (会诊排长队原因): capacity, mix, diversion or layout.

In: a study, an hour, the places, and the minutes of walking that a layout could save. Out: for each
stop with long waits, the minutes per customer of the branch that each cause gives back when it is
relaxed by itself:

    capacity    one more place at the stop
    mix         less of the business that loads the stop most (`diagnosis.toml`: dose)
    diversion   more of the stop's customers to machines, fewer failures there (the same dose)
    layout      walking as short as in the empty hall

All waits of the branch are counted, so that a queue that only moves on is no gain. The cause that
gives back most binds.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from optimizer.demand.flows import compute_visits
from optimizer.demand.waiting import waiting_of_mix
from optimizer.evaluation import waiting_seconds

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimizer.demand.mix import Business, BusinessMix
    from optimizer.evaluation import WaitingFigures

__all__ = ["Cause", "LongQueue", "Relaxation", "diagnose_places", "diagnosis_value"]

SECONDS_PER_MINUTE = 60.0


@cache
def diagnosis_value(name: str) -> float:
    """Value of one entry of `diagnosis.toml`."""
    text = files("optimizer.demand").joinpath("diagnosis.toml").read_text(encoding="utf-8")
    return float(tomllib.loads(text)[name]["value"])


class Cause(StrEnum):
    """What can make a queue long."""

    CAPACITY = "capacity"
    MIX = "mix"
    DIVERSION = "diversion"
    LAYOUT = "layout"


@dataclass(frozen=True, kw_only=True)
class Relaxation:
    """One cause relaxed.

    Parameters
    ----------
    cause
        Which.
    minutes
        Saved per customer of the branch; below 0 where it makes things worse.
    what, what_zh
        What was changed, in English and Chinese.
    """

    cause: Cause
    minutes: float
    what: str
    what_zh: str


@dataclass(frozen=True, kw_only=True)
class LongQueue:
    """A stop with long waits at one hour or in one period.

    Parameters
    ----------
    when
        Hour such as "10:00", or the name of a period.
    stop, label, label_zh
        Fixture type, and what reports call it.
    figures
        Its waits.
    relaxations
        All causes, the one that gives back most first.
    """

    when: str
    stop: str
    label: str
    label_zh: str
    figures: WaitingFigures
    relaxations: tuple[Relaxation, ...]

    @property
    def binding(self) -> Relaxation | None:
        """The cause that gives back most; None where none gives back anything."""
        first = self.relaxations[0]
        return first if first.minutes > 0 else None

    def sentence(self, language: str = "en") -> str:
        """Say it in one sentence, "en" or "zh"."""
        wait, busy = self.figures.mean_minutes, self.figures.utilisation
        first, rest = self.relaxations[0], self.relaxations[1:]
        if language == "zh":
            long = f"平均等候{wait:.1f}分钟" if wait < float("inf") else "排队持续增长"
            causes = {
                Cause.CAPACITY: "服务能力不足",
                Cause.MIX: "业务结构",
                Cause.DIVERSION: "分流不足",
                Cause.LAYOUT: "布局动线",
            }
            head = f"{self.when} {self.label_zh or self.stop}{long}，利用率{busy:.0%}"
            if self.binding is None:
                return f"{head}；各项措施均不能缩短等候。"
            others = "，".join(f"{r.what_zh}{r.minutes:.1f}分钟" for r in rest)
            return (
                f"{head}；主因是{causes[first.cause]}：{first.what_zh}，客均节省"
                f"{first.minutes:.1f}分钟；相比之下，{others}。"
            )
        long = f"mean wait {wait:.1f} min" if wait < float("inf") else "the queue grows for ever"
        head = f"{self.when}, {self.label or self.stop}: {long}, busy {busy:.0%}"
        if self.binding is None:
            return f"{head}; nothing that was tried makes it shorter"
        others = ", ".join(f"{r.what} {r.minutes:.1f}" for r in rest)
        return (
            f"{head}; {first.cause} binds: {first.what} saves {first.minutes:.1f} min per "
            f"customer of the branch (next: {others})"
        )


def diagnose_places(
    mix: BusinessMix,
    *,
    places: Mapping[str, int],
    serving: Mapping[str, int],
    steps: Mapping[str, int],
    arrivals: float,
    walking_minutes: float,
    when: str,
    labels: Mapping[str, tuple[str, str]],
    long_minutes: float,
) -> tuple[LongQueue, ...]:
    """Long queues of one hour with their causes.

    Parameters
    ----------
    mix
        Who comes for what.
    places, serving
        Open places by fixture type: all, and of the types that serve.
    steps
        Places of one more fixture of each type.
    arrivals
        Customers per hour.
    walking_minutes
        Minutes per customer that walking in the layout is longer than in the empty hall.
    when
        Name of the hour or period.
    labels
        English and Chinese name by fixture type.
    long_minutes
        A mean wait above it is long.
    """
    if arrivals <= 0:
        return ()
    hall = _Hall(mix=mix, places=places, serving=serving, steps=steps, arrivals=arrivals)
    figures = waiting_of_mix(mix, places, arrivals, serving)
    return tuple(
        LongQueue(
            when=when,
            stop=stop,
            label=labels[stop][0],
            label_zh=labels[stop][1],
            figures=row,
            relaxations=_relaxations(hall, stop, labels[stop], walking_minutes),
        )
        for stop, row in sorted(figures.items(), key=lambda found: -found[1].mean_minutes)
        if row.mean_minutes > long_minutes
    )


@dataclass(frozen=True, kw_only=True)
class _Hall:
    """One hour of a branch."""

    mix: BusinessMix
    places: Mapping[str, int]
    serving: Mapping[str, int]
    steps: Mapping[str, int]
    arrivals: float

    def minutes(self, mix: BusinessMix, left: float = 1.0, more: str = "") -> float:
        """Minutes of waiting per customer of the mix as it is.

        Parameters
        ----------
        mix
            Another mix.
        left
            How many of the customers come, as a share.
        more
            Type of which there is one more.
        """
        extra = {more: self.steps[more]} if more else {}
        found = waiting_of_mix(
            mix,
            {kind: count + extra.get(kind, 0) for kind, count in self.places.items()},
            self.arrivals * left,
            {kind: count + extra.get(kind, 0) for kind, count in self.serving.items()},
        )
        return waiting_seconds(found) / SECONDS_PER_MINUTE / self.arrivals


def _relaxations(
    hall: _Hall, stop: str, label: tuple[str, str], walking_minutes: float
) -> tuple[Relaxation, ...]:
    """All causes of the queue at a stop, the one that gives back most first."""
    dose = f"{diagnosis_value('dose'):.0%}"
    visits = compute_visits(hall.mix, hall.places, hall.arrivals)[stop]
    heaviest = _heaviest(hall.mix, stop, visits)
    less, left = _less_of(hall.mix, heaviest.name)
    before = hall.minutes(hall.mix)
    found = (
        Relaxation(
            cause=Cause.CAPACITY,
            minutes=before - hall.minutes(hall.mix, more=stop),
            what=f"one more {label[0] or stop}",
            what_zh=f"增开1个{label[1] or stop}",
        ),
        Relaxation(
            cause=Cause.MIX,
            minutes=before - hall.minutes(less, left),
            what=f"{dose} less {heaviest.name}",
            what_zh=f"{heaviest.label_zh or heaviest.name}减少{dose}",
        ),
        Relaxation(
            cause=Cause.DIVERSION,
            minutes=before - hall.minutes(_diverted(hall.mix, visits)),
            what=f"{dose} more to machines",
            what_zh=f"柜面客户再分流{dose}到机具",
        ),
        Relaxation(
            cause=Cause.LAYOUT,
            minutes=walking_minutes,
            what="walking as short as in the empty hall",
            what_zh="步行缩短到空厅最短",
        ),
    )
    return tuple(sorted(found, key=lambda relaxation: -relaxation.minutes))


def _heaviest(mix: BusinessMix, stop: str, visits: Mapping[str, float]) -> Business:
    """Business that keeps a stop busy longest."""
    return max(
        mix.businesses,
        key=lambda b: visits.get(b.name, 0.0) * b.service_minutes.get(stop, 0.0),
    )


def _less_of(mix: BusinessMix, name: str) -> tuple[BusinessMix, float]:
    """Mix with less of one business, and how many customers are left, as a share."""
    kept = {
        b.name: b.share * (1.0 - diagnosis_value("dose") * (b.name == name)) for b in mix.businesses
    }
    left = sum(kept.values())
    businesses = tuple(replace(b, share=kept[b.name] / left) for b in mix.businesses)
    return replace(mix, businesses=businesses), left


def _diverted(mix: BusinessMix, visits: Mapping[str, float]) -> BusinessMix:
    """Mix in which more of the businesses of a stop go to machines, and fewer fail there."""
    dose = diagnosis_value("dose")
    return replace(
        mix,
        businesses=tuple(
            replace(
                b,
                replaceable=b.replaceable + dose * (1.0 - b.replaceable),
                rework=b.rework * (1.0 - dose),
            )
            if b.name in visits and b.machine_journey
            else b
            for b in mix.businesses
        ),
    )
