"""Coverage-guided fuzzing of one reader: `python fuzz/run.py READER --runs N`.

In: the name of a reader and a number of executions. Out: one line, how many were run and what was
found. What is found is kept in `out/fuzz/found/READER`, one file for each place in the program;
the corpus in `out/fuzz/corpus/READER` grows from run to run, and so a run goes on where the last
one ended. Needs atheris (`pip install branch-layout[fuzz]`), which has wheels for some Pythons
and systems only; without it nothing is run, and the exit code is 3.
"""

from __future__ import annotations

import argparse
import hashlib
import logging
import sys
import tempfile
import time
import traceback
from contextlib import suppress
from importlib import import_module
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(Path(__file__).resolve().parent)]

import summary  # noqa: E402

OUT = summary.OUT
#: Processor time of one execution from which on it counts as hanging, seconds.
HANGS = 5.0
MISSING = 3
#: One in so many mutations is made blindly, byte by byte.
BLIND = 4
#: How a file begins that is no text, and is changed byte by byte alone.
PACKED = b"PK"
#: Modules whose branches guide the mutations, and those among them that do not.
GUIDES = ["optimizer", "ezdxf", "readers"]
COMPILED = ["optimizer.walk", "optimizer.place", "optimizer.reading_limits", "optimizer.errors"]


def main() -> int:
    """Fuzz a reader and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("reader")
    parser.add_argument("--runs", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=int, default=0, help="stop after so many; 0 for never")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--longest", type=int, default=4_096, help="bytes of the largest file")
    wanted = parser.parse_args()
    try:
        import atheris
    except ImportError:
        print("NOT FUZZED: atheris has no wheel for this Python; try CPython 3.11 on Linux")
        return MISSING
    logging.disable(logging.CRITICAL)
    with atheris.instrument_imports(include=GUIDES, exclude=COMPILED):
        import readers

        if wanted.reader not in readers.READERS:
            parser.error(f"{wanted.reader!r} is no reader; they are {', '.join(readers.READERS)}")
        reader = readers.READERS[wanted.reader]
        for module in reader.modules:
            import_module(module)
        from seeds import seeds

        first = seeds(wanted.reader)
        # once before it counts: what is imported on the way is to guide as well
        with tempfile.TemporaryDirectory() as room, suppress(Exception):
            readers.feed(wanted.reader, first[0], Path(room))
    from mutations import nearly_right

    corpus, dictionary = OUT / "corpus" / wanted.reader, OUT / f"{wanted.reader}.dict"
    corpus.mkdir(parents=True, exist_ok=True)
    for content in first:
        (corpus / f"seed-{hashlib.sha256(content).hexdigest()[:16]}").write_bytes(content)
    words = tuple(word.encode() for word in reader.words)
    escaped = ("".join(f"\\x{b:02x}" for b in word) for word in words)
    dictionary.write_text("".join(f'"{word}"\n' for word in escaped), encoding="ascii")
    tally = Tally(wanted.reader)

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

    with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as room:
        folder = Path(room)
        options = [
            *(f"-runs={wanted.runs}", f"-seed={wanted.seed}", f"-max_len={wanted.longest}"),
            *(f"-max_total_time={wanted.seconds}", "-timeout=120", "-rss_limit_mb=3000"),
            *(f"-dict={dictionary}", "-print_final_stats=1", f"-artifact_prefix={tally.folder}/"),
        ]
        atheris.Setup([sys.argv[0], *options, str(corpus)], one, custom_mutator=mutate)
        atheris.Fuzz()
    return 0


class Tally:
    """Executions and finds of a reader, kept over runs in `out/fuzz/READER.json`."""

    def __init__(self, reader: str) -> None:
        self.folder = OUT / "found" / reader
        self.folder.mkdir(parents=True, exist_ok=True)
        self.reader = reader
        self.state = summary.state(reader)
        self.clock = time.process_time()

    def count(self) -> None:
        """Count one execution; the file is written now and then."""
        self.state["executions"] += 1
        now = time.process_time()
        if now - self.clock > 5.0 or self.state["executions"] % 1000 == 0:
            self.state["seconds"] += now - self.clock
            self.clock = now
            summary.keep(self.reader, self.state)

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
