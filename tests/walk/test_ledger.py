"""The ledger of encounters equals a fresh evaluation to the last bit, whatever was done before."""

import numpy as np

from optimizer.walk.encounters import LaneModel, Streams, encounter_matrix, total_encounters
from optimizer.walk.ledger import EncounterLedger
from optimizer.walk.polylines import pad_polylines

LANES = LaneModel(width=1.2, distance=0.5)
WEIGHTS = np.array([[1.0, 2.0, 30.0], [2.0, 5.0, 7.0], [30.0, 7.0, 0.5]])


def walkers(rng, flows):
    """Streams of three classes, some of which share their ends."""
    return Streams.of(
        rng.uniform(10, 500, flows),
        speeds=rng.choice([0.8, 1.2], flows),
        classes=rng.integers(0, 3, flows),
        ends=rng.integers(-1, 6, (flows, 2)),
    )


def fresh_total(points, counts, streams):
    """Total of a table made anew, and the table."""
    pairs = encounter_matrix(points, counts, streams=streams, lanes=LANES)
    return total_encounters(pairs, classes=streams.classes, class_weights=WEIGHTS), pairs


def compare(rng, points, counts, streams, *, steps, change):
    """Propose, accept and drop moves; every total is that of a fresh table."""
    ledger = EncounterLedger(points, counts, streams=streams, lanes=LANES, class_weights=WEIGHTS)
    assert ledger.total == fresh_total(points, counts, streams)[0]
    for step in range(steps):
        changed = rng.choice(len(counts), rng.integers(0, 4), replace=False)
        proposed, longer = change(points, counts, changed)
        total = ledger.propose(proposed, longer, changed)
        fresh, pairs = fresh_total(proposed, longer, streams)
        assert total == fresh
        if step % 3:
            ledger.accept()
            points, counts = proposed, longer
            assert ledger.total == total
            assert (ledger.pairs == pairs).all()


def test_paths_that_change_as_a_whole():
    """Every vertex of the changed paths moves: nothing that was known can be used again."""
    rng = np.random.default_rng(8)
    paths = [rng.uniform(0, 20, (rng.integers(2, 6), 2)) for _ in range(12)]
    points, counts = pad_polylines(paths)

    def change(points, counts, changed):
        proposed = points.copy()
        proposed[changed] += rng.normal(0, 0.5, proposed[changed].shape)
        return proposed, counts

    compare(rng, points, counts, walkers(rng, 12), steps=60, change=change)


def test_paths_over_few_places():
    """Paths over nine places come back to stretches that were in the book before."""
    rng = np.random.default_rng(9)
    places = rng.uniform(0, 12, (9, 2))
    points = places[rng.integers(0, 9, (10, 5))]
    counts = np.full(10, 5)

    def change(points, counts, changed):
        proposed = points.copy()
        for flow in changed:
            proposed[flow, rng.integers(0, 5)] = places[rng.integers(0, 9)]
        return proposed, counts

    compare(rng, points, counts, walkers(rng, 10), steps=150, change=change)


def test_book_that_overflows():
    """New places all the time, and paths that get longer: the book forgets former paths."""
    rng = np.random.default_rng(10)
    points, counts = rng.uniform(0, 15, (30, 4, 2)), np.full(30, 4)

    def change(points, counts, changed):
        proposed, longer = points.copy(), counts.copy()
        if rng.random() < 0.03:
            more = rng.uniform(0, 15, (len(points), 1, 2))
            proposed = np.concatenate([proposed, more], axis=1)
        for flow in changed:
            longer[flow] = rng.integers(0, proposed.shape[1] + 1)
            proposed[flow, rng.integers(0, proposed.shape[1])] = rng.uniform(0, 15, 2)
        return proposed, longer

    compare(rng, points, counts, walkers(rng, 30), steps=200, change=change)
