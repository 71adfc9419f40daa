"""The independent verifier: every claim of a result worked out again, in plain geometry.

It shares no code with the search, the kernels and the evaluator: shapely, networkx and numpy, and
the data classes of plan, equipment, demand and study.
"""

from optimizer.verify.claim import Claim
from optimizer.verify.result import verify_result

__all__ = ["Claim", "verify_result"]
