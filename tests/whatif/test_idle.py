"""Work done ahead between two events."""

from __future__ import annotations

import asyncio

from optimizer.errors import StudyError
from optimizer.whatif.idle import IdleWork


def steps(name, count, seen, fails_at=None):
    """Yield so many steps that tell of themselves."""
    for k in range(count):
        if k == fails_at:
            raise StudyError("it cannot be")
        seen.append((name, k))
        yield


async def done(work):
    """Wait until nothing is left."""
    while not work.finished:
        await asyncio.sleep(0.01)


def test_pieces_are_done_in_order_step_by_step():
    """One piece after the other; one that cannot be worked out ends alone."""
    seen = []

    async def run():
        work = IdleWork()
        work.put([steps("a", 2, seen), steps("b", 3, seen, fails_at=1), steps("c", 1, seen)])
        assert not seen  # nothing is done before the event that asked for it is over
        await done(work)

    asyncio.run(run())
    assert seen == [("a", 0), ("a", 1), ("b", 0), ("c", 0)]


def test_new_work_takes_the_place_of_the_old():
    """What was planned before the last event is not done after it."""
    seen = []

    async def run():
        work = IdleWork()
        work.put([steps("old", 5, seen)])
        work.put([steps("new", 2, seen)])
        await done(work)

    asyncio.run(run())
    assert seen == [("new", 0), ("new", 1)]


def test_other_events_come_between_two_steps():
    """An event that is due waits for one step and not for the whole work."""
    seen = []

    async def run():
        work = IdleWork()
        work.put([steps("a", 50, seen)])
        while not seen:
            await asyncio.sleep(0)
        seen.append("event")
        await done(work)

    asyncio.run(run())
    assert 0 < seen.index("event") < 50


def test_without_a_loop_nothing_is_done():
    """A script is not held up."""
    seen, work = [], IdleWork()
    work.put([steps("a", 2, seen)])
    assert work.finished
    assert not seen
