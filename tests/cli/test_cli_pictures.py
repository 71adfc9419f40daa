"""Pictures and report of a result, drawn side by side."""

import multiprocessing
import os
import time
from types import SimpleNamespace

import pytest

from optimizer.cli import pictures


@pytest.fixture
def draw(monkeypatch, tmp_path):
    """Draw with stand-ins for the drawings and the report; the folder that they wrote to."""

    def draw(report):
        def sheet(study, result, folder):
            (folder / "layout.svg").write_text("drawn")

        monkeypatch.setattr(pictures, "write_layout", lambda *_: None)
        monkeypatch.setattr(pictures, "_write_sheet", sheet)
        for name in ("_write_moves", "_write_drawing"):
            monkeypatch.setattr(pictures, name, lambda *_: None)
        begun = multiprocessing.get_context("fork").Event()

        def noted(*arguments):
            begun.set()
            report(*arguments)

        monkeypatch.setattr(pictures, "_write_report", noted)
        monkeypatch.setattr(os, "cpu_count", lambda: 2)
        study, result = SimpleNamespace(current_layout=None), SimpleNamespace(layout="a layout")
        pictures.write_pictures(study, result, tmp_path, "en", meanwhile=lambda: begun.wait(60))
        return sorted(file.name for file in tmp_path.iterdir())

    return draw


def test_report_is_drawn_in_a_process_of_its_own(draw):
    """Both are there in the end; the report was drawn while something else was done here."""
    here = os.getpid()
    wrote = []

    def report(study, result, today, folder, language):
        wrote.append(language)
        at = os.getpid()
        (folder / "report.html").write_text("here" if at == here else "there")

    assert draw(report) == ["layout.svg", "report.html"]
    assert wrote == []  # what a process of its own notes stays in it


def test_report_that_fails_is_told_here(draw):
    """What is wrong with the report is raised, not lost with its process."""

    def report(study, result, today, folder, language):
        raise OSError(28, "no space left", str(folder))

    with pytest.raises(OSError, match="no space left"):
        draw(report)


def test_report_whose_process_dies_is_drawn_here(draw):
    """A process that is killed costs time, not the report."""
    here = os.getpid()

    def report(study, result, today, folder, language):
        if os.getpid() != here:
            os._exit(9)
        (folder / "report.html").write_text("here")

    assert draw(report) == ["layout.svg", "report.html"]


def test_what_is_done_meanwhile_is_done_here_and_may_end_it(draw, monkeypatch, tmp_path):
    """The verifier works beside the report; what it raises comes through, and drawings are not."""
    here, seen = os.getpid(), []

    def report(study, result, today, folder, language):
        (folder / "report.html").write_text("there")

    draw(report)
    (tmp_path / "layout.svg").unlink()
    study, result = SimpleNamespace(current_layout=None), SimpleNamespace(layout="a layout")

    def report_without_end(study, result, today, folder, language):
        time.sleep(600)

    monkeypatch.setattr(pictures, "_write_report", report_without_end)

    def refuse():
        seen.append(os.getpid())
        raise ValueError("a wrong claim")

    with pytest.raises(ValueError, match="a wrong claim"):
        pictures.write_pictures(study, result, tmp_path, "en", meanwhile=refuse)
    assert seen == [here]
    assert not (tmp_path / "layout.svg").exists()
