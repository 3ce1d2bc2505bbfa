"""Verified questions are tried: SQL that does not run or a wrong name is refused with its line."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb

from engine.contracts.pack import ANSWER_STYLES, PackSpec, QuestionSpec
from engine.domain.document import Loc
from engine.domain.empty_lake import empty_lake, lake_columns
from engine.domain.layout import Source
from engine.domain.nearest import did_you_mean
from engine.domain.parameters import fill_sql
from engine.domain.question_params import check_params, trial_values
from engine.domain.templates import placeholders
from engine.domain.wording import wording_of

NEEDS: dict[str, tuple[str, ...]] = {
    "line": ("x", "y"),
    "bar": ("x", "y"),
    "stacked": ("x", "y", "series"),
    "scatter": ("x", "y"),
    "histogram": ("x",),
    "funnel": ("x", "y"),
    "heatmap": ("x", "y", "series"),
    "number": ("y",),
}
"""Which columns a chart cannot be drawn without."""


def check_questions(spec: PackSpec, source: Source) -> None:
    """PackError for the first question that cannot be asked, answered or drawn."""
    names: set[str] = set()
    asked: dict[tuple[str, ...], str] = {}
    with empty_lake(spec) as lake:
        for index, question in enumerate(spec.questions):
            loc: Loc = ("questions", index)
            if question.name in names:
                reason = f"'{question.name}' is there twice"
                raise source.error((*loc, "name"), reason, "Rename or remove one.")
            names.add(question.name)
            _check_asks(source, loc, question, asked)
            check_params(spec, source, loc, question)
            columns = _columns(lake, spec, source, loc, question)
            _check_answer(source, loc, question, columns)
            _check_chart(source, loc, question, columns)


def _check_asks(
    source: Source, loc: Loc, question: QuestionSpec, asked: dict[tuple[str, ...], str]
) -> None:
    """Two questions with the same words could not be told apart."""
    for index, text in enumerate(question.asks):
        words, place = wording_of(text), (*loc, "asks", index)
        if not words:
            reason = f"'{text}' has no word that tells it from other questions"
            raise source.error(place, reason, "Name what is asked for.")
        if asked.setdefault(words, question.name) != question.name:
            reason = f"'{text}' has the same words as a question of '{asked[words]}'"
            raise source.error(place, reason, "Word it differently, or remove it.")


def _columns(
    lake: duckdb.DuckDBPyConnection, spec: PackSpec, source: Source, loc: Loc, asked: QuestionSpec
) -> list[str]:
    """The result's columns; the SQL must be one SELECT that runs on the empty tables."""
    place = (*loc, "sql")
    tables = ", ".join(table.value for table in lake_columns(spec))
    try:
        sql = fill_sql(asked.sql, trial_values(asked))
        statements = lake.extract_statements(sql)
        kinds = [statement.type for statement in statements]
        if kinds != [duckdb.StatementType.SELECT]:
            raise source.error(place, f"'{asked.name}' is not one SELECT", "Write one SELECT.")
        described = lake.execute(f"DESCRIBE {sql}").fetchall()
    except duckdb.Error as error:
        said = str(error).split("\n\nLINE ")[0].split("\nLINE ")[0]
        reason = f"the SQL of '{asked.name}' does not run: {' '.join(said.split()).rstrip('.')}"
        raise source.error(place, reason, f"The tables are {tables}.") from None
    return [str(name) for name, *_ in described]


def _check_answer(source: Source, loc: Loc, question: QuestionSpec, columns: list[str]) -> None:
    place, known = (*loc, "answer"), [*columns, "rows", *_fillable(question)]
    for name, style, conversion in placeholders(source, place, "answer", question.answer):
        if name not in known or conversion:
            reason = f"unknown column '{name}' in the answer{did_you_mean(name, known)}"
            raise source.error(place, reason, f"Known here: {', '.join(known)}.")
        if style not in ANSWER_STYLES:
            reason = (
                f"unknown style '{style}' in the answer{did_you_mean(str(style), ANSWER_STYLES)}"
            )
            raise source.error(place, reason, f"Known: {', '.join(filter(None, ANSWER_STYLES))}.")


def _fillable(question: QuestionSpec) -> Iterator[str]:
    """Names that the parameters give an answer."""
    if any(param.kind == "period" for param in question.params):
        yield "period"
    if any(param.kind == "value" for param in question.params):
        yield "where"
    yield from (param.name for param in question.params if param.kind == "number")


def _check_chart(source: Source, loc: Loc, question: QuestionSpec, columns: list[str]) -> None:
    chart = question.chart
    if chart is None:
        return
    named: list[tuple[str, str | None]] = [("x", chart.x), *(("y", name) for name in chart.y)]
    named += [("series", chart.series), ("low", chart.low), ("high", chart.high)]
    for axis, name in named:
        if name and name not in columns:
            reason = f"unknown column '{name}'{did_you_mean(name, columns)}"
            place = (*loc, "chart", axis)
            raise source.error(place, reason, f"The columns are {', '.join(columns)}.")
    for axis in NEEDS[chart.kind]:
        if not getattr(chart, axis):
            reason = f"a {chart.kind} chart needs '{axis}'"
            raise source.error((*loc, "chart"), reason, "Name the column.")
