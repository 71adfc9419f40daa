"""Drawings in DXF: what layers mean, what is drawn, walls, doors, outline."""
