"""Pure assignment mode: fixtures to places with a flow and a distance matrix."""

from optimizer.place.assignment.problem import AssignmentProblem, assignment_value, read_qaplib
from optimizer.place.assignment.search import (
    AssignmentResult,
    assignment_to_json,
    solve_assignment,
)

__all__ = [
    "AssignmentProblem",
    "AssignmentResult",
    "assignment_to_json",
    "assignment_value",
    "read_qaplib",
    "solve_assignment",
]
