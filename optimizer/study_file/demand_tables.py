"""Arrivals and periods of the study file, as pydantic sees them.

In: values of `[arrivals]` and `[[periods]]`. Out: checked keys and types, and their JSON Schema.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from optimizer.study_file.weights import NotNegative, Table

__all__ = ["HOURS", "LogTable", "PeriodTable", "Periods"]


def _listed(value: Any) -> Any:
    """A tuple of what may be given alone."""
    return tuple(value) if isinstance(value, list) else (value,)


def _several(kind: Any) -> Any:
    """A list of something, or one of it."""
    return Annotated[
        tuple[kind, ...],
        BeforeValidator(_listed, json_schema_input_type=kind | tuple[kind, ...]),
    ]


Clock = Annotated[str, Field(pattern=r"^([01]?\d|2[0-4]):[0-5]\d$", description="HH:MM.")]
Day = Literal["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]


Use = Literal["shares", "service_minutes", "service_variation"]


class LogTable(Table):
    """How the file of a queue log is laid out, and what of it the study takes over."""

    columns: dict[str, _several(str)] = Field(  # type: ignore[valid-type]
        default={}, description="Meaning (taken, called, started, ended, …) → name of the column."
    )
    business: dict[str, str] = Field(default={}, description="Name in the log → in the study.")
    windows: dict[str, str] = Field(default={}, description="Window in the log → fixture type.")
    opens: Clock | None = None
    closes: Clock | None = None
    date_order: Literal["dmy", "mdy"] | None = Field(
        default=None, description="Order of dates whose year comes last."
    )
    sheet: str | None = None
    use: _several(Use) = Field(  # type: ignore[valid-type]
        default=(),
        description="What replaces the study's own figures, beside arrivals. service_minutes "
        "brings the spread with the mean, service_variation is the spread alone.",
    )


HOURS: dict[str, Any] = {
    "type": "object",
    "description": 'People per hour by hour ("09" = 46.6), or one of profile, file and log.',
    "properties": {
        "profile": {"type": "string"},
        "file": {"type": "string"},
        "log": {"type": "string"},
        "source": {"type": "string"},
        "scale": {"type": "number", "minimum": 0},
        **LogTable.model_json_schema()["properties"],
    },
    "patternProperties": {"^([01]?[0-9]|2[0-3])(:00)?$": {"type": "number", "minimum": 0}},
    "additionalProperties": False,
}


class PeriodTable(Table):
    """A part of the week with its own people and open windows."""

    name: str
    label_zh: str = ""
    hours: _several(int | str) = Field(  # type: ignore[valid-type]
        description='Hours of the day: 9 or "09" is 9:00 to 10:00.'
    )
    weekdays: _several(Day) = Field(  # type: ignore[valid-type]
        default=(), description="Default: a mean day."
    )
    weight: NotNegative | None = Field(
        default=None, description="Next to the others. Default: its hours in a week."
    )
    arrivals: NotNegative | None = Field(
        default=None, description="Customers an hour. Default: the mean of [arrivals] in it."
    )
    open: dict[str, Annotated[int, Field(json_schema_extra={"minimum": 0})]] = Field(
        default={}, description="Windows or places that are open, by fixture type."
    )
    open_share: Annotated[float, Field(json_schema_extra={"minimum": 0, "maximum": 1})] = Field(
        default=1.0, description="Share of the staffed places that are open, rounded up."
    )


def _periods(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


#: A set of the package's by name, or a list.
Periods = Annotated[
    str | tuple[PeriodTable, ...],
    BeforeValidator(_periods, json_schema_input_type=str | tuple[PeriodTable, ...]),
]
