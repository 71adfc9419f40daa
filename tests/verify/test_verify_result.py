"""The verifier believes true results and refutes each falsified claim, and that one alone."""

from copy import deepcopy
from dataclasses import replace

import pytest
from shapely import LineString, box

from optimizer.demand.mix import Stop
from optimizer.equipment.layout import Layout
from optimizer.measures import BASIC, MEASURES
from optimizer.plan.model import Door, DoorKind, FloorPlan, Zone, ZoneKind
from optimizer.verify import Claim, verify_result
from optimizer.verify.claim import lookup


def _failed(claims):
    return {claim.name for claim in claims if claim.passed is False}


def _rows(result, rule):
    return [row for row in result["rules"] if row["id"] == rule]


def _set(result, name, value):
    """Change the value at a dotted key; numbers in it are places in a list."""
    *path, last = name.split(".")
    at = result
    for key in path:
        at = at[int(key)] if isinstance(at, list) else at[key]
    at[int(last) if isinstance(at, list) else last] = value


@pytest.fixture
def forged(small_study, small_result):
    """Names of the claims that fail once some values of the true result are changed."""

    def forge(**values):
        result = deepcopy(small_result)
        for name, change in values.items():
            key = name.replace("__", ".")
            old = lookup(result, key)
            _set(result, key, change(old) if callable(change) else change)
        return _failed(verify_result(small_study, result))

    return forge


def test_a_true_result_is_believed(small_study, small_result):
    """All claims of an honest result hold; what is not computed again is said so."""
    claims = verify_result(small_study, small_result)
    assert _failed(claims) == set()
    opened = {c.name for c in claims if c.passed is None} - {"walking.certificate"}
    assert opened == {
        "crossing.guided.crossings_guided",
        "crossing.places",
        "crowding.aisle_place",
        "crowding.aisle_speed",
        "diversion.parting_place",
        "notes",
    }
    assert all(isinstance(claim, Claim) and claim.sentence for claim in claims)


@pytest.mark.parametrize(
    "name",
    [
        "arrivals_per_hour",
        "objective.value",
        "objective.gap",
        *(
            f"objective.{part}.{term}"
            for part in ("terms", "weights")
            for term in ("walking", "staff_walking", "encounters", "waiting", "overlooked")
        ),
        "walking.metres_per_customer",
        "walking.person_metres_per_hour",
        "walking.staff_person_metres_per_hour",
        "walking.customer_person_metres_per_hour",
        "walking.by_journey.cash",
        "walking.by_journey.cards",
        "walking.search_gap",
        "crossing.encounters_per_hour",
        "crossing.weighted_encounters_per_hour",
        "crossing.staff_customer_encounters",
        "crossing.wheelchair_encounters",
        "crossing.path_crossings",
        "crossing.weighted_path_crossings",
        "crossing.share_of_customers_crossing",
        "crossing.head_on_metres",
        "crossing.merging_metres",
        "crossing.weighted_head_on",
        "crossing.weighted_merging",
        "detour.turns_per_customer",
        "detour.worst_journey_ratio",
        "detour.by_journey.cash",
        "diversion.parting_metres",
        "diversion.parting_first",
        "diversion.parting_last",
        "diversion.visible_from_entrance",
        "crowding.aisle_density",
        "door_to_door.minutes_per_customer",
        "crossing.guided.metres_guided",
        "detour.mean",
        "detour.worst",
        "privacy.overlooked_pairs",
        "privacy.through_flow_per_hour",
        *(
            f"waiting.by_stop.{stop}.{figure}"
            for stop in ("open_desk", "smart_terminal")
            for figure in ("mean_minutes", "p95_minutes", "utilisation", "arrivals_per_hour")
        ),
    ],
)
@pytest.mark.parametrize("factor", [0.99, 1.01])
def test_a_figure_that_is_one_percent_off_is_refuted_alone(small_study, small_result, name, factor):
    """A number changed by 1 % fails its own claim and no other."""
    result = deepcopy(small_result)
    _set(result, name, lookup(result, name) * factor)
    assert _failed(verify_result(small_study, result)) == {name}


