"""The parts of a question that need no semantic layer: charts, analyses, time, order, numbers."""

from __future__ import annotations

from typing import Final

from engine.assistant.reading.compares import (
    STRONG,
    base_of,
    find_compare,
    link_before,
    relation,
)
from engine.assistant.reading.draft import Draft, Rank
from engine.assistant.reading.numbers import find_grains, find_tops
from engine.assistant.reading.periods import FoundPeriod, find_periods
from engine.contracts.chart import ChartKind
from engine.contracts.semantic import Grain, Period

_CHARTS: Final[dict[str, ChartKind]] = {
    "bar": "bar", "bars": "bar", "column": "bar", "line": "line", "lines": "line",
    "stacked": "stacked", "stacked bar": "stacked", "scatter": "scatter", "histogram": "histogram",
    "funnel": "funnel", "heatmap": "heatmap", "heat map": "heatmap", "pie": "bar", "donut": "bar",
    "area": "line", "time series": "line", "bubble": "scatter", "single number": "number",
}  # fmt: skip
_NAMED: Final = "|".join(sorted(_CHARTS, key=len, reverse=True))
_GRAINS: Final[dict[str, Grain]] = {
    "minute": "minute", "hour": "hour", "day": "day", "week": "week", "month": "month",
}  # fmt: skip
_MOST: Final = (
    r"most|highest|biggest|largest|greatest|maximum|max|peak|top|leading|strongest|busiest|heaviest"
    r"|record|longest|fullest|number one"
)
_LEAST: Final = (
    r"least|fewest|lowest|smallest|minimum|min|bottom|weakest|quietest|slowest|calmest|shortest"
)
_BUSY: Final = r"busiest|quietest|slowest|calmest|heaviest"


def take_chart(draft: Draft) -> None:
    """ "as a bar chart", "draw a line of"; a pie is drawn as bars."""
    pattern = (
        rf"(?:(?:show|draw|plot|display|make|turn|put|render|view) (?:it|that|this|them)? ?)?"
        rf"(?:as|in|into|with|using|on)? ?(?:a |an )?(?P<kind>{_NAMED}) ?"
        r"(?:chart|graph|plot|diagram|charts|graphs)"
    )
    alone = rf"(?:as|into) (?:a |an )?(?P<kind>{_NAMED})|(?P<kind2>histogram|heatmap|funnel chart)"
    for first, end, match in [*draft.find(pattern), *draft.find(alone)]:
        groups = match.groupdict()
        kind = groups.get("kind") or (groups.get("kind2") or "").split(" ")[0]
        draft.chart = _CHARTS[kind]
        if kind in ("pie", "donut"):
            draft.notes.append("Shares are drawn as bars, which are easier to compare than a pie.")
        draft.claim(first, end)
    draft.take(r"(?:as|in|into) (?:a |an )?(?:table|grid|list|chart|graph|diagram|plot)")


def take_units(draft: Draft) -> None:
    """ "in ms", "in dollars": what figures are in anyway."""
    draft.take(r"in (?:ms|milliseconds?|seconds|secs)(?= |$)(?! of)|in dollars")


