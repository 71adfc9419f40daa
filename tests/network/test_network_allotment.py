"""Allotment of devices: savings by hand, brute force, bounds, limits, marginal values."""

from __future__ import annotations

import itertools
import json
import math

import numpy as np
import pytest

from optimizer.cli import main
from optimizer.errors import StudyError
from optimizer.network.allotment import allot_devices
from optimizer.network.devices import DeviceKind, Devices, read_devices
from optimizer.network.exact import solve_program
from optimizer.network.portfolio import Branch, Portfolio
from optimizer.network.program import SCALE, build_program
from optimizer.network.room import find_rooms
from optimizer.network.savings import saved_by_more, saved_minutes
from optimizer.result import Status

HALF_DAYS = {9: 0.5, 10: 0.5}


def kind(name, **changes):
    """A kind of device."""
    values = {
        "available": 2,
        "cost": 10.0,
        "share": 0.5,
        "service_minutes": 3.0,
        "otherwise_minutes": 6.0,
        "joins_queue": True,
        "slots": 1,
        "area_m2": 2.0,
        "most": 3,
        "least": {},
        "formats": (),
        "needs": (),
    }
    return DeviceKind(name=name, **{**values, **changes})


def devices(*kinds, budget=math.inf, **changes):
    """What is handed out."""
    values = {"busy": 0.8, "device_share": 0.25, "hours": HALF_DAYS, **changes}
    return Devices(kinds=kinds, budget=budget, **values)


def branch(name="A", customers=480.0, **changes):
    """A branch; half its customers have business that a machine can do."""
    values = {
        "mean_wait_minutes": 10.0,
        "replaceable_share": 0.5,
        "area_m2": 100.0,
        "wall_slots": 10,
    }
    return Branch(row=2, name=name, customers_per_day=customers, **{**values, **changes})


def test_minutes_saved_by_hand():
    """Formulas (1) to (3) with one device, full and not full."""
    # 480 · 0.5 · 0.5 = 120 users a day, 60 in each of two hours, 1 a minute; one device takes
    # 0.8 / 3 = 0.26667 a minute. M/M/1: Wq = ρ s / (1 − ρ) = 0.8 · 3 / 0.2 = 12 min.
    # gain = 10 + 6 − 3 − 12 = 1 min; 2 hours · 60 · 0.26667 · 1 = 32 min
    one = kind("smart_terminal")
    assert saved_minutes(branch(), one, devices(one), 1) == pytest.approx(32.0)
    # a tenth of the customers: 0.1 a minute, ρ = 0.3, Wq = 0.3 · 3 / 0.7 = 9/7;
    # 2 · 60 · 0.1 · (13 − 9/7) = 140.571
    assert saved_minutes(branch(customers=48), one, devices(one), 1) == pytest.approx(984 / 7)
    # without the wait at the counters the machine of the full branch is slower than they: 3 − 12
    slow = kind("smart_terminal", joins_queue=False)
    assert saved_minutes(branch(), slow, devices(slow), 1) == 0.0
    assert saved_minutes(branch(), one, devices(one), 0) == 0.0


def test_tables_start_at_today_and_never_fall():
    """The table is over what stands there, and more devices never save less."""
    one = kind("smart_terminal")
    here = branch(devices={"smart_terminal": 1})
    table = saved_by_more(here, one, devices(one), 5)
    assert table[0] == 0.0
    assert list(table) == sorted(table)
    two = saved_minutes(here, one, devices(one), 2)
    assert table[1] == pytest.approx(two - 32.0)