@pytest.mark.parametrize(
    ("key", "wrong"),
    [
        ("detour.backtrack_ratio", 0.05),
        ("crossing.cash_customer_encounters", 0.1),
        ("diversion.self_service_through_queue", 0.25),
        ("diversion.visible_from_guide_desk", 0.5),
        ("crowding.waiting_density", 0.2),
        ("crowding.waiting_people", 99.0),
        ("crowding.aisle_level", "F"),
        ("crossing.guided.crossings_shortest", 1e6),
        ("crossing.guided.encounters_shortest", 1e6),
        ("crossing.guided.metres_shortest", 1.0),
    ],
)
def test_a_figure_of_flows_made_up_is_refuted(small_study, small_result, key, wrong):
    """A figure that is 0 or missing in the small hall may not be another number instead."""
    result = deepcopy(small_result)
    assert lookup(result, key) != wrong
    _set(result, key, wrong)
    assert key in _failed(verify_result(small_study, result))


def test_made_up_rows_of_flows_are_refuted(small_study, small_result):
    """First stops, worst walks and guide lines are held against the layout, each by itself."""
    assert small_result["diversion"]["first_stops"]
    assert small_result["detour"]["worst_legs"]
    for key, change in (
        ("diversion.first_stops", {"from_entrance": 0.123}),
        ("detour.worst_legs", {"walked": 1.0}),
    ):
        result = deepcopy(small_result)
        lookup(result, key)[0].update(change)
        assert any(name.startswith(key) for name in _failed(verify_result(small_study, result)))
        result = deepcopy(small_result)
        lookup(result, key).pop()
        assert key in _failed(verify_result(small_study, result))
    start, end = (lookup(small_result, "placements")[k] for k in (0, 1))
    result = deepcopy(small_result)
    result["crossing"]["guided"]["lines"] = [
        {
            "flow": f"{start['fixture']} → {end['fixture']}",
            "longer": 0.0,
            "path": [[start["x"], start["y"]], [end["x"], end["y"]]],
        }
    ]
    assert "crossing.guided.lines.0" in _failed(verify_result(small_study, result))


def test_weights_and_limits_of_measures_are_worked_out(small_study, small_layout, result_of):
    """Terms and limits of every measure hold as told, and are refuted when they are turned."""
    # minutes from door to door weigh the metres of the proof, which this result does not have
    measures = {name: 2.0 for name in MEASURES if name not in (*BASIC, "door_to_door")}
    limits = {name: 0.5 for name in MEASURES}
    study = replace(
        small_study, objective=replace(small_study.objective, measures=measures), limits=limits
    )
    told = result_of(study, small_layout)
    assert _failed(verify_result(study, told)) == set()
    row = next(r for r in told["rules"] if r["id"] == "LIMIT-metres_per_customer")
    assert row["passed"] is False
    row["passed"] = True
    told["objective"]["terms"]["path_crossings"] *= 1.01
    failed = _failed(verify_result(study, told))
    assert {"rules.LIMIT-metres_per_customer", "objective.terms.path_crossings"} <= failed
    minutes = next(r for r in told["rules"] if r["id"] == "LIMIT-door_to_door")
    # more than half a minute in an hour of all customers: broken
    assert minutes["passed"] is False
    minutes["passed"] = True
    assert "rules.LIMIT-door_to_door" in _failed(verify_result(study, told))
    del told["rules"][told["rules"].index(row)]
    assert "rules.LIMIT-metres_per_customer" in _failed(verify_result(study, told))


@pytest.mark.parametrize("place", range(10))
def test_a_pair_of_flows_that_meets_otherwise_is_refuted(small_study, small_result, place):
    """Each of the worst pairs is measured again."""
    result = deepcopy(small_result)
    result["crossing"]["worst_pairs"][place]["encounters_per_hour"] *= 0.98
    assert f"crossing.worst_pairs.{place}" in _failed(verify_result(small_study, result))


