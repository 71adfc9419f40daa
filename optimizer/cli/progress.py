"""What is shown while a search runs, and how it is stopped.

In: news of the search, and Ctrl-C. Out: a bar with best, bound and gap on stderr; the first Ctrl-C,
or the system's wish that the program ends, asks the search to end with what it has, the second one
ends the program.
"""

from __future__ import annotations

import signal
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from optimizer.cli.terminal import errors_console

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Watch", "interruptible"]

#: Seconds between two changes of the bar, and between two lines where there is no terminal.
BLINK, LINE = 0.2, 5.0
#: Signals that ask the search to end.
STOPS = (signal.SIGINT, signal.SIGTERM)


class Watch:
    """A progress bar for a search with a time limit, on stderr.

    Parameters
    ----------
    seconds
        Time limit.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._start = self._drawn = time.monotonic()
        self._figures = self._stage = ""
        self._console = errors_console()
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TimeElapsedColumn(),
            TextColumn("{task.fields[figures]}"),
            console=self._console,
            transient=True,
        )
        self._task = self._bar.add_task("build", total=seconds, figures="")

    def __enter__(self) -> Watch:
        """Show the bar, where stderr is a terminal."""
        if self._console.is_terminal:
            self._bar.start()
        return self

    def __exit__(self, *error: object) -> None:
        """Take the bar away."""
        if self._console.is_terminal:
            self._bar.stop()

    def tell(self, *, stage: str, best: float | None, bound: float | None = None) -> None:
        """Show news of the search: its stage, the best value and the bound."""
        parts = [] if best is None else [f"best {best:.1f}"]
        if best is not None and bound:
            parts += [f"bound {bound:.1f}", f"gap {(best - bound) / best:.1%}"]
        self._figures = "  ".join(parts)
        self._bar.update(self._task, description=stage, figures=self._figures)
        self._line(stage)

    def tick(self) -> None:
        """Let the bar grow with the time."""
        now = time.monotonic()
        if now - self._drawn > BLINK and self._console.is_terminal:
            self._drawn = now
            self._bar.update(self._task, completed=min(now - self._start, self._seconds))

    def _line(self, stage: str) -> None:
        """Print a line now and then, and for each new stage, where no bar can be drawn."""
        now = time.monotonic()
        if self._console.is_terminal or (stage == self._stage and now - self._drawn < LINE):
            return
        self._drawn, self._stage = now, stage
        self._console.print(f"{now - self._start:6.1f} s  {stage:<8}{self._figures}")


@contextmanager
def interruptible() -> Iterator[threading.Event]:
    """Yield an event that the first Ctrl-C sets; the second Ctrl-C interrupts the program.

    SIGTERM, which systems that run jobs at night send before they kill, counts as Ctrl-C.
    """
    asked = threading.Event()

    def on_interrupt(number: int, frame: Any) -> None:
        if asked.is_set():
            raise KeyboardInterrupt
        asked.set()
        errors_console().print("stopping with the best so far; Ctrl-C again to give up")

    if threading.current_thread() is not threading.main_thread():
        yield asked
        return
    before = {number: signal.signal(number, on_interrupt) for number in STOPS}
    try:
        yield asked
    finally:
        for number, action in before.items():
            signal.signal(number, action)
