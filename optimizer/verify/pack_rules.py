"""All rules of the packs by the kind of their check, worked out by means of the verifier alone.

In: the modules that hold them. Out: `PACKS`, and `OPEN`: why one cannot be decided.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from optimizer.verify.capacity_rules import CAPACITY_OPEN, CAPACITY_RULES
from optimizer.verify.exit_walks import EXIT_OPEN, EXIT_RULES
from optimizer.verify.fixture_rules import FIXTURE_OPEN, FIXTURE_RULES
from optimizer.verify.room_rules import ROOM_OPEN, ROOM_RULES
from optimizer.verify.route_rules import ROUTE_OPEN, ROUTE_RULES
from optimizer.verify.secure_rules import SECURE_OPEN, SECURE_RULES
from optimizer.verify.walk_rules import WALK_OPEN, WALK_RULES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from optimizer.verify.kinds import Check, Why

__all__ = ["OPEN", "PACKS"]

#: The rules by the name of their check: one sentence per breach.
PACKS: Mapping[str, Check] = {
    **ROOM_RULES,
    **ROUTE_RULES,
    **FIXTURE_RULES,
    **SECURE_RULES,
    **WALK_RULES,
    **CAPACITY_RULES,
    **EXIT_RULES,
}
#: Why a rule cannot be decided of a layout, by the name of its check: one sentence per reason.
OPEN: Mapping[str, Why] = {
    **ROOM_OPEN,
    **ROUTE_OPEN,
    **FIXTURE_OPEN,
    **SECURE_OPEN,
    **WALK_OPEN,
    **CAPACITY_OPEN,
    **EXIT_OPEN,
}
