"""The verifier's own lines against those of the product, in every combination of features."""

from __future__ import annotations

import math
import random
from dataclasses import asdict, replace

import pytest

from optimizer.demand.mix import Arrivals, StaffRound
from optimizer.demand.service import PriorityClass, ReservedWindows, Service
from optimizer.demand.waiting import compute_waiting
from optimizer.equipment.layout import Layout, Placement
from optimizer.verify.lines import Group, late_wait, work_out
from optimizer.verify.placed import Placed
from optimizer.verify.waiting import queue_figures

CHECK = StaffRound(
    name="check",
    route=("open_desk", "smart_terminal"),
    per_use={"smart_terminal": 0.6},
    check_minutes=2.0,
)


def agreeing(study, desks: int, terminals: int) -> dict[str, dict[str, object]]:
    """Figures of the verifier, once they are those of the product."""
    kinds = ["open_desk"] * desks + ["smart_terminal"] * terminals + ["queue_machine"]
    names = [f"{kind}-{i}" for i, kind in enumerate(kinds)]
    layout = Layout(
        placements=tuple(
            Placement(fixture=name, type=kind, x=0.0, y=0.0)
            for name, kind in zip(names, kinds, strict=True)
        )
    )
    placed = [
        Placed(name=name, kind=study.types[kind], x=0.0, y=0.0, angle=0.0)
        for name, kind in zip(names, kinds, strict=True)
    ]
    found = queue_figures(study, placed)
    stated = {stop: asdict(row) for stop, row in compute_waiting(study, layout).items()}
    assert set(found) == set(stated)
    for stop, row in found.items():
        assert set(row) == set(stated[stop])
        for key, value in row.items():
            right = stated[stop][key]
            if key == "by_class":
                assert set(value) == set(right)
                for name, inner in value.items():
                    assert inner == pytest.approx(right[name], rel=1e-7, abs=1e-9), (stop, name)
            else:
                assert value == pytest.approx(right, rel=1e-7, abs=1e-9), (stop, key)
    return found


@pytest.mark.parametrize("seed", range(40))
def test_random_services_agree(small_study, seed: int) -> None:
    """Patience, classes, reserved windows, own lines, bookings and checks, drawn at random."""
    rng = random.Random(seed)

    def sometimes(value, otherwise=()):
        return value if rng.random() < 0.5 else otherwise

    service = Service(
        patience=sometimes({"open_desk": rng.uniform(1, 60), "smart_terminal": 10.0}, {}),
        priority=sometimes(
            (
                PriorityClass(name="elderly", share=rng.random()),
                PriorityClass(name="vip", business=("cards",), share=0.7),
            )
        ),
        own_lines=sometimes((rng.choice(["open_desk", "smart_terminal"]),)),
        reserved=sometimes((ReservedWindows(type="open_desk", windows=1, business=("cards",)),)),
        lobby_staff=rng.randint(1, 2),
        staffed=("open_desk",),
    )
    mix = small_study.mix
    study = small_study.replace(
        mix=replace(
            mix,
            businesses=tuple(replace(b, appointments=sometimes(0.4, 0.0)) for b in mix.businesses),
            rounds=sometimes((CHECK,), mix.rounds),
            arrivals=Arrivals(per_hour={9: rng.uniform(1, 90)}),
            service=service,
        )
    )
    agreeing(study, rng.randint(1, 4), rng.randint(0, 3))


def test_the_features_matter(small_study) -> None:
    """Each feature changes the figures, so that agreement is not agreement about nothing."""
    mix = replace(small_study.mix, arrivals=Arrivals(per_hour={9: 36.0}))
    plain = agreeing(small_study.replace(mix=mix), 2, 2)
    service = Service(staffed=("open_desk",))
    changes = {
        "patience": replace(mix, service=replace(service, patience={"open_desk": 5.0})),
        "own": replace(mix, service=replace(service, own_lines=("open_desk",))),
        "booked": replace(
            mix,
            service=service,
            businesses=tuple(replace(b, appointments=0.5) for b in mix.businesses),
        ),
    }
    for name, changed in changes.items():
        row = agreeing(small_study.replace(mix=changed), 2, 2)["open_desk"]
        assert row["mean_minutes"] != pytest.approx(plain["open_desk"]["mean_minutes"]), name
    checked = agreeing(small_study.replace(mix=replace(mix, rounds=(CHECK,))), 2, 2)
    assert checked["smart_terminal"]["check_wait_minutes"] > 0
    assert checked["smart_terminal"]["service_minutes"] > 4.0 + 0.6 * 2.0


def test_impatient_line_of_the_verifier_by_hand() -> None:
    """One server, λ = μ = θ = 1: the states are Poisson with mean 1."""
    found = work_out({"": Group(rate=1.0, mean=1.0, square=2.0)}, 1, 1.0, 1.0)[""]
    # P(n) = e^-1 / n!: waiting Σ (n − 1) P(n), n > 0, = 1 − (1 − e^-1) = e^-1
    assert found.mean == pytest.approx(math.exp(-1))
    assert found.left == pytest.approx(math.exp(-1))
    assert found.tail(0.0) == pytest.approx(1 - math.exp(-1))


def test_late_wait_of_a_mixture() -> None:
    """Of two classes with exponential waits the common percentile lies between their own."""
    groups = {
        "a": Group(rate=0.2, mean=1.0, square=2.0),
        "b": Group(rate=0.6, mean=1.0, square=2.0),
    }
    waits = work_out(groups, 1, None, 1.0)
    late = late_wait(list(waits.values()))
    assert late_wait([waits["a"]]) < late < late_wait([waits["b"]])
    share = sum(w.rate * w.tail(late) for w in waits.values()) / 0.8
    assert share == pytest.approx(0.05)
