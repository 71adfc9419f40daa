"""Pictures of what the rules measure: routes, bottleneck, exits, privacy zones, sight."""

from __future__ import annotations

import pytest

from optimizer.report.canvas import figure_of
from optimizer.report.route_picture import plot_routes
from optimizer.report.sight_picture import plot_sight


def gids(ax) -> set[str]:
    """Names of everything drawn."""
    return {artist.get_gid() for artist in ax.findobj() if artist.get_gid()}


def test_routes_and_exits(report_study, report_layout, report_evaluation):
    """A route to a kind of service, the farthest place, and a legend that names both rules."""
    ax = plot_routes(report_study, report_layout, report_evaluation)
    drawn = gids(ax)
    findings = {f.rule.check for f in report_evaluation.findings if f.where is not None}
    assert ("farthest" in drawn) == ("egress_distance" in findings)
    assert ("bottleneck" in drawn) == ("route_width" in findings)
    figure_of(ax).canvas.draw()


def test_privacy_zones_and_sight(report_study, report_layout, report_evaluation):
    """Every privacy zone is drawn, and where each screen could be read from."""
    ax = plot_sight(report_study, report_layout, report_evaluation)
    drawn = gids(ax)
    for placement in report_layout.placements:
        kind = report_study.types[placement.type]
        assert (f"own-zone:{placement.fixture}" in drawn) == (kind.privacy_zone is not None)
        if kind.screen is None:
            assert f"read:{placement.fixture}" not in drawn
    figure_of(ax).canvas.draw()


@pytest.mark.parametrize("plot", [plot_routes, plot_sight])
def test_without_a_legend_and_in_one_language(plot, report_study, report_layout, report_evaluation):
    """On axes of somebody else the legend stays out if asked."""
    first = plot(report_study, report_layout, report_evaluation, language="en", legend=False)
    assert first.get_legend() is None