def test_the_worst_pair_may_not_be_left_out(small_study, small_result):
    """Without its first row, the list of worst pairs hides the pair that meets most."""
    result = deepcopy(small_result)
    del result["crossing"]["worst_pairs"][:2]
    assert _failed(verify_result(small_study, result)) == {"crossing.worst_pairs"}


def test_a_bound_above_the_objective_is_refuted(forged, small_result):
    """No bound may be above what the layout has; its gap would be negative."""
    value = small_result["objective"]["value"]
    assert forged(objective__bound=1.01 * value) == {"objective.bound", "objective.gap"}
    true = small_result["walking"]["person_metres_per_hour"]
    assert forged(walking__bound_person_metres_per_hour=1.01 * true) == {
        "walking.bound_person_metres_per_hour",
        "walking.gap",
    }


def test_gaps_fit_together(forged, small_result):
    """A gap follows from its bound, and the two parts of the walking gap add to it."""
    assert forged(walking__gap=0.19) == {"walking.gap", "walking.search_gap"}
    assert forged(objective__bound=lambda bound: 0.99 * bound) == {"objective.gap"}
    # moved from one part to the other: the tables would charge less than the empty shell
    walking = small_result["walking"]
    assert forged(
        walking__search_gap=walking["search_gap"] - 0.05,
        walking__detour_gap=walking["detour_gap"] + 0.05,
    ) == {"walking.detour_gap"}


def test_a_result_without_a_bound_has_no_gap(forged):
    """Null bounds go with null gaps, and only with them."""
    assert forged(objective__bound=None, objective__gap=None) == set()
    assert forged(objective__bound=None) == {"objective.gap"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("schema", 2),
        ("study.name", "Another hall"),
        ("study.sha256", "cd" * 32),
        ("hour", 9),
        ("status", "OPTIMAL"),
        ("status", "INFEASIBLE"),
        ("status", "GOOD"),
        ("waiting.by_stop.open_desk.servers", 3),
        ("history.1.objective", 1e6),
        ("history.2.bound", 1.0),
        ("history.2.seconds", 0.7),
    ],
)
def test_other_falsehoods_are_refuted_alone(small_study, small_result, name, value):
    """Study, hour, status, servers and history are checked too."""
    result = deepcopy(small_result)
    _set(result, name, value)
    key = "history" if name.startswith("history") else name
    assert _failed(verify_result(small_study, result)) == {key}


def test_overlooked_pairs_are_checked_by_name(small_study, small_result):
    """The right number of wrong pairs is refuted."""
    result = deepcopy(small_result)
    result["privacy"]["overlooked"][0]["viewer"] = "queue_machine-1"
    assert _failed(verify_result(small_study, result)) == {"privacy.overlooked"}


@pytest.mark.parametrize("rule", ["PLC-03", "PLC-11", "CN-FIRE-01", "PRV-01"])
def test_a_kept_rule_said_to_be_broken_is_refuted(small_study, small_result, rule):
    """An outcome is wrong in this direction too."""
    result = deepcopy(small_result)
    _rows(result, rule)[0]["passed"] = False
    assert _failed(verify_result(small_study, result)) == {f"rules.{rule}"}


def test_rows_of_rules_are_those_of_the_study(small_study, small_result):
    """A softened, changed, missing or invented rule is refuted; so is a manual one decided."""
    for change in ({"severity": "soft"}, {"limit": 0.5}, {"passed": "yes"}):
        result = deepcopy(small_result)
        _rows(result, "PLC-07")[0].update(change)
        assert _failed(verify_result(small_study, result)) == {"rules.PLC-07"}
    result = deepcopy(small_result)
    result["rules"].remove(_rows(result, "CN-ACC-01")[0])
    result["rules"].append({"id": "NEW-01", "passed": True})
    _rows(result, "CN-SEC-05")[0]["passed"] = True
    assert _failed(verify_result(small_study, result)) == {
        "rules.CN-ACC-01",
        "rules.NEW-01",
        "rules.CN-SEC-05",
    }


