"""The errors a planner can meet; each is one line that says what, where and what would be right.

OptimizerError
├── FloorPlanError    (ValueError)  the drawing or floor plan cannot be used
├── StudyError        (ValueError)  the study file contradicts itself or the drawing
├── FileFormatError   (ValueError)  a file cannot be read as what it claims to be
├── LayoutError       (ValueError)  a layout does not belong to the study
├── NoLayoutError     (RuntimeError)  a result without a layout was asked for one
├── StoreError        (RuntimeError)  the store of jobs cannot be reached or written to
├── FolderBusyError   (RuntimeError)  another run writes to the folder
└── WrongClaimError   (RuntimeError)  the verifier found another value than a result claims
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "FileFormatError",
    "FloorPlanError",
    "FolderBusyError",
    "LayoutError",
    "NoLayoutError",
    "OptimizerError",
    "StoreError",
    "StudyError",
    "WrongClaimError",
]


class OptimizerError(Exception):
    """Base of everything this package raises on purpose.

    Parameters
    ----------
    *sentences
        One sentence per defect. A reader collects every defect it finds, so there may be
        several; `str()` puts each on a line of its own.
    """

    def __init__(self, *sentences: str) -> None:
        super().__init__(*sentences)
        self.sentences = tuple(" ".join(s.split()) for s in sentences)

    def __str__(self) -> str:
        return "\n".join(self.sentences)


class FloorPlanError(OptimizerError, ValueError):
    """The drawing or floor plan cannot be used."""


class StudyError(OptimizerError, ValueError):
    """The study file contradicts itself, the catalogue or the drawing."""


class FileFormatError(OptimizerError, ValueError):
    """A file cannot be read as what it claims to be."""


class LayoutError(OptimizerError, ValueError):
    """A layout does not belong to the study, or places a fixture where it cannot stand."""


class NoLayoutError(OptimizerError, RuntimeError):
    """A result that holds no layout was asked for one."""


class StoreError(OptimizerError, RuntimeError):
    """The store of jobs cannot be reached, read or written to."""


class FolderBusyError(OptimizerError, RuntimeError):
    """Another run writes to the folder."""


class WrongClaimError(OptimizerError, RuntimeError):
    """The independent verifier found another value than a result claims.

    Parameters
    ----------
    *sentences
        One for each wrong claim.
    content
        What `result.json` would have held.
    """

    def __init__(self, *sentences: str, content: Mapping[str, Any] | None = None) -> None:
        super().__init__(*sentences)
        self.content: Mapping[str, Any] = content or {}
