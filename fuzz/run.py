"""Coverage-guided fuzzing of one reader: `python fuzz/run.py READER --runs N`.

In: the name of a reader and a number of executions. Out: one line, how many were run and what was
found. What is found is kept in `out/fuzz/found/READER`, one file for each place in the program;
the corpus in `out/fuzz/corpus/READER` grows from run to run, and so a run goes on where the last
one ended. A file that ends the process is kept too, and the next process, which is a copy of one
that has everything ready, goes on at once; its executions count. Needs atheris
(`pip install branch-layout[fuzz]`), which has wheels for some Pythons
and systems only; without it nothing is run, and the exit code is 3.
"""

from __future__ import annotations

import argparse
import gc
import hashlib
import logging
import math
import mmap
import os
import struct
import sys
import tempfile
import time
import traceback
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(Path(__file__).resolve().parent)]

import summary  # noqa: E402

OUT = summary.OUT
#: Processor time of one execution from which on it counts as hanging, seconds.
HANGS = 5.0
MISSING = 3
#: Files that may end the process in one run: with more of them, the reader is to be mended first.
MOST_ENDS = 500
#: Executions and seconds.
COUNTS = struct.Struct("qd")
#: Limits that let a file be refused before it takes seconds.
SMALL = {"BRANCH_READ_WORKBOOK_CELLS": "20000"}
#: A disk in memory, where there is one.
SHORT = "/dev/shm" if Path("/dev/shm").is_dir() else None
#: One in so many mutations is made blindly, byte by byte.
BLIND = 4
#: How a file begins that is no text, and is changed byte by byte alone.
PACKED = b"PK"
#: Modules whose branches guide the mutations, and those among them that do not; of the reader of
#: drawings what tells sections and tables apart, for all of it takes half as long again.
GUIDES = ["optimizer", "readers", "ezdxf.document", "ezdxf.sections"]
COMPILED = ["optimizer.walk", "optimizer.place", "optimizer.reading_limits", "optimizer.errors"]


