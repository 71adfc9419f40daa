"""Commands that judge a layout: `evaluate`, `verify`, `comply`.

In: a study and a layout or result. Out: figures, claims, items, and whether they hold.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from rich.table import Table
from rich.text import Text

from optimizer.cli.arguments import AsJson, LayoutFile, OtherPlan, StudyFile
from optimizer.cli.files import read_any_layout, read_brief, read_certificate, read_result
from optimizer.cli.terminal import print_errors, print_json, print_line, print_table
from optimizer.errors import StudyError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from optimizer.evaluation import Evaluation
    from optimizer.rules.compliance import ComplianceCounts, ComplianceRow
    from optimizer.study import Study

__all__ = ["comply", "evaluate", "print_headlines", "verify"]

#: Rule pack of the service standard.
STANDARD = "service-standard"
#: Words of the table of compliance.
COMPLIANCE = {
    "en": {
        "item": "item",
        "clause": "clause",
        "answer": "answer",
        "found": "rule, and what was found",
        "passed": "passed",
        "failed": "failed",
        "manual": "manual",
        "changed": "changed by the study: {}",
        "counts": "{0.passed} passed, {0.failed} failed ({0.failed_hard} hard), "
        "{0.manual} to be looked at",
        "points": "{0.points:g} of {0.points_decided:g} points that geometry decides, "
        "{0.points_possible:g} in all",
    },
    "zh": {
        "item": "条目",
        "clause": "条款",
        "answer": "结论",
        "found": "要求及发现",
        "passed": "符合",
        "failed": "不符合",
        "manual": "现场核对",
        "changed": "方案已修改：{}",
        "counts": "符合 {0.passed} 项，不符合 {0.failed} 项（其中强制 {0.failed_hard} 项），"
        "须现场核对 {0.manual} 项",
        "points": "几何可判定的 {0.points_decided:g} 分中得 {0.points:g} 分，总分 "
        "{0.points_possible:g}",
    },
}
#: How the answer to a claim is shown; None where it was not computed again.
ANSWERS = {True: "passed", False: "FAILED", None: "open  "}


def evaluate(
    study: StudyFile, layout: LayoutFile, plan: OtherPlan = None, as_json: AsJson = False
) -> int:
    """What a layout is worth, and the rules that it breaks."""
    from optimizer.evaluate import evaluate as judge
    from optimizer.report.results import evaluation_to_json

    brief = read_brief(study, plan=plan)
    evaluation = judge(brief, read_any_layout(layout, brief))
    content = evaluation_to_json(brief, evaluation)
    if as_json:
        print_json(content)
    else:
        print_headlines(content)
    print_broken(evaluation, brief)
    return int(bool(evaluation.broken))


def verify(
    study: StudyFile,
    result: Annotated[Path, typer.Argument(metavar="RESULT", help="result.json")],
    plan: OtherPlan = None,
    as_json: AsJson = False,
) -> int:
    """Compute a result anew by other means; exit code 1 if any of its claims fails."""
    from optimizer.verify import verify_result

    brief = read_brief(study, plan=plan)
    content = read_result(result)
    claims = verify_result(brief, content, read_certificate(result, content))
    failed = [claim for claim in claims if claim.passed is False]
    if as_json:
        rows = [
            {
                "name": claim.name,
                "sentence": claim.sentence,
                "passed": claim.passed,
                "stated": claim.stated,
                "found": claim.found,
            }
            for claim in claims
        ]
        print_json({"passed": not failed, "claims": rows})
    else:
        for claim in claims:
            print_line(f"{ANSWERS[claim.passed]}  {claim.sentence}")
        held = sum(claim.passed is True for claim in claims)
        print_line(f"{held} of {len(claims)} claims hold, {len(failed)} fail")
    print_errors(claim.sentence for claim in failed)
    return int(bool(failed))


def comply(
    study: StudyFile,
    layout: LayoutFile,
    plan: OtherPlan = None,
    pack: Annotated[
        list[str] | None,
        typer.Option("--pack", help="Rule pack to show; may be repeated. Default: the standard."),
    ] = None,
    language: Annotated[
        Literal["en", "zh"], typer.Option("--lang", help="Language of the table.")
    ] = "en",
    as_json: AsJson = False,
) -> int:
    """The service standard item by item: passed, failed with what would pass, or manual."""
    from optimizer.evaluate import evaluate as judge
    from optimizer.rules.compliance import compliance_table, count_compliance

    packs = tuple(pack or (STANDARD,))
    brief = _with_packs(read_brief(study, plan=plan), packs)
    evaluation = judge(brief, read_any_layout(layout, brief))
    rows = compliance_table(evaluation.findings, packs)
    counts = count_compliance(rows)
    if as_json:
        print_json(_compliance_json(brief, rows, counts))
    else:
        _print_compliance(rows, counts, language)
    return int(counts.failed_hard > 0)


def print_headlines(content: dict[str, Any]) -> None:
    """Print the headline figures of a result or an evaluation."""
    from optimizer.report.figures import headline_figures

    for figure in headline_figures(content):
        print_line(f"{figure.label('en'):<36}{figure.text}")


def print_broken(evaluation: Evaluation, study: Study) -> None:
    """Say every broken hard rule on stderr, and which of them the plan itself breaks."""
    from optimizer.rules.findings import broken_by_plan

    broken = evaluation.broken
    print_errors(f"{finding.rule.id}: {finding.sentence}" for finding in broken)
    of_plan = broken_by_plan(study, broken)
    if of_plan:
        rules = ", ".join(sorted({finding.rule.id for finding in of_plan}))
        print_errors(
            [
                f"{len(of_plan)} of the {len(broken)} broken hard rules are the plan's own, "
                f"whatever the layout: {rules}; change the drawing (its doors, walls and zones)"
            ]
        )


def _with_packs(study: Study, packs: Sequence[str]) -> Study:
    """Study that is judged by more packs than its own."""
    from optimizer.rules.packs import pack_names

    unknown = [name for name in packs if name not in (*pack_names(), *study.rules)]
    if unknown:
        known = ", ".join(pack_names())
        raise StudyError(
            *(f"--pack {name}: no such rule pack; known are {known}" for name in unknown)
        )
    added = tuple(name for name in packs if name not in study.rules)
    return study.replace(rules=(*study.rules, *added)) if added else study


def _compliance_json(
    study: Study, rows: Sequence[ComplianceRow], counts: ComplianceCounts
) -> dict[str, Any]:
    """Compliance as `comply --json` prints it."""
    from optimizer.rules.chinese import sentence_zh

    items = [
        {
            "id": row.rule.id,
            "pack": row.rule.pack,
            "part": row.rule.part,
            "rule": row.rule.sentence,
            "rule_zh": row.rule.sentence_zh,
            "clause": row.rule.clause,
            "severity": str(row.rule.severity),
            "points": row.rule.points,
            "changed": row.rule.changed,
            "answer": str(row.answer),
            "findings": list(row.sentences),
            "findings_zh": [sentence_zh(finding) for finding in row.findings],
            "places": [list(place) for place in row.places],
        }
        for row in rows
    ]
    return {"study": study.name, "counts": asdict(counts), "items": items}


def _print_compliance(
    rows: Sequence[ComplianceRow], counts: ComplianceCounts, language: Literal["en", "zh"]
) -> None:
    """Print the table of items and its counts."""
    from optimizer.rules.chinese import sentence_zh

    say = COMPLIANCE[language]
    table = Table(show_edge=False, pad_edge=False)
    for name in ("item", "clause", "answer", "found"):
        table.add_column(say[name])
    for row in rows:
        rule = row.rule
        lines = [rule.sentence_zh or rule.sentence if language == "zh" else rule.sentence]
        if rule.changed:
            lines.append(say["changed"].format(rule.changed))
        if row.answer == "failed":
            lines += (
                [sentence_zh(finding) for finding in row.findings]
                if language == "zh"
                else row.sentences
            )
        answer = Text(say[str(row.answer)])
        table.add_row(Text(rule.id), Text(rule.clause), answer, Text("\n".join(lines)))
    print_table(table)
    print_line(say["counts"].format(counts))
    if counts.points_possible:
        print_line(say["points"].format(counts))
