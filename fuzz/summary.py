"""What fuzzing has done so far: `python fuzz/summary.py` reads out/fuzz and prints a table.

In: the tallies of `fuzz/run.py`. Out: executions and finds of each reader; exit code 1 where there
is a find that is no case in `tests/hostile/cases` yet.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CASES = ROOT / "tests" / "hostile" / "cases"


def main() -> int:
    """Print the table."""
    new = 0
    for file in sorted((ROOT / "out" / "fuzz").glob("*.json")):
        state = json.loads(file.read_text(encoding="utf-8"))
        print(f"{state['reader']:<12}{state['executions']:>12,} executions", end="")
        print(f"{len(state['found']):>4} finds")
        for place, find in state["found"].items():
            kept = (CASES / state["reader"] / find["file"]).exists()
            new += not kept
            print(f"    {'kept as a case' if kept else 'NEW'}: {place}: {find['error']}")
    return int(new > 0)


if __name__ == "__main__":
    sys.exit(main())
