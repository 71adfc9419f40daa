"""What fuzzing has done so far: `python fuzz/summary.py` reads out/fuzz and prints a table.

In: the tallies of `fuzz/run.py`. Out: executions, processor time, branches and finds of each
reader; exit code 1 where there is a find that is no case in `tests/hostile/cases` yet.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

__all__ = ["OUT", "READERS", "keep", "new_finds", "state", "table"]

ROOT = Path(__file__).resolve().parent.parent
CASES = ROOT / "tests" / "hostile" / "cases"
OUT = ROOT / "out" / "fuzz"
#: Names of the readers, those first that are quick.
READERS = (
    *("result", "workbook", "layout_dxf", "assignment", "arrivals", "pairs", "portfolio", "pack"),
    *("layout", "log", "ifc", "json", "study", "dxf"),
)


def state(reader: str) -> dict[str, Any]:
    """Tally of a reader."""
    file = OUT / f"{reader}.json"
    usual = {"reader": reader, "executions": 0, "seconds": 0.0, "found": {}}
    return json.loads(file.read_text(encoding="utf-8")) if file.exists() else usual


def keep(reader: str, tally: dict[str, Any]) -> None:
    """Write the tally of a reader."""
    OUT.mkdir(parents=True, exist_ok=True)
    draft = OUT / f"{reader}.json.draft"
    draft.write_text(json.dumps(tally, indent=1), encoding="utf-8")
    draft.replace(OUT / f"{reader}.json")


def new_finds() -> list[str]:
    """Finds that are no case yet, a line for each."""
    return [
        f"{reader}: {place}: {find['error']} (out/fuzz/found/{reader}/{find['file']})"
        for reader in READERS
        for place, find in state(reader)["found"].items()
        if not (CASES / reader / find["file"]).exists()
    ]


def table() -> str:
    """Table of all readers, as Markdown."""
    rows = [
        "| reader | executions | CPU s | branches | finds |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for reader in READERS:
        tally = state(reader)
        edges = tally.get("edges", 0)
        rows.append(
            f"| {reader} | {tally['executions']:,} | {tally['seconds']:,.0f} | {edges} | "
            f"{len(tally['found'])} |"
        )
    return "\n".join(rows) + "\n"


def main() -> int:
    """Print the table, and what is new."""
    print(table())
    new = new_finds()
    for line in new:
        print(f"NEW {line}")
    return int(bool(new))


if __name__ == "__main__":
    sys.exit(main())
