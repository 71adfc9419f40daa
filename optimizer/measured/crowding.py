"""Level of service of aisles and of the waiting area, by the bands of `walk/pedestrian.toml`.

In: a study, a layout, its walked legs and waiting figures. Out: `CrowdingFigures`.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from shapely import union_all

from optimizer.equipment.layout import placed_box
from optimizer.equipment.model import Role
from optimizer.evaluation import CrowdingFigures
from optimizer.plan.space import floor_space
from optimizer.rules.capacity import people_waiting
from optimizer.streams import lane_model, streams_of
from optimizer.walk.conflict_map import person_density, raster_of
from optimizer.walk.pedestrian import read_pedestrian_values
from optimizer.walk.polylines import pad_polylines
from optimizer.walk.service_level import aisle_service, service_level

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from shapely.geometry.base import BaseGeometry

    from optimizer.equipment.layout import Layout
    from optimizer.evaluation import Leg, WaitingFigures
    from optimizer.study import Study

__all__ = ["compute_crowding", "waiting_area"]

#: Cell of the density raster, metres.
CELL = 0.25


def compute_crowding(
    study: Study, layout: Layout, legs: Sequence[Leg], waiting: Mapping[str, WaitingFigures]
) -> CrowdingFigures:
    """Level of service where walking people are densest, and where people wait.

    Those who wait to be called wait at types that have a place for staff; the figure holds in 19
    of 20 cases.
    """
    values = read_pedestrian_values()
    points, counts = pad_polylines(leg.path for leg in legs)
    lanes = lane_model(study)
    aisles = CrowdingFigures()
    if counts.max(initial=0):
        raster = raster_of(points, counts, cell=CELL, margin=lanes.width)
        density = person_density(
            points, counts, streams=streams_of(study, legs), lane_width=lanes.width, raster=raster
        )
        aisle = aisle_service(density, raster=raster, values=values)
        aisles = CrowdingFigures(
            aisle_level=aisle.level,
            aisle_density=aisle.density,
            aisle_speed=aisle.speed or 0.0,
            aisle_place=aisle.place,
        )
    people = sum(
        people_waiting(row)
        for kind, row in waiting.items()
        if any(p.role is Role.STAFF for p in study.types[kind].standing)
    )
    area = float(waiting_area(study, layout).area)
    crowd = None if area <= 0 else people / area
    return replace(
        aisles,
        waiting_level=None
        if crowd is None
        else service_level(crowd if math.isfinite(crowd) else np.inf, bands=values.waiting_bands),
        waiting_density=crowd,
        waiting_people=people,
        waiting_area=area,
    )


def waiting_area(study: Study, layout: Layout) -> BaseGeometry:
    """Floor on and about the waiting seats, less what other fixtures stand on."""
    values = read_pedestrian_values()
    seats, others = [], []
    for placement in layout.placements:
        kind = study.types[placement.type]
        box = placed_box(kind.footprint, placement)
        if kind.name in values.seats:
            seats.append(box.buffer(values.seat_reach, join_style="mitre"))
        else:
            others.append(box)
    about = union_all(seats).intersection(floor_space(study.plan))
    return about.difference(union_all(others))
