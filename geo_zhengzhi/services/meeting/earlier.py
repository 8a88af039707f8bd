"""What earlier files said: of today's data, and of states of the data that were others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy import sparse

from geo_zhengzhi.services.meeting.atoms import Figure
from geo_zhengzhi.services.meeting.changes import Change, Printed, Split, late_and_gone
from geo_zhengzhi.stats.disclosure import SHOWN, WITHHELD

Ints = npt.NDArray[np.int64]
Known = Mapping[Figure, Printed]

ANY = -1  # of a figure that is not decided yet


@dataclass(frozen=True, eq=False)
class Earlier:
    """
    What earlier files said.

    Parameters
    ----------
    same : {Figure: Printed}
        What is true of today's data too.
    known : set of Figure
        Those of them that were said of a state in which all is true today: it may be today's.
    others : sequence of ({Figure: Printed}, Change)
        What was said of other states of the data, and what came and went since each.
    changed : set of Figure
        Of which something was said that is not true today.
    """

    same: Mapping[Figure, Printed]
    known: set[Figure]
    others: Sequence[tuple[Known, Change]]
    changed: set[Figure]

    def fixed(self, figure: Figure) -> int:
        """A figure that was printed stays as it was, but for one that has changed since."""
        return ANY if self._is_free(figure) else self.same[figure].state

    def most(self, figure: Figure, k: int) -> int:
        """The greatest that a figure is said to be where it is SMALL."""
        return k - 1 if self._is_free(figure) else self.same[figure].most(k)

    def _is_free(self, figure: Figure) -> bool:
        return figure not in self.same or (figure in self.changed and figure not in self.known)


def look_back(known: Sequence[Known], at: Mapping[Figure, int], rows: sparse.csr_array, atoms: Ints, k: int) -> Earlier:
    """Which of the earlier states are today's, and how the others differ."""
    counts = dict(zip(at, np.asarray(rows @ atoms, np.int64).tolist(), strict=True))
    same: dict[Figure, Printed] = {}
    past = Earlier(same, set(), others := [], set())
    for state in known:
        gone = {f for f, printed in state.items() if not _still_holds(printed, counts[f], k)}
        if gone:
            others.append((state, late_and_gone(rows[[at[f] for f in state]], atoms, list(state.values()), k)))
        past.known.update(() if gone else state)
        past.changed.update(gone)
        same |= {f: p for f, p in state.items() if f not in gone and (f not in same or p.says_more(same[f]))}
    return past


@dataclass(frozen=True, eq=False)
class History:
    """What earlier files printed of the pieces of all states; of other states, what is new."""

    members: sparse.csr_array
    printed: Sequence[Printed]


def history_of(
    past: Earlier, own: set[Figure], at: Mapping[Figure, int], rows: sparse.csr_array, split: Split
) -> History:
    """The figures of earlier files that are not decided anew."""
    still = {figure: printed for figure, printed in past.same.items() if figure not in own}
    members, printed = split.now(rows[[at[f] for f in still]]), [*still.values()]
    seen = set(_texts(members, printed))
    for number, (state, _) in enumerate(past.others):
        then = split.then(number, rows[[at[f] for f in state]])
        new = {text: row for row, text in enumerate(_texts(then, [*state.values()])) if text not in seen}
        seen |= new.keys()
        members = sparse.vstack([members, then[[*new.values()]]], format="csr")
        printed += [text[1] for text in new]
    return History(members, printed)


def _texts(members: sparse.csr_array, printed: Sequence[Printed]) -> list[tuple[bytes, Printed]]:
    """What each row sums, and how that is printed."""
    members.sort_indices()
    return [
        (members.indices[a:b].tobytes(), one) for (a, b), one in zip(pairwise(members.indptr), printed, strict=True)
    ]


def _still_holds(printed: Printed, count: int, k: int) -> bool:
    if printed.state == SHOWN:
        return count == printed.n
    return printed.state == WITHHELD or 0 < count <= printed.most(k)
