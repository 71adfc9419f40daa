"""Arguments and options that several commands share.

In: nothing. Out: annotated types for typer.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Annotated, Literal

import typer

__all__ = [
    "AsJson",
    "LayoutFile",
    "OtherPlan",
    "PageLanguage",
    "Seed",
    "Steps",
    "StudyFile",
    "TimeLimit",
    "Workers",
]


def _seconds(value: float) -> float:
    """Check a time limit."""
    if not math.isfinite(value) or value <= 0:
        raise typer.BadParameter(f"{value:g} is no time; seconds above 0 are needed")
    return value


StudyFile = Annotated[Path, typer.Argument(metavar="STUDY", help="Study file (.toml).")]
LayoutFile = Annotated[
    Path,
    typer.Argument(metavar="LAYOUT", help="layout.json or result.json, or a DXF of our own."),
]
OtherPlan = Annotated[
    Path | None,
    typer.Option("--plan", metavar="FILE", help="Another drawing than the study's own."),
]
PageLanguage = Annotated[
    Literal["en", "zh"],
    typer.Option("--lang", help="Language that the report opens in; it can be switched."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]
Seed = Annotated[int, typer.Option("--seed", min=0, help="Seed of the random numbers.")]
TimeLimit = Annotated[
    float,
    typer.Option("--time-limit", metavar="S", callback=_seconds, help="Seconds of work."),
]
Steps = Annotated[
    int | None,
    typer.Option(
        "--steps",
        min=1,
        help="Scored moves of each worker instead of seconds: the result can be reproduced.",
    ),
]
Workers = Annotated[
    int | None, typer.Option("--workers", min=1, help="Processes; default: one for each core.")
]
