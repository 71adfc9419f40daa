"""Notes in both languages: the sentences of search and drawing, and those that nobody foresaw."""

from __future__ import annotations

import re
import string
import tomllib
from dataclasses import replace
from importlib.resources import files

import numpy as np
import pytest

from optimizer.errors import FileFormatError
from optimizer.plan.dxf.drawn import Drawing
from optimizer.plan.dxf.findings import leftover_defects
from optimizer.plan.dxf.tangle import refuse_more
from optimizer.report.html import render_report
from optimizer.report.page.notes import note_rows


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        (
            "the plan is large for the time limit: its poses took 12 s, so no kind has more than "
            "300 of them; allow more seconds for better layouts",
            "平面相对于时限偏大：生成候选位置用时 12 s，故每类至多 300 个；增加秒数可得更好的布局",
        ),
        (
            "ATM: only none of the 40 poses that keep its own rules has a way to any place where "
            "Guide desk may stand",
            "ATM：符合自身规范的 40 个位置中，仅 0 个有路可达 Guide desk 的可摆放处",
        ),
        (
            "numbers: 4 of 9 choices within the ranges were searched; the others are not bounded, "
            "the walking gap for the numbers placed",
            "数量：范围内 9 种组合搜索了 4 种；其余组合没有下界，步行差距仅就所摆数量而言",
        ),
        (
            "today's layout breaks hard rules: CN-ACC-01, PLC-07",
            "现状布局违反强制规范：CN-ACC-01, PLC-07",
        ),
        (
            "a-1 (9.00 × 0.60 m) fits nowhere: of 12 poses tried, the last 4 are ruled out by "
            "PLC-05 (zone of its customers)",
            "a-1 (9.00 × 0.60 m) 无处可放：试过的 12 个位置中，最后 4 个被 "
            "PLC-05（客户所在功能区） 排除",
        ),
        (
            "atm-1 (0.90 × 0.80 m) fits nowhere: none of the 40 poses that keep its own rules has "
            "a way to entrance 'front' at (3.00, 0.00); if that one of 2 leads elsewhere, give it "
            "another kind in [[doors]]",
            "atm-1 (0.90 × 0.80 m) 无处可放：符合自身规范的 40 个位置中，仅 0 个有路可达 entrance "
            "'front' at (3.00, 0.00)；若该门通往别处，请在 [[doors]] 中改其种类",
        ),
        (
            "these cannot stand together (poses on a grid of 0.25 m, or along walls): 2 × a, 1 × "
            "b; each of them could without the others",
            "下列设备无法同时摆放（位置取自 0.25 m 网格或沿墙）：2 × a, 1 × b；去掉其中任一项，"
            "其余均可摆放",
        ),
        (
            "a closed outline of 12.0 m2 within the outline was read as a hole in the floor; put "
            "it on another layer if it is none",
            "轮廓内另有一条 12.0 m² 的闭合轮廓，按楼板开洞读取；若不是开洞，请放到其他图层",
        ),
        (
            "storey 'Level 1' was read; the model has also Level 2, Roof",
            "已读取楼层 'Level 1'；模型另有 Level 2, Roof",
        ),
        (
            "the folder holds 3 floors, a file each; 'G' was read; name one file, or say [plan] "
            'level = "<name>" for another of 1, 2',
            "文件夹内有 3 层，每层一个文件；已读取 'G'；请指定其中一个文件，或用 [plan] level = "
            '"<名称>" 指定其他楼层：1, 2',
        ),
        (
            "2 strokes of walls repeat what is drawn already; passed over, the first at this place",
            "2 条墙线重复绘制，已略过；第一条在此处",
        ),
        ("nobody foresaw {this}", "nobody foresaw {this}"),
    ],
)
def test_a_note_has_its_chinese(english, chinese):
    """Numbers and names are kept; a note that is not in the table stays as it is."""
    assert note_rows([english]) == [{"en": english, "zh": chinese}]


def test_a_tangled_drawing_is_said_in_chinese_with_its_numbers():
    """What refuses it, as the counter makes it today."""
    with pytest.raises(FileFormatError) as error:
        refuse_more("loose_ends", 20_001)
    (row,) = note_rows(error.value.sentences)
    assert "有 20,001 个" in row["zh"]
    assert "至多读取 20,000 个" in row["zh"]
    assert "BRANCH_READ_LOOSE_ENDS" in row["zh"]


def test_every_chinese_note_uses_what_its_english_names():
    """Each word in braces is a part of the English sentence that is named."""
    text = files("optimizer.report").joinpath("notes.toml").read_text(encoding="utf-8")
    tables = tomllib.loads(text)
    assert len(tables["note"]) > 20
    for row in (*tables["note"], *tables["part"]):
        used = {name for _, name, _, _ in string.Formatter().parse(row["zh"]) if name}
        assert used <= set(re.compile(row["en"]).groupindex), row["zh"]


def test_what_a_drawing_leaves_out_is_said_in_chinese():
    """Sentences as the reader of drawings makes them today are all in the table."""
    drawing = Drawing()
    drawing.unmapped["A-TREE"] += 3
    drawing.hidden["A-OFF"] += 2
    drawing.skipped["ACAD_PROXY"] += 1
    drawing.unknown["A-FURN", "chair 6"] += 8
    notes = [defect.sentence for defect in leftover_defects(drawing, True, 1.0, np.zeros(2))]
    assert len(notes) == 4
    for row in note_rows(notes):
        assert row["zh"] != row["en"], row
    assert any("A-TREE" in row["zh"] and "3 个图元" in row["zh"] for row in note_rows(notes))


def test_the_page_shows_notes_in_both_languages(
    report_study, report_layout, report_evaluation, report_result
):
    """Notes of the search and of the drawing are there twice, once in each language."""
    source = replace(
        report_study.plan.source,
        notes=("layer 'A-FURN' is off or frozen; its 12 entities were left out",),
    )
    study = report_study.replace(plan=replace(report_study.plan, source=source))
    result = replace(
        report_result,
        notes=("no bound: few candidate poses, a short search near the layout given",),
    )
    page = render_report(study, layout=report_layout, evaluation=report_evaluation, result=result)
    for shown in ("few candidate poses", "候选位置较少", "is off or frozen", "已关闭或冻结"):
        assert shown in page, shown
