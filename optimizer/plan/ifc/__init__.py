"""Building models in IFC: sections of their walls, doors and columns, storey by storey."""
