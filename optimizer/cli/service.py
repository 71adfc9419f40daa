"""Commands about service: `roster`, `diagnose`, `strategies`, `marginal`.

In: a study, and a layout. Out: who serves when; why queues are long; how to call tickets; what one
more of each kind is worth.
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from optimizer.cli.arguments import AsJson, OtherPlan, Seed, StudyFile, TimeLimit
from optimizer.cli.files import read_any_layout, read_brief
from optimizer.cli.terminal import print_errors, print_json, print_line, print_table
from optimizer.errors import FileFormatError, LayoutError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.demand.roster import RosterDay
    from optimizer.demand.roster.model import Roster
    from optimizer.demand.strategies import StrategyRow
    from optimizer.equipment.layout import Layout
    from optimizer.study import Study

__all__ = ["diagnose", "marginal", "roster", "strategies"]

#: Endings of a picture.
ENDINGS = (".png", ".svg", ".pdf")

MaybeLayout = Annotated[
    Path | None,
    typer.Argument(metavar="[LAYOUT]", help="layout.json or result.json; else today's layout."),
]
Hour = Annotated[
    int | None, typer.Option("--hour", min=0, max=23, help="Hour of the day; else the busiest.")
]


def roster(
    study: StudyFile,
    layout: MaybeLayout = None,
    target: Annotated[
        float | None,
        typer.Option("--target", metavar="MIN", help="Longest mean wait at a kind of window."),
    ] = None,
    weekday: Annotated[
        int | None,
        typer.Option("--weekday", min=0, max=6, help="0 is Monday; else the mean day."),
    ] = None,
    week: Annotated[
        bool, typer.Option("--week", help="A roster for each day of the week.")
    ] = False,
    time_limit: TimeLimit = 20.0,
    seed: Seed = 1,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Picture: .png, .svg or .pdf.")
    ] = None,
    plan: OtherPlan = None,
    as_json: AsJson = False,
) -> int:
    """Open windows per half hour and shifts of fewest staff hours that keep waits short.

    With a layout, it is judged with the fewest and with the most windows open.
    """
    from optimizer.demand.roster import RosterDay, roster_week
    from optimizer.demand.roster import roster as find
    from optimizer.report.service_results import roster_to_json, week_to_json

    if out is not None and out.suffix.lower() not in ENDINGS:
        raise FileFormatError(f"{out}: ends in {out.suffix!r}; must end in {', '.join(ENDINGS)}")
    if week and (weekday is not None or out is not None):
        other = "--out" if weekday is None else "--weekday"
        raise FileFormatError(f"--week and {other}: give one of them; a picture is of one day")
    brief = read_brief(study, plan=plan)
    placed = brief.current_layout if layout is None else read_any_layout(layout, brief)
    asked: dict[str, Any] = {
        "target_minutes": target,
        "layout": placed,
        "time_limit": time_limit,
        "seed": seed,
    }
    if week:
        days = roster_week(brief, **asked)
    else:
        days = (RosterDay(weekdays=(), roster=find(brief, weekday=weekday, **asked)),)
    found = days[0].roster
    whole = all(day.roster.slots for day in days)
    broken = _broken_rules(brief, days, placed) if whole and placed is not None else {}
    if as_json:
        content = week_to_json(brief, days) if week else roster_to_json(brief, found)
        print_json({**content, "hard_rules_broken": broken})
    else:
        for day in days:
            if day.roster.slots:
                _print_roster(day)
        _print_broken(broken)
    if out is not None and found.slots:
        _draw(brief, found, out)
    _print_conflicts(days)
    return int(not whole or any(broken.values()))


def diagnose(
    study: StudyFile,
    layout: MaybeLayout = None,
    long_minutes: Annotated[
        float | None,
        typer.Option("--long", metavar="MIN", help="A mean wait above it is long."),
    ] = None,
    plan: OtherPlan = None,
    as_json: AsJson = False,
) -> int:
    """Why queues are long: capacity, mix, diversion or layout, by what each gives back."""
    from optimizer.demand.diagnosis import diagnosis_value
    from optimizer.diagnose import diagnose as find
    from optimizer.report.service_results import diagnosis_to_json

    brief = read_brief(study, plan=plan)
    queues = find(brief, _layout(brief, layout, study), long_minutes=long_minutes)
    if as_json:
        print_json(diagnosis_to_json(brief, queues))
        return 0
    if not queues:
        limit = diagnosis_value("long_minutes") if long_minutes is None else long_minutes
        print_line(f"no mean wait is longer than {limit:g} min")
        return 0
    table = _table("when", "stop", "mean", "95 %", "busy", "binds", "min saved per customer")
    for queue in queues:
        table.add_row(
            queue.when,
            queue.stop,
            _minutes(queue.figures.mean_minutes),
            _minutes(queue.figures.p95_minutes),
            f"{queue.figures.utilisation:.0%}",
            "" if queue.binding is None else str(queue.binding.cause),
            ", ".join(f"{r.cause} {r.minutes:.2f}" for r in queue.relaxations),
        )
    print_table(table)
    for queue in queues:
        print_line(queue.sentence("en"))
        print_line(queue.sentence("zh"))
    return 0


def strategies(
    study: StudyFile,
    layout: MaybeLayout = None,
    hour: Hour = None,
    plan: OtherPlan = None,
    as_json: AsJson = False,
) -> int:
    """Ways to call tickets compared: waits by strategy, stop and customers."""
    from optimizer.demand.strategies import EVERYBODY, compare_strategies
    from optimizer.report.service_results import strategies_to_json

    brief = read_brief(study, plan=plan)
    placed = brief.current_layout if layout is None else read_any_layout(layout, brief)
    rows = compare_strategies(brief, hour=hour, layout=placed)
    if as_json:
        print_json(strategies_to_json(brief, rows))
        return 0
    at = brief.hour if hour is None else hour
    print_line(f"{at:02d}:00, {brief.mix.arrivals.at(at):.1f} customers an hour; waits in minutes")
    table = _table("strategy", "stop", "an hour", "mean", "95 %", "customers")
    for same in _alike(rows):
        row, names = same[0], [one.customers for one in same]
        table.add_row(
            row.strategy if row.customers == EVERYBODY else "",
            row.stop,
            f"{sum(one.arrivals_per_hour for one in same):.1f}",
            _minutes(row.mean_minutes),
            _minutes(row.p95_minutes),
            ", ".join(names),
        )
    print_table(table)
    for method in dict.fromkeys(row.method for row in rows if row.customers != EVERYBODY):
        named = dict.fromkeys(
            row.strategy for row in rows if row.method == method and row.customers != EVERYBODY
        )
        print_line(f"{method}: {', '.join(named)}")
    return 0


def marginal(
    study: StudyFile,
    layout: MaybeLayout = None,
    hour: Hour = None,
    plan: OtherPlan = None,
    as_json: AsJson = False,
) -> int:
    """What one more of each kind of fixture saves per customer at an hour."""
    from optimizer.diagnose import marginal_minutes
    from optimizer.report.service_results import marginal_to_json

    brief = read_brief(study, plan=plan)
    values = marginal_minutes(brief, _layout(brief, layout, study), hour=hour)
    if as_json:
        print_json(marginal_to_json(brief, values))
        return 0
    for value in values:
        print_line(value.sentence("en"))
    return 0


def _alike(rows: Sequence[StrategyRow]) -> list[list[StrategyRow]]:
    """Rows of one strategy and stop with the same waits together, in their order."""
    groups: dict[tuple[object, ...], list[StrategyRow]] = {}
    for row in rows:
        # percentiles are found as exactly as their shares add up
        waits = (f"{row.mean_minutes:.6f}", f"{row.p95_minutes:.6f}")
        groups.setdefault((row.strategy, row.stop, *waits), []).append(row)
    return list(groups.values())


def _layout(brief: Study, layout: Path | None, study: Path) -> Layout:
    """Layout of the file, or today's."""
    if layout is not None:
        return read_any_layout(layout, brief)
    if brief.current_layout is None:
        raise LayoutError(f"{study}: has no layout of today; name a LAYOUT")
    return brief.current_layout


