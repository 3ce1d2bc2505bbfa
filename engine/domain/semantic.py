"""The semantic layer is tried: SQL that does not run, a wrong name, a word with two meanings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import duckdb

from engine.contracts.pack import PackSpec
from engine.contracts.semantic import SemanticLayer
from engine.domain.document import Loc
from engine.domain.empty_lake import empty_lake
from engine.domain.layout import Source
from engine.domain.nearest import did_you_mean
from engine.domain.stems import phrase_stems

_RESERVED = frozenset({"time", "change", "best", "figures"})
_ENDINGS = ("_before", "_change", "_share")
_TOP: Loc = ("semantic",)


@dataclass(frozen=True)
class _Item:
    """A metric or dimension, and where it stands."""

    place: Loc
    name: str
    title: str
    synonyms: tuple[str, ...]

    def phrases(self) -> list[tuple[Loc, str]]:
        """All that it is called, each with its place."""
        found: list[tuple[Loc, str]] = [
            ((*self.place, "name"), self.name.replace("_", " ")),
            ((*self.place, "title"), self.title),
        ]
        found += [((*self.place, "synonyms", at), text) for at, text in enumerate(self.synonyms)]
        return found


def _items(layer: SemanticLayer) -> list[_Item]:
    metrics = [
        _Item((*_TOP, "metrics", at), m.name, m.title, m.synonyms)
        for at, m in enumerate(layer.metrics)
    ]
    return metrics + [
        _Item((*_TOP, "dimensions", at), d.name, d.title, d.synonyms)
        for at, d in enumerate(layer.dimensions)
    ]


def check_semantic(spec: PackSpec, source: Source) -> None:
    """PackError for the first metric, dimension or table note that cannot be used."""
    layer = spec.semantic
    if not (layer.metrics or layer.dimensions or layer.tables):
        return
    _check_names(layer, source)
    _check_words(layer, source)
    _check_values(layer, source)
    with empty_lake(spec) as lake:
        _check_derived(lake, layer, source)
        columns = _columns(lake)
        _check_tables(layer, source, columns)
        _check_metrics(lake, layer, source)
        _check_dimensions(lake, layer, source)


def _check_names(layer: SemanticLayer, source: Source) -> None:
    seen: set[str] = set()
    for item in _items(layer):
        place = (*item.place, "name")
        if item.name in seen:
            raise source.error(place, f"'{item.name}' is there twice", "Rename one of them.")
        if item.name in _RESERVED or item.name.endswith(_ENDINGS):
            reason = f"'{item.name}' is what a column made by a question is called"
            raise source.error(place, reason, "Give it another name.")
        seen.add(item.name)


def _check_words(layer: SemanticLayer, source: Source) -> None:
    """Two of a kind with the same word could not be told apart."""
    known: dict[tuple[str, tuple[str, ...]], str] = {}
    for item in _items(layer):
        kind = str(item.place[1])
        for where, phrase in item.phrases():
            stems = phrase_stems(phrase)
            if not stems:
                raise source.error(where, f"'{phrase}' has no word to know it by", "Reword it.")
            if known.setdefault((kind, stems), item.name) != item.name:
                reason = f"'{phrase}' of '{item.name}' means '{known[kind, stems]}' already"
                raise source.error(where, reason, "Word it differently, or remove one of them.")


def _check_values(layer: SemanticLayer, source: Source) -> None:
    for index, dimension in enumerate(layer.dimensions):
        known: dict[tuple[str, ...], str] = {}
        for value, words in dimension.values.items():
            for phrase in (value, *words):
                if known.setdefault(phrase_stems(phrase), value) != value:
                    other = known[phrase_stems(phrase)]
                    reason = f"'{phrase}' of '{value}' means '{other}' already"
                    place = (*_TOP, "dimensions", index, "values", value)
                    raise source.error(place, reason, "Remove one of the two.")


def _check_derived(lake: duckdb.DuckDBPyConnection, layer: SemanticLayer, source: Source) -> None:
    for index, derived in enumerate(layer.derived):
        place = (*_TOP, "derived", index, "sql")
        try:
            lake.execute(f'CREATE VIEW "{derived.name}" AS {derived.sql}')
        except duckdb.Error as error:
            raise _no_sql(source, place, derived.name, error) from None


def _columns(lake: duckdb.DuckDBPyConnection) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    rows = lake.execute("SELECT table_name, column_name, data_type FROM duckdb_columns()")
    for table, column, kind in rows.fetchall():
        found.setdefault(table, {})[column] = kind
    return found


def _check_tables(layer: SemanticLayer, source: Source, columns: dict[str, dict[str, str]]) -> None:
    for index, notes in enumerate(layer.tables):
        place: Loc = (*_TOP, "tables", index)
        _known(source, (*place, "name"), notes.name, columns, "table")
        known = columns[notes.name]
        for column in notes.columns:
            _known(source, (*place, "columns", column), column, known, "column")
        _check_time(source, (*place, "time_column"), notes.time_column, known)
    for index, derived in enumerate(layer.derived):
        place = (*_TOP, "derived", index, "time_column")
        _check_time(source, place, derived.time_column, columns[derived.name])


def _check_time(source: Source, place: Loc, column: str, known: dict[str, str]) -> None:
    _known(source, place, column, known, "column")
    if known[column] != "TIMESTAMP WITH TIME ZONE":
        reason = f"'{column}' is {known[column]} and not a moment"
        raise source.error(place, reason, "Name a column of type TIMESTAMP.")


def _check_metrics(lake: duckdb.DuckDBPyConnection, layer: SemanticLayer, source: Source) -> None:
    noted = _noted(layer)
    for index, metric in enumerate(layer.metrics):
        for at, found in enumerate(metric.sources):
            place: Loc = (*_TOP, "metrics", index, "sources", at)
            _known(source, (*place, "table"), found.table, noted, "table with notes")
            expression = found.sql.replace("{seconds}", "60")
            if _rows(lake, source, place, metric.name, expression, found.table, found.where) != 1:
                reason = f"'{metric.name}' is no aggregate"
                raise source.error((*place, "sql"), reason, "Use SUM, COUNT and the like.")


def _check_dimensions(
    lake: duckdb.DuckDBPyConnection, layer: SemanticLayer, source: Source
) -> None:
    noted = _noted(layer)
    for index, dimension in enumerate(layer.dimensions):
        for at, found in enumerate(dimension.sources):
            place: Loc = (*_TOP, "dimensions", index, "sources", at)
            _known(source, (*place, "table"), found.table, noted, "table with notes")
            rows = _rows(lake, source, place, dimension.name, found.sql, found.table, found.where)
            if rows:
                reason = f"'{dimension.name}' is an aggregate"
                raise source.error((*place, "sql"), reason, "Write an expression over one row.")


def _noted(layer: SemanticLayer) -> list[str]:
    """The tables that have a time column."""
    return [*(notes.name for notes in layer.tables), *(d.name for d in layer.derived)]


def _rows(
    lake: duckdb.DuckDBPyConnection,
    source: Source,
    place: Loc,
    name: str,
    sql: str,
    table: str,
    where: str,
) -> int:
    """How many rows the expression gives on an empty table: an aggregate one, others none."""
    statement = f'SELECT {sql} FROM "{table}"' + (f" WHERE {where}" if where else "")  # noqa: S608
    try:
        if len(lake.extract_statements(statement)) != 1:
            raise source.error((*place, "sql"), f"'{name}' is no expression", "Write one.")
        return len(lake.execute(statement).fetchall())
    except duckdb.Error as error:
        raise _no_sql(source, (*place, "sql"), name, error) from None


def _no_sql(source: Source, place: Loc, name: str, error: duckdb.Error) -> Exception:
    said = " ".join(str(error).split("\n\nLINE ")[0].split("\nLINE ")[0].split()).rstrip(".")
    reason = f"the SQL of '{name}' does not run: {said}"
    return source.error(place, reason, "Correct it; the table's columns are in its notes.")


def _known(source: Source, place: Loc, name: str, known: Iterable[str], kind: str) -> None:
    names = list(known)
    if name not in names:
        reason = f"there is no {kind} '{name}'{did_you_mean(name, names)}"
        raise source.error(place, reason, f"Known here: {', '.join(sorted(names))}.")
