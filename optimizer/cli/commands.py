"""The program: its commands, and what becomes of errors.

In: the arguments of the command line. Out: an exit code. Whatever goes wrong is said in one line
each on stderr, and never as a traceback; with `--json` as one object on stdout too. To see where
in the program an error came from, set BRANCH_LAYOUT_TRACEBACK=1.
"""

from __future__ import annotations

import logging
import math
import os
import sys
import warnings
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import typer
from shapely.errors import GEOSException

from optimizer.cli import (
    batches,
    demand,
    drawings,
    fronts,
    jobs,
    judging,
    moving,
    network,
    service,
    showing,
    simulating,
    solving,
    walks,
)
from optimizer.cli.memory import memory_allowed
from optimizer.cli.terminal import print_errors, print_json
from optimizer.errors import NoLayoutError, OptimizerError, WrongClaimError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["app", "main"]

DONE, NO, WRONG, STOPPED = 0, 1, 2, 130

app = typer.Typer(
    name="branch-layout",
    help="Optimal, proven layouts for bank branches: floor plan in, placed counters and machines "
    "out.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
COMMANDS: tuple[Callable[..., int], ...] = (
    drawings.check,
    solving.optimize,
    judging.evaluate,
    judging.verify,
    showing.render,
    showing.compare,
    fronts.pareto,
    moving.moves,
    simulating.simulate,
    judging.comply,
    walks.distances,
    solving.assign,
    demand.log,
    demand.demand,
    demand.peaks,
    service.roster,
    service.diagnose,
    service.strategies,
    service.marginal,
    drawings.schema,
)
for _command in COMMANDS:
    app.command()(_command)
app.add_typer(jobs.app)
network.app.command()(batches.optimize)
app.add_typer(network.app)


@app.callback()
def _program() -> None:
    """Make a program of commands, even while it has only one."""


#: What libraries and the system say where no memory is left.
STARVED = (
    *("failed to map segment", "start new thread", "Cannot allocate memory"),
    *("find/load shared object", "out of memory"),
)
NO_MEMORY = "not enough memory; allow more, or use a coarser pitch or a smaller plan"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program and return its exit code.

    Parameters
    ----------
    arguments
        Without the program's name; None for those it was called with.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    logging.basicConfig(format="%(message)s", level=logging.WARNING, stream=sys.stderr)
    try:
        with warnings.catch_warnings():
            # numbers beyond all measure are said in sentences, not in numpy's words
            warnings.simplefilter("ignore", RuntimeWarning)
            code = app(words, prog_name="branch-layout", standalone_mode=False)
        sys.stdout.flush()
    except BrokenPipeError:
        _write_no_more()
        return DONE
    except (Exception, KeyboardInterrupt) as error:
        if os.environ.get("BRANCH_LAYOUT_TRACEBACK"):
            raise
        code, sentences = _explain(error)
        try:
            print_errors(sentences)
            if "--json" in words:
                print_json({"errors": list(sentences), "exit_code": code})
            sys.stdout.flush()
        except BrokenPipeError:
            _write_no_more()
    return int(code or DONE)


def _write_no_more() -> None:
    """Let go of stdout and stderr whose reader has seen enough: Python flushes them at its end."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):
            stream.flush()
            continue
        os.dup2(nothing, stream.fileno())


def _explain(error: BaseException) -> tuple[int, tuple[str, ...]]:
    """Exit code and sentences for an error."""
    match error:
        case NoLayoutError() | WrongClaimError():
            return NO, error.sentences
        case OptimizerError():
            return WRONG, error.sentences
        case KeyboardInterrupt() | typer.Abort():
            return STOPPED, ("stopped",)
        case MemoryError() | SystemError():  # the latter where machine code forgets to say so
            return WRONG, (NO_MEMORY,)
        case ImportError() | RuntimeError() | OSError() if any(w in str(error) for w in STARVED):
            return WRONG, (NO_MEMORY,)
        case UnicodeDecodeError():
            return WRONG, (f"byte {error.start + 1} is not UTF-8 text; save the file as UTF-8",)
        case OSError():
            return WRONG, (_file_sentence(error),)
        case GEOSException():
            return WRONG, (f"the drawing's geometry cannot be used: {error}",)
    usage: Any = error
    if hasattr(usage, "format_message") and hasattr(usage, "exit_code"):
        return WRONG, (_usage_sentence(usage),)
    said = f"{type(error).__name__}: {error}"
    if memory_allowed() < math.inf:  # libraries have many ways to break where memory is short
        return WRONG, (f"{NO_MEMORY}; where there is enough, please report it: {said}",)
    return WRONG, (f"an error of the program itself, please report it: {said}",)


def _file_sentence(error: OSError) -> str:
    """What an operating-system error says, with its file."""
    what = error.strerror or str(error)
    return f"{error.filename}: {what}" if error.filename else what


def _usage_sentence(error: Any) -> str:
    """What is wrong with the arguments, and where help is."""
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "branch-layout"
    message = " ".join(str(error.format_message()).split()) or "no command is given"
    message = message if message.endswith((".", "?", "!")) else f"{message}."
    return f"{message} Type '{command} --help' for help."