# Each change to the layout breaks the rule named, as `evaluate` says too, but the row claims that
# it is kept. Terminals are 0.6 × 0.5 m, desks 1.6 × 0.8 m; the queue machine is fixed.
BREACHES = [
    ("PLC-01", "open_desk-1", {"x": 4.4, "y": 3.6}),  # on the column
    ("PLC-02", "smart_terminal-1", {"x": 0.32}),  # its back 0.07 m from the wall
    ("PLC-03", "smart_terminal-2", {"y": 3.1}),  # 0.1 m into its neighbour
    ("PLC-04", "open_desk-1", {"x": 1.6, "y": 2.3}),  # its west end 0.3 m before a terminal
    ("PLC-06", "open_desk-1", {"y": 6.2}),  # staff 0.8 m behind the middle, in the wall's reach
    ("PLC-07", "smart_terminal-1", {"x": 3.3, "y": 0.25, "angle": 180.0}),  # in the door strip
    ("PLC-09", "open_desk-2", {"x": 4.0, "y": 3.9, "angle": 0.0}),  # before desk 1
    ("PLC-10", "open_desk-1", {"y": 6.2}),  # nobody can stand behind it
    ("PLC-11", "queue_machine-1", {"x": 6.01}),  # fixed at x = 6
]


@pytest.mark.parametrize(("rule", "fixture", "pose"), BREACHES)
def test_a_broken_rule_said_to_be_kept_is_refuted_alone(
    small_study, small_layout, result_of, rule, fixture, pose
):
    """Both judges find the breach; claiming that there is none fails exactly this claim."""
    layout = Layout(
        placements=tuple(
            replace(p, **pose) if p.fixture == fixture else p for p in small_layout.placements
        )
    )
    result = result_of(small_study, layout)
    rows = _rows(result, rule)
    assert any(row["passed"] is False for row in rows)
    assert _failed(verify_result(small_study, result)) == set()
    for row in rows:
        row["passed"] = True
    assert _failed(verify_result(small_study, result)) == {f"rules.{rule}"}


def test_rows_and_zones_are_judged_too(small_study, small_layout, result_of):
    """Desks that should form a row and do not, a desk in a zone of another kind: both refuted."""
    first, *others = small_study.groups
    row = replace(small_study, groups=(replace(first, row="desks"), *others))
    vip = Zone(name="vip", kind=ZoneKind.VIP, polygon=box(5, 4, 8, 7))
    zoned = replace(small_study, plan=replace(small_study.plan, zones=(vip,)))
    for study, rule in ((row, "PLC-08"), (zoned, "PLC-05")):
        result = result_of(study, small_layout)
        rows = _rows(result, rule)
        assert any(r["passed"] is False for r in rows)
        assert _failed(verify_result(study, result)) == set()
        for r in rows:
            r["passed"] = True
        assert _failed(verify_result(study, result)) == {f"rules.{rule}"}


