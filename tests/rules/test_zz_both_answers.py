"""Runs last: the tests of this folder have seen every kind of check pass and fail."""

import os
import re
from pathlib import Path

import pytest

from optimizer.rules.checks import CHECKS

#: Files of this folder whose tests put questions to checks.
HERE = Path(__file__).parent
#: How a sentence says what would pass.
RIGHT = re.compile(
    r"must|should|right|may |keep |within|asks for|enough|needs|the study (keeps|says)|fixtures are"
)


def test_every_kind_of_check_passed_and_failed(request, answers):
    """Both answers of each kind, on rooms of a few lines; only when the whole folder is run."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        pytest.skip("dealt out to several processes: run the folder in one, as make test does")
    run = {item.path for item in request.session.items}
    if {file for file in HERE.glob("test_*.py")} - run:
        pytest.skip("part of the folder only: not every question was put")
    assert {check for check, passed, _ in answers if passed} >= set(CHECKS)
    assert {check for check, passed, _ in answers if passed is False} >= set(CHECKS)


def test_every_broken_rule_says_what_would_pass(answers):
    """A failed item is told with what would be right instead."""
    # ways that are missing are told by whoever walks the layout; test_chinese has its own findings
    other = {"reachability"}
    told = {
        (check, text)
        for check, passed, text in answers
        if passed is False and check in set(CHECKS) - other and text not in ("Found", "No")
    }
    silent = {(check, text) for check, text in told if not RIGHT.search(text)}
    assert not silent, sorted(silent)
