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


#: Signs between letters that are no print and harmless: line ends, tabs, wide and narrow spaces.
SPACING = "\n\t\u00a0\u2009\u202f\u3000"


def errors_console() -> Console:
    """Return the console of progress and errors."""
    return Console(stderr=True, highlight=False, soft_wrap=True)


def print_line(line: str = "") -> None:
    """Print one line to stdout, with what would steer the terminal shown as its code."""
    print(_visible(line))


def print_json(content: Mapping[str, Any]) -> None:
    """Print one JSON object to stdout, Chinese as it is."""
    text = json.dumps(content, ensure_ascii=False, allow_nan=False, indent=2)
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:  # bytes of a name that are no text
        text = json.dumps(content, allow_nan=False, indent=2)
    print(text)


def print_errors(sentences: Iterable[str]) -> None:
    """Print one line to stderr for each sentence."""
    for sentence in sentences:
        print(f"error: {_visible(' '.join(sentence.split()))}", file=sys.stderr)


def print_warnings(sentences: Iterable[str]) -> None:
    """Print one line to stderr for each sentence that is no reason to stop."""
    for sentence in sentences:
        print(f"warning: {_visible(' '.join(sentence.split()))}", file=sys.stderr)


def _visible(text: str) -> str:
    """Return a text without signs that steer a terminal, turn its direction or are no letters."""
    if text.isprintable():
        return text
    return "".join(
        letter if letter.isprintable() or letter in SPACING else ascii(letter)[1:-1]
        for letter in text
    )


def print_table(table: RenderableType) -> None:
    """Print a table to stdout: as wide as the terminal, or as wide as it is in a pipe."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=200)
    console.print(table)
