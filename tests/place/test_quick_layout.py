"""In a large hall a first layout is told before the distance tables are made."""

from optimizer.place import solve
from optimizer.place.optimize import optimize


def test_first_layout_comes_before_the_tables(three_in_a_queue, monkeypatch):
    """The first news has an objective while no bound is known, and the result is no worse."""
    monkeypatch.setattr(solve, "LARGE", 3)
    told = []
    result = optimize(
        three_in_a_queue, steps=400, workers=1, time_limit=5.0, on_progress=told.append
    )
    first = next(news for news in told if news.objective is not None)
    assert first.stage == "search"
    assert not first.bound
    assert result.objective <= first.objective * (1 + 1e-9)
    monkeypatch.undo()
    usual = optimize(three_in_a_queue, steps=400, workers=1, time_limit=5.0)
    assert usual.evaluation.broken == result.evaluation.broken == ()
