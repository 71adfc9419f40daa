"""A result as JSON with the verifier's word on it.

In: a study and its result. Out: the content of `result.json`, which nobody sees unchecked, or an
error that names every wrong claim.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from optimizer.errors import WrongClaimError

if TYPE_CHECKING:
    from optimizer.result import Result
    from optimizer.study import Study

__all__ = ["verified_content"]


#: Sections with figures beside those that a layout is chosen, allowed and proven by. Where the
#: verifier comes to another figure here, the result says so and is given out.
BESIDE = ("crossing", "crowding", "detour", "diversion")


def verified_content(study: Study, result: Result) -> dict[str, Any]:
    """Content of `result.json`, checked by the independent verifier before anybody sees it.

    Returns
    -------
    dict
        With "verified": how many claims were checked, how many held, and the sentences of the
        figures `BESIDE` that did not.

    Raises
    ------
    WrongClaimError
        A claim does not hold: of places, rules, walking, waiting, privacy, the objective, or what
        is proven about it.
    """
    from optimizer.report.results import result_to_json
    from optimizer.verify import verify_result

    content = result_to_json(study, result)
    proof = result.walking.file if result.walking else b""
    claims = verify_result(study, content, proof or None)
    failed = [claim for claim in claims if claim.passed is False]
    content["verified"] = {
        "claims": len(claims),
        "held": sum(claim.passed is True for claim in claims),
        "failed": [claim.sentence for claim in failed],
    }
    if any(claim.name.split(".")[0] not in BESIDE for claim in failed):
        raise WrongClaimError(
            *(f"the verifier found another value: {claim.sentence}" for claim in failed),
            content=content,
        )
    return content
