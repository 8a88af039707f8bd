"""
Every count that a meeting file prints, and how each is printed so that together they give no small count away.

A figure is a count of one ground in a run of whole calendar months, perhaps in one cell of the grid of day-parts. The
figures of earlier files are known to the same readers, and are taken into account.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from geo_zhengzhi.services.meeting.atoms import Figure, make_atoms
from geo_zhengzhi.services.meeting.changes import Printed, Split
from geo_zhengzhi.services.meeting.earlier import ANY, Known, history_of, look_back
from geo_zhengzhi.services.meeting.grounds import Counting, read_ground
from geo_zhengzhi.services.meeting.month_runs import Months
from geo_zhengzhi.services.studies.study import Study
from geo_zhengzhi.stats.disclosure import SHOWN, SMALL, WITHHELD
from geo_zhengzhi.stats.suppression import protect

Ints = npt.NDArray[np.int64]

N_PAGED = 2  # stages whose counts stand on pages; those of the later ones, on maps, are shown or left out


@dataclass(frozen=True, eq=False)
class Table:
    """
    The figures of a file, protected.

    Parameters
    ----------
    printed : {Figure: Printed}
    k : int
        Counts of 1 to k − 1 are not shown.
    members, atoms, states
        What was protected, the earlier files' figures among it: for tests that play the attacker.
    n_earlier : int
        Figures of earlier files among them, the last rows.
    changed : tuple of Figure
        Withheld because an earlier file printed them otherwise: the difference would tell what came or went.
    n : int
        Figures that stand on pages, the first ones of `printed`.
    stood : {Figure: int}
        What the last file that showed them said of outlines of the same months, where the data were others.
    """

    printed: Mapping[Figure, Printed]
    k: int
    members: sparse.csr_array
    atoms: Ints
    states: Ints
    n_earlier: int = 0
    changed: tuple[Figure, ...] = ()
    n: int = 0
    stood: Mapping[Figure, int] = field(default_factory=dict)

    def __getitem__(self, figure: Figure) -> Printed:
        return self.printed[figure]

    @property
    def n_withheld(self) -> int:
        """How many figures of the pages are withheld."""
        return sum(one.state == WITHHELD for one in islice(self.printed.values(), self.n))

    @property
    def n_small(self) -> int:
        """How many figures of the pages say only that they are less than k."""
        return sum(one.state == SMALL for one in islice(self.printed.values(), self.n))

    def plain(self) -> list[list[Any]]:
        """The figures for the store."""
        return [[*figure.plain(), one.state, one.n] for figure, one in self.printed.items()]

    def told(self) -> list[list[Any]]:
        """The figures that stand in the file: an outline that is left out is told by nothing, not by a hash either."""
        plain = self.plain()
        return plain[: self.n] + [row for row in plain[self.n :] if row[-1] is not None and row[-1] >= self.k]


Told = Callable[[float], None]


def read_figures(rows: Iterable[Sequence[Any]], k: int) -> dict[Figure, Printed]:
    """The figures of an earlier file, out of the store; `k` was that file's."""
    return {
        Figure(read_ground(ground), Months(first, last), cell): Printed(state, n, k if state == SMALL else None)
        for ground, first, last, cell, state, n in rows
    }


def make_table(
    study: Study,
    counting: Counting,
    wanted: Sequence[Sequence[Figure]],
    known: Sequence[Known],
    k: int,
    tell: Told = lambda share: None,
) -> Table:
    """
    Count the figures and decide how each is printed.

    Parameters
    ----------
    study : Study
    counting : Counting
        Of the grounds of all figures.
    wanted : sequence of sequences of Figure
        Those of the new file, the most important ones first: what comes later is withheld before what comes earlier.
    known : sequence of {Figure: Printed}
        Those of earlier files, as `Past` has them.
    k : int
        The least count that is shown, >= 2.
    tell : function of a share, 0 to 1
        Told how much of the figures is protected.

    Raises
    ------
    InvalidParameter
        If k is less than 2.
    """
    own = list(dict.fromkeys(figure for stage in wanted for figure in stage))
    figures = list(dict.fromkeys([*own, *(figure for state in known for figure in state)]))
    atoms = make_atoms(study, counting, figures)
    rows = atoms.rows(figures)
    at = {figure: number for number, figure in enumerate(figures)}
    past = look_back(known, at, rows, atoms.counts, k)
    split = Split(atoms.counts, [change for _, change in past.others])
    then = history_of(past, set(own), at, rows, split)
    members = sparse.vstack([split.now(rows[: len(own)]), then.members], format="csr")
    fixed = [past.fixed(f) for f in own] + [one.state for one in then.printed]
    most = [past.most(f, k) for f in own] + [one.most(k) for one in then.printed]
    decided = (_stages(wanted, own, members.shape[0]), np.array(fixed, np.int64), np.array(most, np.int64))
    runs = sorted({figure.months for figure in figures if figure.months.n > 1})
    states = _protected(members, split.now(atoms.marginals(runs)), split.counts, decided, k, tell)
    counts = members @ split.counts
    printed = {figure: _printed(int(state), int(n), k) for figure, state, n in zip(own, states, counts, strict=False)}
    n_paged = len({figure for stage in wanted[:N_PAGED] for figure in stage})
    near = tuple(f for f in own[:n_paged] if f in past.changed and printed[f].state == WITHHELD)
    stood = _stood(own[n_paged:], [state for state, _ in past.others], k)
    printed |= {figure: Printed(WITHHELD) for figure in own[n_paged:] if _is_new(figure, printed[figure], stood, k)}
    return Table(printed, k, members, split.counts, states, len(then.printed), near, n_paged, stood)


