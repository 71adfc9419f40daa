"""Commands about demand: the queue log, figures by period, the peak chart.

In: a study. Out: tables, a CSV of the rows that cannot be, a picture.
"""

from __future__ import annotations

import csv
import io
import math
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from optimizer.cli.arguments import AsJson, StudyFile
from optimizer.cli.terminal import print_json, print_line, print_table
from optimizer.demand.arrivals import WEEKDAYS
from optimizer.errors import FileFormatError, StudyError
from optimizer.reading import write_whole
from optimizer.study_file import read_study

if TYPE_CHECKING:
    from collections.abc import Iterable

    from optimizer.demand.queue_log import QueueLog, RowFault

__all__ = ["demand", "log", "log_defects", "peaks"]

#: Endings that the peak chart can have.
PICTURES = (".png", ".svg", ".pdf")

#: Row numbers of a fault that are shown; the rest is in the file of `--faults`.
SHOWN = 8


class Words(StrEnum):
    """Language of a picture."""

    zh = "zh"
    en = "en"
    both = "both"


def log(
    study: StudyFile,
    faults: Annotated[
        Path | None,
        typer.Option("--faults", metavar="FILE", help="Write each dropped row to a CSV file."),
    ] = None,
    as_json: AsJson = False,
) -> int:
    """What the queue log of a study says, and which of its rows cannot be."""
    found = read_study(study).mix.arrivals.log
    if found is None:
        raise StudyError(f'{study}: names no queue log; give [arrivals] log = "tickets.csv"')
    if faults is not None:
        _write_faults(found, faults)
    if as_json:
        print_json(_json(found))
        return 0
    print_line(
        f"{found.source}: {found.rows} rows, {found.kept} kept, {found.dropped} dropped; "
        f"{found.first_day} to {found.last_day}, {sum(found.days.values())} days"
    )
    print_line(
        f"abandoned {found.abandoned:.1%}, mean wait {found.mean_wait:.1f} min, "
        f"95 of 100 wait up to {found.p95_wait:.1f} min"
    )
    for table in (_arrivals_table(found), _business_table(found), _windows_table(found)):
        print_table(table)
    for defect in log_defects(found):
        print_line(f"{defect['severity']:<12}{defect['sentence']}")
    return 0


def log_defects(found: QueueLog) -> list[dict[str, Any]]:
    """Dropped rows as warnings, and what the figures rest on as notes, in the form of `check`."""
    texts = [("warning", f"log-{f.code}", f"{found.source}: {_fault(f)}") for f in found.faults]
    texts += [("info", "log-note", f"{found.source}: {note}") for note in found.notes]
    return [
        {"code": code, "sentence": text, "severity": severity, "x": None, "y": None, "layer": None}
        for severity, code, text in texts
    ]


def _fault(fault: RowFault) -> str:
    rows = ", ".join(str(row) for row in fault.rows[:SHOWN].tolist())
    more = ", …" if fault.count > SHOWN else ""
    word = "row" if fault.count == 1 else "rows"
    return f"{fault.count} {word} dropped, {fault.sentence}: {word} {rows}{more}"


def _write_faults(found: QueueLog, path: Path) -> None:
    """Write one line for each dropped row, in the order of the file."""
    from optimizer.report.comparison import plain_cell

    lines = sorted(
        (row, fault.code, fault.sentence) for fault in found.faults for row in fault.rows.tolist()
    )
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(("row", "reason", "sentence"))
    writer.writerows((row, code, plain_cell(sentence)) for row, code, sentence in lines)
    write_whole(path, text.getvalue())


def _json(found: QueueLog) -> dict[str, Any]:
    """All figures of a log."""

    def times(of: Any) -> dict[str, Any]:
        return {
            name: {
                "count": t.count,
                "mean_minutes": t.mean_minutes,
                "squared_variation": t.squared_variation,
            }
            for name, t in of.items()
        }

    def number(value: float) -> float | None:
        return value if math.isfinite(value) else None

    return {
        "source": found.source,
        "rows": found.rows,
        "kept": found.kept,
        "first_day": found.first_day,
        "last_day": found.last_day,
        "days": {WEEKDAYS[day]: n for day, n in found.days.items()},
        "arrivals": {f"{hour:02d}": n for hour, n in found.arrivals.items()},
        "by_weekday": {
            WEEKDAYS[day]: {f"{hour:02d}": n for hour, n in of_day.items()}
            for day, of_day in found.by_weekday.items()
        },
        "shares": dict(found.shares),
        "service": times(found.service),
        "service_at": {name: times(of) for name, of in found.service_at.items()},
        "abandoned": found.abandoned,
        "abandonment": dict(found.abandonment),
        "wait": {
            "mean_minutes": number(found.mean_wait),
            "p95_minutes": number(found.p95_wait),
        },
        "windows": {
            name: {
                "served": w.served,
                "busy_hours": w.busy_hours,
                "open_hours": w.open_hours,
                "utilisation": w.utilisation,
            }
            for name, w in found.windows.items()
        },
        "faults": [
            {"code": f.code, "sentence": f.sentence, "count": f.count, "rows": f.rows.tolist()}
            for f in found.faults
        ],
        "notes": list(found.notes),
    }


