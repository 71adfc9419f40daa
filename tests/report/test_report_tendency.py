"""Which changes of a figure are told to be for the better or the worse."""

from __future__ import annotations

import pytest

from optimizer.report.figures import tendency


@pytest.mark.parametrize(
    ("key", "change", "told"),
    [
        ("encounters", -0.5, "better"),
        ("encounters", 0.5, "worse"),
        # shown as 0.00 1/h: the digit of the unit is no change
        ("encounters", 0.001, ""),
        ("encounters", -0.001, ""),
        ("aisle_density", 0.004, ""),
        ("visible_from_entrance", 0.2, "better"),
        ("visible_from_entrance", -0.2, "worse"),
        ("visible_from_entrance", 0.0004, ""),
    ],
)
def test_only_a_change_that_is_seen_has_a_tendency(key, change, told):
    """Less is better of all but what is in sight; what is shown as nothing is neither."""
    assert tendency(key, change) == told
