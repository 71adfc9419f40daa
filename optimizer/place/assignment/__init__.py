"""Pure assignment mode: fixtures to places with a flow and a distance matrix."""

from optimizer.place.assignment.problem import AssignmentProblem, assignment_value, read_qaplib
from optimizer.place.assignment.search import (
    AssignmentResult,
    assignment_to_json,
    solve_assignment,
)
from optimizer.place.assignment.solution import KnownSolution, read_solution

__all__ = [
    "AssignmentProblem",
    "AssignmentResult",
    "KnownSolution",
    "assignment_to_json",
    "assignment_value",
    "read_qaplib",
    "read_solution",
    "solve_assignment",
]
