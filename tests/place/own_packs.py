"""A rule pack of one rule, written beside a study."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def with_rule(study, folder: Path, check: str, *, rule_id: str = "X-1", **fields):
    """The study with one more hard rule of a kind of check."""
    limits = {k: v for k, v in fields.items() if k not in ("value", "subjects", "unit")}
    lines = [
        "[[rule]]",
        f'id = "{rule_id}"',
        f'check = "{check}"',
        f'sentence = "The rule of {check}"',
        'source = "test"',
        'confidence = "ASM"',
        'severity = "hard"',
        f'unit = "{fields.get("unit", "m")}"',
        f"subjects = {json.dumps(list(fields.get('subjects', ())))}",
        "limits = { " + ", ".join(f"{k} = {float(v)}" for k, v in limits.items()) + " }",
    ]
    if "value" in fields:
        lines.append(f"value = {float(fields['value'])}")
    name = f"{rule_id}.toml".lower()
    (folder / name).write_text("\n".join(lines), encoding="utf-8")
    return study.replace(rules=(*study.rules, name), directory=str(folder))
