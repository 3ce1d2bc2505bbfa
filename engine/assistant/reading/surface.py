"""The parts of a question that need no semantic layer: charts, analyses, order, averages."""

from __future__ import annotations

from typing import Final

from engine.assistant.reading.draft import LEAST, MOST, Draft, Rank
from engine.assistant.reading.numbers import find_tops
from engine.assistant.reading.timing import GRAINS
from engine.contracts.chart import ChartKind

_CHARTS: Final[dict[str, ChartKind]] = {
    "bar": "bar", "bars": "bar", "column": "bar", "line": "line", "lines": "line",
    "stacked": "stacked", "stacked bar": "stacked", "scatter": "scatter", "histogram": "histogram",
    "funnel": "funnel", "heatmap": "heatmap", "heat map": "heatmap", "pie": "bar", "donut": "bar",
    "area": "line", "time series": "line", "bubble": "scatter", "single number": "number",
}  # fmt: skip
_NAMED: Final = "|".join(sorted(_CHARTS, key=len, reverse=True))


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
    draft.take(r"in (?:ms|milliseconds?|seconds|secs)(?= |$)(?! of)")


def take_analysis(draft: Draft) -> None:
    """ "forecast", "anything unusual", "why did … drop"."""
    _take_far_ahead(draft)
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
        r"(?:so (?:few|low|little|bad)|drop|dropped|dropping|fall|fell|falling|fallen|decline"
        r"|declined|declining|decrease"
        r"|decreased|decreasing|dip|dipped|down|slump|slumped|lower|crash|crashed|collapse"
        r"|collapsed|plunge|plunged)"
    )
    rose = (
        r"(?:so (?:many|high|much)|rise|rose|rising|risen|increase|increased|increasing|jump"
        r"|jumped|climb|climbed|surge"
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


def _take_far_ahead(draft: Draft) -> None:
    """Forecasts reach a day ahead: further than that is asked back."""
    far = draft.find(
        r"(?:the )?next (?P<n>\d+) (?P<unit>minutes?|hours?)|tomorrow|next (?:day|week)"
    )
    for _, _, match in far:
        n = int(match.groupdict().get("n") or 99)
        if n > (1440 if (match.groupdict().get("unit") or "").startswith("minute") else 24):
            draft.doubt(0.5, "what comes after the next 24 hours: forecasts reach no further")
            draft.take("tomorrow|next day|next week|for tomorrow")
            draft.analysis = "forecast"


def take_ranks(draft: Draft) -> None:
    """Superlatives with or without a number, and the order asked for."""
    if draft.take(
        r"(?:the )?worst (?:ones )?first|least first|ascending|in ascending order|smallest first"
        r"|lowest first|from low to high|increasing order"
    ):
        draft.ascending = True
    if draft.take(
        r"(?:the )?best (?:ones )?first|top first|most first|descending|in descending order"
        r"|largest first|highest first|from high to low|decreasing order|biggest first"
    ):
        draft.ascending = False
    for top in find_tops(draft.text):
        if draft.free(top.first, top.end):
            words = {draft.low(at) for at in range(top.first, top.end)}
            judging = bool(words & {"best", "worst"})
            draft.ranks.append(Rank(not top.worst, judging, top.first, top.end, top.n))
            draft.claim(top.first, top.end)
    for pattern, most, judging in (
        (rf"(?:the )?(?:{MOST})", True, False),
        (rf"(?:the )?(?:{LEAST})", False, False),
        (r"(?:the )?best(?: performing)?|top performing|top selling|number 1", True, True),
        (r"(?:the )?worst(?: performing)?|least performing|poorest", False, True),
    ):
        for first, end, _ in draft.find(pattern):
            draft.ranks.append(Rank(most, judging, first, end))
            draft.claim(first, end)
    if draft.grain is None and draft.ranks:
        for first, end, match in draft.find(r"(minute|hour|day|week|month)s?"):
            draft.grain, draft.grain_style = GRAINS[match.group(1)], "which"
            draft.claim(first, end)
    draft.take(r"(?:popular|performing|successful|important|frequent|common|active|valuable)")


def take_modes(draft: Draft) -> None:
    """Averages, shares, trends and changes."""
    if any(draft.metric(use.name).unit == "usd" for use in draft.metrics):
        draft.take("in (?:us )?dollars|in usd")
    draft.take(
        r"keep(?:ing|s)? up(?: with)?|broken down|break down|split up|add(?:s|ed)? up|ended? up"
    )
    if draft.take(r"on average|in average|average|averages|avg|mean|averaged|typically|typical"):
        draft.average = True
    if draft.take(
        r"(?:what |which |as a |as |in )?(?:the )?(?:percentage|percent|share|shares|proportion"
        r"|portion|fraction"
        r"|percentages|%)(?: share)?(?: of)?(?: the| all)?(?: total)?"
    ):
        draft.share = True
    if draft.take("percentages?|percent|shares?|proportion|portion|fraction|%"):
        draft.share = True
    if draft.take(r"cumulative(?:ly)?|cumulated|accumulated|running (?:total|sum)s?(?: of)?"):
        draft.running = draft.trend = True
    if draft.take(
        r"trends?|trending|over time|over the course|develop(?:ed|s|ing|ment)?|evolv(?:e|ed|ing)"
        r"|evolution|time ?line|time series|through time|progress(?:ion)?|curve|trajectory"
        r"|history of"
    ):
        draft.trend = True
    if draft.take(
        r"chang(?:e|es|ed|ing)|differ(?:ence|ences|ed)?|delta|variation|growth|growth rate|vary"
        r"|varied"
    ):
        draft.changed = "any"
    if draft.take(
        r"declin(?:e|ed|ing)|dropp(?:ed|ing)|drops?|fall(?:s|ing|en)?|fell|decreas(?:e|es|ed|ing)"
        r"|shrink(?:ing)?|shrank|lost|losing|going down|went down|gone down|down"
    ):
        draft.changed = "down"
    if draft.take(
        r"grow(?:s|n|ing)?|grew|increas(?:e|es|ed|ing)|rising|rose|risen|ris(?:e|es)|gain(?:ed"
        r"|ing)?"
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
