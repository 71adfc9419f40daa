"""Diagnosis of long queues, and what one more of each kind is worth, in a walked layout.

In: a study and a layout. Out: `LongQueue`s by hour or period; `MarginalValue`s by fixture type.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from optimizer.demand.diagnosis import diagnose_places, diagnosis_value
from optimizer.demand.flows import PersonClass, compute_flows
from optimizer.demand.open_windows import open_places
from optimizer.demand.periods import period_arrivals
from optimizer.demand.waiting import waiting_of_mix
from optimizer.errors import StudyError
from optimizer.evaluation import waiting_seconds
from optimizer.walked_legs import prepare_shells, walk_legs

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from optimizer.demand.diagnosis import LongQueue
    from optimizer.equipment.layout import Layout
    from optimizer.evaluation import Leg
    from optimizer.study import Study

__all__ = ["MarginalValue", "diagnose", "marginal_minutes", "ordinal"]

SECONDS_PER_MINUTE = 60.0
#: The first numbers as words; later ones are written 13th, 21st.
WORDS = (
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
)


@dataclass(frozen=True, kw_only=True)
class MarginalValue:
    """What one more fixture of a type is worth at one hour.

    Parameters
    ----------
    type, label, label_zh
        Fixture type, and what reports call it.
    hour
        Hour of the day.
    count
        How many there are now.
    waiting_minutes, walking_minutes
        Saved per customer of the branch; below 0 where it makes things worse. Walking by the mean
        walks between kinds in the layout as it stands.
    person_minutes_per_hour
        Both, over all customers of the hour.
    """

    type: str
    label: str
    label_zh: str
    hour: int
    count: int
    waiting_minutes: float
    walking_minutes: float
    person_minutes_per_hour: float

    @property
    def minutes(self) -> float:
        """Saved per customer, waiting and walking together."""
        return self.waiting_minutes + self.walking_minutes

    def sentence(self, language: str = "en") -> str:
        """Say it in one sentence, "en" or "zh"."""
        if language == "zh":
            return (
                f"{self.hour:02d}:00 第{self.count + 1}台{self.label_zh or self.type}"
                f"使客均时间减少{self.minutes:.2f}分钟"
            )
        return (
            f"the {ordinal(self.count + 1)} {self.label or self.type} saves {self.minutes:.2f} min "
            f"per customer at {self.hour:02d}:00"
        )


def diagnose(
    study: Study, layout: Layout, *, long_minutes: float | None = None
) -> tuple[LongQueue, ...]:
    """Long queues of every period of the study, or of every hour, with what binds.

    Parameters
    ----------
    study
        The brief; its periods where it has any, else its hours.
    layout
        What stands there.
    long_minutes
        A mean wait above it is long; None for the value of `demand/diagnosis.toml`.

    Returns
    -------
    tuple of LongQueue
        In the order of the day, the longest wait of each time first; empty where no wait is long.

    Raises
    ------
    LayoutError, StudyError
        If the layout does not belong to the study.
    """
    limit = diagnosis_value("long_minutes") if long_minutes is None else long_minutes
    if not limit >= 0:
        raise StudyError(f"long waits are those above {limit:g} min; must be 0 or more")
    full = study.servers(layout)
    shells = prepare_shells(study)
    legs, _ = walk_legs(study, layout, hour=study.hour, shells=shells)
    detour = _spare_minutes(study, legs, study.mix.arrivals.at(study.hour))
    queues: list[LongQueue] = []
    for when, arrivals, places in _times(study, full):
        queues += diagnose_places(
            study.mix,
            places=places,
            serving={kind: n for kind, n in places.items() if study.types[kind].servers},
            steps={kind: max(1, study.types[kind].servers) for kind in places},
            arrivals=arrivals,
            walking_minutes=detour,
            when=when,
            labels={k: (study.types[k].label, study.types[k].label_zh) for k in places},
            long_minutes=limit,
        )
    return tuple(queues)


def marginal_minutes(
    study: Study, layout: Layout, *, hour: int | None = None
) -> tuple[MarginalValue, ...]:
    """What one more of each kind is worth at an hour, the most valuable first.

    The waits are those of one more place; the walks those between kinds as they are on average in
    the layout, with the people who then go there. Where the new one would stand is not searched.

    Parameters
    ----------
    study
        The brief.
    layout
        What stands there.
    hour
        Hour of the day; None for the design hour.
    """
    hour = study.hour if hour is None else hour
    arrivals = study.mix.arrivals.at(hour)
    if arrivals <= 0:
        raise StudyError(f"nobody comes at hour {hour}; name an hour of the arrivals")
    places = study.servers(layout)
    legs, _ = walk_legs(study, layout, hour=hour, shells=prepare_shells(study))
    lengths = _mean_lengths(legs, {p.fixture: p.type for p in layout.placements})
    waits, walks = _minutes(study, places, arrivals, lengths)
    values = []
    for kind in _wanted(study, places):
        step = study.types[kind].servers
        more = {**places, kind: places.get(kind, 0) + step}
        waiting, walking = _minutes(study, more, arrivals, lengths)
        values.append(
            MarginalValue(
                type=kind,
                label=study.types[kind].label,
                label_zh=study.types[kind].label_zh,
                hour=hour,
                count=places.get(kind, 0) // step,
                waiting_minutes=waits - waiting,
                walking_minutes=walks - walking,
                person_minutes_per_hour=arrivals * (waits - waiting + walks - walking),
            )
        )
    return tuple(sorted(values, key=lambda value: -value.minutes))


def ordinal(n: int) -> str:
    """A number from 1 as an English ordinal."""
    if n <= len(WORDS):
        return WORDS[n - 1]
    ending = "th" if n % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
    return f"{n}{ending}"


def _times(study: Study, full: Mapping[str, int]) -> Iterator[tuple[str, float, dict[str, int]]]:
    """Yield name, customers per hour and open places of each period or hour."""
    for period in study.periods:
        places = open_places(study, period, full)
        yield period.name, period_arrivals(study.mix.arrivals, period), places
    if not study.periods:
        for hour, people in sorted(study.mix.arrivals.per_hour.items()):
            yield f"{hour:02d}:00", people, dict(full)


def _spare_minutes(study: Study, legs: Sequence[Leg], arrivals: float) -> float:
    """Minutes per customer that walks are longer than in the empty hall."""
    metres = sum(
        leg.rate * (leg.length - leg.empty_length)
        for leg in legs
        if leg.person is PersonClass.CUSTOMER and leg.length < float("inf")
    )
    return _walk_minutes(study, metres) / arrivals if arrivals else 0.0


def _walk_minutes(study: Study, metres: float) -> float:
    """Minutes that customers take for a walk."""
    return metres * study.walking.pace(PersonClass.CUSTOMER) / SECONDS_PER_MINUTE


def _mean_lengths(legs: Sequence[Leg], kinds: Mapping[str, str]) -> dict[tuple[str, str], float]:
    """Mean walk between two kinds, metres; under ("", "") that of all walks of customers."""
    metres: defaultdict[tuple[str, str], float] = defaultdict(float)
    people: defaultdict[tuple[str, str], float] = defaultdict(float)
    for leg in legs:
        if leg.person is not PersonClass.CUSTOMER or leg.length == float("inf"):
            continue
        for pair in (
            (kinds.get(leg.source, "door"), kinds.get(leg.target, "door")),
            ("", ""),
        ):
            metres[pair] += leg.rate * leg.length
            people[pair] += leg.rate
    return {pair: metres[pair] / people[pair] for pair in metres if people[pair]}


def _minutes(
    study: Study,
    places: Mapping[str, int],
    arrivals: float,
    lengths: Mapping[tuple[str, str], float],
) -> tuple[float, float]:
    """Minutes per customer of waiting and of walking."""
    serving = {kind: n for kind, n in places.items() if study.types[kind].servers}
    waits = waiting_of_mix(study.mix, places, arrivals, serving)
    metres = sum(
        flow.rate
        * lengths.get(
            (flow.source.type or "door", flow.target.type or "door"), lengths.get(("", ""), 0.0)
        )
        for flow in compute_flows(study.mix, places, arrivals)
        if flow.person is PersonClass.CUSTOMER
    )
    return (
        waiting_seconds(waits) / SECONDS_PER_MINUTE / arrivals,
        _walk_minutes(study, metres) / arrivals,
    )


def _wanted(study: Study, places: Mapping[str, int]) -> list[str]:
    """Kinds that serve customers and are placed, or could serve a journey of the study."""
    named = {
        kind
        for business in study.mix.businesses
        for stop in (*business.journey, *business.machine_journey)
        for kind in stop.types
    }
    timed = {kind for b in study.mix.businesses for kind in b.service_minutes}
    groups = {group.type for group in study.groups}
    return sorted(
        kind
        for kind in named & timed
        if study.types[kind].servers and (kind in groups or places.get(kind))
    )
