"""The command line `branch-layout`: a thin layer over the public API.

In: arguments and files. Out: results on stdout, progress and errors on stderr, an exit code: 0
done; 1 no layout, a hard rule broken, defects found; 2 wrong usage or unreadable input.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program and return its exit code; one line where it cannot even be loaded.

    Parameters
    ----------
    arguments
        Without the program's name; None for those it was called with.
    """
    try:
        from optimizer.cli import commands
    except (ImportError, MemoryError, OSError) as error:
        said = " ".join(str(error).split()) or type(error).__name__
        print(
            f"error: the program cannot be loaded ({said}); allow it more memory, or install it "
            "anew",
            file=sys.stderr,
        )
        return 2
    if arguments is None and sys.argv[1:2] == ["optimize"]:
        from optimizer.cli.apart import run_apart

        return run_apart(commands.main)
    return commands.main(arguments)
