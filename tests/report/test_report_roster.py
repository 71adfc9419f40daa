"""The picture of a roster: what it draws is what the roster says."""

from __future__ import annotations

import numpy as np
import pytest

from optimizer.demand.roster.model import Roster, RosterStatus, Slot
from optimizer.report.roster_picture import plot_roster


def slot(start: int, cash: int, least: int, wait: float) -> Slot:
    """A half hour with some cash counters and one terminal desk."""
    return Slot(
        start=start,
        arrivals_per_hour=20.0,
        needed={"cash_counter": 1, "smart_terminal": 1},
        least=least,
        open={"cash_counter": cash, "smart_terminal": 1},
        wait_before=0.5,
        wait_after=wait,
        wait_by_type={},
    )


@pytest.fixture
def day() -> Roster:
    """Three half hours."""
    return Roster(
        status=RosterStatus.OPTIMAL,
        target_minutes=10.0,
        slots=(slot(540, 1, 2, 3.0), slot(570, 3, 3, 4.0), slot(600, 2, 3, 2.0)),
    )


def found(ax, gid):
    """The artist with a gid, on the axes or on their twin."""
    artists = [a for axes in ax.figure.axes for a in axes.get_children() if a.get_gid() == gid]
    (artist,) = artists
    return artist


def test_windows_are_stacked_and_waits_hang_below(report_study, day):
    """Each kind is an area on the one before; the staircase of need and both waits are drawn."""
    ax = plot_roster(report_study, day)
    cash, terminal = found(ax, "open:cash_counter"), found(ax, "open:smart_terminal")
    assert list(cash.get_data().values) == [1, 3, 2]
    assert list(np.asarray(terminal.get_data().baseline)) == [1, 3, 2]
    assert list(terminal.get_data().values) == [2, 4, 3]
    assert list(cash.get_data().edges) == [9.0, 9.5, 10.0, 10.5]
    assert list(found(ax, "needed").get_data().values) == [2, 3, 3]
    after = found(ax, "wait:after")
    assert list(after.get_data().values) == [3.0, 4.0, 2.0]
    # minutes grow downwards
    low, high = after.axes.get_ylim()
    assert low > 4.0 > high
    assert ax.get_title() == report_study.name


def test_no_roster_is_said(report_study):
    """Without half hours there is nothing to draw, and the picture says so."""
    ax = plot_roster(report_study, Roster(status=RosterStatus.INFEASIBLE, target_minutes=10.0))
    assert found(ax, "nothing").get_text()
