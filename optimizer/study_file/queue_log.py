"""The queue log that a study names: read as the study says, and put in the place of guesses.

In: the `arrivals` part of a study file that has the key `log`. Out: `Arrivals`, and the business
mix with the log's shares and service times where the study asks for them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from optimizer.demand.mix import Arrivals
from optimizer.demand.queue_log import LogFormat, read_queue_log
from optimizer.demand.queue_log.model import MEANINGS
from optimizer.demand.service import service_value
from optimizer.errors import StudyError
from optimizer.reading import describe_defects, nearest
from optimizer.reading_limits import file_within
from optimizer.study_file.demand_tables import LogTable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from optimizer.demand.mix import Business, BusinessMix
    from optimizer.demand.queue_log import QueueLog, ServiceTimes

__all__ = ["LOG_KEYS", "apply_log", "read_log"]

#: Keys of [arrivals] that are about a log.
LOG_KEYS = tuple(LogTable.model_fields)


def read_log(
    table: Mapping[str, Any], folder: Path, types: Sequence[str], business: Sequence[str]
) -> Arrivals:
    """Arrivals of the log that [arrivals] names.

    Parameters
    ----------
    table
        The `arrivals` part.
    folder
        Folder that paths start from.
    types, business
        Names of the fixture types and of the study's business.

    Raises
    ------
    OptimizerError
        One sentence per defect of the keys or of the file.
    """
    values = {key: table[key] for key in LOG_KEYS if key in table}
    try:
        keys = LogTable.model_validate(values)
    except ValidationError as error:
        raise StudyError(*describe_defects(error, LogTable, values)) from None
    defects = [
        f"columns names {word!r}, which no ticket has; {nearest(word, MEANINGS)}"
        for word in keys.columns
        if word not in MEANINGS
    ]
    defects += [
        f"windows gives {window!r} the type {kind!r}, which is not in the catalogue; "
        f"{nearest(kind, types)}"
        for window, kind in keys.windows.items()
        if kind not in types
    ]
    defects += [
        f"business gives {name!r} the name {own!r}, which is no business of the study; "
        f"{nearest(own, business)}"
        for name, own in keys.business.items()
        if own not in business
    ]
    opens, closes = _seconds(keys.opens), _seconds(keys.closes)
    if opens is not None and closes is not None and closes <= opens:
        defects.append(f"closes is {keys.closes!r}; must be after opens, {keys.opens!r}")
    if defects:
        raise StudyError(*defects)
    log = read_queue_log(
        file_within(folder, str(table["log"])),
        LogFormat(
            columns=keys.columns,
            business=keys.business,
            windows=keys.windows,
            opens=opens,
            closes=closes,
            date_order=keys.date_order,
            sheet=keys.sheet,
        ),
    )
    return Arrivals(per_hour=log.arrivals, source=log.source, by_weekday=log.by_weekday, log=log)


def apply_log(mix: BusinessMix, use: Sequence[str], defects: list[str]) -> BusinessMix:
    """Mix with the shares and service times of its log, as far as the study asks for them.

    Business without a ticket gets the share 0; tickets of a business that the study does not have
    are left out of the shares, and a service time that the log does not have stays as it is. The
    spread is taken from `tickets` services on (`service.toml`); one that the study gives itself
    goes before it.
    """
    log = mix.arrivals.log
    if log is None:
        return mix
    businesses = mix.businesses
    if "shares" in use:
        known = {b.name for b in businesses}
        met = {name: share for name, share in log.shares.items() if name in known}
        if not met:
            names = ", ".join(repr(name) for name in list(log.shares)[:8]) or "none"
            defects.append(
                "[arrivals] use has 'shares', but no business of the log is one of the study; "
                f"map them in [arrivals.business]; the log has {names}"
            )
            return mix
        total = sum(met.values())
        businesses = tuple(replace(b, share=met.get(b.name, 0.0) / total) for b in businesses)
    wanted = {"service_minutes", "service_variation"} & set(use)
    if wanted:
        means = "service_minutes" in wanted
        least = 1 if means else int(service_value("tickets"))
        counts = [t.count for b in businesses for t in _times_at(mix, b, log).values()]
        if max(counts, default=0) < least:
            defects.append(
                f"[arrivals] use has {min(wanted)!r}, but no business of the study has service "
                "times in the log that can be taken (a spread needs "
                f"{service_value('tickets')} tickets); map business in [arrivals.business] and "
                "windows in [arrivals.windows]"
            )
        businesses = tuple(_timed(mix, b, log, means) for b in businesses)
    return replace(mix, businesses=businesses)


def _timed(mix: BusinessMix, business: Business, log: QueueLog, means: bool) -> Business:
    """Business with the log's spread of service times, and its means where these are wanted."""
    least = int(service_value("tickets"))
    found = {
        kind: times
        for kind, times in _times_at(mix, business, log).items()
        if times.mean_minutes > 0
    }
    spread = {kind: t.squared_variation**0.5 for kind, t in found.items() if t.count >= least}
    business = replace(business, service_variation={**spread, **business.service_variation})
    if not means:
        return business
    minutes = {kind: times.mean_minutes for kind, times in found.items()}
    return replace(business, service_minutes={**business.service_minutes, **minutes})


def _times_at(mix: BusinessMix, business: Business, log: QueueLog) -> Mapping[str, ServiceTimes]:
    """Service times by type.

    Where the study maps no windows, tickets are those of the one staffed type that the business
    has, if it has one only.
    """
    if log.service_at:
        return log.service_at.get(business.name, {})
    own = [kind for kind in business.service_minutes if kind in mix.service.staffed]
    times = log.service.get(business.name)
    return {own[0]: times} if len(own) == 1 and times is not None else {}


def _seconds(clock: str | None) -> int | None:
    """Seconds of the day of HH:MM."""
    if clock is None:
        return None
    hour, minute = clock.split(":")
    return int(hour) * 3600 + int(minute) * 60
