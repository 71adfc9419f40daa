"""Allotting devices over many branches: processor time and proof.

    python benchmarks/allotment.py

Writes `results/allotment.md`. The portfolios are drawn at random from a seed: five formats, sizes,
waits and devices of today as they may be; numbers and budget bind.
"""

from __future__ import annotations

import random
import resource
import sys
import time
from datetime import date
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from optimizer.network.allotment import allot_devices  # noqa: E402
from optimizer.network.devices import DeviceKind, Devices, read_devices  # noqa: E402
from optimizer.network.portfolio import Branch, Portfolio  # noqa: E402

RESULTS = ROOT / "benchmarks" / "results" / "allotment.md"
#: Public floor by format, m²: as the synthetic city has it.
FLOOR = {"flagship": 800, "standard": 200, "small": 100, "community": 80, "self_service_24h": 40}
CASES = ((170, 1), (1000, 1), (1000, 2), (1000, 3), (15_000, 1))
DEVICES = """
budget = {budget}
[device.smart_terminal]
available = {quarter}
[device.product_pickup]
available = {sixth}
[device.pad]
available = {third}
[device.self_service]
available = {third}
"""


def draw(count: int, seed: int) -> Portfolio:
    """Portfolio of so many branches."""
    rng = random.Random(seed)
    branches = []
    for i in range(count):
        form = rng.choice(list(FLOOR))
        floor = FLOOR[form] * rng.uniform(0.8, 1.2)
        branches.append(
            Branch(
                row=i + 2,
                name=f"branch {i + 1}",
                format=form,
                customers_per_day=rng.uniform(100, 900) * FLOOR[form] / 250,
                mean_wait_minutes=rng.uniform(2, 40),
                replaceable_share=rng.uniform(0.4, 0.8),
                area_m2=floor,
                wall_slots=int(FLOOR[form] ** 0.5 * rng.uniform(0.4, 1.2)),
                devices={
                    "smart_terminal": rng.choice([0, 0, 1, 2]),
                    "product_pickup": rng.choice([0, 1]),
                    "pad": rng.choice([0, 1, 2]),
                    "self_service": rng.choice([0, 1, 2, 4]),
                },
            )
        )
    return Portfolio(branches=tuple(branches))


def hand_out(count: int) -> Devices:
    """Devices and money for so many branches."""
    file = RESULTS.with_name(".allotment.toml")
    file.write_text(
        DEVICES.format(
            budget=30_000 * count, quarter=count // 4, sixth=count // 6, third=count // 3
        ),
        encoding="utf-8",
    )
    try:
        return read_devices(file)
    finally:
        file.unlink()


def row(count: int, seed: int, kinds: tuple[DeviceKind, ...]) -> str:
    """One line of the table; also checks that the proof is there."""
    portfolio, devices = draw(count, seed), hand_out(count)
    began, used = time.perf_counter(), time.process_time()
    found = allot_devices(portfolio, devices, time_limit=600)
    wall, cpu = time.perf_counter() - began, time.process_time() - used
    gap = (found.bound - found.saved_minutes) / found.saved_minutes
    proven = sum(more.proven for more in found.marginal)
    return (
        f"| {count} | {len(kinds)} | {seed} | {found.status} | {found.saved_minutes:.1f} | "
        f"{gap:.4%} | {found.seconds:.1f} | {wall:.1f} | {cpu:.1f} | "
        f"{proven} of {len(found.marginal)} |"
    )


def main() -> None:
    """Write the table."""
    kinds = hand_out(1000).kinds
    lines = [
        "# Allotting devices",
        "",
        f"{date.today()}, ortools {version('ortools')}, scipy {version('scipy')}; 8 workers of "
        "CP-SAT on two shared cores. Seconds: the allotment with its proof (wall), all with the "
        "five marginal values (wall), the same as processor time.",
        "",
        "| branches | kinds | seed | status | min saved a day | gap | s | s, all | CPU s | "
        "marginal values proven |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    lines += [row(count, seed, kinds) for count, seed in CASES]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    lines += ["", f"Peak memory of the whole run: {peak:.0f} MiB."]
    RESULTS.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
