"""The command line `branch-layout`: a thin layer over the public API.

In: arguments and files. Out: results on stdout, progress and errors on stderr, an exit code: 0
done; 1 no layout, a hard rule broken, defects found; 2 wrong usage or unreadable input.
"""

from optimizer.cli.commands import main

__all__ = ["main"]
