"""The folder of an optimization: held by one run at a time, its files whole and of one result.

In: a result with its checked content. Out: the files of `FILES`. They are written to a draft
beside them; once it is whole, it takes the place of the earlier result, `result.json` leaving first
and coming last. Whoever ends the program in between finds the files without `result.json`, and the
next run in the folder goes on with the exchange.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from optimizer.cli.lock import locked
from optimizer.cli.pictures import write_pictures
from optimizer.errors import WrongClaimError
from optimizer.verified import verified_content

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from optimizer.result import Result
    from optimizer.study import Study

    Pictures = Callable[[Study, Result, Path, Literal["en", "zh"]], None]

__all__ = [
    "FILES",
    "FRONT_DRAFT",
    "REFUSED",
    "check_folder",
    "claimed_folder",
    "content_or_refused",
    "write_folder",
    "write_pictures",
]

#: What an optimization writes; the one that makes the others a result is last.
FILES = (
    "certificate.npz",
    "layout.json",
    "layout.png",
    "layout.svg",
    "layout.dxf",
    "before_after.pdf",
    "report.html",
    "result.json",
)
#: A result with a wrong claim, kept for whoever looks for the mistake; no result.
REFUSED = "refused.json"
#: Beginning of the names of drafts, of a result and of a front.
DRAFTS = DRAFT, FRONT_DRAFT = (".result-", ".front-")
#: The draft of a result that is whole, and the list of its files.
READY, LIST = ".result-ready", "files.json"


def check_folder(folder: Path) -> None:
    """Make sure that files can be written to a folder, before the work starts; make nothing.

    Raises
    ------
    OSError
        Where it is a file, lies within one, or may not be written to.
    """
    there = folder
    while not there.exists() and there != there.parent:
        there = there.parent
    if not there.is_dir():
        raise NotADirectoryError(20, "is a file; --out needs a folder", str(there))
    if not os.access(there, os.W_OK | os.X_OK):
        raise PermissionError(13, "may not be written to; name another folder", str(there))


@contextmanager
def claimed_folder(folder: Path | None) -> Iterator[None]:
    """Hold a folder for this run, from before the search until its files are written.

    None is no folder. What a run that was killed left there is put in order first. A folder that
    was made for this and is still empty at the end is taken away.

    Raises
    ------
    FolderBusyError
        Another run holds it.
    OSError
        It may not be written to.
    """
    if folder is None:
        yield
        return
    check_folder(folder)
    made = [there for there in (folder, *folder.parents) if not there.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with locked(folder):
            _finish_exchange(folder)
            for draft in DRAFTS:
                for left in folder.glob(f"{draft}*"):
                    shutil.rmtree(left, ignore_errors=True)
            yield
    finally:
        for there in made:
            with suppress(OSError):  # it holds files, as it should
                there.rmdir()


def content_or_refused(study: Study, result: Result, folder: Path) -> dict[str, Any]:
    """Content of `result.json`, checked; one that is refused is kept in the folder as `REFUSED`.

    Raises
    ------
    WrongClaimError
        The independent verifier found another value.
    """
    from optimizer.report.results import write_json

    try:
        return verified_content(study, result)
    except WrongClaimError as error:
        write_json(folder / REFUSED, dict(error.content))
        raise


def write_folder(
    study: Study,
    result: Result,
    content: dict[str, Any] | Callable[[], dict[str, Any]],
    folder: Path,
    *,
    language: Literal["en", "zh"] = "zh",
    pictures: Pictures | None = None,
) -> dict[str, Any]:
    """Write the files of a result into a folder that this run has claimed, all of them or none.

    Parameters
    ----------
    study, result
        What was optimized, and its outcome. Without a layout only `result.json` is written.
    content
        What `result.json` shall hold, or what works it out, while the pictures are drawn; where
        that raises nothing is written.
    folder
        Where to. Files of an earlier result are replaced, and those that this result does not have
        are taken away.
    language
        Language that the report opens in.
    pictures
        Writes what a layout is shown by into the draft; None for `write_pictures`.

    Returns
    -------
    dict
        What `result.json` holds.
    """
    from optimizer.report.atomic import write_whole
    from optimizer.report.results import CERTIFICATE, write_json

    draft = Path(tempfile.mkdtemp(prefix=DRAFT, dir=folder))
    told: dict[str, Any] = {}

    def work_out() -> None:
        told.update(content() if callable(content) else content)
        write_json(draft / "result.json", told)

    try:
        if result.layout is None or pictures is not None:
            work_out()
        else:
            write_pictures(study, result, draft, language, meanwhile=work_out)
        if result.walking is not None and result.walking.file:
            write_whole(draft / CERTIFICATE, result.walking.file)
        if result.layout is not None and pictures is not None:
            pictures(study, result, draft, language)
        write_whole(draft / LIST, json.dumps(sorted(file.name for file in draft.iterdir())))
        draft.rename(folder / READY)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    _finish_exchange(folder)
    return told


def _finish_exchange(folder: Path) -> None:
    """Put the files of the draft that is whole, if there is one, in the place of the earlier ones.

    It may have begun in a run that was killed: what has been moved is not in the draft any more.
    """
    ready = folder / READY
    if not (ready / LIST).is_file():
        return
    names = json.loads((ready / LIST).read_text(encoding="utf-8"))
    if (ready / "result.json").exists():
        (folder / "result.json").unlink(missing_ok=True)
    for name in (REFUSED, *FILES):
        if (ready / name).exists():
            (ready / name).replace(folder / name)
        elif name not in names:
            (folder / name).unlink(missing_ok=True)
    (ready / LIST).unlink()
    shutil.rmtree(ready, ignore_errors=True)