def _table(title: str, columns: Iterable[str], *, words: int = 1) -> Table:
    table = Table(title=title, title_justify="left")
    for number, column in enumerate(columns):
        table.add_column(column, justify="left" if number < words else "right")
    return table


def _arrivals_table(found: QueueLog) -> Table:
    table = _table(
        "tickets an hour", ["hour", "mean day", *(WEEKDAYS[d] for d in found.by_weekday)]
    )
    for hour, people in found.arrivals.items():
        own = (of_day.get(hour, 0.0) for of_day in found.by_weekday.values())
        table.add_row(f"{hour:02d}", f"{people:.1f}", *(f"{n:.1f}" for n in own))
    return table


def _business_table(found: QueueLog) -> Table:
    columns = ["business", "share", "minutes", "variation", "abandoned"]
    table = _table("business", columns)
    for name, share in found.shares.items():
        times = found.service.get(name)
        table.add_row(
            name or "–",
            f"{share:.1%}",
            f"{times.mean_minutes:.1f}" if times else "–",
            f"{times.squared_variation**0.5:.2f}" if times else "–",
            f"{found.abandonment.get(name, 0.0):.1%}",
        )
    return table


def _windows_table(found: QueueLog) -> Table:
    table = _table("windows", ["window", "served", "busy hours", "open hours", "utilisation"])
    for name, w in found.windows.items():
        table.add_row(
            name,
            str(w.served),
            f"{w.busy_hours:.1f}",
            f"{w.open_hours:.1f}",
            f"{w.utilisation:.0%}",
        )
    return table


def peaks(
    study: StudyFile,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="Ends in .png, .svg or .pdf.")],
    language: Annotated[
        Words, typer.Option("--language", help="Words of the picture.")
    ] = Words.both,
) -> int:
    """Draw the peak chart for the lobby: people by hour and weekday, and the best times."""
    if out.suffix.lower() not in PICTURES:
        raise FileFormatError(f"{out}: ends in {out.suffix!r}; must end in {', '.join(PICTURES)}")
    from optimizer.report.canvas import figure_of
    from optimizer.report.peak_chart import plot_peaks
    from optimizer.report.sheets import save_figure

    ax = plot_peaks(read_study(study), language=language.value)
    save_figure(figure_of(ax), out)
    print_line(str(out))
    return 0


def demand(study: StudyFile, as_json: AsJson = False) -> int:
    """People, waits and use of each kind of fixture in every period of a study."""
    from optimizer.measured.conditions import find_conditions

    brief = read_study(study)
    rows: list[dict[str, Any]] = [
        {
            "period": now.name or f"{brief.hour:02d}:00",
            "arrivals_per_hour": now.arrivals,
            "stop": stop,
            "servers": w.servers,
            "utilisation": w.utilisation,
            "mean_minutes": w.mean_minutes if math.isfinite(w.mean_minutes) else None,
            "p95_minutes": w.p95_minutes if math.isfinite(w.p95_minutes) else None,
            "people_waiting": w.people_waiting if math.isfinite(w.people_waiting) else None,
        }
        for now in find_conditions(brief)
        for stop, w in now.waiting.items()
    ]
    if as_json:
        print_json({"study": brief.name, "rows": rows})
        return 0
    table = _table(
        brief.name,
        ["period", "stop", "people/h", "open", "use", "mean wait", "95 of 100", "waiting"],
        words=2,
    )
    for row in rows:
        table.add_row(
            row["period"],
            row["stop"],
            f"{row['arrivals_per_hour']:.1f}",
            str(row["servers"]),
            f"{row['utilisation']:.0%}",
            *(
                "∞" if row[key] is None else f"{row[key]:.1f}{unit}"
                for key, unit in (
                    ("mean_minutes", " min"),
                    ("p95_minutes", " min"),
                    ("people_waiting", ""),
                )
            ),
        )
    print_table(table)
    return 0
