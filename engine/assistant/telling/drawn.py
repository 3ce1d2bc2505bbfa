"""Which chart an answer comes with: the one that was asked for, else the one that tells most."""

from __future__ import annotations

import re
from typing import Final, Literal, cast

from engine.assistant.charts import fitting_kinds
from engine.assistant.running import Rows
from engine.contracts.chart import ChartKind, ChartSpec

Wanted = ChartKind | Literal["table"]

_CHART: Final = r"(?:chart|charts|graph|plot|diagram|view)"
_WORDS: Final[tuple[tuple[str, Wanted], ...]] = (
    (rf"stacked(?: bars?| columns?| area)?(?: {_CHART})?", "stacked"),
    (rf"(?:bars?|column|pie|donut) {_CHART}|bars|barchart|pie", "bar"),
    (rf"(?:line|lines|time ?series) {_CHART}|linechart|a line", "line"),
    (rf"(?:scatter|bubble)(?: ?{_CHART})?|scatterplot", "scatter"),
    (rf"histogram(?: {_CHART})?", "histogram"),
    (rf"funnel(?: {_CHART})?", "funnel"),
    (rf"heat ?map(?: {_CHART})?", "heatmap"),
    (r"(?:single|big|just the|only the|one) number", "number"),
    (r"(?:a |the )?(?:table|grid|list) ?(?:only|instead|please|view)?", "table"),
)
_LEAD: Final = (
    r"(?:(?:now |please |then |and |ok |can you |could you )*"
    r"(?:show|draw|plot|display|give|make|turn|see|switch|render|put|visuali[sz]e|graph)?"
    r"(?: (?:me|it|this|that|them|these|the same|the result|the answer))*"
    r" ?(?:as|in|into|to|with|using|by)?(?: an?| the)? ?)"
)
_TAIL: Final = r"(?: ?(?:please|instead|then|now|of (?:it|that|this)))*[.!?]*"
_PRECEDED: Final = r"(?:as|in|into|to|using)(?: an?| the)? "
_BEFORE: Final = r"(?:draw|plot|show|give|make|graph)(?: me| us)?(?: an?| the)? "


def wanted(question: str) -> Wanted | None:
    """The kind that the question names, such as ``orders by country as a bar chart``."""
    text = _plain(question)
    for words, kind in _WORDS:
        lead = _PRECEDED if kind == "table" else ""
        if re.search(rf"\b{lead}(?:{words})\b", text):
            return kind
    return None


def only_wanted(question: str) -> Wanted | None:
    """The kind, where the question says nothing else: what is meant is the answer before it."""
    text = _plain(question)
    for words, kind in _WORDS:
        if re.fullmatch(rf"{_LEAD}(?:{words}){_TAIL}", text):
            return kind
    return None


def without_wanted(question: str) -> str:
    """The question without the words that name a kind of chart; what is left is what to ask.

    >>> without_wanted("Orders by country as a bar chart"), without_wanted("the funnel of today")
    ('Orders by country', 'the funnel of today')
    >>> without_wanted("plot a line chart of orders by hour")
    'orders by hour'
    """
    for words, kind in _WORDS:
        # A funnel or a list is something to ask for, whatever it is drawn as.
        before = "(?!)" if kind in ("funnel", "table") else _BEFORE
        for around in (
            rf",? ?\b{_PRECEDED}(?:{words})\b",
            rf"^{before}(?:{words}) (?:of|for|with) ",
        ):
            left = re.sub(around, "", question, count=1, flags=re.IGNORECASE)
            if left != question and left.strip(" .?!"):
                return left.strip()
    return question


def choose(
    question: str, rows: Rows, proposed: ChartSpec | None = None, kind: Wanted | None = None
) -> ChartSpec | None:
    """The chart; None where the rows are told best as a table, or that was asked for.

    ``kind`` is what was asked for where it does not stand in the question.
    """
    kind = kind or wanted(question)
    if kind == "table" or not rows.rows:
        return None
    fitting = fitting_kinds(rows.columns, rows.rows)
    by_kind = {spec.kind: spec for spec in fitting}
    if kind is not None and (found := _of_kind(kind, by_kind, proposed)) is not None:
        return found
    if proposed is not None:
        return proposed
    if any(column.name.endswith("_before") for column in rows.columns):
        by_kind.pop("stacked", None)  # two times do not add up
    if re.search(r"\bcorrelat|\brelationship\b|\bversus\b|\bvs\b", _plain(question)):
        by_kind = {"scatter": by_kind["scatter"]} if "scatter" in by_kind else by_kind
    if re.search(r"\bdistribut|\bspread of\b", _plain(question)) and "histogram" in by_kind:
        return by_kind["histogram"]
    # Anything that falls from row to row looks like a funnel; it is one where it is called so.
    return next((spec for spec in by_kind.values() if spec.kind not in _ON_REQUEST), None)


_ON_REQUEST: Final = ("funnel", "histogram")


def _of_kind(
    kind: Wanted, fitting: dict[ChartKind, ChartSpec], proposed: ChartSpec | None
) -> ChartSpec | None:
    if proposed is not None and proposed.kind == kind:
        return proposed
    return fitting.get(cast(ChartKind, kind))


def _plain(text: str) -> str:
    return " ".join(text.casefold().replace("-", " ").replace(",", " ").split())