def main() -> int:
    """Fuzz a reader and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("reader")
    parser.add_argument("--runs", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=int, default=0, help="stop after so many; 0 for never")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--longest", type=int, help="bytes of the largest file")
    wanted = parser.parse_args()
    try:
        import atheris
    except ImportError:
        print("NOT FUZZED: atheris has no wheel for this Python; try CPython 3.11 on Linux")
        return MISSING
    logging.disable(logging.CRITICAL)
    os.environ.update(SMALL)
    with atheris.instrument_imports(include=GUIDES, exclude=COMPILED):
        import readers

        if wanted.reader not in readers.READERS:
            parser.error(f"{wanted.reader!r} is no reader; they are {', '.join(readers.READERS)}")
        reader = readers.READERS[wanted.reader]
        wanted.longest = wanted.longest or reader.longest
        for module in reader.modules:
            import_module(module)
        from seeds import seeds

        first = seeds(wanted.reader)
        # once before it counts: what is imported on the way is to guide as well
        with tempfile.TemporaryDirectory() as room, suppress(Exception):
            readers.feed(wanted.reader, first[0], Path(room))
    corpus, dictionary = OUT / "corpus" / wanted.reader, OUT / f"{wanted.reader}.dict"
    corpus.mkdir(parents=True, exist_ok=True)
    for content in first:
        (corpus / f"seed-{hashlib.sha256(content).hexdigest()[:16]}").write_bytes(content)
    words = tuple(word.encode() for word in reader.words)
    escaped = ("".join(f"\\x{b:02x}" for b in word) for word in words)
    dictionary.write_text("".join(f'"{word}"\n' for word in escaped), encoding="ascii")
    _trim(corpus, wanted.longest)
    gc.collect()
    gc.freeze()  # what is imported is not looked through for what is no longer used
    return _go_on(wanted, words, [str(dictionary), str(corpus)])


def _trim(corpus: Path, longest: int) -> None:
    """Leave out files of the corpus that are too long, and so slow."""
    for path in corpus.iterdir():
        if path.stat().st_size > longest and not path.name.startswith("seed-"):
            path.unlink()


def _go_on(wanted: argparse.Namespace, words: Sequence[bytes], files: Sequence[str]) -> int:
    """Fuzz in copies of this process, one after the other, until the executions are done."""
    left, seed = wanted.runs, wanted.seed
    end = time.monotonic() + wanted.seconds if wanted.seconds else math.inf
    ends = 0
    while left > 0 and time.monotonic() < end and ends < MOST_ENDS:
        # executions, and processor time in seconds, that are not in the tally on the disk yet
        counts = mmap.mmap(-1, COUNTS.size)
        seconds = max(1, int(end - time.monotonic())) if wanted.seconds else 0
        before = summary.state(wanted.reader)["executions"]
        with tempfile.TemporaryDirectory(dir=SHORT) as room:
            child = os.fork()
            if child == 0:
                _fuzz(wanted, words, files, (left, seconds, seed), Path(room), counts)
            _, status = os.waitpid(child, 0)
        executions, used = COUNTS.unpack(counts)
        state = summary.state(wanted.reader)
        state["executions"] += executions
        state["seconds"] += used
        code = os.waitstatus_to_exitcode(status)
        if code:
            ends += 1
            state["ends"] = state.get("ends", 0) + 1
        summary.keep(wanted.reader, state)
        left -= state["executions"] - before
        seed += 1
    return 0


def _fuzz(
    wanted: argparse.Namespace,
    words: Sequence[bytes],
    files: Sequence[str],
    most: tuple[int, int, int],
    folder: Path,
    counts: mmap.mmap,
) -> NoReturn:
    """Fuzz in this process, which ends with it.

    Parameters
    ----------
    wanted
        What was asked for.
    words
        What the format is written with.
    files
        The dictionary, and the folder of the corpus.
    most
        Executions, seconds, and the seed.
    folder
        For the files that are read.
    counts
        Where executions are counted that are not in the tally on the disk yet.
    """
    import atheris
    import readers
    from mutations import nearly_right

    tempfile.tempdir = str(folder.parent)
    tally = Tally(wanted.reader, counts)

    def one(content: bytes) -> None:
        start = time.process_time()
        try:
            readers.feed(wanted.reader, content, folder)
        except Exception as error:
            tally.keep(content, error)
        if time.process_time() - start > HANGS:
            tally.keep(content, TimeoutError(f"took over {HANGS:g} s"))
        tally.count()

    def mutate(content: bytes, longest: int, seed: int) -> bytes:
        if seed % BLIND and not content.startswith(PACKED):
            return nearly_right(content, longest, seed, words)
        return bytes(atheris.Mutate(content, longest))

    options = [
        *(f"-runs={most[0]}", f"-seed={most[2]}", f"-max_len={wanted.longest}"),
        *(f"-max_total_time={most[1]}", "-timeout=120", "-rss_limit_mb=3000"),
        # files that take long are taken for changes less often
        "-entropic_scale_per_exec_time=1",
        *(f"-dict={files[0]}", "-print_final_stats=1", f"-artifact_prefix={tally.folder}/"),
    ]
    atheris.Setup([sys.argv[0], *options, files[1]], one, custom_mutator=mutate)
    atheris.Fuzz()
    os._exit(0)


class Tally:
    """Executions and finds of a reader, kept over runs in `out/fuzz/READER.json`."""

    def __init__(self, reader: str, counts: mmap.mmap) -> None:
        self.folder = OUT / "found" / reader
        self.folder.mkdir(parents=True, exist_ok=True)
        self.reader = reader
        self.state = summary.state(reader)
        self.clock = time.process_time()
        self.counts, self.unkept = counts, 0

    def count(self) -> None:
        """Count one execution; the file is written now and then, the memory always."""
        self.unkept += 1
        now = time.process_time()
        if now - self.clock > 5.0 or self.unkept == 1000:
            self.state["executions"] += self.unkept
            self.state["seconds"] += now - self.clock
            self.clock, self.unkept = now, 0
            summary.keep(self.reader, self.state)
        COUNTS.pack_into(self.counts, 0, self.unkept, now - self.clock)

    def keep(self, content: bytes, error: Exception) -> None:
        """Keep a file that makes a reader fail, once for each place in the program."""
        frames = traceback.extract_tb(error.__traceback__)
        own = [f for f in frames if "optimizer" in f.filename] or frames
        place = f"{Path(own[-1].filename).name}:{own[-1].lineno}" if own else ""
        key = f"{type(error).__name__} at {place}"
        if key not in self.state["found"]:
            name = hashlib.sha256(content).hexdigest()[:16]
            (self.folder / name).write_bytes(content)
            self.state["found"][key] = {"file": name, "error": str(error)[:200]}
            summary.keep(self.reader, self.state)


if __name__ == "__main__":
    sys.exit(main())
