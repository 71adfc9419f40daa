"""Pictures and pages of the bundled studies: names cover nothing, Chinese pages are Chinese."""

import html.parser
import re

import pytest
from shapely import box

import optimizer as bo
from optimizer.equipment.layout import placed_box
from optimizer.report.html import render_report
from optimizer.report.layout_picture import plot_layout

STUDIES = ("old_corner", "standard_hall", "flagship_hall", "real_office")
REAL = "plans/dxf/wrld_office_floor.dxf"
#: What a Chinese page says in Latin letters: units, grades, codes of rules and standards, names of
#: statuses and files as other programs know them.
LATIN = frozenset(
    {
        "m",
        "mm",
        "h",
        "min",
        "pp",
        "s",
        "x",
        "y",
        "ASM",
        "GB",
        "GA",
        "T",
        "SHA",
        "npz",
        *"ABCDEFabcdefg",
    }
)
VOID = ("meta", "br", "input", "link", "img", "hr", "use", "path", "image")


class Chinese(html.parser.HTMLParser):
    """Texts of a page that a reader of its Chinese side sees."""

    def __init__(self, text):
        super().__init__()
        self.open, self.texts = [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        """Note whether what follows is English, or no text at all."""
        values = dict(attrs)
        english = "en" in (values.get("class") or "").split() or values.get("lang") == "en"
        if tag not in VOID:
            self.open.append((tag, english or tag in ("script", "style", "title")))

    def handle_startendtag(self, tag, attrs):
        """Pass over what has no inside."""

    def handle_endtag(self, tag):
        """Close what was opened last under this name."""
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data):
        """Note the text."""
        if not any(hidden for _, hidden in self.open):
            self.texts.append(data)


@pytest.fixture(scope="session")
def bundled(root):
    """Read a bundled study once."""
    known = {}

    def read(name):
        if name not in known:
            options = {}
            if name == "real_office":
                drawing = root.parent / "shared" / REAL
                if not drawing.is_file():
                    pytest.skip(f"NOT TESTED: {REAL} is not in ../shared")
                options["plan"] = drawing
            known[name] = bo.read_study(root / "floorplans" / name / "study.toml", **options)
        return known[name]

    return read


@pytest.mark.parametrize("language", ["both", "en", "zh"])
@pytest.mark.parametrize("name", STUDIES)
def test_names_cover_no_fixture_that_they_do_not_name(bundled, name, language):
    """As rendered, no name lies on another's fixture, on another name or on a door's opening."""
    study = bundled(name)
    layout = study.current_layout
    ax = plot_layout(study, layout, language=language)
    renderer = ax.figure.canvas.get_renderer()
    back = ax.transData.inverted()
    areas = {}
    for text in ax.texts:
        gid = text.get_gid() or ""
        if gid.startswith(("label:", "zone-label:", "door-label:")):
            (x0, y0), (x1, y1) = back.transform(text.get_window_extent(renderer).get_points())
            areas[gid] = box(x0, y0, x1, y1)
    own = {gid.partition(":")[2] for gid in areas if gid.startswith("label:")}
    assert own == {p.fixture for p in layout.placements}
    for placement in layout.placements:
        home = placed_box(study.types[placement.type].footprint, placement)
        for gid, area in areas.items():
            if gid != f"label:{placement.fixture}":
                assert area.intersection(home).area < 1e-4, (gid, placement.fixture)
    names = list(areas)
    for i, one in enumerate(names):
        for other in names[i + 1 :]:
            assert areas[one].intersection(areas[other]).area < 1e-4, (one, other)


@pytest.mark.parametrize(
    "name", [*STUDIES[:2], *(pytest.param(name, marks=pytest.mark.slow) for name in STUDIES[2:])]
)
def test_chinese_page_has_no_english_word(bundled, name):
    """In Chinese every word is Chinese but for units, codes and quoted sources."""
    study = bundled(name)
    evaluation = bo.evaluate(study, study.current_layout)
    page = render_report(
        study, layout=study.current_layout, evaluation=evaluation, today=evaluation, language="zh"
    )
    texts = " ".join(Chinese(page).texts).replace(study.name, "")
    words = set(re.findall(r"[A-Za-z]+", re.sub(r"[A-Za-z]+-[A-Z0-9-]+[a-z]?\b", "", texts)))
    assert "现金柜台" in texts
    assert words - LATIN == set()


def test_english_page_names_nothing_in_chinese_alone(bundled):
    """In English no text is Chinese but the button that switches to it."""
    study = bundled("standard_hall")
    evaluation = bo.evaluate(study, study.current_layout)
    page = render_report(study, layout=study.current_layout, evaluation=evaluation, language="en")
    swapped = page.replace('class="en"', 'class="?"').replace('class="zh"', 'class="en"')
    swapped = swapped.replace(' lang="en"', "").replace('class="chart en"', 'class="chart"')
    swapped = swapped.replace('class="chart zh"', 'class="chart en"')
    texts = Chinese(swapped.replace('data-language="zh" lang="zh">中文', ">")).texts
    assert any("Cash counter window" in text for text in texts)
    assert [text for text in texts if re.search("[\u4e00-\u9fff]", text)] == []
