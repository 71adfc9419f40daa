"""Synthetic banking halls that no parameter of the search or of the bound was tuned on.

In: a size class and a seed. Out: a `Study` in memory: a hall with columns, a door and, from 20 ×
15 m on, a wall of cash windows; fixtures of the catalogue; a business mix whose shares, door and
columns are drawn with the seed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

from optimizer.demand.mix import Arrivals, Business, BusinessMix, StaffRound, Stop
from optimizer.equipment.catalogue import read_catalogue
from optimizer.plan.model import Door, DoorKind, FloorPlan, Zone, ZoneKind
from optimizer.study import FixtureGroup, Objective, Study
from optimizer.study_file.walking import default_objective, default_walking

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["HALLS", "Hall", "make_hall"]

#: Depth of the cash area behind the windows, metres.
CASH_DEPTH = 3.5
#: Thickness of the wall of cash windows, metres.
WALL = 0.24


@dataclass(frozen=True, kw_only=True)
class Hall:
    """A size class: the hall and its fixtures.

    Parameters
    ----------
    size
        Width and depth, metres.
    counts
        Fixtures by type.
    spare
        Types of which a seed adds one more each, up to `most` fixtures in all.
    most
        Most fixtures.
    seconds
        Time limit of its target.
    per_hour
        Customers an hour, about.
    pitch
        Grid of candidate poses, metres.
    seated
        Share of customers who sit down before they are called. With 1, no leg passes the seats by.
    without
        Businesses that do not come here.
    """

    size: tuple[float, float]
    counts: Mapping[str, int]
    seconds: float
    per_hour: float
    spare: tuple[str, ...] = ()
    most: int = 0
    pitch: float = 0.25
    seated: float = 0.6
    without: tuple[str, ...] = ()


_BRANCH = {
    "queue_machine": 1, "guide_desk": 1, "form_desk": 1, "waiting_seats": 2, "cash_counter": 4,
    "smart_terminal": 3, "enquiry_machine": 1, "product_pickup": 1, "open_desk": 1,
}  # fmt: skip
_FLAGSHIP = {
    "queue_machine": 1, "guide_desk": 1, "form_desk": 3, "waiting_seats": 1, "cash_counter": 7,
    "smart_terminal": 8, "enquiry_machine": 4, "product_pickup": 1, "open_desk": 4,
    "corporate_counter": 2, "vtm_booth": 2, "totem": 4, "water_dispenser": 2,
}  # fmt: skip
HALLS: Mapping[str, Hall] = {
    "small": Hall(
        size=(10.0, 8.0),
        counts={
            "queue_machine": 1, "guide_desk": 1, "form_desk": 1, "waiting_seats": 1,
            "smart_terminal": 2,
        },
        seconds=10.0,
        per_hour=40.0,
    ),
    "branch": Hall(
        size=(20.0, 15.0), counts=_BRANCH, spare=("smart_terminal",), most=16, seconds=30.0,
        per_hour=60.0,
    ),
    "full branch": Hall(
        size=(20.0, 15.0),
        counts={**_BRANCH, "smart_terminal": 5, "open_desk": 2},
        spare=("smart_terminal", "waiting_seats", "cash_counter", "form_desk"),
        most=22,
        seconds=60.0,
        per_hour=80.0,
    ),
    # 40 fixtures and 88 legs
    "flagship": Hall(
        size=(40.0, 25.0), counts=_FLAGSHIP, seconds=180.0, per_hour=150.0, seated=1.0,
        without=("form",),
    ),
}  # fmt: skip


def make_hall(hall: Hall, *, seed: int, walking_only: bool = False) -> Study:
    """A study of one size class; the same seed gives the same study.

    Parameters
    ----------
    hall
        The size class.
    seed
        Of door, columns, shares and spare fixtures.
    walking_only
        Leave encounters and overlooked places out of the objective: what the proof is about.
    """
    rng = np.random.default_rng(seed)
    counts = dict(hall.counts)
    spare = list(hall.spare)
    extra = int(rng.integers(0, hall.most - sum(counts.values()) + 1)) if spare else 0
    for i in range(extra):
        counts[spare[i % len(spare)]] += 1
    types = read_catalogue()
    objective = default_objective()
    if walking_only:
        objective = Objective(encounters=0.0, overlooked=0.0)
    return Study(
        name=f"{hall.size[0]:.0f} x {hall.size[1]:.0f} m, seed {seed}",
        plan=_plan(hall, rng, windows="cash_counter" in counts),
        types=types,
        groups=tuple(FixtureGroup(type=name, min=n, max=n) for name, n in counts.items()),
        mix=_mix(hall, rng, frozenset(counts)),
        walking=default_walking(),
        objective=objective,
        pitch=hall.pitch,
    )


def _plan(hall: Hall, rng: np.random.Generator, *, windows: bool) -> FloorPlan:
    """Outline, columns on a grid, an entrance in the south wall, and the wall of cash windows."""
    width, depth = hall.size
    top = depth - CASH_DEPTH if windows else depth
    x = float(np.round(rng.uniform(0.2, 0.8) * width, 1))
    doors = [_door("entrance", DoorKind.ENTRANCE, (x - 0.9, 0.0), (x + 0.9, 0.0))]
    walls, zones = [], []
    if windows:
        walls.append(shapely.box(0, top, width, top + WALL))
        middle = top + WALL / 2
        side = 0.6 if rng.random() < 0.5 else width - 1.6
        doors.append(_door("staff", DoorKind.STAFF, (side, middle), (side + 1.0, middle)))
        zones.append(
            Zone(
                name="cash area",
                kind=ZoneKind.CASH_AREA,
                polygon=shapely.box(0, top + WALL, width, depth),
            )
        )
    columns = []
    bays = max(1, round(width / 8))
    for i in range(1, bays + 1):
        for y in np.arange(5.0, top - 2.0, 7.0):
            cx = width * i / (bays + 1) + float(rng.uniform(-0.8, 0.8))
            cy = float(y) + float(rng.uniform(-0.5, 0.5))
            columns.append(shapely.box(cx - 0.25, cy - 0.25, cx + 0.25, cy + 0.25))
    return FloorPlan(
        name="synthetic",
        outline=shapely.box(0, 0, width, depth),
        walls=tuple(walls),
        columns=tuple(columns),
        doors=tuple(doors),
        zones=tuple(zones),
    )


def _door(name: str, kind: DoorKind, one: tuple[float, float], other: tuple[float, float]) -> Door:
    return Door(name=name, kind=kind, line=shapely.LineString([one, other]))


def _mix(hall: Hall, rng: np.random.Generator, types: frozenset[str]) -> BusinessMix:
    """Businesses whose stops the hall has, in shares drawn anew for each seed."""
    ticket = Stop(types=("queue_machine",))
    seats = Stop(types=("waiting_seats",), probability=hall.seated)
    form = Stop(types=("form_desk",), probability=0.4)
    guide, terminal = Stop(types=("guide_desk",)), Stop(types=("smart_terminal",))
    enquiry, pickup = Stop(types=("enquiry_machine",)), Stop(types=("product_pickup",))
    journeys = {
        "cash": (ticket, seats, Stop(types=("cash_counter",))),
        "transfer": (ticket, form, seats, Stop(types=("cash_counter",))),
        "desk": (ticket, seats, Stop(types=("open_desk",))),
        "terminal": (guide, terminal),
        "card": (guide, terminal, pickup),
        "enquiry": (enquiry,),
        "corporate": (guide, Stop(types=("corporate_counter",))),
        "remote": (guide, Stop(types=("vtm_booth",))),
        "form": (ticket, form, seats, terminal),
    }
    served = {
        name: stops for name, stops in journeys.items()
        if name not in hall.without and all(types & set(stop.types) for stop in stops)
    }  # fmt: skip
    shares = rng.dirichlet(np.full(len(served), 4.0))
    return BusinessMix(
        businesses=tuple(
            Business(name=name, share=float(share), journey=stops)
            for (name, stops), share in zip(served.items(), shares, strict=True)
        ),
        rounds=(
            StaffRound(
                name="help at the terminal",
                route=("guide_desk", "smart_terminal", "guide_desk"),
                per_use={"smart_terminal": float(rng.uniform(0.2, 0.6))},
            ),
        ),
        arrivals=Arrivals(per_hour={10: hall.per_hour * float(rng.uniform(0.8, 1.2))}),
    )
