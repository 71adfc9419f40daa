"""What the commands print with: results to stdout, everything else to stderr.

In: values and sentences. Out: text on the terminal.
"""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

from rich.console import Console

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rich.console import RenderableType

__all__ = [
    "errors_console",
    "print_errors",
    "print_json",
    "print_line",
    "print_table",
    "print_warnings",
]


def errors_console() -> Console:
    """Return the console of progress and errors."""
    return Console(stderr=True, highlight=False, soft_wrap=True)


def print_line(line: str = "") -> None:
    """Print one line to stdout as it is."""
    print(line)


def print_json(content: Mapping[str, Any]) -> None:
    """Print one JSON object to stdout, Chinese as it is."""
    print(json.dumps(content, ensure_ascii=False, allow_nan=False, indent=2))


def print_errors(sentences: Iterable[str]) -> None:
    """Print one line to stderr for each sentence."""
    for sentence in sentences:
        print(f"error: {' '.join(sentence.split())}", file=sys.stderr)


def print_warnings(sentences: Iterable[str]) -> None:
    """Print one line to stderr for each sentence that is no reason to stop."""
    for sentence in sentences:
        print(f"warning: {' '.join(sentence.split())}", file=sys.stderr)


def print_table(table: RenderableType) -> None:
    """Print a table to stdout: as wide as the terminal, or as wide as it is in a pipe."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=200)
    console.print(table)
