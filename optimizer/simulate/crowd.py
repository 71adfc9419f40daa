"""People on the floor: JuPedSim moves their bodies, this room tells each where to go next.

In: a hall, and who is sent where. Out: walks with their tracks, stays, and incidents. Bodies that
stand are walked around; two who stand in each other's way both step to their right; who gets on
no more for long is told as stuck, with the place, and set down where he was going, so that he does
not block others for ever.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from optimizer.simulate.packages import load
from optimizer.simulate.parameters import parameter
from optimizer.simulate.records import Incident, Stay, Walk

if TYPE_CHECKING:
    from collections.abc import Callable

    from optimizer.demand.flows import PersonClass
    from optimizer.plan.space import Audience
    from optimizer.simulate.hall import Hall, Point

__all__ = ["Crowd", "Walker"]

#: Metres: a corner, and the end of a walk, are reached so near; so near where somebody stands at
#: the end; progress is so much less to go.
CORNER, REACHED, BESIDE, PROGRESS = 0.2, 0.15, 0.75, 0.1
#: Who stays within so many metres is not getting on, however he sways.
AWAY = 0.6
#: Seconds without progress after which another way is sought, and after which somebody turns
#: sideways to pass.
TRY_AGAIN, SIDEWAYS = 1.5, 3.0
#: Walkers so near are walked around when another way is sought, metres, and how far to their
#: right hand side they are taken to be, so that both step to their own right.
NEAR, ASIDE = 1.5, 0.15


@dataclass(kw_only=True, eq=False)
class Walker:
    """One person in the hall.

    Parameters
    ----------
    number
        Unique in the run.
    person, audience, group
        Class, floor and business or round of the person.
    speed
        Metres per second.
    at
        Where the person was seen last, metres.
    """

    number: int
    person: PersonClass
    audience: Audience
    group: str
    speed: float
    at: Point
    place: str = ""
    agent: int | None = None
    way: list[Point] = field(default_factory=list)
    target: str = ""
    then: Callable[[], None] | None = None
    times: list[float] = field(default_factory=list)
    points: list[Point] = field(default_factory=list)
    least: float = math.inf
    progressed: float = 0.0
    tried: float = 0.0
    anchor: Point = (0.0, 0.0)
    anchored: float = 0.0
    stands_since: float | None = None
    sideways: bool = False
    planned: float = 0.0

    @property
    def to_go(self) -> float:
        """Metres left of the way."""
        rest = sum(math.dist(a, b) for a, b in zip(self.way, self.way[1:], strict=False))
        return math.dist(self.at, self.way[0]) + rest


class Crowd:
    """Everybody on the floor of one run.

    Parameters
    ----------
    hall
        The furnished hall.
    """

    def __init__(self, hall: Hall) -> None:
        jps = load("jupedsim")
        self._hall = hall
        self._parameters = jps.CollisionFreeSpeedModelAgentParameters
        step = parameter("step")
        self._sim = jps.Simulation(
            model=jps.CollisionFreeSpeedModel(), geometry=hall.floor, dt=step
        )
        self._stage = self._sim.add_direct_steering_stage()
        self._journey = self._sim.add_journey(jps.JourneyDescription([self._stage]))
        self._steps = int(parameter("look"))
        self.tick = step * self._steps
        self.now = 0.0
        self._walking: dict[int, Walker] = {}
        self._standing: dict[int, Walker] = {}
        self._gone = False
        self.walks: list[Walk] = []
        self.stays: list[Stay] = []
        self.incidents: list[Incident] = []

    @property
    def moving(self) -> bool:
        """Whether anybody walks or waits to step onto the floor."""
        return bool(self._walking)

    def send(self, walker: Walker, target: str, where: Point, then: Callable[[], None]) -> None:
        """Let somebody walk to a point that belongs to a fixture or door; `then` is called there.

        A walk without a way is told, and the person set down at its end.
        """
        self._rise(walker)
        way = self._hall.way(walker.audience, walker.at, where, self._others(walker))
        if not way:
            x, y = where
            self.incidents.append(
                Incident(
                    kind="no way",
                    sentence=f"no way from {walker.place!r} to {target!r} at ({x:.2f}, {y:.2f})",
                    where=where,
                )
            )
            self.leave(walker)
            walker.at = where
            walker.place = target
            then()
            return
        walker.way = [*way[1:]] or [where]
        walker.planned = walker.to_go
        walker.target, walker.then = target, then
        if walker.number not in self._walking:  # who is called on his way goes on from there
            walker.times, walker.points = [self.now], [walker.at]
            walker.anchor, walker.anchored = walker.at, self.now
        walker.least, walker.progressed, walker.tried = math.inf, self.now, self.now
        self._walking[walker.number] = walker
        if walker.agent is not None:
            self._steer(walker)

    def stand(self, walker: Walker) -> None:
        """Let somebody stand where he is."""
        if walker.agent is None and not self._appear(walker):
            return
        self._sim.agent(walker.agent).model.desired_speed = 0.0
        self._sim.agent(walker.agent).target = walker.at
        walker.stands_since = self.now
        self._standing[walker.number] = walker

    def leave(self, walker: Walker) -> None:
        """Take somebody off the floor: he sits down, goes out, or waits behind a counter."""
        self._rise(walker)
        self._walking.pop(walker.number, None)
        if walker.agent is not None:
            self._sim.mark_agent_for_removal(walker.agent)
            walker.agent = None
            walker.sideways = False
            self._gone = True

    def step(self) -> None:
        """Let everybody walk for one tick, then see where they are."""
        for walker in list(self._walking.values()):
            if walker.agent is None and self._appear(walker):
                self._steer(walker)
        for _ in range(self._steps):
            self._sim.iterate()
        self._gone = False
        self.now += self.tick
        for walker in list(self._walking.values()):
            if walker.agent is not None:
                self._look(walker)
            elif self.now - walker.anchored > parameter("patience"):
                self._give_up(walker)

    def _look(self, walker: Walker) -> None:
        """See how far somebody came, and what he does next."""
        x, y = self._sim.agent(walker.agent).position
        walker.at = (float(x), float(y))
        walker.times.append(self.now)
        walker.points.append(walker.at)
        while len(walker.way) > 1 and math.dist(walker.at, walker.way[0]) < CORNER:
            walker.way.pop(0)
            self._steer(walker)
        if math.dist(walker.at, walker.anchor) > AWAY:
            walker.anchor, walker.anchored = walker.at, self.now
        elif self.now - walker.anchored > parameter("patience"):
            self._give_up(walker)
            return
        left = walker.to_go
        if len(walker.way) == 1 and (left < REACHED or (left < BESIDE and self._taken(walker))):
            self._arrive(walker, exact=left < REACHED)
            return
        if left < walker.least - PROGRESS:
            walker.least, walker.progressed = left, self.now
            if walker.sideways and self.now - walker.tried > SIDEWAYS:
                self._turn(walker, sideways=False)
            return
        if self.now - max(walker.progressed, walker.tried) > TRY_AGAIN:
            self._try_again(walker)

    def _arrive(self, walker: Walker, *, exact: bool) -> None:
        """End a walk where it leads to, or beside somebody who stands there."""
        if exact:
            walker.points.append(walker.way[-1])
            walker.times.append(self.now)
            walker.at = walker.way[-1]
        self._finish(walker)

    def _finish(self, walker: Walker, planned: float | None = None) -> None:
        """End a walk; whoever got stuck on it is said to have walked what was planned."""
        del self._walking[walker.number]
        self.walks.append(
            Walk(
                walker=walker.number,
                source=walker.place,
                target=walker.target,
                person=walker.person,
                group=walker.group,
                times=np.array(walker.times),
                points=np.array(walker.points),
                planned=planned,
            )
        )
        walker.place = walker.target
        if walker.agent is not None:
            self._sim.agent(walker.agent).model.desired_speed = 0.0
            if walker.sideways:
                self._turn(walker, sideways=False)
        if walker.then is not None:
            walker.then()

    def _try_again(self, walker: Walker) -> None:
        """Seek a way round those who stand, and round walkers who are near."""
        walker.tried = self.now
        if self.now - walker.progressed > SIDEWAYS:
            self._turn(walker, sideways=True)
        near = []
        for other in self._walking.values():
            if other is walker or other.agent is None:
                continue
            if math.dist(other.at, walker.at) < NEAR:
                # seen from the walker, the other stands a little to the left
                dx, dy = (b - a for a, b in zip(walker.at, walker.way[0], strict=True))
                length = math.hypot(dx, dy) or 1.0
                near.append(
                    (
                        other.at[0] - ASIDE * dy / length,
                        other.at[1] + ASIDE * dx / length,
                    )
                )
        end = walker.way[-1]
        way = self._hall.way(walker.audience, walker.at, end, [*self._others(walker), *near])
        if way:
            walker.way = [*way[1:]] or [end]
            # the new way may be longer: progress is told from it
            walker.least = min(walker.least + 1.0, walker.to_go)
            self._steer(walker)

    def _turn(self, walker: Walker, *, sideways: bool) -> None:
        """Let somebody turn his shoulder to others, or walk straight again."""
        walker.sideways = sideways
        self._sim.agent(walker.agent).model.radius = parameter("sideways" if sideways else "body")

    def _give_up(self, walker: Walker) -> None:
        """Tell that somebody is stuck, and set him down where he was going."""
        x, y = walker.at
        self.incidents.append(
            Incident(
                kind="stuck",
                sentence=(
                    f"somebody is stuck at ({x:.2f}, {y:.2f}) on the way from {walker.place!r} "
                    f"to {walker.target!r}"
                ),
                where=walker.at,
            )
        )
        if walker.agent is not None:
            self._sim.mark_agent_for_removal(walker.agent)
            walker.agent, walker.sideways = None, False
            self._gone = True
        rest = [*walker.way]
        walker.points += rest
        walker.times += [self.now] * len(rest)
        walker.at = rest[-1]
        self._finish(walker, walker.planned)

    def _taken(self, walker: Walker) -> bool:
        """Whether somebody stands where a walk ends."""
        end = walker.way[-1]
        return any(
            math.dist(other.at, end) < 2 * parameter("body")
            for other in self._standing.values()
            if other is not walker
        )

    def _others(self, walker: Walker) -> list[Point]:
        return [other.at for other in self._standing.values() if other is not walker]

    def _rise(self, walker: Walker) -> None:
        """End somebody's stay where he stands."""
        if self._standing.pop(walker.number, None) is not None and walker.stands_since is not None:
            self.stays.append(
                Stay(
                    walker=walker.number,
                    start=walker.stands_since,
                    end=self.now,
                    where=walker.at,
                )
            )
            walker.stands_since = None

    def _steer(self, walker: Walker) -> None:
        agent = self._sim.agent(walker.agent)
        agent.target = walker.way[0]
        agent.model.desired_speed = walker.speed

    def _appear(self, walker: Walker) -> bool:
        """Put somebody on the floor; False where another body is in the way."""
        if self._gone:  # those marked for removal leave with the next step
            self._sim.iterate()
            self._gone = False
        try:
            walker.agent = self._sim.add_agent(
                self._parameters(
                    position=walker.at,
                    desired_speed=0.0,
                    radius=parameter("body"),
                    journey_id=self._journey,
                    stage_id=self._stage,
                )
            )
        except RuntimeError:
            return False
        self._sim.agent(walker.agent).target = walker.at
        return True
