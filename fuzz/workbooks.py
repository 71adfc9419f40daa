"""Workbooks made of the text in them, so that changes get past the packing.

In: the XML of a sheet, and after marks that of the shared texts, the styles and the workbook. Out:
the bytes of an Excel file. What is packed already stays as it is.
"""

from __future__ import annotations

import io
import zipfile

__all__ = ["PARTS", "packed_workbook", "workbook_text"]

#: Between the parts of a text.
MARK = b"\n====\n"
#: Parts that are changed, in the order of the text.
PARTS = ("xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml", "xl/workbook.xml")
SPACE = "http://schemas.openxmlformats.org"
MAIN = f'xmlns="{SPACE}/spreadsheetml/2006/main"'
KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
RELATION = f"{SPACE}/officeDocument/2006/relationships"
HEAD = '<?xml version="1.0" encoding="UTF-8"?>'


def _relations(*rows: tuple[str, str]) -> str:
    inner = "".join(
        f'<Relationship Id="rId{n}" Type="{RELATION}/{kind}" Target="{target}"/>'
        for n, (kind, target) in enumerate(rows, 1)
    )
    return f'<Relationships xmlns="{SPACE}/package/2006/relationships">{inner}</Relationships>'


#: Parts that are the same in every workbook.
FIXED = {
    "[Content_Types].xml": f'<Types xmlns="{SPACE}/package/2006/content-types"><Default Extension='
    '"rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    + "".join(
        f'<Override PartName="/{part}" ContentType="{KIND}.{kind}+xml"/>'
        for part, kind in zip(
            PARTS, ("worksheet", "sharedStrings", "styles", "sheet.main"), strict=True
        )
    )
    + "</Types>",
    "_rels/.rels": _relations(("officeDocument", "xl/workbook.xml")),
    "xl/_rels/workbook.xml.rels": _relations(
        ("worksheet", "worksheets/sheet1.xml"),
        ("sharedStrings", "sharedStrings.xml"),
        ("styles", "styles.xml"),
    ),
}
BOOK = (
    f'<workbook {MAIN} xmlns:r="{RELATION}">\n<workbookPr date1904="0"/>\n<sheets>\n'
    '<sheet name="log" sheetId="1" r:id="rId1"/>\n</sheets>\n</workbook>'
)
STYLES = (
    f'<styleSheet {MAIN}>\n<numFmts count="1">\n<numFmt numFmtId="164" formatCode="yyyy-mm-dd '
    'hh:mm:ss"/>\n</numFmts>\n<cellXfs count="2">\n<xf numFmtId="0"/>\n<xf numFmtId="164"/>\n'
    "</cellXfs>\n</styleSheet>"
)


def packed_workbook(content: bytes) -> bytes:
    """Workbook of a text of parts; parts that it does not have are right ones."""
    if content.startswith(b"PK"):
        return content
    given = content.split(MARK)
    usual = (b"", f"{HEAD}<sst {MAIN}></sst>".encode(), STYLES.encode(), BOOK.encode())
    parts = [one or other for one, other in zip(given, usual, strict=False)]
    parts += usual[len(parts) :]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as file:
        for name, text in FIXED.items():
            file.writestr(name, HEAD + text)
        for name, part in zip(PARTS, parts, strict=True):
            file.writestr(name, part)
    return out.getvalue()


def workbook_text(rows: list[list[str]], *, shared: bool) -> bytes:
    """Text of a workbook with these cells, their texts in the cells or shared."""
    texts: list[str] = []
    lines = []
    for y, row in enumerate(rows, 1):
        lines.append(f'<row r="{y}">')
        for letter, cell in zip("ABCDEFGHIJ", row, strict=False):
            if cell.replace(".", "", 1).isdigit():
                lines.append(f'<c r="{letter}{y}" s="1"><v>{cell}</v></c>')
            elif shared:
                lines.append(f'<c r="{letter}{y}" t="s"><v>{len(texts)}</v></c>')
                texts.append(cell)
            else:
                lines.append(f'<c r="{letter}{y}" t="inlineStr"><is><t>{cell}</t></is></c>')
        lines.append("</row>")
    start = f'{HEAD}<worksheet {MAIN}><dimension ref="A1:G{len(rows)}"/><sheetData>'
    sheet = "\n".join([start, *lines, "</sheetData></worksheet>"])
    strings = "\n".join([f"<sst {MAIN}>", *(f"<si><t>{text}</t></si>" for text in texts), "</sst>"])
    return MARK.join(text.encode() for text in (sheet, strings, STYLES, BOOK))
