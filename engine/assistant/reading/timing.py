"""Time in a question: what it is about, how finely it is cut, and what it is set against."""

from __future__ import annotations

from typing import Final

from engine.assistant.reading.compares import (
    STRONG,
    base_of,
    find_compare,
    link_before,
    relation,
)
from engine.assistant.reading.draft import BUSY, LEAST, MOST, Draft, Rank
from engine.assistant.reading.numbers import find_grains
from engine.assistant.reading.periods import FoundPeriod, find_periods
from engine.contracts.semantic import Grain, Period

GRAINS: Final[dict[str, Grain]] = {
    "minute": "minute", "hour": "hour", "day": "day", "week": "week", "month": "month",
}  # fmt: skip


def take_time(draft: Draft) -> None:
    """Comparison, cuts of time and periods; what one takes the others leave."""
    compare = find_compare(draft.text)
    if compare is not None:
        draft.compare = compare.compare
        draft.period = compare.period
        draft.claim(compare.first, compare.end)
    _take_grain_nouns(draft)
    periods = [p for p in find_periods(draft.text, draft.now) if draft.free(p.first, p.end)]
    for grain in find_grains(draft.text):
        if draft.free(grain.first, grain.end) and not any(
            grain.first < p.end and p.first < grain.end for p in periods
        ):
            draft.grain, draft.grain_style = grain.grain, grain.style
            draft.claim(grain.first, grain.end)
    _take_periods(draft, periods)
    if draft.take(r"(?:is |are |was |were )?(?:compared?|comparing|comparison)(?: of)?"):
        draft.doubts += [] if draft.compare != "none" else [(0.0, "compare")]


def _take_grain_nouns(draft: Draft) -> None:
    """ "which hour", "busiest minute", "hours with more than", "when did … most"."""
    unit = r"(?P<unit>minute|hour|day|week|month)"
    unit_ = r"(?P<unit_>minute|hour|day|week|month)"
    patterns = (
        (
            rf"(?:which|what|at which|at what|during which|in which|on which) (?:single |exact )?"
            rf"{unit}s?(?= |$)(?! of (?:the )?(?:day|week))"
        ),
        rf"(?:in a single|in any|in a|in one|for each|single|any single) {unit}",
        rf"{unit}s (?:when|where|in which)|{unit_}s(?= (?:with|that had|having) )",
    )
    for pattern in patterns:
        for first, end, match in draft.find(pattern):
            said = match.group("unit") or match.groupdict().get("unit_") or ""
            draft.grain, draft.grain_style = GRAINS[said], "which"
            draft.claim(first, end)
    ranked = (
        rf"(?P<rank>{BUSY}|best|worst|top|{MOST}|{LEAST}) (?:(?P<n>\d+) )?{unit}s?"
        r"(?= |$)(?! of (?:the )?(?:day|week))"
    )
    for first, end, match in draft.find(ranked):
        draft.grain, draft.grain_style = GRAINS[match.group("unit")], "which"
        word = match.group("rank")
        most = word not in ("worst", *LEAST.split("|"))
        n = int(match.group("n")) if match.group("n") else None
        if n is None and match.group().endswith("s"):
            n = 5
        draft.ranks.append(Rank(most, word in ("best", "worst"), first, end, n or 1))
        draft.claim(first, end)
    if (
        draft.grain is None
        and draft.find(r"when|what time|at what time")
        and draft.find(rf"{MOST}|{LEAST}|best|worst")
    ):
        draft.take(r"when|at what time|what time")
        draft.grain, draft.grain_style = "hour", "which"


_DIFFERS: Final = "compared?|comparison|changed?|differ|different|difference"


def _take_periods(draft: Draft, periods: list[FoundPeriod]) -> None:
    periods = _without_fillers(draft, periods)
    for period in periods:
        draft.claim(period.first, period.end)
        if period.note:
            draft.notes.append(period.note)
    if len(periods) == 1:
        _take_one(draft, periods[0])
    elif len(periods) == 2:
        _take_two(draft, periods[0], periods[1])
    elif periods:
        draft.doubt(0.5, "which of the periods is meant")
        draft.period = periods[0].period


def _without_fillers(draft: Draft, periods: list[FoundPeriod]) -> list[FoundPeriod]:
    """ "now the last 4 hours": the word now is no period beside another, nor at the beginning."""
    alone = len(periods) == 1
    kept = []
    for period in periods:
        said = " ".join(t.low for t in draft.text.tokens[period.first : period.end])
        begins = period.first == 0 and said == "now" and len(draft.text.tokens) > 1
        if begins or (not alone and said in ("now", "currently", "so far")):
            draft.claim(period.first, period.end)
        else:
            kept.append(period)
    return kept


def _take_one(draft: Draft, found: FoundPeriod) -> None:
    """One period: what is asked about, or what that is compared with."""
    link = link_before(draft.text, found.first)
    words = {draft.low(at) for at in range(link or found.first, found.first)}
    against = link is not None and (words & STRONG or draft.find(_DIFFERS))
    if not against:
        if draft.compare == "none" or draft.period is None or draft.period.kind == "last":
            draft.period = found.period
        return
    assert link is not None
    draft.claim(link, found.first)
    based = base_of(found.period)
    if based is None:
        draft.doubt(0.5, "what that period is compared with")
        draft.period = found.period
    else:
        draft.period, draft.compare = based


def _take_two(draft: Draft, one: FoundPeriod, other: FoundPeriod) -> None:
    link = link_before(draft.text, other.first)
    if link is not None:
        draft.claim(link, other.first)
    linked = link is not None or bool(draft.find(r"compared?|comparing|comparison|changed?"))
    free = draft.compare == "none" and linked
    found = relation(one, other, draft.now) if free else None
    if found is None:
        draft.doubt(0.5, "how the two periods are to be compared")
        draft.period = one.period
        return
    draft.period, draft.compare = found


def auto_grain(period: Period | None, seconds: float | None) -> Grain:
    """A grain that gives a curve of that period some tens of points."""
    if period is None or seconds is None:
        return "hour"
    if seconds <= 2 * 3600 + 60:
        return "minute"
    if seconds <= 4 * 86_400:
        return "hour"
    return "day" if seconds <= 120 * 86_400 else "week"
