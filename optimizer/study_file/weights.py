"""Weights and limits of a study file: one key for each measure of the registry.

In: values of `[objective]` and `[limits]`. Out: checked tables; and what all tables of the study
file share. Whether a limit lies on the right side is the matter of `walking`.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, create_model

from optimizer.demand.flows import PersonClass  # noqa: TC001 - pydantic reads the annotations
from optimizer.measures import MEASURES, Measure

__all__ = ["LimitTable", "LimitsTable", "NotNegative", "ObjectiveTable", "Table"]

# The limits below are far beyond any branch; they keep slips of the pen from overflowing. That a
# number is not negative, or a share at most 1, is for `checks` of the parts, all in one go.
NotNegative = Annotated[float, Field(le=1e9, json_schema_extra={"minimum": 0})]


class Table(BaseModel):
    """A table of the study file: no unknown keys, no number that is not finite."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)


def _told(measure: Measure) -> str:
    """What a measure is, with its unit."""
    return f"{measure.sentence} [{measure.unit}]" if measure.unit else measure.sentence


MeasureWeights: type[Table] = create_model(  # type: ignore[call-overload]  # from a registry
    "MeasureWeights",
    __base__=Table,
    **{
        measure.name: (
            NotNegative | None,
            Field(default=None, description=f"Weight of: {_told(measure)}."),
        )
        for measure in MEASURES.values()
    },
)


class ObjectiveTable(MeasureWeights):  # type: ignore[misc, valid-type]  # made of the registry
    """Weights of the terms that the search makes small: any measure."""

    class_weights: dict[PersonClass, dict[PersonClass, NotNegative]] = Field(default_factory=dict)
    periods: Literal["mix", "worst"] = Field(
        default="mix", description="Which of the study's periods counts: their mean or the worst."
    )


class LimitTable(Table):
    """A limit of one measure: 'max' where less is better, 'min' where more is."""

    max: NotNegative | None = None
    min: NotNegative | None = None
    value: NotNegative | None = Field(
        default=None, description="The limit on the side that suits the measure."
    )


def _limit(value: Any) -> Any:
    """A limit table from a bare number."""
    if isinstance(value, dict | LimitTable):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("must be a number, { max = number } or { min = number }")
    return {"value": value}


Limit = Annotated[LimitTable, BeforeValidator(_limit, json_schema_input_type=float | LimitTable)]
MeasureLimits: type[Table] = create_model(  # type: ignore[call-overload]  # from a registry
    "MeasureLimits",
    __base__=Table,
    **{
        measure.name: (
            Limit | None,
            Field(default=None, description=f"{measure.side}: {_told(measure)}."),
        )
        for measure in MEASURES.values()
    },
)


class LimitsTable(MeasureLimits):  # type: ignore[misc, valid-type]  # made of the registry
    """Limits that a layout must keep: a number for each measure that has one."""
