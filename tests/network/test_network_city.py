"""The synthetic city: the article's totals, valid studies, the same files from the same seed."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter

import pytest

from optimizer.network.portfolio import read_portfolio
from optimizer.plan.audit import audit_plan
from optimizer.rules.packs import rules_of
from optimizer.study_file import read_study


@pytest.fixture(scope="module")
def generated(root, tmp_path_factory):
    """The first fourteen branches of the city; all five formats are among them."""
    folder = tmp_path_factory.mktemp("city")
    generate(root, folder, "--count", "14")
    return folder


def generate(root, folder, *more):
    """Run the generator."""
    script = root / "floorplans" / "network" / "generate.py"
    subprocess.run([sys.executable, str(script), "--out", str(folder), *more], check=True)


def test_totals_are_those_of_the_article(root):
    """170 branches, 102 of them smart, and every device counted."""
    branches = read_portfolio(root / "floorplans" / "network" / "portfolio.csv").branches
    assert len(branches) == 170
    assert sum(b.devices["smart_terminal"] > 0 for b in branches) == 102
    totals = {kind: sum(b.devices[kind] for b in branches) for kind in branches[0].devices}
    assert (totals["smart_terminal"], totals["product_pickup"], totals["pad"]) == (139, 105, 166)
    off_site = sum(b.self_service_off_site for b in branches)
    assert totals["self_service"] + off_site == 1900
    assert sum(b.re_laid_out for b in branches) == 94  # 55 % of 170 is 93.5
    assert len(Counter(b.format for b in branches)) == 5


def test_the_list_says_that_it_is_synthetic(root):
    """Nobody takes the city for a real bank."""
    text = (root / "floorplans" / "network" / "portfolio.csv").read_text(encoding="utf-8-sig")
    assert "Synthetic" in text


def test_studies_are_valid_and_agree_with_the_list(generated):
    """Each study reads without defect, its rules are known, and it places what the list counts."""
    branches = read_portfolio(generated / "portfolio.csv").branches
    assert len({branch.format for branch in branches}) == 5
    for branch in branches:
        study = read_study(branch.study)
        rules_of(study)
        assert not audit_plan(study.plan)
        counts = Counter()
        for group in study.groups:
            counts[group.type] += group.max
        terminals = counts["smart_terminal"] + counts["smart_terminal_low"]
        assert terminals == branch.devices["smart_terminal"]
        assert counts["product_pickup"] == branch.devices["product_pickup"]
        assert sum(b.share for b in study.mix.businesses) == pytest.approx(1.0)


def test_the_same_seed_makes_the_same_files(root, generated, tmp_path):
    """Same seed, same bytes; another seed, other branches."""
    generate(root, tmp_path / "again", "--count", "2")
    generate(root, tmp_path / "other", "--count", "2", "--seed", "2")
    for name in ("study.toml", "plan.geojson"):
        one, again, other = (
            (folder / "studies" / "net-001" / name).read_bytes()
            for folder in (generated, tmp_path / "again", tmp_path / "other")
        )
        assert one == again
        assert one != other


@pytest.mark.slow
def test_all_studies_of_the_city_are_valid(root, tmp_path):
    """All 170 studies read without defect, and the committed list is what the generator makes."""
    generate(root, tmp_path)
    made = read_portfolio(tmp_path / "portfolio.csv").branches
    kept = read_portfolio(root / "floorplans" / "network" / "portfolio.csv").branches
    for one, other in zip(made, kept, strict=True):
        assert not audit_plan(read_study(one.study).plan)
        assert (one.name, one.devices, one.area_m2) == (other.name, other.devices, other.area_m2)
        assert one.mean_wait_minutes == other.mean_wait_minutes