def brute_force(portfolio, handed):
    """Most minutes over all allotments, one by one, from the rules in words."""
    best = -1.0
    kinds = handed.kinds
    per_branch = []
    for here in portfolio.branches:
        options = []
        for numbers in itertools.product(*(range(k.available + 2) for k in kinds)):
            today = [here.devices.get(k.name, 0) for k in kinds]
            total = {k.name: n + t for k, n, t in zip(kinds, numbers, today, strict=True)}
            slots = sum(k.slots * total[k.name] for k in kinds)
            area = sum(k.area_m2 * total[k.name] for k in kinds)
            fits = all(
                (n == 0 or k.may_stand(here.format))
                and k.least_in(here.format) <= total[k.name]
                and (n == 0 or total[k.name] <= k.most)
                and (n == 0 or all(total.get(need, 0) for need in k.needs))
                for k, n in zip(kinds, numbers, strict=True)
            )
            if fits and slots <= here.wall_slots and area <= handed.device_share * here.area_m2:
                saved = sum(
                    round(SCALE * saved_by_more(here, k, handed, n)[n])
                    for k, n in zip(kinds, numbers, strict=True)
                )
                options.append((numbers, saved))
        per_branch.append(options)
    for chosen in itertools.product(*per_branch):
        used = np.sum([numbers for numbers, _ in chosen], axis=0)
        cost = sum(k.cost * n for k, n in zip(kinds, used, strict=True))
        if all(n <= k.available for n, k in zip(used, kinds, strict=True)) and (
            cost <= handed.budget + 1e-9
        ):
            best = max(best, sum(saved for _, saved in chosen))
    return best / SCALE if best >= 0 else None


def drawn_case(seed):
    """A small case at random: three branches, three kinds, limits that bind."""
    rng = np.random.default_rng(seed)
    kinds = (
        kind(
            "smart_terminal",
            cost=8.0,
            needs=("product_pickup",) if rng.random() < 0.5 else (),
            least={"standard": int(rng.integers(0, 2))},
        ),
        kind("product_pickup", cost=5.5, share=0.1, service_minutes=1.0, joins_queue=False),
        kind("self_service", cost=6.0, share=0.3, service_minutes=2.0, formats=("small",)),
    )
    branches = tuple(
        branch(
            f"b{i}",
            customers=float(rng.uniform(50, 900)),
            mean_wait_minutes=float(rng.uniform(1, 30)),
            format=str(rng.choice(["small", "standard"])),
            area_m2=float(rng.choice([20, 40, 80])),
            wall_slots=int(rng.integers(1, 6)),
            devices={"smart_terminal": int(rng.integers(0, 2))},
        )
        for i in range(3)
    )
    handed = devices(*kinds, budget=float(rng.choice([12, 25, 40])))
    return Portfolio(branches=branches), handed


def test_brute_force_agrees():
    """CP-SAT and trying all allotments agree; both answers occur, found and impossible."""
    answers = set()
    for seed in range(25):
        portfolio, handed = drawn_case(seed)
        found = allot_devices(portfolio, handed, marginal=False, workers=1)
        best = brute_force(portfolio, handed)
        answers.add(found.status)
        if best is None:
            assert found.status is Status.INFEASIBLE
            assert found.conflict
        else:
            assert found.status is Status.OPTIMAL
            assert found.saved_minutes == pytest.approx(best)
            assert found.bound == pytest.approx(best)
    assert answers == {Status.OPTIMAL, Status.INFEASIBLE}


def large_case(seed=3, count=60):
    """Sixty branches, numbers and money that bind."""
    rng = np.random.default_rng(seed)
    branches = tuple(
        branch(
            f"b{i}",
            customers=float(rng.uniform(100, 900)),
            mean_wait_minutes=float(rng.uniform(2, 30)),
            wall_slots=int(rng.integers(2, 9)),
        )
        for i in range(count)
    )
    handed = devices(
        kind("smart_terminal", available=30, cost=8.0, needs=("product_pickup",)),
        kind("product_pickup", available=25, cost=5.0, share=0.1, joins_queue=False),
        kind("self_service", available=40, cost=6.0, service_minutes=2.0, share=0.3),
        budget=430.0,
    )
    return Portfolio(branches=branches), handed


def greedy(program):
    """Gain of taking the best gain per money step by step, needs and all limits kept."""
    x = np.zeros(len(program.gains), dtype=bool)
    rows = np.zeros((len(program.limits), len(program.gains)), dtype=np.int64)
    rows[program.row, program.column] = program.value
    for i in sorted(range(len(x)), key=lambda i: -program.gains[i]):
        x[i] = True
        if (rows @ x > program.limits).any():
            x[i] = False
    return int(program.gains @ x)


