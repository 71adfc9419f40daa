"""Optimal, proven layouts for bank branches.

In: a floor plan, fixtures, a business mix. Out: a layout, what it is worth, and a proof of how much
better any other could be. In a notebook:

    import optimizer as bo

    study = bo.read_study("floorplans/standard_hall/study.toml")
    today = bo.evaluate(study, study.current_layout)
    best = bo.optimize(study, time_limit=60, seed=1)
    print(best.summary())
    bo.plot_layout(study, best.layout)
    bo.compare({"today": today, "best": best})

A name is loaded when it is first used: importing the package loads no solver and no compiler.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

from optimizer.rooms import ROOMS

if TYPE_CHECKING:
    from optimizer.comparison import Comparison, compare
    from optimizer.demand.combination import Combination
    from optimizer.demand.diagnosis import LongQueue
    from optimizer.demand.flows import Flow, PersonClass
    from optimizer.demand.mix import Arrivals, Business, BusinessMix, Stop
    from optimizer.demand.periods import Period
    from optimizer.demand.queue_log import LogFormat, QueueLog, read_queue_log
    from optimizer.demand.roster import (
        Roster,
        RosterDay,
        RosterRules,
        StaffMember,
        roster,
        roster_week,
    )
    from optimizer.demand.service import PriorityClass, ReservedWindows, Service
    from optimizer.demand.strategies import StrategyRow, compare_strategies
    from optimizer.diagnose import MarginalValue, diagnose, marginal_minutes
    from optimizer.equipment.catalogue import read_catalogue
    from optimizer.equipment.layout import Layout, Placement
    from optimizer.equipment.layout_file import read_layout, write_layout
    from optimizer.equipment.model import FixtureType
    from optimizer.errors import (
        FileFormatError,
        FloorPlanError,
        FolderBusyError,
        LayoutError,
        NoLayoutError,
        OptimizerError,
        StoreError,
        StudyError,
        WrongClaimError,
    )
    from optimizer.evaluate import evaluate
    from optimizer.evaluation import Evaluation, Leg
    from optimizer.jobs import open_store
    from optimizer.network.allotment import Allotment, allot_devices
    from optimizer.network.devices import Devices, read_devices
    from optimizer.network.portfolio import Portfolio, read_portfolio
    from optimizer.network.ranking import Ranking, rank_branches
    from optimizer.network.rollout import Rollout, build_rollout
    from optimizer.open_sets import evaluate_open_sets
    from optimizer.place.assignment import (
        AssignmentProblem,
        AssignmentResult,
        read_qaplib,
        solve_assignment,
    )
    from optimizer.place.improve import improve
    from optimizer.place.least_change import ChangeStep, least_change
    from optimizer.place.marginal import AddedFixture, marginal_values
    from optimizer.place.optimize import Progress, optimize
    from optimizer.place.pareto import ParetoFront, ParetoPoint, pareto
    from optimizer.plan.audit import audit_plan
    from optimizer.plan.defect import Defect
    from optimizer.plan.geojson import write_geojson
    from optimizer.plan.model import Door, DoorKind, FloorPlan, Zone, ZoneKind
    from optimizer.plan.read import read_plan
    from optimizer.plan.summary import summarize_plan
    from optimizer.report.charts import plot_comparison, plot_history, plot_waiting
    from optimizer.report.conflict_picture import plot_conflicts
    from optimizer.report.dxf import read_layout_dxf, write_layout_dxf
    from optimizer.report.flow_picture import plot_flows
    from optimizer.report.front import front_to_json, write_front_csv
    from optimizer.report.front_picture import plot_pareto
    from optimizer.report.graph_picture import plot_graph
    from optimizer.report.html import write_report
    from optimizer.report.layout_picture import plot_layout
    from optimizer.report.least_change_picture import draw_least_change, plot_least_change
    from optimizer.report.moves import draw_before_after, plot_moves
    from optimizer.report.network_picture import plot_network
    from optimizer.report.overlays import plot_privacy, plot_rules
    from optimizer.report.peak_chart import plot_peaks
    from optimizer.report.plan_picture import plot_plan
    from optimizer.report.regret_picture import plot_regret
    from optimizer.report.results import evaluation_to_json, result_to_json
    from optimizer.report.roster_picture import plot_roster
    from optimizer.report.route_picture import plot_routes
    from optimizer.report.sheets import render_layout
    from optimizer.report.sight_picture import plot_sight
    from optimizer.report.sweep_picture import plot_sweep
    from optimizer.result import Result, Status
    from optimizer.rules.compliance import compliance_table
    from optimizer.rules.model import Finding, Rule
    from optimizer.study import FixtureGroup, Objective, Study
    from optimizer.study_file import read_study, study_schema
    from optimizer.walk import Shell, prepare_shell, to_networkx
    from optimizer.whatif.fixed import FixedLayout
    from optimizer.whatif.panel import Panel
    from optimizer.whatif.robustness import Robustness, compare_scenarios
    from optimizer.whatif.sweep import sweep

__all__ = [
    "AddedFixture",
    "Allotment",
    "Arrivals",
    "AssignmentProblem",
    "AssignmentResult",
    "Business",
    "BusinessMix",
    "ChangeStep",
    "Combination",
    "Comparison",
    "Defect",
    "Devices",
    "Door",
    "DoorKind",
    "Evaluation",
    "FileFormatError",
    "Finding",
    "FixedLayout",
    "FixtureGroup",
    "FixtureType",
    "FloorPlan",
    "FloorPlanError",
    "Flow",
    "FolderBusyError",
    "Layout",
    "LayoutError",
    "Leg",
    "LogFormat",
    "LongQueue",
    "MarginalValue",
    "NoLayoutError",
    "Objective",
    "OptimizerError",
    "Panel",
    "ParetoFront",
    "ParetoPoint",
    "Period",
    "PersonClass",
    "Placement",
    "Portfolio",
    "PriorityClass",
    "Progress",
    "QueueLog",
    "Ranking",
    "ReservedWindows",
    "Result",
    "Robustness",
    "Rollout",
    "Roster",
    "RosterDay",
    "RosterRules",
    "Rule",
    "Service",
    "Shell",
    "StaffMember",
    "Status",
    "Stop",
    "StoreError",
    "StrategyRow",
    "Study",
    "StudyError",
    "WrongClaimError",
    "Zone",
    "ZoneKind",
    "allot_devices",
    "audit_plan",
    "build_rollout",
    "compare",
    "compare_scenarios",
    "compare_strategies",
    "compliance_table",
    "diagnose",
    "draw_before_after",
    "draw_least_change",
    "evaluate",
    "evaluate_open_sets",
    "evaluation_to_json",
    "front_to_json",
    "improve",
    "least_change",
    "marginal_minutes",
    "marginal_values",
    "open_store",
    "optimize",
    "pareto",
    "plot_comparison",
    "plot_conflicts",
    "plot_flows",
    "plot_graph",
    "plot_history",
    "plot_layout",
    "plot_least_change",
    "plot_moves",
    "plot_network",
    "plot_pareto",
    "plot_peaks",
    "plot_plan",
    "plot_privacy",
    "plot_regret",
    "plot_roster",
    "plot_routes",
    "plot_rules",
    "plot_sight",
    "plot_sweep",
    "plot_waiting",
    "prepare_shell",
    "rank_branches",
    "read_catalogue",
    "read_devices",
    "read_layout",
    "read_layout_dxf",
    "read_plan",
    "read_portfolio",
    "read_qaplib",
    "read_queue_log",
    "read_study",
    "render_layout",
    "result_to_json",
    "roster",
    "roster_week",
    "solve_assignment",
    "study_schema",
    "summarize_plan",
    "sweep",
    "to_networkx",
    "write_front_csv",
    "write_geojson",
    "write_layout",
    "write_layout_dxf",
    "write_report",
]


def __getattr__(name: str) -> Any:
    """Return a public name from the module that defines it."""
    if name not in ROOMS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{ROOMS[name]}"), name)


def __dir__() -> list[str]:
    """List the public names."""
    return __all__


class _Package(ModuleType):
    """The package: a module of it never hides the public function of the same name.

    Python binds `optimizer.evaluate` to the module when that is loaded; people mean the function.
    """

    def __setattr__(self, name: str, value: object) -> None:
        if not (name in ROOMS and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
