"""A study file and everything it names, read into one `Study`.

In: the path of a TOML file. Out: a `Study`, or an error with one sentence per defect, all of them
at once.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from pydantic_core import to_json

from optimizer.demand.arrivals import parse_hour
from optimizer.equipment.catalogue import read_catalogue
from optimizer.equipment.layout_file import read_layout
from optimizer.errors import FloorPlanError, OptimizerError, StudyError
from optimizer.reading import describe_defects, read_toml
from optimizer.reading_limits import file_within
from optimizer.study import Study
from optimizer.study_file.brief import build_brief
from optimizer.study_file.demand import build_mix
from optimizer.study_file.drawing import load_drawing, with_defects
from optimizer.study_file.furniture import furniture_defects, layout_of_drawing
from optimizer.study_file.model import StudyTable
from optimizer.study_file.periods import build_periods
from optimizer.study_file.roster import build_roster
from optimizer.study_file.walking import build_limits, build_objective, build_walking

if TYPE_CHECKING:
    from os import PathLike

    from optimizer.demand.mix import BusinessMix

__all__ = ["read_study", "study_schema"]

#: Coarsest grid of candidate poses that still finds a way between two desks, metres.
COARSEST = 2.0
#: Finest grid that still fits into memory for a hall, metres.
FINEST = 0.01


def read_study(path: str | PathLike[str], *, plan: str | PathLike[str] | None = None) -> Study:
    """Study of a TOML file, with its drawing, its catalogue values and today's layout.

    Parameters
    ----------
    path
        The study file. Paths in it start from its folder.
    plan
        Another drawing than the study's own.

    Raises
    ------
    FileFormatError
        Where the file is missing or is not TOML.
    FloorPlanError
        Where only the drawing is at fault.
    StudyError
        Where the study contradicts itself, the catalogue or the drawing; one sentence per defect.
    """
    file = Path(path)
    values = read_toml(file)
    defects: list[str] = []
    table = _validated(values, defects)
    if table is None:
        raise StudyError(*(f"{file}: {sentence}" for sentence in defects))
    folder = file.parent
    drawing = load_drawing(table, folder, None if plan is None else Path(plan), defects)
    table = drawing.table
    types, groups = build_brief(table, read_catalogue(), drawing.plan, defects)
    mix = build_mix(table, types, drawing.plan, folder, defects)
    walking = build_walking(table.walking, defects)
    objective = build_objective(table.objective, defects)
    limits = build_limits(table.limits, defects)
    roster = build_roster(table, types, defects)
    hour = _design_hour(table.design_hour, mix, defects)
    periods = build_periods(table.periods, mix, tuple({g.type: None for g in groups}), defects)
    if not FINEST <= table.pitch <= COARSEST:
        defects.append(f"pitch is {table.pitch:g}; must be {FINEST:g} to {COARSEST:g} m")
    sentences = [_of_file(file, sentence) for sentence in (*drawing.defects, *defects)]
    if drawing.defects and not defects:
        raise FloorPlanError(*sentences)
    if sentences or drawing.plan is None or mix is None:
        raise StudyError(*sentences)
    odd = furniture_defects(drawing.plan, types) if table.current is None else ()
    plan_read = with_defects(drawing.plan, odd)
    study = Study(
        name=table.name,
        plan=plan_read,
        types=types,
        groups=groups,
        mix=mix,
        walking=walking,
        objective=objective,
        limits=limits,
        rules=table.rules.packs,
        rule_overrides=table.rules.override,
        crowded_place=table.crowded_place,
        design_hour=hour,
        periods=periods,
        pitch=table.pitch,
        at_most=table.at_most,
        roster=roster,
        directory=str(folder),
        sha256=hashlib.sha256(file.read_bytes() + drawing.content).hexdigest(),
    )
    return _with_current(study, table.current, file)


def study_schema() -> dict[str, Any]:
    """JSON Schema of the study file."""
    schema = StudyTable.model_json_schema(by_alias=True)
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "branch-layout study"
    return schema


def _validated(values: dict[str, Any], defects: list[str]) -> StudyTable | None:
    """Values with checked keys and types; None where a type is wrong.

    Unknown keys are named and left out, so that the rest is still checked.
    """
    try:
        return StudyTable.model_validate_json(to_json(values, inf_nan_mode="constants"))
    except ValidationError as error:
        defects += describe_defects(error, StudyTable, values)
        unknown = [d["loc"] for d in error.errors() if d["type"] == "extra_forbidden"]
    for location in unknown:
        _leave_out(values, location)
    if not unknown:
        return None
    try:
        return StudyTable.model_validate_json(to_json(values, inf_nan_mode="constants"))
    except ValidationError:
        return None


def _leave_out(values: dict[str, Any], location: tuple[int | str, ...]) -> None:
    """Take the value at a place out, which may be named for each of the types that were tried."""
    table: Any = values
    for step in location[:-1]:
        with suppress(LookupError, TypeError):  # a type that was tried is no step of the file
            table = table[step]
    if isinstance(table, dict):
        table.pop(location[-1], None)


def _of_file(file: Path, sentence: str) -> str:
    """Sentence that names its file, if it does not yet."""
    return sentence if sentence.startswith(str(file.parent)) else f"{file}: {sentence}"


def _design_hour(
    given: str | int | None, mix: BusinessMix | None, defects: list[str]
) -> int | None:
    """Hour of the day; None for the busiest."""
    if given is None or given == "peak":
        return None
    hour = given if isinstance(given, int) else parse_hour(given)
    if hour is None or not 0 <= hour < 24:
        defects.append(f'design_hour is {given!r}; must be "peak" or an hour such as "09"')
        return None
    if mix is not None and hour not in mix.arrivals.per_hour:
        hours = ", ".join(str(known) for known in mix.arrivals.per_hour)
        defects.append(f"design_hour is {hour}; the arrivals have the hours {hours}")
    return hour


def _with_current(study: Study, current: str | None, file: Path) -> Study:
    """Study with the layout that stands there today."""
    if current is None:
        return replace(
            study, current_layout=layout_of_drawing(study.plan, study.types, study.groups)
        )
    try:
        layout = read_layout(file_within(file.parent, current), study)
    except OptimizerError as error:
        raise StudyError(*(_of_file(file, sentence) for sentence in error.sentences)) from error
    return replace(study, current_layout=layout)
