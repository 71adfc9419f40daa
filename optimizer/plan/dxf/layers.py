"""What a layer or block of a drawing means.

In: the study's `[plan.layers]` and the defaults in `layers.toml`. Out: a `LayerMap` that gives a
meaning to each layer name, a nature to each block name and a kind to each zone's text.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase
from functools import cache, lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Self

from optimizer.errors import FloorPlanError
from optimizer.plan.model import DoorKind, ZoneKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["LayerMap", "Meaning", "fits", "spelled"]


class Meaning(StrEnum):
    """What is drawn on a layer."""

    OUTLINE = "outline"
    WALL = "wall"
    COLUMN = "column"
    DOOR = "door"
    WINDOW = "window"
    ZONE = "zone"
    POWER = "power"
    FURNITURE = "furniture"
    IGNORE = "ignore"


#: Order in which meanings are tried, for a name such as "door and window" fits several.
ORDER = (
    Meaning.IGNORE,
    Meaning.FURNITURE,
    Meaning.OUTLINE,
    Meaning.ZONE,
    Meaning.COLUMN,
    Meaning.DOOR,
    Meaning.WINDOW,
    Meaning.WALL,
    Meaning.POWER,
)
#: Keys of `[plan.layers]` beside the meanings and kinds of doors.
BLOCKS = {"door_blocks": Meaning.DOOR, "window_blocks": Meaning.WINDOW}

#: A character of another script in the names of a DXF before 2007.
ESCAPED = re.compile(r"\\U\+([0-9A-Fa-f]{4})")

Patterns = tuple[str, ...]


@cache
def _defaults() -> Mapping[str, Mapping[str, Patterns]]:
    text = files("optimizer.plan.dxf").joinpath("layers.toml").read_text(encoding="utf-8")
    return {
        section: {key: tuple(patterns) for key, patterns in table.items()}
        for section, table in tomllib.loads(text).items()
    }


def _empty() -> Mapping[str, Patterns]:
    return MappingProxyType({})


@dataclass(frozen=True, kw_only=True)
class LayerMap:
    """Layer and block patterns by meaning, before the defaults.

    Parameters
    ----------
    layers
        Patterns by meaning ("wall") or kind of door ("staff"). A key that is given replaces its
        default and is tried before all defaults.
    blocks
        Patterns of block names by "door" and "window"; tried before the defaults.
    zones
        Patterns of a zone's text or layer by kind of zone; tried before the defaults.
    optional
        Whether patterns that fit no layer are passed over, and the defaults used instead.
    """

    layers: Mapping[str, Patterns] = field(default_factory=_empty)
    blocks: Mapping[str, Patterns] = field(default_factory=_empty)
    zones: Mapping[str, Patterns] = field(default_factory=_empty)
    optional: bool = False

    @classmethod
    def from_table(cls, table: Mapping[str, Any]) -> Self:
        """Layer map of a study's `[plan.layers]`.

        Keys are meanings (outline, wall, column, door, window, zone, power, furniture, ignore),
        kinds of doors (entrance, exit, staff, interlock, emergency, inner), `door_blocks`,
        `window_blocks` and `zones`, a table of patterns by kind of zone.

        Raises
        ------
        FloorPlanError
            A key is not known or a value is no list of patterns; a sentence for each.
        """
        wrong: list[str] = []
        layers: dict[str, Patterns] = {}
        blocks: dict[str, Patterns] = {}
        zones: dict[str, Patterns] = {}
        known = [*Meaning, *DoorKind]
        for key, value in table.items():
            if key == "zones" and isinstance(value, dict):
                zones = _patterns(value, [*ZoneKind], "zones.", wrong)
            elif key in BLOCKS:
                blocks |= {
                    str(BLOCKS[key]): p for p in _patterns({key: value}, [key], "", wrong).values()
                }
            else:
                layers |= _patterns({key: value}, [*known, *BLOCKS, "zones"], "", wrong)
        if wrong:
            raise FloorPlanError(*wrong)
        return cls(layers=layers, blocks=blocks, zones=zones)

    def meaning(self, layer: str) -> Meaning | None:
        """Meaning of a layer; None where nothing fits."""
        found = self._layer_key(layer)
        if found is None:
            return None
        return Meaning.DOOR if found in [*DoorKind] else Meaning(found)

    def door_kind(self, layer: str) -> DoorKind | None:
        """Kind of the doors on a layer; None where the place decides."""
        found = self._layer_key(layer)
        return DoorKind(found) if found is not None and found in [*DoorKind] else None

    def block_meaning(self, block: str) -> Meaning | None:
        """Whether a block's name says door or window."""
        for table in (self.blocks, _defaults()["blocks"]):
            for key in ("window", "door"):
                if fits(block, table.get(key, ())):
                    return Meaning(key)
        return None

    def zone_kind(self, *texts: str) -> ZoneKind | None:
        """Kind of a zone by the first of its texts that tells."""
        for text in texts:
            for table in (self.zones, _defaults()["zones"]):
                for key, patterns in table.items():
                    if fits(text, (key, *patterns)):
                        return ZoneKind(key)
        return None

    def missing(self, names: Iterable[str]) -> tuple[str, ...]:
        """A sentence for each pattern of the study that fits no layer of the drawing."""
        names = list(names)
        if self.optional:
            return ()
        return tuple(
            f"[plan.layers] {key} names layer {pattern!r}, which is not in the drawing; it has "
            f"{', '.join(sorted(map(spelled, names)))}"
            for key, patterns in self.layers.items()
            for pattern in patterns
            if not any(fits(name, (pattern,)) for name in names)
        )

    def _layer_key(self, layer: str) -> str | None:
        order = [*DoorKind, *ORDER]
        defaults = _defaults()["layers"]
        for key in order:
            if key in self.layers and fits(layer, self.layers[key]):
                return str(key)
        for key in order:
            if (key not in self.layers or self.optional) and fits(layer, defaults.get(key, ())):
                return str(key)
        return None


def spelled(name: str) -> str:
    r"""Name as people write it: DXF before 2007 spells other scripts as `\U+5899`."""
    return ESCAPED.sub(lambda found: chr(int(found[1], 16)), name)


def fits(name: str, patterns: Iterable[str]) -> bool:
    """Whether a name, or its part after the last "$" or "|", fits one of the patterns."""
    return _fits(name, tuple(patterns))


@lru_cache(maxsize=1 << 14)
def _fits(name: str, patterns: Patterns) -> bool:
    whole = spelled(name).casefold()
    last = whole.replace("|", "$").rsplit("$", 1)[-1]
    return any(
        fnmatchcase(candidate, pattern.casefold())
        for pattern in patterns
        for candidate in (whole, last)
    )


def _patterns(
    table: Mapping[str, Any], known: Iterable[str], prefix: str, wrong: list[str]
) -> dict[str, Patterns]:
    """Checked patterns of a table, with a sentence for each key or value that is wrong."""
    names = [str(name) for name in known]
    checked: dict[str, Patterns] = {}
    for key, value in table.items():
        given = [value] if isinstance(value, str) else value
        if key not in names:
            wrong.append(f"[plan.layers] has {prefix}{key}; it may have {', '.join(names)}")
        elif not isinstance(given, list | tuple) or not all(isinstance(p, str) for p in given):
            wrong.append(
                f"[plan.layers] {prefix}{key} is {value!r}; it must be a list of layer names or "
                "patterns such as 'A-WALL*'"
            )
        else:
            checked[key] = tuple(given)
    return checked
