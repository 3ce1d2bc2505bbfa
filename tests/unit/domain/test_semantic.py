"""A bad semantic layer is refused with the file, its line and the reason."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.domain import load_pack
from engine.domain.document import read_document
from engine.domain.errors import PackError
from engine.domain.stems import phrase_stems

SHIPPED = Path(__file__).parents[3] / "resources" / "domains" / "ecommerce"
LAYER = """\
tables:
  - name: gold_kpis
    description: Minutes
    time_column: window_start
    columns:
      orders: Purchases
metrics:
  - name: orders
    title: Orders
    synonyms: [purchases]
    sources:
      - {table: gold_kpis, sql: SUM(orders)}
dimensions:
  - name: hour_of_day
    title: Hour of day
    synonyms: [clock hour]
    values:
      "9": [nine]
    sources:
      - {table: gold_kpis, sql: hour(window_start)}
"""
Refused = Callable[[str, str], PackError]


@pytest.fixture
def refused(tmp_path: Path) -> Refused:
    """Replaces one text of a small good layer by another; the pack's error."""
    folder = tmp_path / "pack"
    shutil.copytree(SHIPPED, folder)

    def change(old: str, new: str) -> PackError:
        assert old in LAYER
        (folder / "semantic.yaml").write_text(LAYER.replace(old, new, 1))
        with pytest.raises(PackError) as caught:
            load_pack(folder)
        return caught.value

    return change


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("SUM(orders)", "SUM(ordres)", 12, "'orders' does not run"),
        ("SUM(orders)", "orders", 12, "no aggregate"),
        ("SUM(orders)", "1 FROM gold_kpis; SELECT 2", 12, "no expression"),
        ("hour(window_start)", "COUNT(*)", 20, "an aggregate"),
        ("hour(window_start)", "hour(window_begin)", 20, "does not run"),
        ("time_column: window_start", "time_column: orders", 4, "not a moment"),
        ("time_column: window_start", "time_column: window_begin", 4, "no column"),
        ("      orders: Purchases", "      ordres: Purchases", 6, "did you mean 'orders'"),
        ("- name: gold_kpis", "- name: gold_kpi", 2, "did you mean 'gold_kpis'"),
        ("- {table: gold_kpis, sql: SUM", "- {table: silver_events, sql: SUM", 12, "with notes"),
        ("name: hour_of_day", "name: orders", 14, "there twice"),
        ("name: hour_of_day", "name: time", 14, "made by a question"),
        ("name: orders", "name: orders_change", 8, "made by a question"),
        ("[purchases]", "[the]", 10, "no word to know it by"),
        ('"9": [nine]', '"9": [nine]\n      "10": [nine]', 19, "means '9' already"),
    ],
)
def test_that_a_bad_layer_is_refused_with_its_line(
    refused: Refused, old: str, new: str, line: int, says: str
) -> None:
    error = refused(old, new)
    assert error.file.name == "semantic.yaml"
    assert error.line == line
    assert says in error.reason


def test_that_one_word_for_two_metrics_is_refused(refused: Refused) -> None:
    other = (
        "[purchases]\n    sources:\n      - {table: gold_kpis, sql: SUM(orders)}\n"
        "  - name: sales\n    title: Sales\n    synonyms: [purchasing]"
    )
    error = refused("[purchases]", other)
    assert error.line == 15
    assert "means 'orders' already" in error.reason


def test_that_a_pack_without_a_layer_is_one(tmp_path: Path) -> None:
    folder = tmp_path / "pack"
    shutil.copytree(SHIPPED, folder)
    (folder / "semantic.yaml").unlink()
    shutil.rmtree(folder / "questions")  # those name dimensions of the layer
    assert load_pack(folder).semantic.metrics == ()


def test_that_the_shipped_layer_notes_every_column_and_knows_the_generators_values() -> None:
    pack = load_pack(SHIPPED)
    notes = {table.name: table.columns for table in pack.semantic.tables}
    assert {field.name for field in pack.fields} <= set(notes["silver_events"])
    assert {measure.name for measure in pack.kpis} <= set(notes["gold_kpis"])
    values = {d.name: set(d.values) for d in pack.semantic.dimensions}
    profile = read_document(SHIPPED / "generator.yaml").value
    assert set(profile["user_fields"]["country"]["weights"]) <= values["country"]
    assert set(profile["session_fields"]["device_type"]["weights"]) == values["device"]
    assert set(profile["session_fields"]["referrer"]["weights"]) == values["referrer"]
    assert set(profile["items"]["groups"]) == values["category"]
    assert set(pack.event_types) == values["event_type"]
    assert {rule.name for rule in pack.alerts} == values["rule"]


def test_that_trying_the_layer_out_is_quick() -> None:
    load_pack(SHIPPED)
    before = time.process_time()
    load_pack(SHIPPED)
    assert time.process_time() - before < 5


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Average order values", "average order value"),
        ("the users who bought", "user who bought"),
        ("returned items", "return item"),
    ],
)
def test_that_endings_and_articles_do_not_matter(one: str, other: str) -> None:
    assert phrase_stems(one) == phrase_stems(other)
