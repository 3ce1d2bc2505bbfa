"""What a model is offered is what a query has, and no list of it is without an end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from engine.assistant.proposing.schema import schema_of
from engine.contracts.pack import PackSpec
from engine.contracts.semantic import SemanticQuery

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("large", [False, True])
def test_that_all_of_a_query_is_offered(pack: PackSpec, large: bool) -> None:
    query = schema_of(pack.semantic, large)["properties"]["query"]["anyOf"][0]["properties"]
    assert set(query) == set(SemanticQuery.model_fields)
    assert "count" in query["fold"]["enum"]
    offered = query["filters"]["items"]["properties"]["op"]["enum"]
    assert {"in", "not_in", ">", "missing", "present"} <= set(offered)


@pytest.mark.parametrize("large", [False, True])
def test_that_every_list_has_a_bound(pack: PackSpec, large: bool) -> None:
    lists = [part for part in _parts(schema_of(pack.semantic, large)) if part["type"] == "array"]
    assert lists
    assert all(0 < part["maxItems"] <= 8 for part in lists)


def _parts(schema: Any) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        if "type" in schema and not isinstance(schema["type"], dict):
            yield schema
        for each in schema.values():
            yield from _parts(each)
    elif isinstance(schema, list):
        for each in schema:
            yield from _parts(each)
