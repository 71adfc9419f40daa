"""How soon the slider panel answers: the layout that stands judged anew, and laid out anew.

In: the bundled standard hall with today's layout. Out: `results/panel.md`. Every slider is moved
once by code, as a hand would; then each pair of numbers is lowered together, both without what the
panel judges ahead and after it; then the button lays out anew from where the layout stands.

Run from the root of the repository, on a machine that does nothing else: `python
benchmarks/panel.py`. The times are wall time, for that is what the reader waits.
"""

from __future__ import annotations

import asyncio
import datetime
import os
import platform
import statistics
import time
from importlib.metadata import version
from itertools import combinations
from pathlib import Path

import optimizer as bo
from optimizer.whatif.panel import COUNT, Panel

RESULTS = Path(__file__).parent / "results"
STUDY = Path(__file__).parents[1] / "floorplans" / "standard_hall" / "study.toml"
#: Seconds to lay out anew, as a planner's panel gives by itself.
LAY_OUTS = (1, 2, 3)


def moved(panel: Panel, key: str) -> float:
    """Return the milliseconds from moving a slider by a step to its answer; it stays moved."""
    slider = panel.sliders[key]
    panel.ahead = False  # what is judged ahead comes after the answer
    step = -1 if key.startswith(COUNT) else slider.step
    up = slider.value + step <= slider.max
    begun = time.perf_counter()
    slider.value += step if up or step < 0 else -step
    seconds = time.perf_counter() - begun
    panel.ahead = True
    assert panel.evaluation is not None, panel.message.value
    return 1000 * seconds


def singles(panel: Panel) -> dict[str, list[float]]:
    """Milliseconds of each slider moved alone, by kind of slider."""
    found: dict[str, list[float]] = {}
    for key in panel.sliders:
        if key.startswith(COUNT) and not panel.sliders[key].value:
            continue
        found.setdefault(key.partition(".")[0], []).append(moved(panel, key))
        panel.put_back()
    return found


def pairs(panel: Panel) -> list[float]:
    """Milliseconds of the second number of each pair, the first having been lowered just before."""
    keys = [k for k in panel.sliders if k.startswith(COUNT) and panel.sliders[k].value]
    found = []
    for one, other in combinations(keys, 2):
        moved(panel, one)
        found.append(moved(panel, other))
        panel.put_back()
    return found


async def left_alone(study: bo.Study) -> tuple[Panel, float]:
    """Return a panel that nobody moved until it had nothing left to judge ahead, and how long."""
    panel = Panel(study)
    begun = time.perf_counter()
    while not panel.idle.finished:
        await asyncio.sleep(0.05)
    return panel, time.perf_counter() - begun


def lay_outs(study: bo.Study) -> list[tuple[float, float, float]]:
    """Seconds of laying out anew one terminal more, and the objective there and at first."""
    found = []
    for seed in LAY_OUTS:
        panel = Panel(study, seed=seed, ahead=False)
        panel.sliders["weight.encounters"].value = 100.0
        assert panel.evaluation is not None
        first = panel.evaluation.objective.value
        begun = time.perf_counter()
        panel.button.click()
        seconds = time.perf_counter() - begun
        found.append((seconds, first, panel.evaluation.objective.value))
    return found


def row(name: str, times: list[float]) -> str:
    """One row of the table of milliseconds."""
    ordered = sorted(times)
    late = ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]
    middle, most = statistics.median(ordered), ordered[-1]
    return f"| {name} | {len(times)} | {middle:.0f} | {late:.0f} | {most:.0f} |"


def main() -> None:
    """Measure and write the page."""
    study = bo.read_study(STUDY)
    plain = Panel(study, ahead=False)
    moved(plain, "arrivals")  # what is loaded with the first answer
    plain.put_back()
    alone = pairs(plain)
    panel, thinking = asyncio.run(left_alone(study))
    rows = [row(f"one slider: {kind}", times) for kind, times in singles(panel).items()]
    rows.append(row("two numbers, one after the other", pairs(panel)))
    rows.append(row("the same with nothing judged ahead", alone))
    anew = [
        f"| {seed} | {seconds:.2f} | {first:,.0f} | {last:,.0f} |"
        for seed, (seconds, first, last) in zip(LAY_OUTS, lay_outs(study), strict=True)
    ]
    libraries = f"numpy {version('numpy')}, shapely {version('shapely')}"
    load, cores = os.getloadavg()[0], os.cpu_count()
    text = f"""# The slider panel on standard_hall

{datetime.date.today()}, Python {platform.python_version()}, {libraries}. Wall time; load of the
machine at the end {load:.1f} on {cores} cores.

## Milliseconds from a slider to its answer

| sliders | moves | median | 95th percentile | worst |
| --- | ---: | ---: | ---: | ---: |
{chr(10).join(rows)}

The panel judges one fixture less of each type as it is made, and two less while nobody moves a
slider, a rule at a time between two events; that took {thinking:.0f} s here.

## Seconds to lay out anew from what stands

After the weight of encounters was put to 100; the compiler's first run is in the first row.

| seed | seconds | objective before | after |
| ---: | ---: | ---: | ---: |
{chr(10).join(anew)}
"""
    (RESULTS / "panel.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
