"""Questions in the semantic layer's terms, compiled to SQL."""

from engine.assistant.semantic.choose import breakdowns, dimension_named, metric_named
from engine.assistant.semantic.compiler import Compiled, OutColumn, adds_up, compile_query
from engine.assistant.semantic.errors import CannotCombine, NeedsPeriod, UnknownName
from engine.assistant.semantic.spans import Span, shifted, span_of

__all__ = [
    "CannotCombine",
    "Compiled",
    "NeedsPeriod",
    "OutColumn",
    "Span",
    "UnknownName",
    "adds_up",
    "breakdowns",
    "compile_query",
    "dimension_named",
    "metric_named",
    "shifted",
    "span_of",
]
