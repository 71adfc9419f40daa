from __future__ import annotations

import pytest

from optimizer.errors import FloorPlanError
from optimizer.plan.units import METRES, find_unit, metres_per_unit, plausible


@pytest.mark.parametrize("unit", METRES)
def test_hall_with_doors_tells_its_unit(unit) -> None:
    """A hall of 20 x 15 m with leaves of 0.9 m fits only the unit in which it is drawn."""
    one = METRES[unit]
    found = find_unit(size=(20 / one, 15 / one), leaves=[0.9 / one, 0.8 / one])
    assert found.unit == unit
    assert found.by_doors


def test_size_alone_may_leave_several_units() -> None:
    """2000 x 1500 units are 20 x 15 m in cm and 50.8 x 38.1 m in inches: no one unit."""
    found = find_unit(size=(2000, 1500))
    assert set(found.units) >= {"cm", "in"}
    assert found.unit is None
    assert not found.by_doors


def test_what_is_no_building_fits_no_unit() -> None:
    """A leaf that is as wide as the whole drawing fits nowhere."""
    assert find_unit(size=(900, 900), leaves=[900, 900]).units == ()


def test_bishop_house_is_in_inches() -> None:
    """Leaves of 30 in a drawing of 796 x 564 are inches: 0.76 m in 20.2 m, not millimetres."""
    assert find_unit(size=(796, 564), leaves=[30] * 6 + [36, 36, 28, 24]).unit == "in"


def test_unknown_unit_is_named() -> None:
    """A unit that is not known is named with those that are."""
    with pytest.raises(FloorPlanError, match=r"unit 'furlong' is not known.*mm, cm"):
        metres_per_unit("furlong")


def test_plausible_ranges_hold_ordinary_buildings() -> None:
    """The widths of the issue lie inside the ranges; a ruler and a gate do not."""
    assert all(plausible("door_leaf").holds(width) for width in (0.6, 1.1))
    assert not plausible("door_leaf").holds(0.3)
    assert all(plausible("wall_thickness").holds(width) for width in (0.1, 0.4))
    assert not plausible("plan_side").holds(20_000)
