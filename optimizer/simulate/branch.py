"""One run of a branch: customers make their stops, staff their rounds, lines form and dissolve.

In: a study, a furnished hall, the visits and rounds of the run. Out: a `Run`. What people want is
decided here, event by event; `crowd` lets them walk.
"""

from __future__ import annotations

import heapq
import itertools
import math
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from optimizer.demand.flows import PersonClass
from optimizer.plan.space import Audience
from optimizer.simulate.crowd import Crowd, Walker
from optimizer.simulate.parameters import parameter
from optimizer.simulate.pools import Waiting, pools_of
from optimizer.simulate.records import Incident, Run, Visited
from optimizer.simulate.service import dwell, service_times
from optimizer.simulate.staff import StaffRounds
from optimizer.walk.pedestrian import read_pedestrian_values

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import numpy as np

    from optimizer.simulate.hall import Hall
    from optimizer.simulate.visits import Round, Visit, Wish
    from optimizer.study import Study

__all__ = ["Branch"]

#: Numbers of staff begin here, so that they are no customers' numbers.
STAFF_NUMBERS = 1_000_000


@dataclass(kw_only=True, eq=False)
class _Customer:
    """A visit under way."""

    visit: Visit
    walker: Walker
    made: int = 0
    seat: tuple[str, int] | None = None
    waits: list[tuple[str, float]] = field(default_factory=list)
    served: bool = True
    departure: float = math.inf