def _print_roster(day: RosterDay) -> None:
    """Print a roster for people."""
    from optimizer.demand.roster.model import clock

    found = day.roster
    if day.weekdays:
        print_line(day.name)
    for line in found.summary().splitlines():
        print_line(line)
    kinds = list(found.slots[0].open)
    slots = _table("from", "an hour", *kinds, "wait, all open", "wait")
    for slot in found.slots:
        slots.add_row(
            clock(slot.start),
            f"{slot.arrivals_per_hour:.1f}",
            *(str(slot.open[kind]) for kind in kinds),
            _minutes(slot.wait_before),
            _minutes(slot.wait_after),
        )
    print_table(slots)
    shifts = _table("staff", "skills", "from", "to", "break", "hours")
    for shift in found.shifts:
        pause = f"{clock(shift.break_start)}-{clock(shift.break_end)}"
        shifts.add_row(
            shift.staff.name,
            ", ".join(shift.staff.skills),
            clock(shift.start),
            clock(shift.end),
            pause if shift.break_end > shift.break_start else "",
            f"{shift.hours:g}",
        )
    print_table(shifts)


def _broken_rules(brief: Study, days: Sequence[RosterDay], placed: Layout) -> dict[str, list[str]]:
    """Hard rules that a layout breaks with the fewest and the most windows open."""
    from optimizer.open_sets import evaluate_open_sets

    judged = evaluate_open_sets(brief, [day.roster for day in days], placed)
    return {
        name: [f"{f.rule.id}: {f.sentence}" for f in evaluation.broken]
        for name, evaluation in judged.items()
    }


def _print_conflicts(days: Sequence[RosterDay]) -> None:
    """Print why days have no roster; of the days of a week the first reason each."""
    for day in days:
        why = day.roster.conflict
        if day.weekdays and len(why) > 1:
            why = (f"{why[0]} ({len(why) - 1} other hours of the day: no roster either)",)
        print_errors(f"{day.name}: {one}" if day.weekdays else one for one in why)


def _print_broken(broken: dict[str, list[str]]) -> None:
    """Print what a layout breaks with the fewest and the most windows open."""
    for name, sentences in broken.items():
        print_line(f"layout with the {name} open set: {len(sentences)} hard rules broken")
        print_errors(sentences)


def _draw(brief: Study, found: Roster, out: Path) -> None:
    """Write the picture of a roster."""
    from optimizer.report.canvas import figure_of
    from optimizer.report.roster_picture import plot_roster
    from optimizer.report.sheets import save_figure

    save_figure(figure_of(plot_roster(brief, found)), out)


def _table(*names: str) -> Table:
    table = Table(show_edge=False, pad_edge=False)
    for name in names:
        table.add_column(name)
    return table


def _minutes(value: float) -> str:
    return f"{value:.1f}" if math.isfinite(value) else "∞"
