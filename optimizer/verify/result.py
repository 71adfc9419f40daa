"""Verification of a result: all of its claims, one after the other.

In: a study and its parsed `result.json`. Out: `Claim`s. Only "placements" is believed; every other
figure is worked out again from it and the study, and compared.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from optimizer.errors import OptimizerError
from optimizer.verify.bound import check_proof
from optimizer.verify.checks import check_checks
from optimizer.verify.claim import Claim, agree, hold, lookup, open_claim
from optimizer.verify.figures import (
    check_crossing,
    check_detour,
    check_privacy,
    check_waiting,
    check_walking,
    metre_weights,
)
from optimizer.verify.flow_claims import check_flows, check_limits
from optimizer.verify.flows import measure_flows
from optimizer.verify.guided import check_guided
from optimizer.verify.meetings import measure_encounters
from optimizer.verify.numbers import check_numbers
from optimizer.verify.objective import check_objective
from optimizer.verify.periods import check_visits
from optimizer.verify.placed import read_placements
from optimizer.verify.placing import PLACING
from optimizer.verify.proof import (
    check_history,
    check_objective_bound,
    check_objective_gap,
    check_status,
    check_steps,
    check_walking_gap,
)
from optimizer.verify.rulings import check_rules
from optimizer.verify.scene import Scene

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from optimizer.study import Study
    from optimizer.verify.placed import Placed

__all__ = ["verify_result"]

#: Figures that are null where a result holds no layout.
FIGURES = (
    "objective.value",
    "objective.gap",
    "walking.person_metres_per_hour",
    "walking.customer_person_metres_per_hour",
    "walking.metres_per_customer",
    "walking.staff_person_metres_per_hour",
    "crossing.encounters_per_hour",
    "privacy.overlooked_pairs",
    "privacy.through_flow_per_hour",
)


def verify_result(
    study: Study, result: Mapping[str, Any], certificate: bytes | None = None
) -> tuple[Claim, ...]:
    """Every claim of a result, computed again from the study and the placements.

    Parameters
    ----------
    study
        The study that the result is said to be of.
    result
        The parsed `result.json`; keys may be missing or wrong.
    certificate
        Bytes of the file of the proof that it names; without them the proof stays open.

    Returns
    -------
    tuple of Claim
        In the order of the file. The result is refuted where one has `passed` false; None marks
        what is not computed again.
    """
    fixtures, claims = read_placements(study, result)
    head = [*_check_head(study, result), *claims]
    if fixtures is None:
        return (*head, *check_history(result), _unread())
    if not fixtures and lookup(result, "status") not in ("OPTIMAL", "FEASIBLE"):
        nothing = (agree(result, name, None) for name in FIGURES)
        status = check_status(result, placed=False, broken=())
        return (*head, *status, *nothing, *check_history(result))
    try:
        return (*head, *_check_layout(study, fixtures, result, certificate))
    except OptimizerError as error:
        sentence = f"the figures cannot be worked out: {'; '.join(error.sentences)}"
        return (*head, hold("placements", False, sentence))


def _check_head(study: Study, result: Any) -> Iterator[Claim]:
    """Claims about which study, which hour and which form the result has."""
    yield agree(result, "schema", 1)
    yield agree(result, "study.name", study.name)
    yield agree(result, "study.sha256", study.sha256)
    yield open_claim(result, "notes", "they tell how the search went")


def _check_layout(
    study: Study, fixtures: tuple[Placed, ...], result: Any, certificate: bytes | None
) -> Iterator[Claim]:
    """Claims that rest on the layout."""
    scene = Scene(study=study, fixtures=fixtures)
    yield agree(result, "hour", study.hour)
    yield agree(result, "arrivals_per_hour", study.arrivals_per_hour, relative=1e-9)
    yield from check_numbers(study, fixtures, result)
    rules = tuple(check_rules(scene, result))
    broken = tuple(
        claim.name.removeprefix("rules.")
        for claim in rules
        if claim.found is False and claim.name.removeprefix("rules.") in PLACING
    )
    yield from check_status(result, placed=bool(fixtures), broken=broken)
    met = measure_encounters(scene)
    flows = measure_flows(scene, met)
    terms, value = check_objective(scene, result, met.weighted, flows)
    yield from terms
    yield from check_objective_gap(result, value)
    yield from check_objective_bound(result, terms, study.objective.walking or 1.0)
    yield from check_walking(scene, result)
    yield from check_walking_gap(result, *_weighted_walking(scene))
    yield from check_proof(scene, result, certificate)
    yield from check_steps(result)
    yield from check_crossing(result, met)
    yield from check_detour(scene, result)
    yield from check_flows(scene, result, flows)
    yield from check_guided(
        scene, result, met.weighted, flows["crossing.path_crossings"] or (0.0, 0.0)
    )
    yield from check_limits(scene, result, flows, met.weighted)
    yield from check_waiting(scene, result)
    yield from check_checks(scene, result)
    yield from check_visits(scene, result)
    yield from check_privacy(scene, result)
    yield from rules
    yield from check_history(result)


def _weighted_walking(scene: Scene) -> tuple[float, float]:
    """Person-metres of customers and staff, staff by their weight: around the furniture, without.

    A customer's metre counts as one, whatever it weighs in the objective.
    """
    metre, of_staff = metre_weights(scene.study)
    unit = metre or 1.0
    true, empty = (
        metre * scene.person_metres(staff=False, empty=empty)
        + of_staff * scene.person_metres(staff=True, empty=empty)
        for empty in (False, True)
    )
    return true / unit, empty / unit


def _unread() -> Claim:
    return Claim(
        name="figures",
        sentence="the figures are not re-computed, for placements cannot be read",
        passed=None,
    )
