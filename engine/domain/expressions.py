"""Trying a pack's expressions: what does not run here would not run in the pipeline either."""

from __future__ import annotations

import re
from collections.abc import Iterable

import duckdb

from engine.contracts.pack import MeasureSpec, PackSpec
from engine.domain.document import Loc
from engine.domain.layout import Source
from engine.domain.nearest import did_you_mean
from engine.domain.references import ADDED_COLUMNS

_DUCKDB_TYPES = {
    "string": "VARCHAR",
    "timestamp": "TIMESTAMP",
    "double": "DOUBLE",
    "integer": "INTEGER",
}
_WORD = re.compile(r"'(?:[^']|'')*'|(`[^`]+`|[A-Za-z_]\w*)(\s*\()?")
_SQL_WORDS = frozenset(
    {
        *("and", "or", "not", "case", "when", "then", "else", "end", "is", "null", "true", "false"),
        *("in", "between", "like", "cast", "as", "double", "int", "integer", "bigint", "float"),
        *("decimal", "string", "boolean", "date", "timestamp"),
    }
)


def check_amount(spec: PackSpec, source: Source) -> None:
    """The amount's Spark SQL names only fields and ``usd_rate``; Spark is not asked here."""
    known = [field.name for field in spec.fields] + ["usd_rate"]
    for word in words(spec.amount.sql):
        if word not in known:
            reason = f"unknown field '{word}' in the amount{did_you_mean(word, known)}"
            raise source.error(("amount", "sql"), reason, f"Known here: {', '.join(known)}.")


def words(sql: str) -> list[str]:
    """The names an expression uses: no text literals, functions or words of SQL.

    >>> words("price * COALESCE(`quantity`, 1) - CASE WHEN kind = 'a b' THEN 1 ELSE 0 END")
    ['price', 'quantity', 'kind']
    """
    found = (
        match.group(1).strip("`")
        for match in _WORD.finditer(sql)
        if match.group(1) and not match.group(2)
    )
    return [word for word in found if word.lower() not in _SQL_WORDS]


def check_measures(spec: PackSpec, source: Source) -> None:
    """Runs every measure over an empty silver in an in-memory DuckDB that can reach no file."""
    with duckdb.connect(":memory:", config={"enable_external_access": "false"}) as db:
        db.execute(f"CREATE TABLE silver ({_silver_columns(spec)})")
        _check_row(db, source, ("kpis",), spec.kpis)
        _check_row(db, source, ("segments", "measures"), spec.segments.measures)


def _silver_columns(spec: PackSpec) -> str:
    columns = {field.name: _DUCKDB_TYPES[field.type] for field in spec.fields}
    columns |= {spec.amount.name: "DOUBLE"} | dict.fromkeys(ADDED_COLUMNS, "DOUBLE")
    columns["is_late"] = "BOOLEAN"
    return ", ".join(f'"{name}" {kind}' for name, kind in columns.items())


def _check_row(
    db: duckdb.DuckDBPyConnection, source: Source, loc: Loc, measures: Iterable[MeasureSpec]
) -> None:
    """The aggregates over silver first, then what is derived from them."""
    measures = tuple(measures)
    for index, measure in enumerate(measures):
        if not measure.derived:
            _check_one(db, source, (*loc, index, "sql"), measure, "silver")
    base = ", ".join(f'CAST(NULL AS {m.type}) AS "{m.name}"' for m in measures if not m.derived)
    for index, measure in enumerate(measures):
        if measure.derived:
            row = f"(SELECT {base or '1'}) AS measures"
            _check_one(db, source, (*loc, index, "sql"), measure, row)


def _check_one(
    db: duckdb.DuckDBPyConnection, source: Source, loc: Loc, measure: MeasureSpec, table: str
) -> None:
    try:
        query = f"SELECT CAST(({measure.sql}) AS {measure.type}) FROM {table}"  # noqa: S608
        rows = db.execute(query).fetchall()
    except duckdb.Error as error:
        reason = f"the SQL of '{measure.name}' does not run: {_first_lines(error)}"
        raise source.error(loc, reason, _remedy(measure)) from None
    if len(rows) != 1:
        reason = f"the SQL of '{measure.name}' is not an aggregate"
        raise source.error(loc, reason, _remedy(measure))


def _first_lines(error: duckdb.Error) -> str:
    """DuckDB's message without the picture of the statement it draws below."""
    text = str(error).split("\n\nLINE ")[0].split("\nLINE ")[0]
    return " ".join(text.split()).rstrip(".")


def _remedy(measure: MeasureSpec) -> str:
    if measure.derived:
        return "A derived measure is an expression over the row's other, not derived measures."
    return "Write one DuckDB aggregate over silver's columns, such as COUNT(*) FILTER (WHERE …)."
