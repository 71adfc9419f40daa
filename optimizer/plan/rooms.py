"""Zones out of the rooms of building models and indoor maps.

In: rooms with names and categories, and the patterns of `rooms.toml` and of the study. Out: a zone
for each room whose kind is known, and a note on the others, which are part of the public hall.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from shapely import Polygon, get_parts, union_all

from optimizer.plan.defect import Defect, Severity
from optimizer.plan.dxf.layers import LayerMap, fits
from optimizer.plan.model import Zone, ZoneKind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["Room", "room_kind", "room_zones"]

#: Rooms, and what others leave of them, smaller than this are no zones, square metres.
LEAST = 0.5
#: Most names of rooms without a kind that are said.
MOST_NAMES = 8


@dataclass(frozen=True, kw_only=True)
class Room:
    """A room of a building model or an indoor map.

    Parameters
    ----------
    names
        Names and category, those for people first.
    polygon
        Its floor, metres.
    """

    names: tuple[str, ...]
    polygon: Polygon


@cache
def _patterns() -> Mapping[str, tuple[str, ...]]:
    text = files("optimizer.plan").joinpath("rooms.toml").read_text(encoding="utf-8")
    return {kind: tuple(patterns) for kind, patterns in tomllib.loads(text)["kinds"].items()}


def room_kind(names: Sequence[str], layers: LayerMap | None = None) -> ZoneKind | None:
    """Kind of zone of a room by the first of its names that tells; the study's patterns first."""
    own = layers.zones if layers is not None else {}
    for table in (own, _patterns()):
        for name in names:
            for kind, patterns in table.items():
                if fits(name, (kind, *patterns)):
                    return ZoneKind(kind)
    return None


def room_zones(
    rooms: Sequence[Room], layers: LayerMap | None = None
) -> tuple[tuple[Zone, ...], tuple[Defect, ...]]:
    """Zones of the rooms whose kind is known, and a note on the others.

    A place belongs to one zone: of rooms that overlap, the smaller one keeps what they share.
    """
    kinds = [room_kind(room.names, layers) for room in rooms]
    zones: list[Zone] = []
    order = sorted(range(len(rooms)), key=lambda i: rooms[i].polygon.area)
    names = _own_names(rooms, kinds)
    for i in order:
        kind = kinds[i]
        if kind is None:
            continue
        taken = union_all([z.polygon for z in zones if z.polygon.intersects(rooms[i].polygon)])
        parts = [p for p in get_parts(rooms[i].polygon.difference(taken)) if isinstance(p, Polygon)]
        largest = max(parts, key=lambda part: part.area, default=Polygon())
        if largest.area >= LEAST:
            zones.append(Zone(name=names[i], kind=kind, polygon=largest))
    found = {zone.name: zone for zone in zones}
    in_order = tuple(found[name] for name in names.values() if name in found)
    return in_order, _unknown([r for r, kind in zip(rooms, kinds, strict=True) if kind is None])


def _own_names(rooms: Sequence[Room], kinds: Sequence[ZoneKind | None]) -> dict[int, str]:
    """A name for each zone to be; a number makes it its own."""
    taken: Counter[str] = Counter()
    names: dict[int, str] = {}
    for i, (room, kind) in enumerate(zip(rooms, kinds, strict=True)):
        if kind is None:
            continue
        stem = next(iter(room.names), str(kind))
        taken[stem] += 1
        names[i] = stem if taken[stem] == 1 else f"{stem}-{taken[stem]}"
    return names


def _unknown(rooms: Sequence[Room]) -> tuple[Defect, ...]:
    """A note on the rooms whose kind is not known."""
    if not rooms:
        return ()
    counts = Counter(max(room.names, key=len, default="nameless") for room in rooms)
    said = [f"{name} ({count})" if count > 1 else name for name, count in counts.most_common()]
    more = f" and {len(said) - MOST_NAMES} more" if len(said) > MOST_NAMES else ""
    place = rooms[0].polygon.representative_point()
    return (
        Defect(
            code="room-kind",
            sentence=f"{len(rooms)} rooms tell no kind of zone and count as public hall: "
            f"{', '.join(said[:MOST_NAMES])}{more}; give their names in [plan.layers.zones] if "
            "they are cash areas, back offices and the like",
            severity=Severity.NOTE,
            x=float(place.x),
            y=float(place.y),
        ),
    )
