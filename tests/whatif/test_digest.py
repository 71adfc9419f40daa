"""A study's content in one short text."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely

from optimizer.study_file import read_study
from optimizer.whatif.digest import digest


def test_equal_content_has_one_digest_wherever_it_lies(root):
    """A study read twice, or without its folder, has the same digest; the order of keys too."""
    file = root / "floorplans" / "old_corner" / "study.toml"
    study = read_study(file)
    assert digest(read_study(file)) == digest(study)
    assert digest(replace(study, directory="elsewhere", sha256="")) == digest(study)
    assert digest({"a": 1, "b": 2}) == digest({"b": 2, "a": 1})


def test_each_change_has_its_own_digest(root):
    """Whatever is changed, a millimetre of a wall too, changes the digest."""
    study = read_study(root / "floorplans" / "old_corner" / "study.toml")
    first, *others = study.mix.businesses
    wider = replace(study.plan, outline=shapely.affinity.scale(study.plan.outline, 1.0001))
    variants = [
        study,
        replace(study, pitch=0.3),
        replace(study, plan=wider),
        replace(study, mix=replace(study.mix, businesses=(*others, first))),
        replace(study, limits={"detour": 1.2}),
    ]
    assert len({digest(variant) for variant in variants}) == len(variants)


def test_kinds_are_told_apart():
    """Numbers, texts and collections of them do not stand for each other."""
    things = [1, 1.0, "1", True, None, (1,), ((1,),), {1: 1}, frozenset({1}), np.array([1]), b"1"]
    assert len({digest(thing) for thing in things}) == len(things)
    assert digest(("ab", "c")) != digest(("a", "bc"))


def test_what_has_no_content_is_refused():
    """An open file or a path has no content that stays."""
    with pytest.raises(TypeError, match="Path"):
        digest(Path("x"))
