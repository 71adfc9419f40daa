"""Which branches to refit first: a score with visible weights, and how much the order owes to them.

In: a portfolio. Out: a `Ranking`: branches in order, with what each criterion adds to the score,
how the order changes with the weights, and Pareto ranks, which need no weights.

(1) each criterion is scaled to 0…1 over the branches that are ranked: (value − least) / (most −
    least), 0 where all are equal
(2) score = Σ weight · scaled value, the weights adding to 1
(3) weights are drawn uniformly from all that add to 1 (a Dirichlet distribution with ones): the
    share of draws in which a branch is among the first k, and between which ranks it lies in 90 of
    100 draws
(4) Kendall's τ between the order of a draw and the order of the given weights: 1 the same, 0 no
    likeness, −1 reversed
(5) Pareto rank 1: no branch is at least as high in every criterion and higher in one; rank 2: none
    but those of rank 1; and so on
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from optimizer.errors import StudyError
from optimizer.network.figures import complete
from optimizer.network.pareto_ranks import pareto_ranks
from optimizer.reading import nearest, read_toml

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from optimizer.network.portfolio import Branch, Portfolio

__all__ = ["RankedBranch", "Ranking", "criteria", "parse_weights", "rank_branches"]

#: Share of the draws that the interval of ranks holds.
INTERVAL = 0.9
#: τ is taken over so many of the draws: it costs most, and its mean is known well by then.
TAU_DRAWS = 200


@dataclass(frozen=True, kw_only=True)
class RankedBranch:
    """One branch of a ranking.

    Parameters
    ----------
    branch
        The row of the list.
    rank
        1 for the first; equal scores by name.
    score
        0 to 1.
    parts
        What each criterion adds to the score, by name.
    pareto_rank
        1 where no other branch is better all round.
    first_share
        Share of the drawn weights with which it is among the first.
    rank_low, rank_high
        Ranks between which it lies in 90 of 100 draws.
    """

    branch: Branch
    rank: int
    score: float
    parts: Mapping[str, float]
    pareto_rank: int
    first_share: float
    rank_low: int
    rank_high: int


@dataclass(frozen=True, kw_only=True)
class Ranking:
    """Branches in the order in which to refit them.

    Parameters
    ----------
    rows
        The first first.
    weights
        Weight of each criterion; they add to 1.
    bounds
        Least and most value of each criterion over the branches: what the score scales by.
    first
        How many are asked about in `first_share`.
    draws, seed
        Drawn weights, and the seed they are drawn with.
    tau, tau_low
        Kendall's τ of drawn orders with this one: mean, and what 95 of 100 exceed.
    left_out
        Names of branches that are re-laid out already.
    """

    rows: tuple[RankedBranch, ...]
    weights: Mapping[str, float]
    bounds: Mapping[str, tuple[float, float]]
    first: int
    draws: int
    seed: int
    tau: float
    tau_low: float
    left_out: tuple[str, ...]


@cache
def criteria() -> Mapping[str, Any]:
    """Criteria of `ranking.toml` by name."""
    found: Mapping[str, Any] = read_toml(Path(__file__).with_name("ranking.toml"))["criteria"]
    return found


def parse_weights(text: str) -> dict[str, float]:
    """Weights of a text such as "volume=2,wait=1": those not named count nothing.

    Raises
    ------
    StudyError
        Where a name is unknown, a weight no number of 0 or more, or all are 0.
    """
    wrong, found = [], {}
    for part in text.split(","):
        name, _, value = part.partition("=")
        name = name.strip()
        if name not in criteria():
            wrong.append(f"weight {part.strip()!r}: {nearest(name, criteria())}")
            continue
        try:
            weight = float(value)
        except ValueError:
            weight = -1.0
        if not (0 <= weight < np.inf):
            wrong.append(f"weight {part.strip()!r}: must be {name}= and a number of 0 or more")
        elif name in found:
            wrong.append(f"weight {part.strip()!r}: {name} is given twice")
        found[name] = weight
    if not wrong and not sum(found.values()) > 0:
        wrong.append(f"weights {text!r}: at least one must be above 0")
    if wrong:
        raise StudyError(*wrong)
    return found


def rank_branches(
    portfolio: Portfolio,
    *,
    weights: Mapping[str, float] | None = None,
    first: int = 10,
    draws: int = 2000,
    seed: int = 1,
    everyone: bool = False,
) -> Ranking:
    """Rank the branches for refit.

    Parameters
    ----------
    portfolio
        The branches; figures that are empty are taken from the studies.
    weights
        By criterion, in any scale; None for those of `ranking.toml`.
    first
        How many branches the next round refits; asked about in the sensitivity.
    draws, seed
        Weights drawn for the sensitivity.
    everyone
        Rank those that are re-laid out already too.

    Raises
    ------
    StudyError
        Where a figure is neither in the list nor in a study.
    """
    columns = {name: entry["column"] for name, entry in criteria().items()}
    full = complete(portfolio, tuple(columns.values()))
    chosen = [b for b in full.branches if everyone or not b.re_laid_out]
    if not chosen:
        raise StudyError(f"{portfolio.source}: every branch is re-laid out already")
    given = weights or {name: entry["weight"] for name, entry in criteria().items()}
    total = sum(given.values())
    share = {name: given.get(name, 0.0) / total for name in columns}
    values = np.array([[getattr(b, c) for c in columns.values()] for b in chosen], dtype=float)
    least, most = values.min(axis=0), values.max(axis=0)
    span = np.where(most > least, most - least, 1.0)
    scaled = (values - least) / span  # (1)
    parts = scaled * np.array(list(share.values()))
    names = [branch.name for branch in chosen]
    ranks = _ranks(parts.sum(axis=1), names)  # (2)
    drawn = _drawn_ranks(scaled, names, draws, seed)
    tau, tau_low = _tau(ranks, drawn[:TAU_DRAWS])
    low, high = np.quantile(
        drawn, ((1 - INTERVAL) / 2, (1 + INTERVAL) / 2), axis=0, method="nearest"
    )
    fronts = pareto_ranks(values)
    rows = [
        RankedBranch(
            branch=branch,
            rank=int(ranks[i]),
            score=float(parts[i].sum()),
            parts=dict(zip(columns, map(float, parts[i]), strict=True)),
            pareto_rank=int(fronts[i]),
            first_share=float(np.mean(drawn[:, i] <= first)),
            rank_low=int(low[i]),
            rank_high=int(high[i]),
        )
        for i, branch in enumerate(chosen)
    ]
    return Ranking(
        rows=tuple(sorted(rows, key=lambda row: row.rank)),
        weights=share,
        bounds={n: (float(least[i]), float(most[i])) for i, n in enumerate(columns)},
        first=first,
        draws=draws,
        seed=seed,
        tau=tau,
        tau_low=tau_low,
        left_out=tuple(b.name for b in full.branches if b.re_laid_out and not everyone),
    )


def _ranks(scores: NDArray[np.float64], names: list[str]) -> NDArray[np.int32]:
    """Rank of each branch, 1 for the highest score, equals by name."""
    order = sorted(range(len(names)), key=lambda i: (-round(float(scores[i]), 12), names[i]))
    ranks = np.empty(len(names), dtype=np.int32)
    ranks[order] = np.arange(1, len(names) + 1)
    return ranks


def _drawn_ranks(
    scaled: NDArray[np.float64], names: list[str], draws: int, seed: int
) -> NDArray[np.int32]:
    """Ranks under drawn weights, (draws, branches), formula (3)."""
    rng = np.random.default_rng(seed)
    by_name = np.argsort(np.array(names), kind="stable")
    ranks = np.empty((draws, len(names)), dtype=np.int32)
    for draw in range(draws):
        weights = rng.dirichlet(np.ones(scaled.shape[1]))
        order = by_name[np.argsort(-(scaled[by_name] @ weights), kind="stable")]
        ranks[draw, order] = np.arange(1, len(names) + 1)
    return ranks


def _tau(ranks: NDArray[np.int32], drawn: NDArray[np.int32]) -> tuple[float, float]:
    """Mean and fifth percentile of Kendall's τ, formula (4)."""
    from scipy.stats import kendalltau

    if len(ranks) < 2:
        return 1.0, 1.0
    found = [float(kendalltau(ranks, row).statistic) for row in drawn]
    return float(np.mean(found)), float(np.quantile(found, (1 - INTERVAL) / 2))
