"""A verified question that cannot work is refused with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.contracts.names import Table
from engine.domain import PackError, load_pack
from engine.domain.empty_lake import lake_columns
from engine.domain.wording import words_of
from pipelines.tables import METRICS, QUARANTINE, gold_columns, silver_columns

pytestmark = pytest.mark.unit

FILE = "questions.yaml"


@pytest.mark.parametrize(
    ("old", "new", "line_of", "reason"),
    [
        ("name: refused", "name: funnel", "name: funnel", "there twice"),
        ("FROM gold_kpis", "FROM gold_kpi", "sql: |-", "does not run"),
        ("COALESCE(SUM(orders)", "COALESCE(SUM(ordrs)", "sql: |-", "ordrs"),
        ("      SELECT COALESCE(SUM(orders)", "      DROP TABLE gold_kpis; SELECT (SUM(orders)",
         "sql: |-", "not one SELECT|does not run"),
        ("{orders} orders in", "{ordrs} orders in", "answer", "did you mean 'orders'"),
        ("{gmv_usd:usd}.", "{gmv_usd:eur}.", "answer", "unknown style 'eur'"),
        ("{gmv_usd:usd}.", "{gmv_usd.", "answer", "cannot be filled in"),
        ("x: window_start", "x: window_strt", "chart", "did you mean 'window_start'"),
        ("kind: line", "kind: pie", "chart", "'line', 'bar'"),
        ("- GMV of the last hour", "- Orders, last hour", "- Orders, last", "the same words"),
        ("- GMV of the last hour", "- How many?", "- How many?", "no word that tells"),
    ],
)  # fmt: skip
def test_that_a_fault_is_named_with_its_line(
    copy: Path, old: str, new: str, line_of: str, reason: str
) -> None:
    text = (copy / FILE).read_text(encoding="utf-8")
    assert old in text
    (copy / FILE).write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(PackError, match=reason) as caught:
        load_pack(copy)
    assert caught.value.file.name == FILE
    lines = (copy / FILE).read_text(encoding="utf-8").splitlines()
    assert line_of in lines[(caught.value.line or 0) - 1]


def test_that_the_tables_it_is_tried_on_are_the_pipeline_s(shipped: Path) -> None:
    spec = load_pack(shipped)
    known = lake_columns(spec)
    kpis, segments = gold_columns(spec)
    assert set(known[Table.GOLD_KPIS]) == set(kpis)
    assert set(known[Table.GOLD_SEGMENTS]) == set(segments)
    assert set(known[Table.SILVER]) == set(silver_columns(spec)) - {"event_key", "source"}
    assert set(known[Table.QUARANTINE]) == set(QUARANTINE)
    assert set(known[Table.METRICS]) <= set(METRICS)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("What's the GMV?", {"gmv"}),
        ("HOW MANY ORDERS IN THE LAST HOUR", {"order", "last", "hour"}),
        ("revenue in IN", {"revenue", "in"}),
        ("status of the address", {"status", "address"}),
    ],
)
def test_that_only_words_with_a_meaning_count(text: str, words: set[str]) -> None:
    assert words_of(text) == words
