"""A result as JSON with the verifier's word on it.

In: a study and its result. Out: the content of `result.json`, which nobody sees unchecked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from optimizer.result import Result
    from optimizer.study import Study

__all__ = ["verified_content"]


def verified_content(study: Study, result: Result) -> dict[str, Any]:
    """Content of `result.json`, checked by the independent verifier before anybody sees it."""
    from optimizer.report.results import result_to_json
    from optimizer.verify import verify_result

    content = result_to_json(study, result)
    proof = result.walking.file if result.walking else b""
    claims = verify_result(study, content, proof or None)
    content["verified"] = {
        "claims": len(claims),
        "held": sum(claim.passed is True for claim in claims),
        "failed": [claim.sentence for claim in claims if claim.passed is False],
    }
    return content
