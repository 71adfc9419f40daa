"""How customers are called and how long they are ready to wait.

In: the `[service]` part of a study, or the values of `service.toml`. Out: an immutable `Service`
that the business mix carries, read by flows and waiting times.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["PriorityClass", "ReservedWindows", "Service", "service_value", "service_variation"]


@cache
def service_value(name: str) -> Any:
    """Value of one entry of `service.toml`; lists as tuples."""
    text = files("optimizer.demand").joinpath("service.toml").read_text(encoding="utf-8")
    value = tomllib.loads(text)[name]["value"]
    return tuple(value) if isinstance(value, list) else value


def service_variation() -> float:
    """Coefficient of variation of one business's service time."""
    return float(service_value("variation"))


@dataclass(frozen=True, kw_only=True)
class PriorityClass:
    """Customers who are called before others, never interrupting a service.

    Parameters
    ----------
    name, label_zh
        What reports call them.
    share
        Share of the customers of their businesses, 0 to 1, after those of earlier classes.
    business
        Names of their businesses; empty for all.
    """

    name: str
    share: float = 1.0
    business: tuple[str, ...] = ()
    label_zh: str = ""


@dataclass(frozen=True, kw_only=True)
class ReservedWindows:
    """Windows of one type that serve some businesses alone, who go to no other window of it.

    Parameters
    ----------
    type
        Fixture type.
    windows
        How many of its places; where a layout has no more than these, nobody has his own.
    business
        Names of the businesses.
    """

    type: str
    windows: int
    business: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Service:
    """How customers are called and how long they are ready to wait.

    Parameters
    ----------
    patience
        Mean minutes that customers are ready to wait, by fixture type; a type that is missing has
        customers who never leave.
    priority
        Classes called first, the first of them before all others; at staffed types.
    own_lines
        Types at which each fixture has its own line, chosen by chance, instead of one for all.
    reserved
        Windows that serve some businesses alone.
    lobby_staff
        Members of staff who share the checks that hold up a machine (`StaffRound.check_minutes`).
    staffed
        Types at which a member of staff serves.
    variation
        Standard deviation over mean of a service time, where a business has none of its own.
    appointment_variation
        Coefficient of variation of the time between booked customers.
    appointment_skips
        Types that booked customers pass by.
    """

    patience: Mapping[str, float] = field(default_factory=dict)
    priority: tuple[PriorityClass, ...] = ()
    own_lines: tuple[str, ...] = ()
    reserved: tuple[ReservedWindows, ...] = ()
    lobby_staff: int = 1
    staffed: tuple[str, ...] = field(default_factory=lambda: service_value("staffed"))
    variation: float = field(default_factory=service_variation)
    appointment_variation: float = field(
        default_factory=lambda: float(service_value("appointment_variation"))
    )
    appointment_skips: tuple[str, ...] = field(
        default_factory=lambda: service_value("appointment_skips")
    )
