"""Every file that fuzzing found to break a reader is read, or refused with an error of ours."""

from __future__ import annotations

from pathlib import Path

import pytest

from optimizer.errors import FileFormatError
from optimizer.plan.read import read_plan

ROOT = Path(__file__).resolve().parents[2]
CASES = sorted(path for path in (ROOT / "tests" / "hostile" / "cases").glob("*/*"))


@pytest.mark.parametrize("case", CASES, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_a_case_that_was_found(case: Path, fuzzing, tmp_path: Path) -> None:
    """No other error than ours comes of it, and no file is left behind."""
    if case.parent.name == "ifc":
        pytest.importorskip("ifcopenshell")
    fuzzing.readers.feed(case.parent.name, case.read_bytes(), tmp_path)


#: What ends the machine code by SIGSEGV → what is changed in a right model, and into what.
CRASHES = {
    "a place within itself": (b"IFCLOCALPLACEMENT($,#4)", b"IFCLOCALPLACEMENT(#5,#4)"),
    "a number beside the schema": (b"FILE_SCHEMA(('IFC4'))", b"FILE_SCHEMA(('IFC4')1)"),
}


@pytest.mark.parametrize("case", CRASHES)
def test_a_model_that_crashes_its_reader_is_refused(fuzzing, tmp_path: Path, case: str) -> None:
    """The reader's machine code is ended by the system, and one line says so."""
    pytest.importorskip("ifcopenshell")
    right = fuzzing.models.ifc_model(fuzzing.models.ROOM)
    assert right.count(CRASHES[case][0]) == 1
    path = tmp_path / "plan.ifc"
    path.write_bytes(right.replace(*CRASHES[case]))
    with pytest.raises(FileFormatError, match="the reader broke off"):
        read_plan(path)
