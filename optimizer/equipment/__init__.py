"""Fixture types, placements and layouts."""