def test_a_layout_changed_after_the_fact_is_noticed(small_study, small_result):
    """Moving, dropping or exchanging a fixture refutes the figures that rest on it."""
    result = deepcopy(small_result)
    result["placements"][0]["x"] -= 0.3
    assert _failed(verify_result(small_study, result)) >= {
        "walking.metres_per_customer",
        "walking.by_journey.cash",
        "crossing.encounters_per_hour",
        "objective.value",
    }
    result = deepcopy(small_result)
    result["placements"][1].update(x=4.0, y=5.3)  # 1.6 m wide, 0.6 m beside the other desk
    assert {"rules.PLC-03", "walking.person_metres_per_hour"} <= _failed(
        verify_result(small_study, result)
    )
    result = deepcopy(small_result)
    del result["placements"][1]  # one desk is left, the study asks for two
    assert {"rules.PLC-11", "waiting.by_stop.open_desk.servers"} <= _failed(
        verify_result(small_study, result)
    )
    result = deepcopy(small_result)
    result["placements"][1]["type"] = "smart_terminal"
    assert {"rules.PLC-11", "waiting.by_stop.smart_terminal.servers"} <= _failed(
        verify_result(small_study, result)
    )


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"type": "throne"}, "throne"),
        ({"x": "left"}, "number"),
        ({"angle": None}, "number"),
        ({"fixture": "open_desk-2"}, "once"),
        ({"fixture": 3}, "text"),
    ],
)
def test_a_placement_that_cannot_be_read_is_named(small_study, small_result, change, words):
    """A failed claim names the row and what would be right; figures are then left open."""
    result = deepcopy(small_result)
    result["placements"][0].update(change)
    claims = verify_result(small_study, result)
    place = 1 if "fixture" in change and change["fixture"] == "open_desk-2" else 0
    failed = [claim for claim in claims if claim.passed is False]
    assert [claim.name for claim in failed] == [f"placements.{place}"]
    assert words in failed[0].sentence
    assert any(claim.name == "figures" and claim.passed is None for claim in claims)


def _leaves(value, path=()):
    """Every key of a result down to four levels, with those of the first row of each list."""
    if path:
        yield path
    if isinstance(value, dict) and len(path) < 4:
        for key in value:
            yield from _leaves(value[key], (*path, key))


#: Keys that say nothing about the layout, or only repeat a rule for the reader.
UNCLAIMED = {"seed", "workers", "budget", "seconds", "versions", "conflict", "conflict_rules"}
UNCLAIMED_PARTS = {"bound_method", "poses", "pitch", "worst_leg", "classes"}


@pytest.mark.slow
@pytest.mark.parametrize("wrong", ["missing", "text"])
def test_a_missing_or_malformed_key_fails_and_never_raises(small_study, small_result, wrong):
    """Each key in turn is taken away or made nonsense: some claim fails, and names it."""
    for path in _leaves(small_result):
        if path[0] in UNCLAIMED or path[-1] in UNCLAIMED_PARTS or "classes" in path:
            continue
        result = deepcopy(small_result)
        at = result
        for key in path[:-1]:
            at = at[key]
        if wrong == "missing":
            del at[path[-1]]
        else:
            at[path[-1]] = wrong
        claims = verify_result(small_study, result)
        name = ".".join(path)
        open_ones = {c.name for c in claims if c.passed is None}
        if wrong != "missing" and name in open_ones:
            continue
        failed = [c for c in claims if c.passed is False]
        assert any(c.name.startswith(path[0]) for c in failed), name
        assert any(path[-1] in c.sentence or path[-1] in c.name for c in failed), name


@pytest.mark.parametrize("result", [{}, [], None, "result", {"placements": 5}])
def test_what_is_no_result_at_all_is_refuted(small_study, result):
    """Anything that JSON can hold gives claims, and some of them fail."""
    assert "placements" in _failed(verify_result(small_study, result))


def _infeasible(small_result):
    result = deepcopy(small_result)
    for section in ("objective", "walking", "crossing", "privacy"):
        for key, value in result[section].items():
            if isinstance(value, int | float):
                result[section][key] = None
    result.update(
        status="INFEASIBLE",
        conflict=["open_desk-1 has no candidate pose"],
        placements=[],
        history=[],
        rules=[],
    )
    return result


def test_infeasible_results_have_reasons_and_nothing_else(small_study, small_result):
    """No layout, no figures, but a reason; each of the three is checked."""
    result = _infeasible(small_result)
    claims = verify_result(small_study, result)
    assert _failed(claims) == set()
    assert any(c.name == "conflict" and c.passed is None for c in claims)
    assert _failed(verify_result(small_study, {**result, "conflict": []})) == {"status"}
    figures = {**result, "objective": {**result["objective"], "value": 5.0}}
    assert _failed(verify_result(small_study, figures)) == {"objective.value"}
    placed = {**result, "placements": small_result["placements"]}
    assert "status" in _failed(verify_result(small_study, placed))


