"""A panel of sliders over mix, numbers and weights, for a notebook.

In: a study and a layout. Out: a `Panel`, which shows itself. Each slider judges the layout anew
(tens of milliseconds); a button lays it out anew from where it stands (seconds). Needs ipywidgets,
the optional group `notebook`.
"""

from __future__ import annotations

import html
import io
import time
from contextlib import suppress
from itertools import combinations_with_replacement
from typing import TYPE_CHECKING, Any

from optimizer.errors import OptimizerError, StudyError
from optimizer.measures import BASIC
from optimizer.report.figures import format_figure, headline_figures, rise_is_better
from optimizer.report.results import evaluation_to_json
from optimizer.whatif.changes import change_study
from optimizer.whatif.fixed import FixedLayout
from optimizer.whatif.idle import IdleWork

try:
    import ipywidgets as widgets
except ModuleNotFoundError as error:
    needed = "the panel needs ipywidgets: pip install 'branch-layout[notebook]'"
    raise ModuleNotFoundError(needed) from error

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from optimizer.equipment.layout import Layout
    from optimizer.evaluation import Evaluation
    from optimizer.report.words import Language
    from optimizer.study import Study

__all__ = ["Panel"]

#: Further fixtures of a type that a slider goes up to.
MORE = 3
#: A weight's slider goes up to so many times its value, or to this where it is 0.
TIMES, LEAST_TOP = 4.0, 10.0
#: Beginning of the keys of numbers of fixtures.
COUNT = "count."
#: Dots an inch of the picture.
DPI = 80