class Branch:
    """A branch in which one run takes place.

    Parameters
    ----------
    study, hall
        Where, and what people come for.
    servers
        Places by fixture type (`Study.servers`).
    hour
        Whose arrivals hold.
    rng
        Chance of what is decided under way: which free fixture is taken.
    """

    def __init__(
        self,
        study: Study,
        hall: Hall,
        servers: Mapping[str, int],
        *,
        hour: int,
        rng: np.random.Generator,
    ) -> None:
        self._hall, self._rng = hall, rng
        self._servers = servers
        self._seats = read_pedestrian_values().seats
        arrivals = study.mix.arrivals.per_hour.get(hour, 0.0)
        self._service = service_times(study, servers, arrivals)
        self._patience = {k: m * 60.0 for k, m in study.mix.service.patience.items()}
        self._pools = pools_of(study, hall)
        self._crowd = Crowd(hall)
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._order = itertools.count()
        self._staff = StaffRounds(hall, self._crowd, rng, self._after)
        self._customers: list[_Customer] = []
        self._waiting: dict[int, _Customer] = {}
        self._no_room: dict[str, int] = {}

    def run(
        self,
        visits: Sequence[Visit],
        rounds: Sequence[Round],
        *,
        seed: int,
        start: float,
        seconds: float,
        report: Callable[[float], None] | None = None,
    ) -> Run:
        """Let everybody come and go.

        Parameters
        ----------
        visits, rounds
            Who comes, and what staff walk.
        seed
            To be written into the run.
        start, seconds
            The measured time.
        report
            Is told the share of the time that is over.
        """
        for visit in visits:
            self._at(visit.arrival, partial(self._arrive, visit))
        for number, staff_round in enumerate(rounds):
            begin = partial(self._staff.begin, staff_round, STAFF_NUMBERS + number)
            self._at(staff_round.start, begin)
        end = start + seconds + 60.0 * parameter("drain")
        told = 0.0
        while self._crowd.now < end:
            self._happen()
            if self._crowd.moving:
                self._crowd.step()
            elif self._events:
                self._crowd.now = max(self._crowd.now, self._events[0][0])
            else:
                break
            if report is not None and self._crowd.now > told:
                told = self._crowd.now + 30.0
                report(min(1.0, self._crowd.now / (start + seconds)))
        return self._made(seed, start, seconds)

    def _made(self, seed: int, start: float, seconds: float) -> Run:
        """What the run leaves behind."""
        for customer in self._customers:  # whoever is still there stands till the end
            self._crowd.leave(customer.walker)
        walked: dict[int, list[float]] = {}
        for walk in self._crowd.walks:
            sums = walked.setdefault(walk.walker, [0.0, 0.0])
            sums[0] += walk.length
            sums[1] += walk.seconds
        crowded = [
            Incident(
                kind="no room",
                sentence=f"{count} people find no room in the line before {fixture!r}",
                where=self._hall.places[fixture][0],
                count=count,
            )
            for fixture, count in self._no_room.items()
        ]
        return Run(
            seed=seed,
            start=start,
            seconds=seconds,
            walks=tuple(self._crowd.walks),
            stays=tuple(self._crowd.stays),
            visits=tuple(
                Visited(
                    walker=c.walker.number,
                    business=c.visit.business,
                    arrival=c.visit.arrival,
                    departure=c.departure,
                    metres=walked.get(c.walker.number, [0.0, 0.0])[0],
                    walking=walked.get(c.walker.number, [0.0, 0.0])[1],
                    waits=tuple(c.waits),
                    served=c.served,
                )
                for c in self._customers
            ),
            incidents=(*self._crowd.incidents, *crowded),
            lost=sum(math.isinf(c.departure) for c in self._customers),
        )

    def _at(self, time: float, what: Callable[[], None]) -> None:
        """Let something happen at a time."""
        heapq.heappush(self._events, (time, next(self._order), what))

    def _after(self, seconds: float, what: Callable[[], None]) -> None:
        self._at(self._crowd.now + seconds, what)

    def _happen(self) -> None:
        """Let everything happen that is due."""
        while self._events and self._events[0][0] <= self._crowd.now + 1e-9:
            heapq.heappop(self._events)[2]()

    def _arrive(self, visit: Visit) -> None:
        """A customer comes in by the door."""
        walker = Walker(
            number=visit.number,
            person=PersonClass.CUSTOMER,
            audience=Audience.CUSTOMER,
            group=visit.business,
            speed=visit.speed,
            at=self._hall.doors[visit.entrance],
            place=visit.entrance,
        )
        customer = _Customer(visit=visit, walker=walker)
        self._customers.append(customer)
        self._go_on(customer)

    def _go_on(self, customer: _Customer) -> None:
        """A customer goes to the next stop, or home."""
        while customer.made < len(customer.visit.wishes):
            wish = customer.visit.wishes[customer.made]
            customer.made += 1
            kind = self._choose(wish)
            if kind is None:
                continue
            if kind not in self._seats:
                self._ask(customer, kind, wish)
                return
            seat = self._pools[kind].take(self._rng)
            if seat is not None:
                customer.seat = seat
                self._take_seat(customer)
                return
        self._leave(customer)

    def _choose(self, wish: Wish) -> str | None:
        """Type of a stop, in proportion to the places; None where the layout has none."""
        counts = {k: self._servers[k] for k in wish.types if k in self._pools}
        left = wish.choice * sum(counts.values())
        for kind, count in counts.items():
            left -= count
            if left <= 0:
                return kind
        return None

    def _take_seat(self, customer: _Customer) -> None:
        """A customer sits down, and is called from there to the stop that follows."""
        fixture, place = customer.seat or ("", 0)
        wish, kind = None, None
        while customer.made < len(customer.visit.wishes) and kind is None:
            wish = customer.visit.wishes[customer.made]
            customer.made += 1
            kind = self._choose(wish)
            kind = None if kind in self._seats else kind
        waiting = None
        if kind is not None and wish is not None:
            waiting = self._wait(customer, kind, wish, seated=True)
        point = self._hall.places[fixture][place]

        def sit() -> None:
            self._crowd.leave(customer.walker)
            if waiting is not None and kind is not None:
                waiting.ready = True
                self._call(kind)
            else:
                self._after(dwell(self._hall.types[fixture]), lambda: self._rise_and_go(customer))

        self._crowd.send(customer.walker, fixture, point, sit)

    def _rise_and_go(self, customer: _Customer) -> None:
        self._free_seat(customer)
        self._go_on(customer)

    def _free_seat(self, customer: _Customer) -> None:
        """Leave the seat, if there is one."""
        if customer.seat is not None:
            fixture, place = customer.seat
            self._pools[self._hall.types[fixture]].release(fixture, place)
            customer.seat = None

    def _ask(self, customer: _Customer, kind: str, wish: Wish) -> None:
        """A customer asks for a fixture, and stands in line where none is free."""
        pool = self._pools[kind]
        at = None if any(w.ready for w in pool.waiting) else pool.take(self._rng)
        if at is not None:
            customer.waits.append((kind, 0.0))
            self._go_to(customer, at, wish)
            return
        self._wait(customer, kind, wish, seated=False)

    def _wait(self, customer: _Customer, kind: str, wish: Wish, *, seated: bool) -> Waiting:
        """A customer waits for a type of fixture, on a seat or in line."""
        pool = self._pools[kind]
        aside = None if seated else pool.place_aside()
        waiting = Waiting(
            number=customer.visit.number,
            since=self._crowd.now,
            wish=wish,
            fixture="" if seated or aside else pool.shortest_line(),
            aside=aside,
            ready=not seated,
        )
        pool.waiting.append(waiting)
        self._waiting[customer.visit.number] = customer
        if kind in self._patience:
            self._after(
                self._patience[kind] * customer.visit.patience,
                lambda: self._lose_patience(customer, kind, waiting),
            )
        if not seated:
            self._line_up(kind, waiting)
        return waiting

    def _line_up(self, kind: str, waiting: Waiting) -> None:
        """Somebody goes to the place in line that is his now."""
        customer = self._waiting[waiting.number]
        where = self._pools[kind].where(waiting)
        if where is None:
            if not waiting.crowded_out:
                waiting.crowded_out = True
                fixture = waiting.fixture
                self._no_room[fixture] = self._no_room.get(fixture, 0) + 1
                self._crowd.leave(customer.walker)
            return
        if waiting.where == where:
            return
        waiting.where = where
        walker = customer.walker
        target = waiting.fixture or kind
        self._crowd.send(walker, target, where, lambda: self._crowd.stand(walker))

    def _call(self, kind: str) -> None:
        """Call as many as there are free fixtures of a type, and let the lines move up."""
        pool = self._pools[kind]
        while True:
            waiting = pool.call()
            if waiting is None:
                break
            customer = self._waiting.pop(waiting.number)
            at = pool.take(self._rng, waiting.fixture if pool.own_lines else "")
            if at is None:  # nobody is called without a free place
                raise RuntimeError(f"no free place of {kind} for somebody called")
            customer.waits.append((kind, self._crowd.now - waiting.since))
            self._free_seat(customer)
            self._go_to(customer, at, waiting.wish)
        for waiting in list(pool.waiting):
            if waiting.fixture:  # those in line; who sits or stands aside stays there
                self._line_up(kind, waiting)

    def _lose_patience(self, customer: _Customer, kind: str, waiting: Waiting) -> None:
        """Somebody who still waits goes home."""
        pool = self._pools[kind]
        if waiting not in pool.waiting:
            return
        pool.waiting.remove(waiting)
        self._waiting.pop(waiting.number)
        customer.waits.append((kind, self._crowd.now - waiting.since))
        customer.served = False
        self._free_seat(customer)
        self._leave(customer)
        self._call(kind)

    def _go_to(self, customer: _Customer, at: tuple[str, int], wish: Wish) -> None:
        """A customer walks to a fixture that is kept free for him, and is served there."""
        fixture, place = at
        kind = self._hall.types[fixture]
        seconds = self._seconds(kind, customer.visit.business, wish)

        def serve() -> None:
            self._crowd.stand(customer.walker)
            self._after(seconds, done)

        def done() -> None:
            self._pools[kind].release(fixture, place)
            self._go_on(customer)
            self._call(kind)

        self._crowd.send(customer.walker, fixture, self._hall.places[fixture][place], serve)

    def _seconds(self, kind: str, business: str, wish: Wish) -> float:
        """How long a service takes."""
        time = self._service.get(kind, {}).get(business)
        return dwell(kind) if time is None else time.drawn(wish.luck)

    def _leave(self, customer: _Customer) -> None:
        """A customer goes home."""
        door = customer.visit.exit

        def out() -> None:
            self._crowd.leave(customer.walker)
            customer.departure = self._crowd.now

        self._crowd.send(customer.walker, door, self._hall.doors[door], out)
