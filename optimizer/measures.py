"""The measures of a layout: what the judge weighs, limits hold, tables compare and axes show.

In: nothing but names. Out: `MEASURES`, one registry that the study file, the judge, the search,
the comparison and the Pareto front share. Where a measure stands in an `Evaluation` is all that is
known here of how it is computed.

A measure enters the objective as a cost of 0 or more, so that a bound on the walking stays one on
the whole objective: its value where less is better, 1 − value where more of a share is better, and
nothing where it does not exist in a layout (no entrance to machines, no guide desk).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from operator import attrgetter
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["BASIC", "MEASURES", "Better", "Measure"]


#: What a figure without end (the wait in a queue that grows for ever) counts as.
ENDLESS = 1e6


class Better(StrEnum):
    """Which direction of a measure is better."""

    LESS = "less"
    MORE = "more"  #: of a share, 0 to 1


@dataclass(frozen=True, kw_only=True)
class Measure:
    """One measured figure of a layout.

    Parameters
    ----------
    name
        What a study file calls it, in `[objective]` and `[limits]`.
    path
        Where it stands in an `Evaluation`, dotted; its first part is what must be computed.
    unit
        Its unit; "" for a plain number, "share" for 0 to 1.
    sentence, sentence_zh
        What it is, for people.
    better
        Which direction is better.
    """

    name: str
    path: str
    unit: str
    sentence: str
    sentence_zh: str = ""
    better: Better = Better.LESS

    @property
    def part(self) -> str:
        """Part of the evaluation that it belongs to."""
        return self.path.split(".")[0]

    @property
    def side(self) -> str:
        """Side on which a limit of it lies: "max" or "min"."""
        return "max" if self.better is Better.LESS else "min"

    def value(self, measured: Any) -> float | None:
        """Value in an `Evaluation` or anything with the same parts; None where there is none."""
        found = attrgetter(self.path)(measured)
        return None if found is None else float(found)

    def cost(self, measured: Any) -> float:
        """What a weight of 1 adds to the objective; 0 or more."""
        found = self.value(measured)
        if found is None:
            return 0.0
        if not math.isfinite(found):
            return ENDLESS
        return found if self.better is Better.LESS else max(1.0 - found, 0.0)

    def best(self, one: float, other: float) -> float:
        """The better of two values."""
        return min(one, other) if self.better is Better.LESS else max(one, other)

    def excess(self, measured: Any, limit: float) -> float:
        """How far a limit is broken, as a share of it; 0 where it is kept."""
        found = self.value(measured)
        if found is None:
            return 0.0
        over = found - limit if self.better is Better.LESS else limit - found
        # a figure that equals its limit but for rounding keeps it
        return over / max(abs(limit), 1e-3) if over > 1e-9 * max(abs(limit), 1.0) else 0.0


def _measure(name: str, path: str, unit: str, texts: tuple[str, str], **more: Any) -> Measure:
    sentence, chinese = texts
    return Measure(name=name, path=path, unit=unit, sentence=sentence, sentence_zh=chinese, **more)


#: Measures that every study weighs; the others count where a study gives them a weight.
BASIC = ("walking", "staff_walking", "encounters", "waiting", "overlooked")

_ALL = (
    _measure(
        "walking", "walking.person_metres_per_hour", "m/h",
        ("metres that customers walk in an hour", "客户每小时步行总米数"),
    ),
    _measure(
        "staff_walking", "walking.staff_person_metres_per_hour", "m/h",
        ("metres that staff walk in an hour", "员工每小时步行总米数"),
    ),
    _measure(
        "encounters", "crossing.weighted_encounters_per_hour", "1/h",
        ("expected encounters in an hour, times the weight of the two classes", "加权客流相遇次数"),
    ),
    _measure(
        "waiting", "waiting_seconds_per_hour", "s/h",
        ("person-seconds that customers wait in an hour", "客户每小时等候总秒数"),
    ),
    _measure(
        "overlooked", "privacy.overlooked_pairs", "",
        ("pairs of a screen and a place that can see it", "被窥视屏幕对数"),
    ),
    _measure(
        "door_to_door", "door_to_door.customer_minutes_per_hour", "min/h",
        ("minutes from door to door of all customers of an hour: walking, waiting, service",
         "客户每小时在店总分钟数（步行、等候、办理）"),
    ),
    _measure(
        "metres_per_customer", "walking.metres_per_customer", "m",
        ("metres that a customer walks on average", "客均步行距离"),
    ),
    _measure(
        "longest_wait", "longest_wait_minutes", "min",
        ("longest mean wait at a kind of fixture, minutes", "最长平均等候分钟数"),
    ),
    _measure(
        "encounters_per_hour", "crossing.encounters_per_hour", "1/h",
        ("expected encounters in an hour, unweighted", "客流相遇次数"),
    ),
    _measure(
        "staff_customer_encounters", "crossing.staff_customer_encounters", "1/h",
        ("expected encounters of staff with customers in an hour", "员工与客户相遇次数"),
    ),
    _measure(
        "cash_customer_encounters", "crossing.cash_customer_encounters", "1/h",
        ("expected encounters of cash transport with customers in an hour",
         "现金押运与客户相遇次数"),
    ),
    _measure(
        "wheelchair_encounters", "crossing.wheelchair_encounters", "1/h",
        ("expected encounters of wheelchair users with anybody in an hour",
         "轮椅客户与他人相遇次数"),
    ),
    _measure(
        "path_crossings", "crossing.path_crossings", "",
        ("pairs of paths that cross, each once per crossing", "动线交叉数"),
    ),
    _measure(
        "weighted_path_crossings", "crossing.weighted_path_crossings", "(people/h)²",
        ("path crossings, each times the people an hour on both paths", "按流量加权的动线交叉"),
    ),
    _measure(
        "share_of_customers_crossing", "crossing.share_of_customers_crossing", "share",
        ("share of customers who cross another stream on one walk or more",
         "穿越其他客流的客户占比"),
    ),
    _measure(
        "head_on_metres", "crossing.head_on_metres", "m",
        ("metres on which two paths run on one line in opposite directions", "对向共线米数"),
    ),
    _measure(
        "merging_metres", "crossing.merging_metres", "m",
        ("metres on which two paths run on one line in the same direction", "同向共线米数"),
    ),
    _measure(
        "detour", "detour.mean", "",
        ("walked over shortest length in the empty shell, mean by people", "平均迂回系数"),
    ),
    _measure(
        "worst_detour", "detour.worst", "",
        ("the same of the worst walk", "最差单程迂回系数"),
    ),
    _measure(
        "worst_journey_detour", "detour.worst_journey_ratio", "",
        ("the same of all walks of the worst business", "最差业务迂回系数"),
    ),
    _measure(
        "backtracking", "detour.backtrack_ratio", "share",
        ("share of a journey that is walked twice in opposite directions", "折返占比"),
    ),
    _measure(
        "turns_per_customer", "detour.turns_per_customer", "",
        ("turns over 45° of a customer", "客均大于45°转弯次数"),
    ),
    _measure(
        "diversion_distance", "diversion.parting_metres", "m",
        ("metres from the entrance to where the ways to machines and to counters part",
         "入口至机具与柜台客流分开处的距离"),
    ),
    _measure(
        "self_service_through_queue", "diversion.self_service_through_queue", "share",
        ("share of self-service customers who walk through the counters' queue or the waiting area",
         "穿越柜台排队或等候区的自助客流占比"),
    ),
    _measure(
        "visible_from_entrance", "diversion.visible_from_entrance", "share",
        ("share of customers who see their first stop from the entrance",
         "入口可见首个服务点的客户占比"),
        better=Better.MORE,
    ),
    _measure(
        "visible_from_guide_desk", "diversion.visible_from_guide_desk", "share",
        ("share of customers whose first stop is seen from the guide desk",
         "引导台可见首个服务点的客户占比"),
        better=Better.MORE,
    ),
    _measure(
        "aisle_density", "crowding.aisle_density", "people/m²",
        ("walking people on a square metre where it is most", "通道最大行人密度"),
    ),
    _measure(
        "waiting_density", "crowding.waiting_density", "people/m²",
        ("people on a square metre of the waiting area in 19 of 20 cases", "等候区人员密度"),
    ),
    _measure(
        "through_flow", "privacy.through_flow_per_hour", "people/h",
        ("people an hour who walk through a privacy zone that is not theirs", "穿越隐私区人次"),
    ),
    _measure(
        "equipment_cost", "equipment_cost", "currency",
        ("price of all fixtures, as far as their types have one", "设备总价"),
    ),
)  # fmt: skip

#: All measures by name.
MEASURES: Mapping[str, Measure] = MappingProxyType({measure.name: measure for measure in _ALL})