def take_analysis(draft: Draft) -> None:
    """ "forecast", "anything unusual", "why did … drop"."""
    ahead = (
        r"(?:(?:for|over|in|during|of) )?(?:the )?(?:next|coming|upcoming|following) "
        r"(?:\d+ )?(?:minutes?|hours?|hour s|few minutes|half an hour|half hour)"
    )
    if draft.take(
        r"forecasts?|forecasting|predict|predicts|predicted|prediction|predictions|projections?"
        r"|projected|extrapolate|extrapolation|expected|expect|outlook|estimate for"
    ):
        draft.analysis = "forecast"
        draft.take(ahead)
        draft.take(r"will|going to|do you|we|can we")
    elif draft.take(ahead):
        draft.analysis = "forecast"
        draft.take("will")
    if draft.take(
        r"anomal(?:y|ies|ous)|unusual(?:ly)?|outliers?|abnormal(?:ly|ities)?|spikes?|spiked|strange"
        r"|weird|out of the ordinary|irregular(?:ities)?|suspicious|odd|atypical|abnormality"
    ):
        draft.analysis = "anomalies"
        draft.take(
            r"any|anything|something|detect|spot|notice|are there|behaviou?r|patterns?|dips?"
        )
    moved = (
        r"(?:so (?:few|low|little|bad)|drop|dropped|dropping|fall|fell|falling|fallen|decline|declined|declining|decrease"
        r"|decreased|decreasing|dip|dipped|down|slump|slumped|lower|crash|crashed|collapse"
        r"|collapsed|plunge|plunged)"
    )
    rose = (
        r"(?:so (?:many|high|much)|rise|rose|rising|risen|increase|increased|increasing|jump|jumped|climb|climbed|surge"
        r"|surged|higher|up|spike|spiked|grow|grew|growth|change|changed|move|moved)"
    )
    asks = (
        r"why|explain|what (?:caused|drove|led to|is behind|lies behind|explains|is causing"
        r"|is driving|made)|what s behind|reasons? for|cause of|root cause|driver|drivers of"
    )
    if draft.find(asks) and (draft.find(moved) or draft.find(rose)):
        draft.analysis = "explain"
        for pattern in (asks, moved, rose, "so|much|sudden|suddenly|sharply|go|gone|goes|went"):
            draft.take(pattern)
        draft.compare = "previous"


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
            rf"(?:which|what|at which|at what|during which|in which|on which) (?:single |exact )?{unit}s?"
            r"(?= |$)(?! of (?:the )?(?:day|week))"
        ),
        rf"(?:in a single|in any|in a|in one|for each|single|any single) {unit}",
        rf"{unit}s (?:when|where|in which)|{unit_}s(?= (?:with|that had|having) )",
    )
    for pattern in patterns:
        for first, end, match in draft.find(pattern):
            said = match.group("unit") or match.groupdict().get("unit_") or ""
            draft.grain, draft.grain_style = _GRAINS[said], "which"
            draft.claim(first, end)
    ranked = rf"(?P<rank>{_BUSY}|best|worst|top|{_MOST}|{_LEAST}) (?:(?P<n>\d+) )?{unit}s?(?= |$)(?! of (?:the )?(?:day|week))"
    for first, end, match in draft.find(ranked):
        draft.grain, draft.grain_style = _GRAINS[match.group("unit")], "which"
        word = match.group("rank")
        most = word not in ("worst", *_LEAST.split("|"))
        n = int(match.group("n")) if match.group("n") else None
        if n is None and match.group().endswith("s"):
            n = 5
        draft.ranks.append(Rank(most, word in ("best", "worst"), first, end, n or 1))
        draft.claim(first, end)
    if (
        draft.grain is None
        and draft.find(r"when|what time|at what time")
        and draft.find(rf"{_MOST}|{_LEAST}|best|worst")
    ):
        draft.take(r"when|at what time|what time")
        draft.grain, draft.grain_style = "hour", "which"


def _take_periods(draft: Draft, periods: list[FoundPeriod]) -> None:
    if not periods:
        return
    if len(periods) > 1:
        said = {p: " ".join(t.low for t in draft.text.tokens[p.first : p.end]) for p in periods}
        for filler in [p for p in periods if said[p] in ("now", "currently", "so far")]:
            draft.claim(filler.first, filler.end)
            periods = [p for p in periods if p != filler]
    elif draft.low(0) == "now" and periods[0].first == 0 and len(draft.text.tokens) > 1:
        draft.claim(0, 1)
        return
    for period in periods:
        draft.claim(period.first, period.end)
        if period.note:
            draft.notes.append(period.note)
    first = periods[0]
    link = link_before(draft.text, first.first) if len(periods) == 1 else None
    words = {draft.low(at) for at in range(link, first.first)} if link is not None else set()
    sets = bool(words & STRONG) or (
        link is not None
        and bool(
            draft.find("compare|compared|comparison|change|changed|differ|different|difference")
        )
    )
    if len(periods) == 1 and not sets:
        if draft.compare != "none" and draft.period is not None:
            draft.period = first.period if draft.period.kind == "last" else draft.period
        else:
            draft.period = first.period
        return
    if len(periods) == 1:
        assert link is not None
        draft.claim(link, first.first)
        based = base_of(first.period)
        if based is None:
            draft.doubt(0.5, "what that period is compared with")
            draft.period = first.period
        else:
            draft.period, draft.compare = based
        return
    if len(periods) == 2:
        _take_two(draft, periods[0], periods[1])
        return
    draft.doubt(0.5, "which of the periods is meant")
    draft.period = first.period


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


