"""Execution accuracy: whether an answer's rows are those of a gold statement.

The same multiset of rows once each of gold's columns is matched, by its values, to one of the
answer's; further columns of the answer do no harm. Rows without a label (NULL) are left aside on
both sides, and so are, where the number of rows differs, rows of zeros, since some statements fill
gaps and others do not. A result without any figure but zero equals one without rows. A single
figure may stand in every row of what it counts.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from tests.eval.cells import Cell, Row, order, same

PER_CENT: Final = (1.0, 100.0)
TIMES: Final = (1.0, 1000.0, 60_000.0, 1 / 60, 1 / 3600, 60.0, 3600.0, 1 / 1000, 1 / 60_000)
"""Between milliseconds, seconds, minutes and hours, whatever gold is in."""


@dataclass(frozen=True)
class Result:
    """A result's rows with the names of its columns."""

    names: tuple[str, ...]
    rows: tuple[Row, ...]
    truncated: bool = False

    def column(self, at: int) -> tuple[Cell, ...]:
        """The cells of one column."""
        return tuple(row[at] for row in self.rows)

    def at(self, name: str) -> int:
        """A column's place."""
        return self.names.index(name)

    @cached_property
    def labels(self) -> tuple[int, ...]:
        """Places of the columns of words."""
        return tuple(
            at for at in range(len(self.names)) if any(isinstance(c, str) for c in self.column(at))
        )

    @cached_property
    def labelled(self) -> Result:
        """Without the rows that lack a label."""
        kept = [row for row in self.rows if all(row[at] is not None for at in self.labels)]
        return Result(self.names, tuple(kept), self.truncated)


Pairing = tuple[tuple[int, float], ...]
"""For each of gold's columns the answer's, and how many times as large it is."""


def equal(gold: Result, answer: Result, times: bool = False) -> bool:
    """Whether these are the same rows, in any order."""
    if _says_nothing(gold) and _says_nothing(answer):
        return True
    if len(gold.rows) == len(gold.names) == 1 and len(answer.rows) > 1:
        return _repeated(gold, answer)
    if answer.truncated:
        return ranked(gold, answer, None, "", times=times)
    return any(_equal(g, a, times) for g, a in ((gold, answer), (_filled(gold), _filled(answer))))


def ranked(
    gold: Result,
    answer: Result,
    count: int | None,
    by: str,
    *,
    ascending: bool = False,
    shown: Sequence[str] = (),
    times: bool = False,
) -> bool:
    """Whether the answer has the first ``count`` of gold's rows by a column, in order.

    Rows of the same rank may stand for each other. ``by`` empty: any of gold's rows.
    """
    if not answer.rows:
        return not gold.rows
    best: list[Cell] = []
    whole = gold
    if by:
        place = gold.at(by)
        kept = [row for row in gold.labelled.rows if row[place] is not None]
        kept.sort(key=lambda row: order(row[place]), reverse=not ascending)
        gold = Result(gold.names, tuple(kept))
        best = [row[place] for row in kept]
    seen = [gold.at(name) for name in shown or gold.names]
    for pairing in _pairings(whole, answer, seen, times):
        rows = _labelled(whole, answer, seen, pairing)
        if count is not None and len(rows) != min(count, len(gold.rows)):
            continue
        if _in_gold(gold, rows, seen, pairing, best, by):
            return True
    return False


def _in_gold(
    gold: Result,
    rows: Sequence[Row],
    seen: Sequence[int],
    pairing: Pairing,
    best: Sequence[Cell],
    by: str,
) -> bool:
    left = _by_words(gold.rows, seen)
    for place, row in enumerate(rows):
        mapped = tuple(row[at] for at, _ in pairing)
        rank = best[place] if by and place < len(best) else None
        candidates = left[_words(mapped)]
        found = next(
            (
                g
                for g in candidates
                if all(same(g[s], c, f) for s, c, (_, f) in zip(seen, mapped, pairing, strict=True))
                and (not by or (rank is not None and same(rank, g[gold.at(by)])))
            ),
            None,
        )
        if found is None:
            return False
        candidates.remove(found)
    return bool(rows)


def _equal(gold: Result, answer: Result, times: bool) -> bool:
    everything = range(len(gold.names))
    kept = gold.labelled
    for pairing in _pairings(gold, answer, everything, times):
        rows = _labelled(gold, answer, everything, pairing)
        if len(rows) == len(kept.rows) and _in_gold(kept, rows, everything, pairing, (), ""):
            return True
    return False


def _repeated(gold: Result, answer: Result) -> bool:
    ((figure,),) = gold.rows
    return any(
        all(same(figure, c) for c in answer.column(place)) for place in range(len(answer.names))
    )


def _pairings(gold: Result, answer: Result, seen: Sequence[int], times: bool) -> Iterator[Pairing]:
    """Ways to match columns whose values fit; a factor is one for a whole column."""
    options = [_options(gold, answer, at, times) for at in seen]

    def choose(done: Pairing) -> Iterator[Pairing]:
        if len(done) == len(options):
            yield done
            return
        taken = {at for at, _ in done}
        for at, factor in options[len(done)]:
            if at not in taken:
                yield from choose((*done, (at, factor)))

    yield from choose(())


def _options(gold: Result, answer: Result, at: int, times: bool) -> list[tuple[int, float]]:
    cells = [c for c in gold.column(at) if c is not None]
    factors: tuple[float, ...] = (1.0,)
    if gold.names[at].endswith(("_rate", "_share")):
        factors = PER_CENT
    elif times and any(isinstance(c, float) for c in cells):
        factors = TIMES
    return [
        (place, factor)
        for factor in factors
        for place in range(len(answer.names))
        if _fits(cells, answer.column(place), factor)
    ]


def _fits(gold: Sequence[Cell], answer: Sequence[Cell], factor: float) -> bool:
    """Whether a few of the answer's cells are among gold's: a cheap look before the whole one."""
    some = [c for c in answer if c is not None][:5]
    return all(any(same(g, a, factor) for g in gold) for a in some)


def _labelled(gold: Result, answer: Result, seen: Sequence[int], pairing: Pairing) -> list[Row]:
    """The answer's rows that have a word wherever gold's column has words."""
    needed = [at for s, (at, _) in zip(seen, pairing, strict=True) if s in gold.labels]
    return [row for row in answer.rows if all(row[at] is not None for at in needed)]


def _says_nothing(result: Result) -> bool:
    return all(c is None or c == 0 for row in result.rows for c in row)


def _filled(result: Result) -> Result:
    """Without the rows whose figures are all zero."""
    kept = [
        row
        for row in result.rows
        if any(c for c in row if isinstance(c, float)) or not any(isinstance(c, float) for c in row)
    ]
    return Result(result.names, tuple(kept), result.truncated)


def _words(row: Sequence[Cell]) -> tuple[Any, ...]:
    """What must be the same to the letter, for finding rows fast."""
    return tuple(
        c if isinstance(c, str) else round(c.timestamp())
        for c in row
        if isinstance(c, str | dt.datetime)
    )


def _by_words(rows: Sequence[Row], seen: Sequence[int]) -> dict[tuple[Any, ...], list[Row]]:
    found: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for row in rows:
        found[_words([row[at] for at in seen])].append(row)
    return found
