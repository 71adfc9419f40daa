"""The devices that head office hands out.

In: a TOML file with numbers, prices and a budget; what it does not say comes from `devices.toml`.
Out: `Devices`, or one sentence per defect.

    budget = 12_000_000

    [device.smart_terminal]
    available = 40
    cost = 80_000
    least = { flagship = 2, standard = 1 }
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from optimizer.demand.arrivals import read_profile
from optimizer.errors import OptimizerError, StudyError
from optimizer.network.portfolio import words_of_portfolio
from optimizer.reading import describe_defects, nearest, read_toml

if TYPE_CHECKING:
    from collections.abc import Mapping
    from os import PathLike

__all__ = ["DeviceKind", "Devices", "read_devices"]


@dataclass(frozen=True, kw_only=True)
class DeviceKind:
    """One kind of device.

    Parameters
    ----------
    name
        A kind of `portfolio.toml`.
    available
        How many there are to hand out.
    cost
        Price of one, money.
    share
        Share of the customers with replaceable business whom it can serve.
    service_minutes, otherwise_minutes
        Mean time of their business with and without the device.
    joins_queue
        Whether it saves them the wait at the counters too.
    slots, area_m2
        Places at walls and m² of floor that one takes.
    most
        Per branch, today's included.
    least
        Fewest per branch, today's included, by format.
    formats
        Formats in which it may stand; empty for all.
    needs
        Kinds of which a branch that gets one must have one.
    """

    name: str
    available: int
    cost: float
    share: float
    service_minutes: float
    otherwise_minutes: float
    joins_queue: bool
    slots: int
    area_m2: float
    most: int
    least: Mapping[str, int]
    formats: tuple[str, ...]
    needs: tuple[str, ...]

    def may_stand(self, form: str) -> bool:
        """Whether it may stand in a branch of a format."""
        return not self.formats or form in self.formats

    def least_in(self, form: str) -> int:
        """Fewest that a branch of a format must have."""
        return self.least.get(form, 0) if self.may_stand(form) else 0


@dataclass(frozen=True, kw_only=True)
class Devices:
    """All that is handed out.

    Parameters
    ----------
    kinds
        Kinds of devices; those without a number to hand out have 0.
    budget
        Money for all of them; inf where the file names none.
    busy
        Share of the time that a device is used at most.
    device_share
        Share of a branch's public floor that devices may take.
    hours
        Share of a day's customers by hour.
    """

    kinds: tuple[DeviceKind, ...]
    budget: float
    busy: float
    device_share: float
    hours: Mapping[int, float]


class _Kind(BaseModel):
    """The table of a kind."""

    model_config = ConfigDict(extra="forbid", strict=True)

    available: int = Field(default=0, ge=0, le=1_000_000)
    cost: float = Field(default=0.0, ge=0, le=1e12)
    share: float = Field(default=0.0, ge=0, le=1)
    service_minutes: float = Field(ge=0.01, le=600)
    otherwise_minutes: float = Field(ge=0, le=600)
    joins_queue: bool = True
    slots: int = Field(default=1, ge=0, le=100)
    area_m2: float = Field(default=0.0, ge=0, le=1000)
    most: int = Field(default=10, ge=0, le=100)
    least: int | dict[str, int] = 0
    formats: list[str] = Field(default_factory=list)
    needs: list[str] = Field(default_factory=list)


class _File(BaseModel):
    """The whole file."""

    model_config = ConfigDict(extra="forbid", strict=True)

    schema_: int = Field(default=1, alias="schema", ge=1, le=1)
    budget: float | None = Field(default=None, ge=0, le=1e15)
    busy: float = Field(ge=0.01, le=0.99)
    device_share: float = Field(ge=0, le=1)
    profile: str
    device: dict[str, _Kind]


@cache
def _defaults() -> dict[str, Any]:
    return read_toml(Path(__file__).with_name("devices.toml"))


def read_devices(path: str | PathLike[str]) -> Devices:
    """Devices of a TOML file.

    Raises
    ------
    FileFormatError
        Where the file cannot be read.
    StudyError
        Where something in it is wrong, one sentence per defect.
    """
    file = Path(path)
    given = read_toml(file)
    known = words_of_portfolio()["devices"]
    own = given.get("device", {})
    wrong = []
    if not isinstance(own, dict) or not all(isinstance(v, dict) for v in own.values()):
        raise StudyError(f"{file}: 'device' must be tables such as [device.smart_terminal]")
    wrong += [f"[device {n}] is no kind; {nearest(n, known)}" for n in own if n not in known]
    kinds = {
        name: {**_defaults()["device"].get(name, {}), **own.get(name, {})}
        for name in known
        if name in own or name in _defaults()["device"]
    }
    whole = {**_defaults(), **given, "device": kinds}
    try:
        table = _File.model_validate(whole)
    except ValidationError as error:
        wrong += describe_defects(error, _File, whole)
        raise StudyError(*(f"{file}: {sentence}" for sentence in wrong)) from None
    found = tuple(_kind(name, kind, wrong) for name, kind in table.device.items())
    hours: Mapping[int, float] = {}
    try:
        arrivals = read_profile(table.profile).per_hour
        hours = {hour: people / sum(arrivals.values()) for hour, people in arrivals.items()}
    except OptimizerError as error:
        wrong += error.sentences
    if wrong:
        raise StudyError(*(f"{file}: {sentence}" for sentence in wrong))
    return Devices(
        kinds=found,
        budget=float("inf") if table.budget is None else table.budget,
        busy=table.busy,
        device_share=table.device_share,
        hours=hours,
    )


def _kind(name: str, kind: _Kind, wrong: list[str]) -> DeviceKind:
    """Kind of a table, with its limits by format."""
    words = words_of_portfolio()
    formats, devices = words["formats"], words["devices"]
    least = kind.least if isinstance(kind.least, dict) else dict.fromkeys(formats, kind.least)
    for what, names, known in (
        ("least", least, formats),
        ("formats", kind.formats, formats),
        ("needs", kind.needs, devices),
    ):
        wrong += [
            f"[device {name}] {what}: {word!r}; {nearest(word, known)}"
            for word in names
            if word not in known
        ]
    wrong += [
        f"[device {name}] least is {count} in {form}; must be 0 to most, {kind.most}"
        for form, count in least.items()
        if not 0 <= count <= kind.most
    ]
    return DeviceKind(
        name=name,
        available=kind.available,
        cost=kind.cost,
        share=kind.share,
        service_minutes=kind.service_minutes,
        otherwise_minutes=kind.otherwise_minutes,
        joins_queue=kind.joins_queue,
        slots=kind.slots,
        area_m2=kind.area_m2,
        most=kind.most,
        least=least,
        formats=tuple(kind.formats),
        needs=tuple(kind.needs),
    )
