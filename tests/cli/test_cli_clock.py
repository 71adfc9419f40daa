"""A search counts its seconds by a clock that only goes on."""

from __future__ import annotations

import time


def test_seconds_are_those_that_passed_though_the_clock_goes_back(room, run, monkeypatch) -> None:
    """Each look at the time of day is an hour before the last; figures and history only go on."""
    looks = [1.8e9]

    def earlier() -> float:
        looks.append(looks[-1] - 3600.0)
        return looks[-1]

    monkeypatch.setattr(time, "time", earlier)
    begun = time.monotonic()
    ran = run("optimize", room / "study.toml", "--steps", "40", "--workers", "1", "--json")
    passed = time.monotonic() - begun
    assert ran.code in {0, 1}
    assert 0 < ran.json["seconds"]["total"] <= passed
    moments = [step["seconds"] for step in ran.json["history"]]
    assert moments == sorted(moments)
    assert all(0 <= moment <= passed for moment in moments)