def test_the_bound_lies_between_linear_relaxation_and_greedy():
    """Greedy ≤ proven best ≤ linear bound, and x keeps every row."""
    portfolio, handed = large_case()
    program = build_program(find_rooms(portfolio, handed), handed)
    solved = solve_program(program, workers=8)
    assert solved.status is Status.OPTIMAL
    low = greedy(program)
    assert low < solved.value <= solved.linear_bound + 0.5
    assert solved.linear_bound < 1.02 * solved.value
    sums = np.bincount(program.row, program.value * solved.x[program.column])
    assert (sums <= program.limits[: len(sums)]).all()


def test_another_solver_finds_the_same_best():
    """HiGHS on the whole program, without any fixing of variables, has the same optimum."""
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_array

    portfolio, handed = large_case(seed=8)
    program = build_program(find_rooms(portfolio, handed), handed)
    n = len(program.gains)
    rows = csr_array(
        (program.value.astype(float), (program.row, program.column)),
        shape=(len(program.limits), n),
    )
    peer = milp(
        -program.gains.astype(float),
        constraints=LinearConstraint(rows, -np.inf, program.limits.astype(float)),
        integrality=np.ones(n),
        bounds=Bounds(0, 1),
        options={"mip_rel_gap": 0},
    )
    assert solve_program(program).value == round(-peer.fun)


def test_choices_and_rows_say_the_same():
    """The numbers that a branch can take by itself are those that keep the rows of the program."""
    portfolio, handed = drawn_case(2)
    program = build_program(find_rooms(portfolio, handed), handed)
    rows = np.zeros((len(program.limits), len(program.gains)), dtype=np.int64)
    rows[program.row, program.column] = program.value
    local = [r for r in range(len(rows)) if r not in program.shared.values()]
    for steps, choices in zip(program.steps, program.choices, strict=True):
        sizes = [range(len(own) + 1) for own in steps]
        kept = []
        for numbers in itertools.product(*sizes):
            x = np.zeros(len(program.gains), dtype=bool)
            for own, number in zip(steps, numbers, strict=True):
                x[own.start : own.start + number] = True
            inside = [i for own in steps for i in own]
            asked = all(x[i] for i in inside if program.fixed[i])
            touching = [r for r in local if rows[r][inside].any()]
            if asked and all(rows[r] @ x <= program.limits[r] for r in touching):
                kept.append(list(numbers))
        assert choices.tolist() == kept


def test_marginal_values_are_differences_of_optima():
    """One more device, or more money, is worth what solving again with it gains."""
    portfolio, handed = drawn_case(1)
    found = allot_devices(portfolio, handed, workers=1, budget_step=8.0)
    by_name = {row.what: row for row in found.marginal}
    richer = devices(*handed.kinds, budget=handed.budget + 8.0)
    assert by_name["budget"].saved_minutes == pytest.approx(
        brute_force(portfolio, richer) - brute_force(portfolio, handed)
    )
    assert by_name["budget"].proven
    assert set(by_name) == {"smart_terminal", "product_pickup", "self_service", "budget"}


def test_one_device_goes_where_it_saves_most():
    """With one terminal for two branches, the one with the longer wait gets it."""
    one = kind("smart_terminal", available=1)
    short, long = branch("short", mean_wait_minutes=12.0), branch("long", mean_wait_minutes=20.0)
    found = allot_devices(Portfolio(branches=(short, long)), devices(one), workers=1)
    (share,) = found.shares
    # long: 2 · 60 · 0.26667 · (20 + 6 − 3 − 12) = 352; short: (12 + 6 − 3 − 12) · 32 = 96
    assert (share.branch.name, share.new) == ("long", {"smart_terminal": 1})
    assert found.saved_minutes == pytest.approx(352.0)
    assert found.used == {"smart_terminal": 1}
    # a second one: in the other branch 96, in the same M/M/2 at the same use: Wq = 16/3, all in all
    # 2 · 60 · 0.53333 · (23 − 16/3) = 1130.67, which is 778.67 more
    (more,) = found.marginal
    assert more.saved_minutes == pytest.approx(778.7)


