"""The licences of everything that is installed: `python docs/licences.py` writes docs/licences.md.

In: `constraints.txt`, and what the packages installed beside this program say of themselves. Out:
a table with the version and the licence of each. With `--check` nothing is written, and the exit
code says whether the table names every package of `constraints.txt`.
"""

from __future__ import annotations

import re
import sys
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TABLE = ROOT / "docs" / "licences.md"
#: What comes with other systems or is a peer of the benchmarks need not be installed to be listed.
ABSENT = "not installed here; see its page on pypi.org"
#: Licences that the metadata do not state, or of packages of other systems, by their repositories.
STATED = {
    "appnope": "BSD-2-Clause",
    "atheris": "Apache-2.0",
    "ciw": "MIT",
    "colorama": "BSD-3-Clause",
}
HEAD = """# Licences

What `make` installs, with the licence that each package names. Nothing of it is part of this
repository. Written by `python docs/licences.py` from the metadata of the installed packages.

| package | version | licence |
| --- | --- | --- |
"""


def pinned() -> dict[str, str]:
    """Version of each package of `constraints.txt`, by its name; the newest where it has two."""
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    found = (re.match(r"([A-Za-z0-9._-]+)==([^\s;]+)", line) for line in lines)
    return {match[1].lower().replace("_", "-"): match[2] for match in found if match}


def licence(name: str) -> str:
    """Licence of an installed package: its expression, else its classifiers, else its text."""
    if name in STATED:
        return STATED[name]
    try:
        of = metadata(name)
    except PackageNotFoundError:
        return ABSENT
    if of["License-Expression"]:
        return str(of["License-Expression"])
    classes = [c for c in of.get_all("Classifier", []) if c.startswith("License ::")]
    named = [c.rsplit(" :: ", 1)[1] for c in classes if not c.endswith("OSI Approved")]
    text = next((line.strip() for line in (of["License"] or "").splitlines() if line.strip()), "")
    return ", ".join(named) or text[:80] or "not stated; see its page on pypi.org"


def listed(known: dict[str, str]) -> dict[str, str]:
    """Licence of each package in the table that stands, so that absent ones keep theirs."""
    if not TABLE.exists():
        return {}
    rows = re.findall(r"^\| (\S+) \| \S+ \| (.*) \|$", TABLE.read_text(encoding="utf-8"), re.M)
    return {name: text for name, text in rows if name in known and text != ABSENT}


def main() -> int:
    """Write or check the table."""
    known = pinned()
    before = listed(known)
    if "--check" in sys.argv:
        missing = sorted(known.keys() - before.keys())
        print(f"{len(known)} packages, {len(missing)} without a licence: {', '.join(missing)}")
        return int(bool(missing))
    rows = []
    for name, version in sorted(known.items()):
        found = licence(name)
        text = before.get(name, found) if found == ABSENT else found
        rows.append(f"| {name} | {version} | {text.replace('|', '/')} |\n")
    TABLE.write_text(HEAD + "".join(rows), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
