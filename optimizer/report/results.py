"""The result as JSON: the contract that other programs and the network report read.

In: a `Study` with its `Result` or an `Evaluation`. Out: plain dicts of strings, finite numbers,
lists and None, in the shape of `result.json` (schema 1), and the file.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from optimizer.demand.flows import PersonClass
from optimizer.measures import MEASURES
from optimizer.report.atomic import write_whole
from optimizer.report.demand_results import checks_section, demand_sections
from optimizer.report.flow_results import flow_sections
from optimizer.rules.chinese import sentence_zh

if TYPE_CHECKING:
    from pathlib import Path

    from optimizer.evaluation import Evaluation, WalkingFigures
    from optimizer.result import Result, WalkingBound
    from optimizer.rules.model import Finding
    from optimizer.study import Objective, Study

__all__ = ["CERTIFICATE", "SCHEMA", "evaluation_to_json", "result_to_json", "write_json"]

#: Version of the shape of `result.json`.
SCHEMA = 1
#: Name of the file of the proof, beside `result.json`.
CERTIFICATE = "certificate.npz"
#: Sections that an evaluation fills, besides "walking".
SECTIONS = (
    "crossing",
    "detour",
    "diversion",
    "crowding",
    "waiting",
    "door_to_door",
    "periods",
    "privacy",
    "rules",
)


def result_to_json(study: Study, result: Result) -> dict[str, Any]:
    """Return the content of `result.json`.

    Parameters
    ----------
    study
        What was optimized.
    result
        Its outcome. Without a layout every key is there all the same: figures are None, lists
        are empty, and "conflict" says why nothing fits; "conflict_rules" has the same rule by
        rule, in English and Chinese, with the value asked for, the value that would do, unit and
        place. Where such a set was not proven but the best layout breaks rules, it has these with
        "proven" false and what the layout has in "relaxed_to". "limits" has for each limit of the
        study its value in the layout and, where that breaks it, the best value that any layout met
        in the search has, "reached".

    Returns
    -------
    dict
        Ready for `write_json`; without NaN and infinity.
    """
    figures = _figures(study, result.evaluation)
    proof = result.walking
    walking = figures["walking"]
    row = {
        "schema": SCHEMA,
        "study": {"name": study.name, "sha256": study.sha256},
        "status": str(result.status),
        "conflict": list(result.conflict),
        "conflict_rules": [asdict(entry) for entry in result.conflict_rules],
        "limits": _limits(study, result),
        "notes": list(result.notes),
        "at_most": result.at_most,
        "counts": [
            {"counts": dict(t.counts), "objective": t.objective, "bound": t.bound}
            for t in result.counts
        ],
        "seed": result.seed,
        "workers": result.workers,
        "budget": result.budget,
        "seconds": {
            "build": result.seconds.build,
            "solve": result.seconds.solve,
            "total": result.seconds.total,
        },
        "versions": dict(result.versions),
        "hour": figures["hour"],
        "arrivals_per_hour": figures["arrivals_per_hour"],
        "objective": {
            "value": result.objective,
            "bound": result.bound,
            "gap": result.gap,
            "weights": _weights(study.objective),
            "terms": figures["terms"],
        },
        "walking": {
            "metres_per_customer": walking["metres_per_customer"],
            "person_metres_per_hour": walking["person_metres_per_hour"],
            "customer_person_metres_per_hour": walking["customer_person_metres_per_hour"],
            "bound_person_metres_per_hour": proof.value / _unit(study) if proof else None,
            "gap": proof.gap if proof else None,
            "search_gap": proof.search_gap if proof else None,
            "detour_gap": proof.detour_gap if proof else None,
            "by_journey": walking["by_journey"],
            "staff_person_metres_per_hour": walking["staff_person_metres_per_hour"],
            "bound_method": proof.method if proof else None,
            "poses": proof.poses if proof else None,
            "pitch": proof.pitch if proof else None,
            "bound_steps": _bound_steps(study, proof),
            "certificate": _certificate(proof),
        },
        **{name: figures[name] for name in SECTIONS},
        "history": [
            {"seconds": p.seconds, "objective": p.objective, "bound": p.bound}
            for p in result.history
        ],
        "placements": result.layout.to_json() if result.layout else [],
    }
    return _finite_mapping(row)


def _bound_steps(study: Study, proof: WalkingBound | None) -> list[dict[str, Any]]:
    """What each method of the bound reached."""
    return [
        {
            "method": step.method,
            "bound_person_metres_per_hour": step.value / _unit(study),
            "seconds": step.seconds,
            "open_poses": step.open_poses,
            "regions": step.regions,
        }
        for step in (proof.steps if proof else ())
    ]


def _certificate(proof: WalkingBound | None) -> dict[str, Any] | None:
    """Name and checksum of the file of the proof, None without one."""
    if proof is None or not proof.file:
        return None
    digest = hashlib.sha256(proof.file).hexdigest()
    return {"file": CERTIFICATE, "sha256": digest, "bytes": len(proof.file)}


def evaluation_to_json(study: Study, evaluation: Evaluation) -> dict[str, Any]:
    """Return the figures of one layout in the same shape, without those of a search."""
    figures = _figures(study, evaluation)
    return _finite_mapping(
        {
            "schema": SCHEMA,
            "study": {"name": study.name, "sha256": study.sha256},
            "hour": figures["hour"],
            "arrivals_per_hour": figures["arrivals_per_hour"],
            "objective": {
                "value": evaluation.objective.value,
                "weights": _weights(study.objective),
                "terms": figures["terms"],
            },
            **{name: figures[name] for name in ("walking", *SECTIONS)},
        }
    )


def write_json(path: str | Path, obj: Any) -> None:
    """Write an object as JSON (UTF-8, Chinese as it is, no NaN), whole or not at all."""
    text = json.dumps(_finite(obj), ensure_ascii=False, allow_nan=False, indent=2)
    write_whole(path, text + "\n")


def _figures(study: Study, evaluation: Evaluation | None) -> dict[str, Any]:
    """Return every section that an evaluation fills; None and empty without one."""
    e = evaluation
    return {
        "hour": e.hour if e else None,
        "arrivals_per_hour": e.arrivals_per_hour if e else None,
        "terms": dict(e.objective.terms) if e else {},
        "walking": {
            "metres_per_customer": e.walking.metres_per_customer if e else None,
            # all people, staff by their weight: the sum that the bound and the gaps speak of
            "person_metres_per_hour": _person_metres(study, e.walking) if e else None,
            "customer_person_metres_per_hour": e.walking.person_metres_per_hour if e else None,
            "by_journey": dict(e.walking.by_journey) if e else {},
            "staff_person_metres_per_hour": e.walking.staff_person_metres_per_hour if e else None,
        },
        **flow_sections(e),
        "waiting": {
            "by_stop": _waiting(e) if e else {},
            "checks": checks_section(study, e),
        },
        **demand_sections(e),
        "privacy": {
            "overlooked_pairs": e.privacy.overlooked_pairs if e else None,
            "through_flow_per_hour": e.privacy.through_flow_per_hour if e else None,
            "overlooked": [
                {"fixture": p.fixture, "viewer": p.viewer}
                for p in (e.privacy.overlooked if e else ())
            ],
        },
        "rules": [_rule(finding) for finding in (e.findings if e else ())],
    }


def _waiting(e: Evaluation) -> dict[str, Any]:
    """Return waits by kind of fixture: those of its worst period, where the study has periods.

    "mean_minutes" is the steady state, None where the queue grows without end; "minutes_of_hour" is
    what the objective takes, finite, as far as an hour lets the queue grow (`demand.overload`).
    "by_business" has these for each business, and is empty where all customers wait alike;
    "by_class" has the steady waits of the classes that are called first.
    """
    return {
        stop: {
            "mean_minutes": w.mean_minutes,
            "p95_minutes": w.p95_minutes,
            "utilisation": w.utilisation,
            "arrivals_per_hour": w.arrivals_per_hour,
            "servers": w.servers,
            "people_waiting": w.people_waiting,
            "abandoned": w.abandoned,
            "service_minutes": w.service_minutes,
            "check_wait_minutes": w.check_wait_minutes,
            "minutes_of_hour": w.minutes_of_hour,
            "by_business": dict(w.by_business),
            "by_class": {name: asdict(row) for name, row in w.by_class.items()},
        }
        for stop, w in e.waiting.items()
    }


def _limits(study: Study, result: Result) -> dict[str, Any]:
    """Each limit, what the layout has, and how near to a broken one the search came."""
    found = result.evaluation
    return {
        name: {
            "limit": float(limit),
            "value": None if found is None else _finite(MEASURES[name].value(found)),
            "reached": result.limits_reached.get(name),
        }
        for name, limit in study.limits.items()
    }


def _rule(finding: Finding) -> dict[str, Any]:
    rule = finding.rule
    return {
        "id": rule.id,
        "sentence": finding.sentence or rule.sentence,
        "sentence_zh": sentence_zh(finding),
        "value": finding.value,
        "limit": rule.value,
        "unit": rule.unit,
        "severity": str(rule.severity),
        "passed": finding.passed,
        "where": list(finding.where) if finding.where else None,
        "clause": rule.clause,
        "edition": rule.edition,
        "rule": rule.sentence,
        "rule_zh": rule.sentence_zh,
        "source": rule.source,
        "confidence": rule.confidence,
        "changed": rule.changed,
        "fixtures": list(finding.fixtures),
    }


def _weights(objective: Objective) -> dict[str, Any]:
    return {
        **objective.weights,
        "classes": {f"{one}×{other}": w for (one, other), w in objective.classes.items()},
    }


def _finite_mapping(row: Mapping[str, Any]) -> dict[str, Any]:
    return {str(key): _finite(value) for key, value in row.items()}


def _finite(value: Any) -> Any:
    """Return the value in JSON's own types: numpy numbers as Python's, NaN and infinity as None."""
    if isinstance(value, str) or value is None or isinstance(value, bool):
        return value if value is None or isinstance(value, bool) else str(value)
    if isinstance(value, Mapping):
        return _finite_mapping(value)
    if isinstance(value, (list, tuple)):
        return [_finite(element) for element in value]
    if hasattr(value, "tolist"):  # numpy arrays and numbers
        return _finite(value.tolist())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value


def _unit(study: Study) -> float:
    """Weight of a metre that counts as one: a customer's, or 1 where that weighs nothing."""
    return study.metre_weight(PersonClass.CUSTOMER) or 1.0


def _person_metres(study: Study, walking: WalkingFigures) -> float:
    """Person-metres an hour of customers and staff, staff counted by their weight."""
    total = (
        study.metre_weight(PersonClass.CUSTOMER) * walking.person_metres_per_hour
        + study.metre_weight(PersonClass.STAFF) * walking.staff_person_metres_per_hour
    )
    return total / _unit(study)
