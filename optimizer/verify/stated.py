"""The file of a proof, as it states things: poses, cost tables, and the steps of the proof.

In: the bytes of `certificate.npz`. Out: `Stated`, plain arrays, or `ProofFileError` with one
sentence. Nothing in it is believed: `verify.bound` holds it against the study and the result.
"""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

__all__ = ["ProofFileError", "Stated", "StatedKind", "read_stated"]

#: Entry of a table that stands for "no way".
NO_WAY = 65_535
#: Arrays of the steps of the proof.
STEPS = (
    "nodes", "sides", "stages", "scales", "potentials", "kept",
    "priced", "prices", "cliques", "clique_ends", "more", "unit", "linked", "beyond",
)  # fmt: skip


class ProofFileError(ValueError):
    """The bytes are not a proof."""


@dataclass(frozen=True, kw_only=True)
class StatedKind:
    """Blocks that differ by name only: (type, x, y) of each member; names of each block."""

    members: tuple[tuple[str, float, float], ...]
    fixtures: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, kw_only=True)
class Stated:
    """What a proof speaks of and how it goes.

    Parameters
    ----------
    kinds
        What is placed.
    poses
        For each kind its candidate poses, (n, 3): x, y (metres), angle (degrees).
    unary
        For each kind the cost of each pose, objective units an hour.
    pairs
        (k, m), k ≤ m: cost of each pair of poses, float32; inf where there is no way.
    units
        (k, m): the step that its costs are held in.
    barriers
        (k, m): what the proof charges for two poses that cannot stand together; no layout pays it.
    detours
        (k, r): what is charged beyond `pairs` for a block of kind k at a pose and one of kind r at
        another: a share of what its walks to doors are longer past that one.
    shares
        (k, r): this share.
    steps
        Arrays of the proof by name.
    """

    kinds: tuple[StatedKind, ...]
    poses: tuple[NDArray[np.float64], ...]
    unary: tuple[NDArray[np.float64], ...]
    pairs: Mapping[tuple[int, int], NDArray[np.float32]]
    barriers: Mapping[tuple[int, int], float]
    units: Mapping[tuple[int, int], float]
    steps: Mapping[str, NDArray[Any]]
    detours: Mapping[tuple[int, int], NDArray[np.float32]] = field(default_factory=dict)
    shares: Mapping[tuple[int, int], float] = field(default_factory=dict)

    def costs(self) -> Mapping[tuple[int, int], NDArray[np.float32]]:
        """(k, m), k ≤ m: all that is charged for each pair of poses."""
        total = dict(self.pairs)
        for (k, r), table in self.detours.items():
            key, more = ((k, r), table) if k <= r else ((r, k), table.T)
            total[key] = total[key] + (more + more.T if k == r else more)
        return total


def read_stated(content: bytes) -> Stated:
    """Return what a proof states.

    Raises
    ------
    ProofFileError
        Where the bytes are no such file, or its arrays do not fit each other.
    """
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        kinds = tuple(
            StatedKind(
                members=tuple((str(t), float(x), float(y)) for t, x, y in kind["members"]),
                fixtures=tuple(tuple(map(str, block)) for block in kind["fixtures"]),
            )
            for kind in json.loads(arrays["kinds"].tobytes())
        )
        poses = tuple(np.asarray(arrays[f"poses_{k}"], float) for k in range(len(kinds)))
        unary = tuple(np.asarray(arrays[f"unary_{k}"], float) for k in range(len(kinds)))
        pairs, barriers, units = {}, {}, {}
        for k, m, unit, barrier in json.loads(arrays["tables"].tobytes()):
            pairs[int(k), int(m)] = _table(arrays[f"pair_{k}_{m}"], float(unit))
            barriers[int(k), int(m)] = float(barrier)
            units[int(k), int(m)] = float(unit)
        detours, shares = {}, {}
        for k, r, share, unit in json.loads(arrays["detours"].tobytes()):
            detours[int(k), int(r)] = _table(arrays[f"detour_{k}_{r}"], float(unit))
            shares[int(k), int(r)] = float(share)
        steps = {name: arrays[f"proof_{name}"] for name in STEPS}
    except (ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise ProofFileError(f"the file of the proof cannot be read: {error}") from None
    stated = Stated(
        kinds=kinds,
        poses=poses,
        unary=unary,
        pairs=pairs,
        barriers=barriers,
        units=units,
        steps=steps,
        detours=detours,
        shares=shares,
    )
    _check_shapes(stated)
    return stated


def _table(changes: NDArray[Any], unit: float) -> NDArray[np.float32]:
    """A cost table from the changes along its rows, in units."""
    steps = np.cumsum(np.asarray(changes, np.uint16), axis=1, dtype=np.uint16)
    table = (steps * np.float64(unit)).astype(np.float32)
    table[steps == NO_WAY] = np.inf
    return table


def _check_shapes(stated: Stated) -> None:
    sizes = [len(poses) for poses in stated.poses]
    if any(p.ndim != 2 or p.shape[1] != 3 or not np.isfinite(p).all() for p in stated.poses):
        raise ProofFileError("a pose of the proof is not three finite numbers")
    if [u.shape for u in stated.unary] != [(n,) for n in sizes] or not all(
        np.isfinite(u).all() for u in stated.unary
    ):
        raise ProofFileError("the proof does not give one finite cost for each pose")
    for (k, m), table in stated.pairs.items():
        if not 0 <= k <= m < len(sizes) or table.shape != (sizes[k], sizes[m]):
            raise ProofFileError(f"the cost table of kinds {k} and {m} has another size than them")
        if not (table >= 0).all():
            raise ProofFileError(f"the cost table of kinds {k} and {m} has a cost below 0")
    if not all(np.isfinite(unit) and unit > 0.0 for unit in stated.units.values()):
        raise ProofFileError("a cost table has a step that is not above 0")
    for (k, r), table in stated.detours.items():
        if (min(k, r), max(k, r)) not in stated.pairs or table.shape != (sizes[k], sizes[r]):
            raise ProofFileError(f"the detours of kind {k} past kind {r} have another size")
        if not (np.isfinite(table) & (table >= 0)).all():
            raise ProofFileError(f"the detours of kind {k} past kind {r} are no finite costs")
    for k in range(len(stated.kinds)):
        shares = {r: share for (one, r), share in stated.shares.items() if one == k}
        total = sum(w * (len(stated.kinds[r].fixtures) - (k == r)) for r, w in shares.items())
        if not total <= 1.0 + 1e-9 or not all(share > 0.0 for share in shares.values()):
            raise ProofFileError(f"the shares of the detours of kind {k} come to more than 1")
