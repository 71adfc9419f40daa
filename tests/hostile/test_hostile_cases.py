"""Every file that fuzzing found to break a reader is read, or refused with an error of ours."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CASES = sorted(path for path in (ROOT / "tests" / "hostile" / "cases").glob("*/*"))


@pytest.mark.parametrize("case", CASES, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_a_case_that_was_found(case: Path, fuzzing, tmp_path: Path) -> None:
    """No other error than ours comes of it, and no file is left behind."""
    if case.parent.name == "ifc":
        pytest.importorskip("ifcopenshell")
    fuzzing.readers.feed(case.parent.name, case.read_bytes(), tmp_path)
