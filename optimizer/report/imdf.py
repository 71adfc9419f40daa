"""The fixtures of a layout as IMDF features, in longitude and latitude.

In: a `Study` whose plan was read from an indoor map, and a `Layout`. Out: a GeoJSON file with one
feature of type "fixture" for each placement: its footprint on WGS84, brought back through the
anchor by which the map was brought to metres.
"""

from __future__ import annotations

import json
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from optimizer.equipment.layout import placed_box
from optimizer.errors import FileFormatError
from optimizer.plan.indoor.features import metres_per_degree
from optimizer.reading import write_whole
from optimizer.report.words import fixture_label

if TYPE_CHECKING:
    from optimizer.equipment.layout import Layout
    from optimizer.study import Study

__all__ = ["write_layout_imdf"]


def write_layout_imdf(study: Study, layout: Layout, path: str | Path) -> None:
    """Write the fixtures of a layout as IMDF, whole or not at all.

    Raises
    ------
    FileFormatError
        The plan was not read from a map, so that it has no longitude and latitude.
    """
    source = study.plan.source
    if source.unit_used != "deg":
        raise FileFormatError(
            f"{path}: the plan has no longitude and latitude; .geojson is for plans that were read "
            "from an indoor map; write .dxf instead"
        )
    anchor = np.array(source.origin)
    scale = metres_per_degree(float(anchor[1]))
    features = []
    for placement in layout.placements:
        box = placed_box(study.types[placement.type].footprint, placement)
        corners = np.asarray(box.exterior.coords)[:, :2] / scale + anchor
        name = fixture_label(study, placement.fixture, placement.type, between=" ")
        features.append(
            {
                "type": "Feature",
                "id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{study.name}/{placement.fixture}")),
                "feature_type": "fixture",
                "geometry": {"type": "Polygon", "coordinates": [np.round(corners, 9).tolist()]},
                "properties": {
                    "category": "equipment",
                    "name": {"en": name},
                    "alt_name": None,
                    "anchor_id": None,
                    "level_id": None,
                    "display_point": None,
                    "fixture": placement.fixture,
                    "fixture_type": placement.type,
                    "angle": placement.angle,
                },
            }
        )
    document = {"type": "FeatureCollection", "features": features}
    write_whole(Path(path), json.dumps(document, ensure_ascii=False, indent=1) + "\n")
