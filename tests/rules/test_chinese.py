"""What a check found is told in Chinese as well."""

from __future__ import annotations

import re

import pytest

from optimizer.rules.checks import CHECKS
from optimizer.rules.chinese import BROKEN_ZH, sentence_zh
from optimizer.rules.model import Finding, Rule


def test_every_kind_of_check_has_a_sentence():
    """No kind of check is told in English only."""
    assert set(CHECKS) <= set(BROKEN_ZH)


@pytest.mark.parametrize("check", sorted(CHECKS))
def test_broken_sentence_says_value_and_what_is_right(check):
    """A broken rule is told in Chinese, with what should be instead and nothing left to fill in."""
    rule = Rule(id="X-1", check=check, sentence="Asked", sentence_zh="要求", value=1.2, unit="m")
    finding = Finding(
        rule=rule, passed=False, sentence="Found", value=0.75, where=(1.0, 2.0), fixtures=("atm-1",)
    )
    text = sentence_zh(finding)
    assert re.search("[\u4e00-\u9fff]", text)
    assert "应" in text or "不得" in text
    assert not re.search(r"[{}]|None", text)


def test_measured_and_asked_for():
    """The width found, its place and the width asked for: 1.1 m at (3, 4), 1.2 m."""
    rule = Rule(id="X-1", check="route_width", sentence="Asked", value=1.2, unit="m")
    finding = Finding(
        rule=rule, passed=False, sentence="Found", value=1.1, where=(3.0, 4.0), fixtures=("a-1",)
    )
    assert sentence_zh(finding) == "至 a-1 的通道最窄处（3.00, 4.00）净宽 1.1 m，应不小于 1.2 m"


def test_kept_and_open_rules():
    """A kept rule says what was measured; an open one says that somebody has to look."""
    rule = Rule(
        id="X-1", check="door_width", sentence="Asked", sentence_zh="门宽", value=1, unit="m"
    )
    kept = Finding(rule=rule, passed=True, sentence="Kept", value=1.5)
    assert sentence_zh(kept) == "符合：门宽（实测 1.5 m）"
    assert sentence_zh(Finding(rule=rule, passed=None, sentence="?")) == "须现场核对：门宽"
    nothing = Rule(id="X-2", check="wheelchair_place", sentence="Asked", value=3, unit="m")
    assert "未测得" not in sentence_zh(Finding(rule=nothing, passed=False, sentence="No"))
