"""Changes that leave a file nearly right, so that readers get past its first lines.

In: the bytes of a file and a seed. Out: other bytes: a number, word or name put in the place of
another, and lines or pairs of lines left out, doubled or moved.
"""

from __future__ import annotations

import random
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["nearly_right"]

#: A number, a text in quotes, or a word.
TOKEN = re.compile(rb'-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|"[^"\n]*"|[A-Za-z_$][\w$-]*')
NUMBER = re.compile(rb"-?\d")
#: Numbers at which something may go wrong.
NUMBERS = (
    *(b"0", b"-1", b"1", b"2", b"3", b"70", b"1e308", b"-1e308", b"1e-300", b"nan", b"inf"),
    *(b"9999999999", b"-2147483649", b"18446744073709551616", b"0.1", b"1e6", b"255", b"65536"),
)
WORDS = (b'""', b"null", b"true", b"[]", b"{}", b"\xe5\xa4\xa7", b'"\\u0000"', b"<b>", b"$x^{$")
#: Characters of a file that are changed at one time, so that large files are changed as much.
PLACES = 4


def nearly_right(content: bytes, longest: int, seed: int, words: Sequence[bytes] = ()) -> bytes:
    """A changed file.

    Parameters
    ----------
    content
        A file, right or nearly so.
    longest
        Most bytes that it may have.
    seed
        Of the random numbers.
    words
        What the format is written with.
    """
    chance = random.Random(seed)
    for _ in range(1 + chance.randrange(PLACES)):
        if chance.randrange(4):
            content = _token(content, chance, (*WORDS, *words))
        else:
            content = _lines(content, chance)
    return content[:longest]


def _token(content: bytes, chance: random.Random, words: Sequence[bytes]) -> bytes:
    """Another number for a number, or anything for anything."""
    start = chance.randrange(len(content) + 1)
    found = TOKEN.search(content, start) or TOKEN.search(content)
    if found is None:
        return content
    kind = chance.random()
    if kind < 0.3:
        other = TOKEN.search(content, chance.randrange(len(content) + 1))
        new = other.group() if other else b""
    elif NUMBER.match(found.group()) and kind < 0.8:
        new = chance.choice(NUMBERS)
    elif kind < 0.9:
        new = b"%d" % chance.randrange(-100, 4000)
    else:
        new = chance.choice(words)
    return content[: found.start()] + new + content[found.end() :]


def _lines(content: bytes, chance: random.Random) -> bytes:
    """One to eight lines left out, doubled or moved; an even number in the most cases."""
    lines = content.split(b"\n")
    number = min(len(lines), chance.choice((1, 2, 2, 2, 4, 6, 8)))
    start = chance.randrange(len(lines) - number + 1) & ~1
    piece = lines[start : start + number]
    kind = chance.randrange(3)
    if kind != 1:
        del lines[start : start + number]
    if kind != 0:
        there = chance.randrange(len(lines) + 1) & ~1
        lines[there:there] = piece
    return b"\n".join(lines)
