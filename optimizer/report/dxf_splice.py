"""New parts put into a DXF file whose every other byte stays.

In: the bytes of the original, those of the document with additions as a DXF library writes it, and
the handles of what was added and taken away. Out: the bytes of the original with the additions in
their sections. A library that reads a drawing and writes it again drops values that equal defaults
and rounds others: this way nothing of the original is written again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["Part", "cut_parts", "splice"]

#: First version that knows plot styles and line weights of layers, and block records.
MODERN = b"AC1015"
#: Handles of objects that a layer may name; left out where the original has no such object.
POINTERS = {b"347", b"348", b"390"}
#: Groups that hold the handle of an entity and of its owner.
HANDLES = {b"5", b"330"}
#: What a layer of an older version does not have.
MODERN_ONLY = {b"370", b"290", b"420"}


@dataclass(frozen=True, kw_only=True)
class Part:
    """An entity, a table entry or a mark of a DXF file.

    Parameters
    ----------
    kind
        Value of its first group, for example b"LINE".
    section, table
        Where it stands.
    handle
        Its handle; b"" where it has none.
    owner
        Handle of the BLOCK, or of the entity with attributes, that it belongs to.
    text
        Its bytes with line ends.
    """

    kind: bytes
    section: bytes
    table: bytes
    handle: bytes
    owner: bytes
    text: bytes


def cut_parts(content: bytes) -> list[Part]:
    """Parts of a text DXF, in order; joined they are the file again.

    Raises
    ------
    ValueError
        Where lines do not come in pairs of a code and a value.
    """
    lines = content.splitlines(keepends=True)
    codes = [line.strip() for line in lines[::2]]
    starts = [2 * i for i, code in enumerate(codes) if code == b"0"]
    if not starts or starts[0] > 2 * codes.count(b"999"):
        raise ValueError("not a text DXF")
    parts: list[Part] = []
    section = table = owner = b""
    for number, start in enumerate(starts):
        stop = starts[number + 1] if number + 1 < len(starts) else len(lines)
        kind = lines[start + 1].strip()
        groups = {b"2": b"", b"5": b"", b"105": b"", b"66": b""}
        for i in range(start + 2, stop - 1, 2):
            code = lines[i].strip()
            if code in groups and not groups[code]:
                groups[code] = lines[i + 1].strip()
        if kind == b"SECTION":
            section, table = groups[b"2"], b""
        elif kind == b"TABLE":
            table = groups[b"2"]
        handle = groups[b"105"] if kind == b"DIMSTYLE" else groups[b"5"]
        if kind == b"BLOCK":
            owner = handle
        first = 0 if number == 0 else start
        text = b"".join(lines[first:stop])
        parts.append(
            Part(kind=kind, section=section, table=table, handle=handle, owner=owner, text=text)
        )
        if kind == b"ENDBLK":
            owner = b""
        elif kind == b"ENDTAB":
            table = b""
    return parts


def splice(original: bytes, written: bytes, added: Iterable[str], removed: Iterable[str]) -> bytes:
    """Bytes of the original with what was added, and without what was taken away.

    Parameters
    ----------
    original
        The file as it was.
    written
        The document with the additions, as the library writes it.
    added, removed
        Handles.

    Raises
    ------
    ValueError
        The original is not a text DXF with tables, blocks and entities.
    """
    own, gone = {h.encode() for h in added}, {h.encode() for h in removed}
    before = cut_parts(original)
    ending = b"\r\n" if before[0].text.endswith(b"\r\n") else b"\n"
    known = {part.handle for part in before}
    modern = b"BLOCK_RECORD" in {part.table for part in before}
    new = _additions(cut_parts(written), own, known, ending, modern=modern)
    marks = {(p.section, p.table, p.kind) for p in before}
    for section in (b"TABLES", b"BLOCKS", b"ENTITIES"):
        if (section, b"", b"ENDSEC") not in marks:
            raise ValueError(f"the drawing has no section {section.decode()}")
    lost = {table for section, table in new if section == b"TABLES"}
    lost -= {table for _, table, kind in marks if kind == b"ENDTAB"}
    out: list[bytes] = []
    seed = max((int(h, 16) for h in own | known if h), default=0) + 1
    for part in before:
        if part.kind == b"ENDSEC" and part.section == b"TABLES":
            for table in sorted(lost - (set() if modern else {b"BLOCK_RECORD"})):
                out += _table(table, new[b"TABLES", table], ending)
        if part.kind in {b"ENDSEC", b"ENDTAB"}:
            out += new.get((part.section, part.table), ())
        if part.section == b"HEADER":
            out.append(_with_seed(part.text, seed))
        elif not gone & {part.handle, part.owner} - {b""}:
            out.append(part.text)
    return b"".join(out)


def _additions(
    parts: Sequence[Part], own: set[bytes], known: set[bytes], ending: bytes, *, modern: bool
) -> dict[tuple[bytes, bytes], list[bytes]]:
    """Texts of the parts added, by section and table."""
    found: dict[tuple[bytes, bytes], list[bytes]] = {}
    for part in parts:
        if part.handle in own and part.section in {b"TABLES", b"BLOCKS", b"ENTITIES"}:
            lines = part.text.splitlines()
            if part.kind == b"LAYER":
                lines = _plain_layer(lines, known | own, modern=modern)
            if known == {b""}:
                # a drawing whose entities have no handles: given ones could be taken twice
                lines = _without(lines, HANDLES)
            text = b"".join(line + ending for line in lines)
            table = part.table if part.section == b"TABLES" else b""
            found.setdefault((part.section, table), []).append(text)
    return found


def _without(lines: Sequence[bytes], codes: set[bytes]) -> list[bytes]:
    """Lines of a part without some of its groups."""
    pairs = zip(lines[::2], lines[1::2], strict=True)
    return [line for pair in pairs if pair[0].strip() not in codes for line in pair]


def _plain_layer(lines: Sequence[bytes], known: set[bytes], *, modern: bool) -> list[bytes]:
    """Lines of a layer without what the drawing cannot know."""
    kept: list[bytes] = []
    for code, value in zip(lines[::2], lines[1::2], strict=True):
        group = code.strip()
        if group in POINTERS and value.strip() not in known:
            continue
        if group in MODERN_ONLY and not modern:
            continue
        kept += [code, value]
    return kept


def _table(name: bytes, entries: Sequence[bytes], ending: bytes) -> list[bytes]:
    """A table that the drawing lacks."""
    head = (b"  0", b"TABLE", b"  2", name, b" 70", str(len(entries)).encode())
    end = (b"  0", b"ENDTAB")
    return [ending.join(head) + ending, *entries, ending.join(end) + ending]


def _with_seed(header: bytes, seed: int) -> bytes:
    """Header whose next free handle is beyond all handles."""
    lines = header.splitlines(keepends=True)
    for i, line in enumerate(lines[:-2]):
        if line.strip() == b"$HANDSEED":
            old = lines[i + 2].strip()
            if int(old, 16) < seed:
                lines[i + 2] = lines[i + 2].replace(old, f"{seed:X}".encode())
    return b"".join(lines)
