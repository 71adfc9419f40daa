"""The report page: complete, self-contained, escaped."""

import html.parser
import json
import re
from dataclasses import replace

import pytest

from optimizer.equipment.layout import Layout, Placement
from optimizer.report.html import render_report, write_report
from optimizer.report.words import word
from optimizer.result import ConflictEntry


class Page(html.parser.HTMLParser):
    """Ids, attributes and text of a page, as a browser would see them."""

    def __init__(self, text):
        super().__init__()
        self.ids, self.tags, self.links, self.text, self.gids = [], [], [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        """Note the element, its id and its links."""
        self.tags.append(tag)
        for name, value in attrs:
            if name == "id":
                self.ids.append(value)
            if name == "data-gid":
                self.gids.append(value)
            if name in ("src", "href", "xlink:href", "action", "data"):
                self.links.append(value)

    def handle_data(self, data):
        """Note the text."""
        self.text.append(data)


@pytest.fixture(scope="session")
def report_page(report_study, report_layout, report_evaluation, report_result):
    """The report of the small branch with everything in it."""
    return render_report(
        report_study,
        layout=report_layout,
        evaluation=report_evaluation,
        result=report_result,
        today=report_evaluation,
        language="en",
    )


SECTIONS = (
    "headline",
    "plan",
    "walking",
    "waiting",
    "meetings",
    "rules",
    "certificate",
    "history",
    "placements",
    "assumptions",
)


def test_report_has_every_section(report_page):
    """Figures, plan, tables, certificate, history and assumptions are there."""
    assert set(SECTIONS) <= set(Page(report_page).ids)


def test_report_needs_nothing_from_outside(report_page):
    """No link leads out of the page, and its policy forbids loading."""
    links = [link for link in Page(report_page).links if not link.startswith(("#", "data:"))]
    assert links == []
    assert "default-src 'none'" in report_page
    assert not re.search(r"url\((?!['\"]?(?:#|data:))", report_page)
    assert "@import" not in report_page


def test_report_shows_the_numbers_of_the_result(report_page):
    """Gap 10 %, walking gap 36/436, bound 400, clause, changed value, confidence grade."""
    text = " ".join(Page(report_page).text)
    for shown in ("10.0 %", "8.3 %", "400.0", "GB 50763-2012 3.5.2", "value 1.5 → 1.2", "∞"):
        assert shown in text, shown
    assert "maker's sheet" in text


def test_report_switches_every_flow_and_layer_of_the_picture(report_page):
    """Each switch names shapes that are in the picture."""
    gids = set(re.findall(r'data-gid="([^"]+)"', report_page))
    for name in ("small_cash", "card_opening", "lobby"):
        assert f'data-group-box="{name}"' in report_page
        assert f'class="flow" data-group="{name}"' in report_page
    prefixes = re.findall(r'data-prefix="([^"]+)"', report_page)
    # all but guide lines and the place where ways part, of which this evaluation has none
    assert len(prefixes) == 7
    for layer in prefixes:
        assert any(gid.startswith(tuple(layer.split())) for gid in gids), layer


def test_before_and_after_are_two_pictures_and_a_slider(
    report_page, report_study, report_layout, report_evaluation
):
    """With today's figures there are two plans; without there is one and no slider."""
    assert report_page.count('class="picture ') == 2
    assert 'id="slider"' in report_page
    alone = render_report(report_study, layout=report_layout, evaluation=report_evaluation)
    assert alone.count('class="picture ') == 1
    assert 'id="slider"' not in alone


def test_falls_are_better_and_rises_are_worse(report_study, report_layout, report_evaluation):
    """8 m after 10 m a customer is −2.00 m and better."""
    walking = replace(report_evaluation.walking, metres_per_customer=8.0)
    page = render_report(
        report_study,
        layout=report_layout,
        evaluation=replace(report_evaluation, walking=walking),
        today=report_evaluation,
    )
    assert '<td class="better down">−2.00 m</td>' in page
    assert 'class="worse' not in page


def test_names_from_studies_are_escaped_everywhere(
    report_study, report_layout, report_evaluation, report_legs
):
    """A fixture, business, rule or study called <script> is text, in tables and pictures."""
    evil = '<script>alert("1")</script>--><b id=x>'
    kind = replace(report_study.types["queue_machine"], name=evil, label=evil, label_zh=evil)
    business = replace(report_study.mix.businesses[0], name=evil, label_zh=evil)
    study = report_study.replace(
        name=evil,
        types={**report_study.types, evil: kind},
        mix=replace(report_study.mix, businesses=(business, *report_study.mix.businesses[1:])),
        plan=replace(report_study.plan, zones=(replace(report_study.plan.zones[0], name=evil),)),
    )
    layout = Layout(placements=(Placement(fixture=evil, type=evil, x=6.0, y=3.0),))
    finding = replace(report_evaluation.findings[0], sentence=evil)
    pair = replace(report_evaluation.crossing.worst_pairs[0], one=evil)
    evaluation = replace(
        report_evaluation,
        legs=(replace(report_legs[0], by_group={evil: 5.0}),),
        findings=(replace(finding, rule=replace(finding.rule, clause=evil, id=evil)),),
        crossing=replace(report_evaluation.crossing, worst_pairs=(pair,)),
        waiting={evil: report_evaluation.waiting["cash_counter"]},
        walking=replace(report_evaluation.walking, by_journey={evil: 3.0}),
    )
    page = render_report(study, layout=layout, evaluation=evaluation, today=evaluation)
    assert evil not in page
    seen = Page(page)
    assert seen.tags.count("script") == 2  # the page's own and its model
    assert "b" not in seen.tags
    assert f"fixture:{evil}" in seen.gids
    model = json.loads(re.search(r'id="model">(.*?)</script>', page)[1])
    assert evil in model["after"]["lines"][f"fixture:{evil}"]["en"][0]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_language_is_that_asked_for(report_study, report_nothing, language):
    """The page begins in the language asked for; both are in it."""
    page = render_report(
        report_study, layout=None, evaluation=None, result=report_nothing, language=language
    )
    assert f'<html lang="{language}">' in page
    assert f'<body class="{language}">' in page
    assert "无解原因" in page
    assert "Why nothing fits" in page


def test_report_of_an_infeasible_study_says_why(report_study, report_nothing):
    """There is the plan and the reason, and no empty table."""
    page = render_report(report_study, layout=None, evaluation=None, result=report_nothing)
    ids = set(Page(page).ids)
    assert "2 counters of 1.5 m do not fit in a wall of 2.0 m" in page
    assert {"conflict", "plan", "certificate"} <= ids
    assert not ids & {"headline", "walking", "waiting", "meetings", "rules", "placements"}


def test_rules_that_conflict_are_said_in_both_languages(report_study, report_nothing):
    """The table of what cannot hold together has the sentence in English and in Chinese."""
    entry = ConflictEntry(
        rules=("PLC-07",),
        sentence="PLC-07: keep clear; 1.2 m → 0.7 m would do",
        sentence_zh="PLC-07：保持净空；由 1.2 m 放宽至 0.7 m 即可",
        value=1.2,
        relaxed_to=0.7,
        unit="m",
        where=(1.0, 2.0),
    )
    result = replace(report_nothing, conflict=(entry.sentence,), conflict_rules=(entry,))
    page = render_report(report_study, layout=None, evaluation=None, result=result)
    assert entry.sentence in page
    assert entry.sentence_zh in page
    assert "Why nothing fits" in page
    open_one = replace(entry, proven=False)
    result = replace(report_nothing, conflict=(entry.sentence,), conflict_rules=(open_one,))
    page = render_report(report_study, layout=None, evaluation=None, result=result)
    assert "Rules that the best layout breaks" in page
    assert "Why nothing fits" not in page


def test_page_brings_its_own_chinese_signs(report_page):
    """The font in the page is a small part of the whole, and is one that browsers read."""
    (coded,) = re.findall(r"url\(data:font/woff;base64,([A-Za-z0-9+/=]+)\)", report_page)
    assert coded.startswith("d09GR")  # "wOF" in base64
    assert len(coded) < 300_000


def test_written_report_is_the_rendered_one_every_time(
    tmp_path, report_study, report_layout, report_evaluation
):
    """The same input gives the same page."""
    paths = [tmp_path / "one.html", tmp_path / "other.html"]
    for path in paths:
        write_report(report_study, path, layout=report_layout, evaluation=report_evaluation)
    one, other = (path.read_text(encoding="utf-8") for path in paths)
    assert one == other
    assert one.startswith("<!DOCTYPE html>")


def test_rules_are_told_in_the_language_of_the_page(report_study, report_layout, report_evaluation):
    """The Chinese sentence stands beside the English one, and no column is empty on every row."""
    finding = report_evaluation.findings[0]
    rule = replace(finding.rule, sentence_zh="通道净宽", unit="fixtures", changed="")
    findings = (replace(finding, rule=rule, value=1.0),)
    evaluation = replace(report_evaluation, findings=findings)
    page = render_report(report_study, layout=report_layout, evaluation=evaluation)
    rules = page[page.index('id="rules"') :]
    assert '<span class="zh" lang="zh">通道净宽</span>' in rules
    assert '<span class="en" lang="en">1 fixture</span>' in rules
    changed = word("report", "changed", "en")
    assert changed not in rules
    findings = (replace(finding, rule=replace(rule, changed="limit 1.2 → 1")),)
    evaluation = replace(report_evaluation, findings=findings)
    page = render_report(report_study, layout=report_layout, evaluation=evaluation)
    assert changed in page
    assert "limit 1.2 → 1" in page


def test_a_kept_rule_is_not_told_twice(report_study, report_layout, report_evaluation):
    """Where a finding only repeats its rule, the outcome alone is shown; a measurement stays."""
    finding = report_evaluation.findings[0]
    rule = finding.rule
    repeats = replace(finding, passed=True, sentence=f"Kept: {rule.sentence}")
    measured = replace(finding, passed=True, sentence="The narrowest way is 1.34 m wide")
    evaluation = replace(report_evaluation, findings=(repeats, measured))
    page = render_report(report_study, layout=report_layout, evaluation=evaluation)
    assert "Kept: " not in page
    assert "The narrowest way is 1.34 m wide" in page
