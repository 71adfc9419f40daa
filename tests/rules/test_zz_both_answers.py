"""Runs last: the tests of this folder have seen every kind of check pass and fail."""

from pathlib import Path

import pytest

from optimizer.rules.checks import CHECKS

#: Files of this folder whose tests put questions to checks.
HERE = Path(__file__).parent


def test_every_kind_of_check_passed_and_failed(request, answers):
    """Both answers of each kind, on rooms of a few lines; only when the whole folder is run."""
    run = {item.path for item in request.session.items}
    if {file for file in HERE.glob("test_*.py")} - run:
        pytest.skip("part of the folder only: not every question was put")
    assert {check for check, passed in answers if passed} >= set(CHECKS)
    assert {check for check, passed in answers if passed is False} >= set(CHECKS)
