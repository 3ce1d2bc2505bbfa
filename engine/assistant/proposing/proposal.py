"""A model's answer, read strictly: what is no proposal is none."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Final, Literal

from pydantic import ValidationError

from engine.contracts.semantic import SemanticLayer, SemanticQuery

LONGEST_SQL: Final = 8_000
LONGEST_TEXT: Final = 400


class NoProposal(Exception):
    """The answer cannot be read; the message is told to the model, which may try again."""


@dataclass(frozen=True)
class Proposal:
    """``query`` or ``sql`` is there for those actions, ``text`` for the other two."""

    action: Literal["query", "sql", "clarify", "refuse"]
    query: SemanticQuery | None = None
    sql: str = ""
    text: str = ""


def read_proposal(text: str, layer: SemanticLayer, sql: bool) -> Proposal:
    """Raises NoProposal: no JSON, an unknown name, SQL from a model that may not write it."""
    try:
        found = json.loads(text)
    except ValueError:
        raise NoProposal("That is no JSON.") from None
    if not isinstance(found, dict):
        raise NoProposal("That is no JSON object.")
    match found.get("action"):
        case "query":
            return Proposal("query", query=_query(found.get("query"), layer))
        case "sql" if sql:
            return Proposal("sql", sql=_statement(found.get("sql")))
        case "clarify" | "refuse" as action:
            return Proposal(action, text=_words(found.get("text")))
    raise NoProposal("The action is none of those offered.")


def _query(value: Any, layer: SemanticLayer) -> SemanticQuery:
    if not isinstance(value, dict):
        raise NoProposal("The query is missing.")
    given = {key: item for key, item in value.items() if item is not None}
    if isinstance(given.get("period"), dict):
        given["period"] = {k: v for k, v in given["period"].items() if v is not None}
    try:
        query = SemanticQuery.model_validate(given)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise NoProposal(f"The query's {where}: {first['msg']}.") from None
    _check_names(query, layer)
    return query


def _check_names(query: SemanticQuery, layer: SemanticLayer) -> None:
    metrics = {metric.name for metric in layer.metrics}
    dimensions = {dimension.name for dimension in layer.dimensions}
    order = [] if query.order is None else [query.order.by]
    asked = [
        (query.metrics, metrics),
        (tuple(having.metric for having in query.having), metrics | {"change"}),
        (query.dimensions, dimensions),
        (tuple(part.dimension for part in query.filters), dimensions),
        (tuple(order), metrics | dimensions | {"time", "change"}),
    ]
    for names, known in asked:
        for name in names:
            if name not in known:
                raise NoProposal(f"There is no {name}.")


def _statement(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise NoProposal("The statement is missing.")
    if len(value) > LONGEST_SQL:
        raise NoProposal(f"The statement is longer than {LONGEST_SQL} characters.")
    return value.strip().rstrip(";").rstrip()


def _words(value: Any) -> str:
    text = " ".join(value.split()) if isinstance(value, str) else ""
    return text[:LONGEST_TEXT]
