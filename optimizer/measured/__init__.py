"""What is measured of a walked layout: one module for each part of an `Evaluation`."""

from optimizer.measured.layout import Measured

__all__ = ["Measured"]