@pytest.mark.parametrize(
    ("changes", "handed", "words"),
    [
        ({"wall_slots": 1}, {"least": {"small": 2}}, "take 2 wall slots; 1 are free"),
        ({"area_m2": 8.0}, {"least": {"small": 2}}, "take 4 m² of floor"),
        ({}, {"least": {"small": 3}}, "takes 3 more; 2 are available"),
        ({}, {"least": {"small": 1}, "cost": 99.0}, "cost 99; the budget is 50"),
    ],
)
def test_what_cannot_be_is_said(changes, handed, words):
    """Lower limits that floor, walls, numbers or money forbid: INFEASIBLE, with the reason."""
    here = branch(format="small", **changes)
    found = allot_devices(
        Portfolio(branches=(here,)), devices(kind("smart_terminal", **handed), budget=50.0)
    )
    assert found.status is Status.INFEASIBLE
    assert any(words in sentence for sentence in found.conflict)
    assert not found.shares


def test_the_bundled_kinds_fill_what_a_file_leaves_out(tmp_path):
    """A bank's file says numbers and prices; minutes and floor come with the package."""
    file = tmp_path / "devices.toml"
    file.write_text(
        "budget = 1000\n[device.smart_terminal]\navailable = 3\nleast = { flagship = 2 }\n",
        encoding="utf-8",
    )
    found = read_devices(file)
    by_name = {k.name: k for k in found.kinds}
    assert set(by_name) == {"smart_terminal", "product_pickup", "pad", "self_service"}
    assert by_name["smart_terminal"].available == 3
    assert by_name["smart_terminal"].least_in("flagship") == 2
    assert by_name["smart_terminal"].least_in("small") == 0
    assert by_name["pad"].available == 0
    assert sum(found.hours.values()) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[device.smart_termnal]\navailable = 1", "did you mean 'smart_terminal'"),
        ("[device.pad]\navailable = -1", "must be at least 0"),
        ("[device.pad]\navailabel = 1", "unknown key 'availabel'"),
        ("[device.pad]\nneeds = ['cart']", "needs: 'cart'"),
        ("[device.pad]\nleast = { huge = 1 }", "least: 'huge'"),
        ("[device.pad]\nleast = 99", "must be 0 to most"),
        ("budget = -5", "budget is -5"),
        ("profile = 'x'", "profile 'x' is unknown"),
        ("device = 3", "must be tables"),
    ],
)
def test_wrong_device_files_are_said(tmp_path, text, words):
    """Each defect of the file is one sentence that names it."""
    file = tmp_path / "devices.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(StudyError, match=words) as caught:
        read_devices(file)
    assert all(str(file) in sentence for sentence in caught.value.sentences)


def test_the_command_allots_and_says_why_not(tmp_path, capsys):
    """Exit code 0 with a table and CSV; 1 with the reason where lower limits cannot be kept."""
    rows = "branch,format,customers,mean_wait,replaceable,area,wall_slots\n"
    rows += "east,small,600,20,0.6,120,4\nwest,small,200,5,0.6,120,4\n"
    (tmp_path / "p.csv").write_text(rows, encoding="utf-8")
    file = tmp_path / "devices.toml"
    text = "budget = 200000\n[device.smart_terminal]\navailable = 1\n[device.pad]\navailable = 1\n"
    text += "[device.product_pickup]\navailable = 1\n"
    file.write_text(text, encoding="utf-8")
    words = ["network", "allot", str(tmp_path / "p.csv"), "--devices", str(file)]
    assert main([*words, "--json", "--csv", str(tmp_path / "a.csv")]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["status"] == "OPTIMAL"
    assert found["branches"][0]["branch"] == "east"
    assert found["bound_minutes_per_day"] == pytest.approx(found["saved_minutes_per_day"])
    assert {row["what"] for row in found["marginal"]} >= {"smart_terminal", "budget"}
    assert (tmp_path / "a.csv").read_text(encoding="utf-8-sig").startswith("branch,format,smart")
    file.write_text(text.replace("available = 1", "available = 1\nleast = 1"), encoding="utf-8")
    assert main(words) == 1
    assert "the least of all branches takes 2 more; 1 are available" in capsys.readouterr().err