def take_ranks(draft: Draft) -> None:
    """Superlatives with or without a number, and the order asked for."""
    if draft.take(
        r"(?:the )?worst (?:ones )?first|least first|ascending|in ascending order|smallest first|lowest first|from low to high|increasing order"
    ):
        draft.ascending = True
    if draft.take(
        r"(?:the )?best (?:ones )?first|top first|most first|descending|in descending order|largest first|highest first|from high to low|decreasing order|biggest first"
    ):
        draft.ascending = False
    for top in find_tops(draft.text):
        if draft.free(top.first, top.end):
            words = {draft.low(at) for at in range(top.first, top.end)}
            judging = bool(words & {"best", "worst"})
            draft.ranks.append(Rank(not top.worst, judging, top.first, top.end, top.n))
            draft.claim(top.first, top.end)
    for pattern, most, judging in (
        (rf"(?:the )?(?:{_MOST})", True, False),
        (rf"(?:the )?(?:{_LEAST})", False, False),
        (r"(?:the )?best(?: performing)?|top performing|top selling|number 1", True, True),
        (r"(?:the )?worst(?: performing)?|least performing|poorest", False, True),
    ):
        for first, end, _ in draft.find(pattern):
            draft.ranks.append(Rank(most, judging, first, end))
            draft.claim(first, end)
    if draft.grain is None and draft.ranks:
        for first, end, match in draft.find(r"(minute|hour|day|week|month)s?"):
            draft.grain, draft.grain_style = _GRAINS[match.group(1)], "which"
            draft.claim(first, end)
    draft.take(r"(?:popular|performing|successful|important|frequent|common|active|valuable)")


def take_modes(draft: Draft) -> None:
    """Averages, shares, trends and changes."""
    draft.take(
        r"keep(?:ing|s)? up(?: with)?|broken down|break down|split up|add(?:s|ed)? up|ended? up"
    )
    if draft.take(r"on average|in average|average|averages|avg|mean|averaged|typically|typical"):
        draft.average = True
    if draft.take(
        r"(?:what |which |as a |as |in )?(?:the )?(?:percentage|percent|share|shares|proportion|portion|fraction"
        r"|percentages|%)(?: share)?(?: of)?(?: the| all)?(?: total)?"
    ):
        draft.share = True
    if draft.take("percentages?|percent|shares?|proportion|portion|fraction|%"):
        draft.share = True
    if draft.take(
        r"trends?|trending|over time|over the course|develop(?:ed|s|ing|ment)?|evolv(?:e|ed|ing)"
        r"|evolution|time ?line|time series|through time|progress(?:ion)?|curve|trajectory|history of"
    ):
        draft.trend = True
    if draft.take(
        r"chang(?:e|es|ed|ing)|differ(?:ence|ences|ed)?|delta|variation|growth|growth rate|vary|varied"
    ):
        draft.changed = "any"
    if draft.take(
        r"declin(?:e|ed|ing)|dropp(?:ed|ing)|drops?|fall(?:s|ing|en)?|fell|decreas(?:e|es|ed|ing)"
        r"|shrink(?:ing)?|shrank|lost|losing|going down|went down|gone down|down"
    ):
        draft.changed = "down"
    if draft.take(
        r"grow(?:s|n|ing)?|grew|increas(?:e|es|ed|ing)|rising|rose|risen|ris(?:e|es)|gain(?:ed|ing)?"
        r"|going up|went up|gone up|improv(?:e|ed|ing)|climb(?:ed|ing)?|up"
    ):
        draft.changed = "up"


def take_comparatives(draft: Draft) -> None:
    """ "is revenue higher than yesterday": said by the comparison already."""
    against = any(len(f.values) > 1 and f.op == "in" for f in draft.filters)
    if draft.compare == "none" and not against:
        return
    more = draft.take(r"(?:any )?(?:higher|more|better|bigger|larger|greater|faster)")
    less = draft.take(r"(?:any )?(?:lower|less|worse|smaller|fewer|slower)")
    draft.take("than")
    if draft.compare != "none" and draft.dimensions and (more or less):
        draft.changed = "up" if more else "down"


def auto_grain(period: Period | None, seconds: float | None) -> Grain:
    """A grain that gives a curve of that period some tens of points."""
    if period is None or seconds is None:
        return "hour"
    if seconds <= 2 * 3600 + 60:
        return "minute"
    if seconds <= 4 * 86_400:
        return "hour"
    return "day" if seconds <= 120 * 86_400 else "week"