def test_a_feasible_result_holds_a_layout(small_study, small_result):
    """Status FEASIBLE without placements is refuted."""
    result = {**_infeasible(small_result), "status": "FEASIBLE"}
    assert "status" in _failed(verify_result(small_study, result))


def test_a_journey_to_nothing_is_said_not_raised(small_study, small_result):
    """A type without standing points cannot be walked to; the claim says which."""
    types = dict(small_study.types)
    types["open_desk"] = replace(types["open_desk"], standing=())
    claims = verify_result(replace(small_study, types=types), small_result)
    failed = next(claim for claim in claims if claim.name == "placements")
    assert failed.passed is False
    assert "open_desk" in failed.sentence


def test_either_of_two_equally_short_ways_may_be_walked(small_study, small_layout, result_of):
    """In a hall that is its own mirror image the encounters are a span; outside it is refuted."""
    plan = FloorPlan(
        name="Mirror",
        outline=box(0, 0, 8, 8),
        columns=(box(3.5, 3, 4.5, 4),),
        doors=(Door(name="front", kind=DoorKind.ENTRANCE, line=LineString([(3.4, 0), (4.6, 0)])),),
    )
    desk, terminal, machine = small_study.groups
    groups = (replace(desk, min=1, max=1), terminal, replace(machine, at=((4.0, 1.6, 180.0),)))
    study = replace(small_study, plan=plan, groups=groups)
    poses = {
        "open_desk-1": (4.0, 6.2, 0.0),
        "smart_terminal-1": (0.25, 4.0, 90.0),
        "smart_terminal-2": (7.75, 4.0, 270.0),
        "queue_machine-1": (4.0, 1.6, 180.0),
    }
    layout = Layout(
        placements=tuple(
            replace(p, **dict(zip(("x", "y", "angle"), poses[p.fixture], strict=True)))
            for p in small_layout.placements
            if p.fixture in poses
        )
    )
    result = result_of(study, layout)
    claims = verify_result(study, result)
    assert _failed(claims) == set()
    span = next(c.found for c in claims if c.name == "crossing.encounters_per_hour")
    low, high = span
    assert low < result["crossing"]["encounters_per_hour"] < high
    result["crossing"]["encounters_per_hour"] = 1.01 * high
    assert _failed(verify_result(study, result)) == {"crossing.encounters_per_hour"}


def test_optimal_needs_a_closed_gap(small_study, small_result):
    """OPTIMAL with a gap of 0 fits; but here people meet, and no bound of that is above 0."""
    result = deepcopy(small_result)
    value = result["objective"]["value"]
    result["status"] = "OPTIMAL"
    result["objective"].update(bound=value, gap=0.0)
    assert _failed(verify_result(small_study, result)) == {"objective.bound"}


def test_the_class_weights_count(small_study, small_result):
    """Under other class weights the weighted encounters are wrong, the plain ones right."""
    goal = replace(small_study.objective, classes={})
    failed = _failed(verify_result(replace(small_study, objective=goal), small_result))
    assert "crossing.weighted_encounters_per_hour" in failed
    assert "crossing.encounters_per_hour" not in failed


def test_a_changed_mix_is_noticed(small_study, small_result):
    """The same result for a study whose customers all take a number is refuted."""
    first, second = small_study.mix.businesses
    first = replace(first, journey=(Stop(types=("queue_machine",)), first.journey[1]))
    mix = replace(small_study.mix, businesses=(first, second))
    failed = _failed(verify_result(replace(small_study, mix=mix), small_result))
    assert "walking.by_journey.cash" in failed
    assert "walking.by_journey.cards" not in failed
