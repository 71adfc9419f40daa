"""Pictures of simulated people: the tracks, and the animation."""

from __future__ import annotations

from itertools import repeat

import numpy as np
import pytest
from PIL import Image

from optimizer.demand.mix import StaffRound
from optimizer.report.track_animation import write_animation
from optimizer.report.track_picture import plot_tracks

WALK = np.array([(1.0, 1.0), (5.0, 2.0)])


@pytest.fixture
def staffed(report_study):
    """The study with two staff rounds, which have one colour."""
    rounds = tuple(
        StaffRound(name=name, route=("cash_counter", "smart_terminal"), per_hour=1.0)
        for name in ("check", "tour")
    )
    mix = report_study.mix
    return report_study.replace(mix=type(mix)(**{**vars(mix), "rounds": rounds}))


def test_tracks_by_business_and_marks_by_number(staffed, report_layout):
    """Each business and round has its lines; staff are one row of the legend, rings another."""
    tracks = [(name, WALK) for name in ("tour", "card_opening", "check", "small_cash")]
    ax = plot_tracks(staffed, report_layout, tracks, marks=[(2.0, 3.0)], language="en")
    gids = {artist.get_gid() for artist in (*ax.collections, *ax.lines)}
    assert {f"tracks:{name}" for name, _ in tracks} | {"mark:1"} <= gids
    (ring,) = (line for line in ax.lines if line.get_gid() == "mark:1")
    assert (ring.get_xdata()[0], ring.get_ydata()[0]) == (2.0, 3.0)
    rows = [text.get_text() for text in ax.get_legend().get_texts()]
    # businesses in the order of the mix, whoever walked first
    assert rows == ["small cash", "card opening", "Staff", "stuck, or a line in the way"]
    assert "1" in {text.get_text() for text in ax.texts}


def test_without_marks_no_ring_is_explained(report_study, report_layout):
    """Where nobody was stuck, the legend has the businesses alone."""
    ax = plot_tracks(report_study, report_layout, [("small_cash", WALK)], language="en")
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["small cash"]


def test_one_walker_of_a_hall_keeps_the_colour(report_study, report_layout, tmp_path):
    """A single disc in a frame is as red as the legend says, and a disc that stands is white."""
    path = tmp_path / "tracks.gif"
    # the other is at another place in each frame, so that no two frames are one
    places = [np.array([(6.0, 4.0), (8.0 + 0.2 * k, 1.0)]) for k in range(3)]
    frames = zip(places, repeat(np.array([True, False])), strict=False)
    write_animation(report_study, report_layout, frames, path, start=58.0)
    with Image.open(path) as picture:
        assert picture.n_frames == 3
        # the margins are 1.6 m, 2.2 m below; the picture shows 12 + 3.2 m of breadth
        scale = picture.size[0] / 15.2
        spots = [
            picture.convert("RGB").getpixel(
                (round((x + 1.6) * scale), round(picture.size[1] - (y + 2.2) * scale))
            )
            for x, y in places[0]
        ]
    red, white = spots
    assert red[0] > red[1] + 60
    assert min(white) > 240
