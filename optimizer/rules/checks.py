"""All kinds of check by name, as rule packs name them.

In: the modules that hold the checks, one per concept. Out: `CHECKS`.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from optimizer.rules.accessibility import ACCESSIBILITY_CHECKS
from optimizer.rules.capacity import CAPACITY_CHECKS
from optimizer.rules.doors import DOOR_CHECKS
from optimizer.rules.egress import EGRESS_CHECKS
from optimizer.rules.placement import PLACEMENT_CHECKS
from optimizer.rules.presence import PRESENCE_CHECKS
from optimizer.rules.privacy import PRIVACY_CHECKS
from optimizer.rules.security import SECURITY_CHECKS
from optimizer.rules.turns import TURN_CHECKS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimizer.rules.finding import Check

__all__ = ["CHECKS"]

#: Every kind of check by the name that a rule pack gives.
CHECKS: Mapping[str, Check] = MappingProxyType(
    {
        **PLACEMENT_CHECKS,
        **ACCESSIBILITY_CHECKS,
        **TURN_CHECKS,
        **DOOR_CHECKS,
        **EGRESS_CHECKS,
        **SECURITY_CHECKS,
        **PRIVACY_CHECKS,
        **CAPACITY_CHECKS,
        **PRESENCE_CHECKS,
    }
)
