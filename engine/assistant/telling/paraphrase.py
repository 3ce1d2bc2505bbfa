"""A query in the layer's terms as a question, so that a person can say whether it was meant."""

from __future__ import annotations

from engine.assistant.telling.fields import soft
from engine.assistant.telling.figures import label, listed
from engine.contracts.semantic import SemanticLayer, SemanticQuery
from engine.domain.periods import spoken

_ANALYSES = {
    "none": "",
    "forecast": "forecast of ",
    "anomalies": "anomalies in ",
    "explain": "explain the change of ",
}
_COMPARED = {
    "none": "",
    "previous": "compared with the period before",
    "day": "compared with the day before",
    "week": "compared with the week before",
}
_FOLDED = {"none": "", "avg": "average ", "max": "highest ", "min": "lowest "}


def paraphrase(query: SemanticQuery, layer: SemanticLayer) -> str:
    """``Top 5 countries by revenue`` is ``Revenue by country, the first 5, in the last hour``."""
    metrics = {metric.name: soft(metric.title) for metric in layer.metrics}
    dimensions = {dimension.name: soft(dimension.title) for dimension in layer.dimensions}
    what = _FOLDED[query.fold] + listed([metrics[name] for name in query.metrics])
    by = [dimensions[name] for name in query.dimensions]
    by += [query.grain] if query.grain else []
    filters = [
        f"{'' if part.op == 'in' else 'not '}{dimensions[part.dimension]}"
        f" {listed([label(value) for value in part.values])}"
        for part in query.filters
    ]
    limits = [f"the first {query.limit}"] if query.limit else []
    limits += [
        f"{metrics.get(part.metric, part.metric)} {part.op} {part.value:g}" for part in query.having
    ]
    parts = [
        f"{_ANALYSES[query.analysis]}{what}{' by ' + listed(by) if by else ''}",
        *limits,
        *filters,
        spoken(query.period) if query.period.kind != "all" else "",
        _COMPARED[query.compare],
    ]
    text = ", ".join(filter(None, parts))
    return text[:1].upper() + text[1:]
