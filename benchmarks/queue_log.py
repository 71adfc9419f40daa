"""Reading a queue log of a million tickets: seconds, processor time and memory.

    python benchmarks/queue_log.py

Writes `results/queue_log.md`. The logs are drawn by the tests' generator; each is read in a
process of its own. A workbook is read by a process that this one starts: processor time is that of
both, memory the larger of the two.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "demand")]

from synthetic_log import Truth, draw_log, write_csv, written  # noqa: E402

RESULTS = ROOT / "benchmarks" / "results" / "queue_log.md"
TICKETS = 1_000_000
CASES = (
    ("CSV, UTF-8, 2024-03-05 09:05:07", "csv", "utf-8", "iso"),
    ("CSV, GBK, 2024/3/5 9:05:07", "csv", "gb18030", "slashes"),
    ("CSV, GBK, 2024年3月5日 9:05:07", "csv", "gb18030", "chinese"),
    ("Excel workbook, text times", "xlsx", "", "iso"),
)
READ = """
import json, resource, sys, time
from optimizer.demand.queue_log import LogFormat, read_queue_log
def used():
    return sum(sum(resource.getrusage(who)[:2]) for who in WHO)
WHO = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
start, begin = used(), time.perf_counter()
log = read_queue_log(sys.argv[1], LogFormat(opens=9 * 3600, closes=15 * 3600))
seconds = time.perf_counter() - begin
# the peak of this process alone: what getrusage says begins with that of whoever started it
own = int(open("/proc/self/status").read().split("VmHWM:")[1].split()[0])
peak = max(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) / 1024
print(json.dumps([log.rows, log.dropped, seconds, used() - start, peak]))
"""


def write_workbook(path: Path, columns: dict) -> None:
    """Write a log as a workbook, moments as text."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet("tickets")
    sheet.append(list(columns))
    texts = [written(column) if column.dtype.kind == "i" else column for column in columns.values()]
    for row in zip(*(text.tolist() for text in texts), strict=True):
        sheet.append(row)
    book.save(path)


def measure(path: Path) -> tuple[int, int, float, float, float]:
    """Rows, dropped rows, seconds, seconds of processor time and MiB of reading one file."""
    out = subprocess.run(
        [sys.executable, "-c", READ, str(path)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=True,
        text=True,
    )
    rows, dropped, seconds, used, peak = json.loads(out.stdout)
    return rows, dropped, seconds, used, peak


def main() -> None:
    """Write the table."""
    truth = Truth()
    per_week = sum(truth.per_hour.values()) * sum(truth.weekday)
    columns = draw_log(weeks=int(TICKETS / per_week) + 1, seed=1, truth=truth)
    lines = [
        "# Reading a queue log",
        "",
        "Seconds from the file to its figures, processor time of all processes (imports included),",
        "and peak memory of the larger process. Asked: below 10 s and 1,024 MiB.",
        "",
        "| file | tickets | dropped | seconds | CPU seconds | MiB |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    with tempfile.TemporaryDirectory() as folder:
        for title, ending, encoding, style in CASES:
            path = Path(folder) / f"log.{ending}"
            if ending == "csv":
                write_csv(path, columns, encoding=encoding, style=style)
            else:
                write_workbook(path, columns)
            rows, dropped, seconds, used, peak = measure(path)
            lines.append(
                f"| {title} | {rows:,} | {dropped} | {seconds:.1f} | {used:.1f} | {peak:.0f} |"
            )
            path.unlink()
    RESULTS.write_text("\n".join(lines) + "\n", encoding="utf-8")
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
