"""The command line `branch-layout`: a thin layer over the public API.

In: arguments and files. Out: results on stdout, progress and errors on stderr, an exit code: 0
done; 1 no layout, a hard rule broken, defects found; 2 wrong usage or unreadable input.
"""

from __future__ import annotations

import math
import sys
from typing import TYPE_CHECKING

from optimizer.errors import FileFormatError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program and return its exit code; one line where it cannot even be loaded.

    Parameters
    ----------
    arguments
        Without the program's name; None for those it was called with, which may be worked on in a
        child: where little memory is allowed, and where machine code works for long.
    """
    if arguments is not None:
        return _loaded(arguments)
    from optimizer.cli.memory import memory_allowed, refusal, spare_threads

    limited = memory_allowed() < math.inf
    if limited:
        try:
            refused = refusal()
        except FileFormatError as error:  # the environment says no number
            refused = str(error)
        if refused:
            return _said(refused)
        spare_threads()
    if limited or sys.argv[1:2] == ["optimize"]:
        from optimizer.cli.apart import run_apart

        return run_apart(_loaded, watched=limited)
    return _loaded()


def _loaded(arguments: Sequence[str] | None = None) -> int:
    """Load the commands and run them."""
    try:
        from optimizer.cli import commands
    except (ImportError, MemoryError, OSError) as error:
        said = " ".join(str(error).split()) or type(error).__name__
        return _said(
            f"the program cannot be loaded ({said}); allow it more memory, or install it anew"
        )
    return commands.main(arguments)


def _said(sentence: str) -> int:
    """Say what is wrong without any library; return the exit code."""
    print(f"error: {sentence}", file=sys.stderr)
    return 2
