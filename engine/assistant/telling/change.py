"""Where a change came from, as an answer."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from engine.assistant.analysis.explain import Part, explain, notable
from engine.assistant.asking import Told
from engine.assistant.running import Rows
from engine.assistant.telling.fields import Field
from engine.assistant.telling.figures import figure, label, listed, moved
from engine.assistant.telling.made import made
from engine.assistant.telling.sentences import no_rows
from engine.contracts.chart import ChartSpec

NAMED = 3
MOST_ROWS = 30
"""Parts beyond these explain nothing."""


def told_change(
    question: str, rows: Rows, field: Field, period: str, titles: Mapping[str, str]
) -> Told:
    """``rows`` are (dimension, value, before, now); the dimension ``''`` is the whole."""
    whole = next((row for row in rows.rows if row[0] == ""), None)
    if whole is None or whole[2] is None or whole[3] is None:
        return Told(no_rows(f"{period} and before it"), rows)
    before, now = float(whole[2]), float(whole[3])
    groups: dict[str, dict[str, tuple[float, float]]] = {}
    for dimension, value, was, became in rows.rows:
        if dimension:
            pair = float(was or 0), float(became or 0)
            groups.setdefault(titles[dimension], {})[label(value)] = pair
    parts = explain(groups, before, now, field.additive)[:MOST_ROWS]
    columns = [("dimension", "VARCHAR"), ("value", "VARCHAR")]
    columns += [(n, "DOUBLE") for n in ("before", "now", "change", "share_of_change")]
    table = [(p.dimension, p.value, p.before, p.now, p.change, p.change_share) for p in parts]
    head = f"{_otherwise(question, before, now)}{_head(field, before, now, period)}"
    text = f"{head}{_tail(field, before, now, parts)}"
    chart = ChartSpec(kind="bar", x="value", y=("change",)) if len(table) > 1 else None
    return Told(text, made(columns, table), chart)


def _otherwise(question: str, before: float, now: float) -> str:
    """Who asks for a drop that was none is told so first."""
    if now >= before and _FALL.search(question) and not _RISE.search(question):
        return "There was no fall. "
    if now <= before and _RISE.search(question) and not _FALL.search(question):
        return "There was no rise. "
    return ""


_FALL: Final = re.compile(r"\b(drop|dropp|fall|fell|declin|decreas|dip|loss|lower|went down)", re.I)
_RISE: Final = re.compile(r"\b(ris|rose|grow|grew|increas|jump|spik|peak|higher|went up)", re.I)


def _head(field: Field, before: float, now: float, period: str) -> str:
    how = moved(now, before)
    title = f"{field.title[:1].upper()}{field.title[1:]}{' ' + period if period else ''}"
    if how in ("up", "down"):
        return f"{title} went {how} from {figure(before, field.unit)} to {figure(now, field.unit)}."
    pair = f"{figure(now, field.unit)} after {figure(before, field.unit)} before"
    return f"{title}: {pair}{', ' + how if how else ''}."


def _tail(field: Field, before: float, now: float, parts: Sequence[Part]) -> str:
    if not parts or before == now:
        return ""
    if not field.additive:
        named = [
            f"{p.dimension} {p.value} from {figure(p.before, field.unit)} to"
            f" {figure(p.now, field.unit)}"
            for p in parts[:NAMED]
        ]
        return f" The largest changes: {listed(named)}."
    found = notable(parts)[:NAMED]
    if not found:
        return " It is spread evenly: no group changed much more than its share."
    named = [
        f"{p.dimension} {p.value} ({figure(p.change, field.unit)}, "
        f"{figure(p.change_share, 'share')} of the change; it was "
        f"{figure(p.before_share, 'share')} of the whole before)"
        for p in found
    ]
    return f" Most of it comes from {listed(named)}."