class Panel:
    """Sliders, figures and a picture of one study.

    Parameters
    ----------
    study
        The brief.
    layout
        What stands there at first; None for today's layout.
    seconds
        Time that laying out anew may take.
    seed
        Of its random numbers.
    language
        Language of figures and picture.
    ahead
        Whether to judge one fixture fewer of each type ahead, for a second or two at the start,
        and two fewer while nobody moves a slider: sliders of numbers then answer as fast as the
        others.

    Attributes
    ----------
    sliders
        By key of `whatif.changes`.
    button, reset
        Lays out anew; puts the sliders back.
    figures, message, picture, box
        The table, what went wrong or how long it took, the layout, and all of it.
    ahead
        As given; may be changed.
    idle
        What is judged ahead while nobody moves a slider.
    layout, evaluation
        What stands now, and what it is worth under the sliders; the evaluation is None where the
        layout does not fit them.
    """

    def __init__(
        self,
        study: Study,
        layout: Layout | None = None,
        *,
        seconds: float = 3.5,
        seed: int = 1,
        language: Language = "en",
        ahead: bool = True,
    ) -> None:
        layout = study.current_layout if layout is None else layout
        if layout is None:
            raise StudyError("the study names no layout of today; give the panel one to judge")
        self.study, self.layout = study, layout
        self.evaluation: Evaluation | None = None
        self._seconds, self._seed, self._language = seconds, seed, language
        self._fixed = FixedLayout(study, layout)
        first = evaluation_to_json(study, self._fixed.evaluate())
        self._first = {f.key: f for f in headline_figures(first)}
        self._touched: set[str] = set()
        self.ahead = ahead
        self.idle = IdleWork()
        self._quiet = False
        self.sliders = dict(_sliders(study))
        self.button = widgets.Button(description="Lay out anew", button_style="primary")
        self.reset = widgets.Button(description="Sliders back")
        self.figures, self.message = widgets.HTML(), widgets.HTML()
        self.picture = widgets.Image(format="png")
        self.box = self._arranged()
        for key, slider in self.sliders.items():
            slider.observe(lambda change, key=key: self._moved(key), names="value")
        self.button.on_click(lambda button: self.lay_out())
        self.reset.on_click(lambda button: self.put_back())
        self._draw()
        self.judge()
        self._foresee(*self._counts())

    @property
    def changes(self) -> dict[str, float]:
        """Numbers of the sliders that were moved, by key."""
        return {key: self.sliders[key].value for key in self.sliders if key in self._touched}

    def judge(self) -> None:
        """Say what the layout that stands is worth under the sliders."""
        begun = time.process_time()
        try:
            study = change_study(self.study, self.changes)
            self.evaluation = self._fixed.evaluate(study)
        except OptimizerError as error:
            self.evaluation = None
            self._say(*error.sentences)
            return
        self._follow(study)
        self._show(study)
        self._say(f"judged in {1000 * (time.process_time() - begun):.0f} ms")

    def lay_out(self) -> None:
        """Lay out anew from what stands, and judge that."""
        # judging needs no compiler
        from optimizer.place.improve import improve

        begun = time.perf_counter()
        self.button.disabled = True
        try:
            study = change_study(self.study, self.changes)
            result = improve(study, self.layout, time_limit=self._seconds, seed=self._seed)
        except OptimizerError as error:
            self._say(*error.sentences)
            return
        finally:
            self.button.disabled = False
        if result.layout is None:
            self._say(*result.conflict)
            return
        self.layout = result.layout
        self._fixed = FixedLayout(self.study, result.layout)
        self.judge()
        self._foresee(*self._counts())
        self._draw()
        self._say(f"laid out anew in {time.perf_counter() - begun:.1f} s")

    def put_back(self) -> None:
        """Put all sliders back to the study's numbers."""
        self._touched.clear()
        self._set({key: slider.value for key, slider in _sliders(self.study)})
        self.judge()

    def _repr_mimebundle_(self, **wishes: Any) -> Any:
        """Show the panel in a notebook."""
        return self.box._repr_mimebundle_(**wishes)

    def _moved(self, key: str) -> None:
        if not self._quiet:
            self._touched.add(key)
            self.judge()
            if key in self._counts():
                self._foresee()

    def _counts(self) -> tuple[str, ...]:
        return tuple(key for key in self.sliders if key.startswith(COUNT))

    def _foresee(self, *at_once: str) -> None:
        """Judge the rules about the plan for fewer fixtures ahead: of some types now, else later.

        Parameters
        ----------
        at_once
            Types, as keys, of which one fixture fewer is judged before anything else happens.
        """
        if not self.ahead:
            return
        for key in at_once:
            with suppress(OptimizerError):  # what cannot be judged is said when it is asked for
                for _ in self._fewer(key):
                    pass
        keys = [key for key in self._counts() if self.sliders[key].value > 0]
        pairs = combinations_with_replacement(keys, 2)
        self.idle.put([*map(self._fewer, keys), *(self._fewer(*pair) for pair in pairs)])

    def _fewer(self, *keys: str) -> Iterator[None]:
        """Judge ahead what one fixture fewer of each of some types leaves, rule by rule."""
        # what nobody moved stays the study's own, be it a range
        counts = {key: value for key, value in self.changes.items() if key in self._counts()}
        for key in keys:
            counts[key] = counts.get(key, self.sliders[key].value) - 1
        if min(counts.values()) >= 0:
            yield from self._fixed.foresee(change_study(self.study, counts))

    def _follow(self, study: Study) -> None:
        """Let the shares that nobody set follow those that somebody did."""
        shares = {_share_key(b.name): b.share for b in study.mix.businesses}
        self._set({key: share for key, share in shares.items() if key not in self._touched})

    def _set(self, numbers: Mapping[str, float]) -> None:
        self._quiet = True
        for key, number in numbers.items():
            self.sliders[key].value = number
        self._quiet = False

    def _say(self, *sentences: str) -> None:
        self.message.value = "<br>".join(html.escape(sentence) for sentence in sentences)

    def _show(self, study: Study) -> None:
        """Write the headline figures, and what they were with the sliders at rest."""
        assert self.evaluation is not None
        rows = ["<tr><th></th><th>at first</th><th>now</th><th></th></tr>"]
        for f in headline_figures(evaluation_to_json(study, self.evaluation)):
            before, change, colour = self._first[f.key], "", "inherit"
            if f.value is not None and before.value is not None and f.value != before.value:
                rise = f.value - before.value
                change = format_figure(f.key, rise, sign=True)
                colour = "#117733" if (rise > 0) is rise_is_better(f.key) else "#bb5566"
            texts = (f.label(self._language), before.text, f.text, change)
            cells = "".join(f"<td>{html.escape(text)}</td>" for text in texts[:3])
            rows.append(f'<tr>{cells}<td style="color:{colour}">{html.escape(change)}</td></tr>')
        self.figures.value = f"<table>{''.join(rows)}</table>"

    def _draw(self) -> None:
        from optimizer.report.canvas import figure_of
        from optimizer.report.layout_picture import plot_layout

        page = io.BytesIO()
        axes = plot_layout(self.study, self.layout, language=self._language)
        figure_of(axes).savefig(page, format="png", dpi=DPI)
        self.picture.value = page.getvalue()

    def _arranged(self) -> widgets.VBox:
        kinds = {"share": "Mix", "count": "Numbers", "weight": "Weights"}
        pages = [
            widgets.VBox([s for key, s in self.sliders.items() if key.split(".")[0] == kind])
            for kind in kinds
        ]
        pages[0].children = (self.sliders["arrivals"], *pages[0].children)
        tabs = widgets.Tab(children=pages, titles=tuple(kinds.values()))
        left = widgets.VBox([tabs, widgets.HBox([self.button, self.reset]), self.message])
        return widgets.VBox([widgets.HBox([left, self.figures]), self.picture])


def _share_key(name: str) -> str:
    return f"share.{name.replace(' ', '_')}"


def _sliders(study: Study) -> Iterator[tuple[str, Any]]:
    """Yield a slider for each key, at the study's number."""
    look = {"style": {"description_width": "12em"}, "layout": {"width": "28em"}}
    yield (
        "arrivals",
        widgets.FloatSlider(1.0, min=0.2, max=3.0, step=0.05, description="people ×", **look),
    )
    for b in study.mix.businesses:
        yield (
            _share_key(b.name),
            widgets.FloatSlider(b.share, min=0, max=1, step=0.01, description=b.name, **look),
        )
    counts: dict[str, int] = {}
    for group in study.groups:
        counts[group.type] = counts.get(group.type, 0) + group.max
    for name, count in counts.items():
        what = study.types[name].label
        yield (
            f"count.{name}",
            widgets.IntSlider(count, min=0, max=count + MORE, description=what, **look),
        )
    for name in BASIC:
        weight = study.objective.weights[name]
        top = max(TIMES * weight, LEAST_TOP)
        yield (
            f"weight.{name}",
            widgets.FloatSlider(
                weight, min=0, max=top, step=top / 100, description=name.replace("_", " "), **look
            ),
        )
