"""What the report says about a thing under the pointer, or one that the Tab key reached.

In: a study, a layout and its evaluation. Out: lines in both languages by the gid of the artist.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from optimizer.demand.flows import PersonClass
from optimizer.report.conflict_picture import NAMED
from optimizer.report.overlays import broken_findings
from optimizer.report.page.words import translate_names
from optimizer.report.place_words import flow_label, place_label
from optimizer.report.words import word
from optimizer.rules.chinese import sentence_zh

if TYPE_CHECKING:
    from collections.abc import Iterator

    from optimizer.equipment.layout import Layout
    from optimizer.evaluation import Evaluation, WaitingFigures
    from optimizer.report.words import Tongue
    from optimizer.study import Study

__all__ = ["hover_lines", "wait_line"]

LANGUAGES: tuple[Tongue, ...] = ("en", "zh")


def hover_lines(
    study: Study, layout: Layout, evaluation: Evaluation | None
) -> dict[str, dict[str, list[str]]]:
    """Return gid → language → lines; the first line of each is its name."""
    found: dict[str, dict[str, list[str]]] = {}
    for language in LANGUAGES:
        for gid, lines in _all(study, layout, evaluation, language):
            found.setdefault(gid, {})[language] = lines
    return found


def wait_line(figures: WaitingFigures, language: Tongue) -> str:
    """Return the wait at a kind of fixture in a few words."""
    endless = figures.mean_minutes == float("inf")
    mean = "∞" if endless else f"{figures.mean_minutes:.1f}"
    tail = "∞" if endless else f"{figures.p95_minutes:.1f}"
    load = f"{100 * figures.utilisation:.0f} %"
    if language == "zh":
        return f"平均等候 {mean} 分钟，95% 不超过 {tail} 分钟，利用率 {load}"
    return f"mean wait {mean} min, 95 % wait at most {tail} min, busy {load}"


def _all(
    study: Study, layout: Layout, evaluation: Evaluation | None, language: Tongue
) -> Iterator[tuple[str, list[str]]]:
    yield from _fixtures(study, layout, evaluation, language)
    for zone in study.plan.zones:
        kind = word("zone", zone.kind, language)
        yield f"zone:{zone.name}", [kind, f"{zone.polygon.area:.1f} m²"]
    for door in study.plan.doors:
        name = place_label(study, layout, door.name, language)
        kind = word("door", door.kind, language)
        yield f"door:{door.name}", [name, f"{kind}, {door.width:.2f} m"]
    if evaluation is not None:
        yield from _meetings(study, layout, evaluation, language)
        yield from _broken(study, layout, evaluation, language)
        yield from _sights(study, layout, evaluation, language)


def _fixtures(
    study: Study, layout: Layout, evaluation: Evaluation | None, language: Tongue
) -> Iterator[tuple[str, list[str]]]:
    """Name, size, place, customers an hour and who sees the screen, of every fixture."""
    visits: defaultdict[str, float] = defaultdict(float)
    for leg in evaluation.legs if evaluation else ():
        if leg.person in (PersonClass.CUSTOMER, PersonClass.WHEELCHAIR):
            visits[leg.target] += leg.rate
    seen: defaultdict[str, list[str]] = defaultdict(list)
    for pair in evaluation.privacy.overlooked if evaluation else ():
        seen[pair.fixture].append(place_label(study, layout, pair.viewer, language))
    for placement in layout.placements:
        kind, name = study.types[placement.type], placement.fixture
        lines = [
            place_label(study, layout, name, language),
            f"{kind.width:.2f} × {kind.depth:.2f} m, x {placement.x:.2f} m, y {placement.y:.2f} m, "
            f"{placement.angle:g}°",
        ]
        if visits[name]:
            lines.append(f"{visits[name]:.1f} {word('picture', 'people_per_hour', language)}")
        if seen[name]:
            comma = "、" if language == "zh" else ", "
            lines.append(f"{word('picture', 'overlooked', language)}: {comma.join(seen[name])}")
        yield f"fixture:{name}", lines


def _meetings(
    study: Study, layout: Layout, evaluation: Evaluation, language: Tongue
) -> Iterator[tuple[str, list[str]]]:
    """Encounters an hour, and the flows that meet."""
    unit = word("picture", "encounter", language)
    crossing = evaluation.crossing
    rows = [(p.encounters_per_hour, p.causes[:NAMED]) for p in crossing.places]
    rows = rows or [(pair.encounters_per_hour, (pair,)) for pair in crossing.worst_pairs]
    for number, (value, pairs) in enumerate(rows, start=1):
        flows = [
            f"{pair.encounters_per_hour:.2f}: {flow_label(study, layout, pair.one, language)} × "
            f"{flow_label(study, layout, pair.other, language)}"
            for pair in pairs
        ]
        yield f"meeting:{number}", [f"{value:.2f} {unit}", *flows]


def _broken(
    study: Study, layout: Layout, evaluation: Evaluation, language: Tongue
) -> Iterator[tuple[str, list[str]]]:
    """Rule, clause and what was found."""
    for number, finding in enumerate(broken_findings(evaluation), start=1):
        rule = finding.rule
        head = f"{rule.id} {rule.edition} {rule.clause}".strip()
        said = finding.sentence
        if language == "zh":
            said = translate_names(study, layout, sentence_zh(finding))
        yield f"broken:{number}", [head, said]


def _sights(
    study: Study, layout: Layout, evaluation: Evaluation, language: Tongue
) -> Iterator[tuple[str, list[str]]]:
    for pair in evaluation.privacy.overlooked:
        one, other = (
            place_label(study, layout, name, language) for name in (pair.fixture, pair.viewer)
        )
        head = word("picture", "overlooked", language)
        yield f"sight:{pair.viewer}→{pair.fixture}", [head, f"{one} ← {other}"]
