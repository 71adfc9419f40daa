"""Level of service and the values behind it."""

import numpy as np
import pytest

from optimizer.errors import FileFormatError
from optimizer.walk.conflict_map import Raster
from optimizer.walk.pedestrian import read_pedestrian_values
from optimizer.walk.service_level import (
    aisle_service,
    service_level,
    waiting_service,
    walking_speed,
)

VALUES = read_pedestrian_values()


def test_walking_speed():
    """Free speed for nobody, Weidmann's curve between, standstill in the jam."""
    # at 1 person per m²: 1.34 (1 - exp(-1.913 (1 - 1/5.4))) = 1.34 (1 - exp(-1.558741)) = 1.0580
    speeds = walking_speed([0.0, 1.0, 5.4, 9.0], values=VALUES)
    assert speeds == pytest.approx([1.34, 1.34 * (1 - np.exp(-1.913 * (1 - 1 / 5.4))), 0, 0])
    assert speeds[1] == pytest.approx(1.0580, abs=1e-4)
    assert (np.diff(walking_speed(np.linspace(0, 6, 50), values=VALUES)) <= 0).all()
    with pytest.raises(ValueError, match=r"density is -0\.5"):
        walking_speed([0.1, -0.5], values=VALUES)


@pytest.mark.parametrize(
    ("density", "level"),
    [(0.0, "A"), (0.31, "A"), (0.32, "B"), (0.72, "C"), (1.0, "D"), (2.17, "E"), (2.2, "F")],
)
def test_walkway_levels(density, level):
    """A band includes its upper end."""
    assert service_level(density, bands=VALUES.walkway_bands) == level


def test_aisle_service():
    """The most crowded cell decides, and is named."""
    density = np.array([[0.1, 0.2], [0.5, 0.3]])
    raster = Raster(left=10, bottom=20, cell=0.5, rows=2, columns=2)
    found = aisle_service(density, raster=raster, values=VALUES)
    assert (found.level, found.density, found.place) == ("C", 0.5, (10.25, 20.75))
    assert found.speed == pytest.approx(float(walking_speed(0.5, values=VALUES)))


def test_waiting_service():
    """Twelve people on 12 m² have level B, on 10 m² level C; nobody has A on no area at all."""
    assert waiting_service(12, area=12, values=VALUES).level == "B"
    assert waiting_service(12, area=10, values=VALUES).level == "C"
    assert waiting_service(0, area=0, values=VALUES).level == "A"
    with pytest.raises(ValueError, match="3 people wait on 0 m²"):
        waiting_service(3, area=0, values=VALUES)


def test_values_rise_and_are_positive():
    """The file of the package has rising bands and the documented radius of overlooking."""
    assert list(VALUES.walkway_bands) == sorted(VALUES.walkway_bands)
    assert list(VALUES.waiting_bands) == sorted(VALUES.waiting_bands)
    assert VALUES.overlooking_radius == 3.0


def test_a_broken_file_is_named_with_every_defect(tmp_path):
    """All missing and wrong values are told at once, with their place in the file."""
    path = tmp_path / "pedestrian.toml"
    path.write_text("[detour]\nturn = -1\n[level_of_service]\nwalkway = [1, 2]\n")
    with pytest.raises(FileFormatError) as error:
        read_pedestrian_values(path)
    text = str(error.value)
    assert "detour.turn is -1; a positive number would be right" in text
    assert "level_of_service.walkway is [1, 2]; five positive numbers would be right" in text
    assert "weidmann.free_speed is None" in text
    path.write_text("[detour\n")
    with pytest.raises(FileFormatError, match="not a TOML file"):
        read_pedestrian_values(path)