def _stood(on_maps: Sequence[Figure], others: Sequence[Known], k: int) -> dict[Figure, int]:
    """What earlier files of other data said of outlines in the months of this file's maps."""
    months = {figure.months for figure in on_maps}
    said = ((figure, one.n) for state in others for figure, one in state.items())
    shown = ((figure, n) for figure, n in said if n is not None and n >= k and figure.cell is None)
    return {figure: n for figure, n in shown if figure.months in months and figure.ground.is_outline}


def _is_new(figure: Figure, printed: Printed, stood: Mapping[Figure, int], k: int) -> bool:
    """
    Whether an outline is new on a map that was drawn before, and fewer than k may have made it so.

    Where none was drawn there were at most k − 1: from 2k − 1 on at least k have come.
    """
    return bool(stood) and figure not in stood and printed.n is not None and printed.n < 2 * k - 1


def _stages(wanted: Sequence[Sequence[Figure]], own: Sequence[Figure], n: int) -> Ints:
    """The stage (int64[n]) in which each figure is decided; earlier files' figures are there from the first on."""
    stage_of = {figure: stage for stage in reversed(range(len(wanted))) for figure in wanted[stage]}
    return np.array([*(stage_of[figure] for figure in own), *[0] * (n - len(own))], np.int64)


def _printed(state: int, n: int, k: int) -> Printed:
    """A figure for the file: what an earlier file with a smaller k has shown is not said again."""
    if state == SHOWN and (n == 0 or n >= k):
        return Printed(SHOWN, n)
    return Printed(WITHHELD) if state == WITHHELD else Printed(SMALL, below=k)


def _protected(
    members: sparse.csr_array,
    hidden: sparse.csr_array,
    counts: Ints,
    decided: tuple[Ints, Ints, Ints],
    k: int,
    tell: Told,
) -> Ints:
    """
    The states of the figures, stage by stage; `decided` are each one's stage, its state where that is fixed, and the
    greatest that it is said to be where it is SMALL.

    What nobody prints is hidden too: each target, each overlap and the ground outside, by month, by cell and in all.
    These go along as figures that are withheld, so that no bound on them is given away either.
    """
    stage, fixed, most = decided
    states = fixed.copy()
    n_stages = int(stage.max(initial=-1)) + 1
    for number in range(n_stages):
        tell(number / (n_stages + 1))
        rows = np.flatnonzero(stage <= number)
        states[rows] = _withheld_too(members[rows], hidden, counts, (states[rows], most[rows]), k)
    tell(n_stages / (n_stages + 1))
    # Once more with what this file's stages have shown free again: a later stage's pieces may be bounded by an earlier
    # one's figures alone.
    free = np.where((fixed < 0) & (states != WITHHELD), ANY, states)
    return _withheld_too(members, hidden, counts, (free, most), k)


def _withheld_too(
    members: sparse.csr_array, hidden: sparse.csr_array, counts: Ints, settled: tuple[Ints, Ints], k: int
) -> Ints:
    """The states once what would tell is withheld."""
    every = sparse.vstack([members, hidden], format="csr")
    states, most = (np.concatenate([one, np.full(hidden.shape[0], WITHHELD)]) for one in settled)
    states = protect(every, counts, k, states, most)
    return np.asarray(states[: members.shape[0]])
