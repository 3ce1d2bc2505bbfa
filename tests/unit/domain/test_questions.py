"""A verified question that cannot work is refused with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.contracts.names import Table
from engine.domain import PackError, load_pack
from engine.domain.empty_lake import lake_columns
from engine.domain.wording import words_of
from pipelines.tables import ALERTS, METRICS, QUARANTINE, gold_columns, silver_columns

pytestmark = pytest.mark.unit

FOLDER = "questions"
HEAD = """questions:
  - name: orders_seen
    asks:
      - How many orders did we see in the last hour?
      - Orders seen
    params: [{name: period, kind: period, default: last hour}, {name: n, kind: number, default: 5}]
    sql: |-
      SELECT window_start, SUM(orders)::BIGINT AS orders, SUM(gmv_usd) AS gmv_usd
      FROM gold_kpis
      WHERE window_start >= :from AND window_start < :to
      GROUP BY window_start
      LIMIT :n
    answer: "{orders} orders {period}, worth {gmv_usd:usd}."
    chart: {kind: line, x: window_start, y: [orders]}

"""


def _written(folder: Path, text: str) -> Path:
    """A pack whose own questions are these alone, in a second file after one of the shop's."""
    (folder / "semantic.yaml").unlink()  # not asked here, and half of a pack's reading
    file = folder / FOLDER / "95_mine.yaml"
    file.write_text(text, encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("old", "new", "line_of", "reason"),
    [
        ("name: orders_seen", "name: open_alerts", "name: open_alerts", "there twice"),
        ("FROM gold_kpis", "FROM gold_kpi", "sql: |-", "does not run"),
        ("SUM(orders)", "SUM(ordrs)", "sql: |-", "ordrs"),
        ("      SELECT window_start", "      DROP TABLE gold_kpis; SELECT window_start",
         "sql: |-", "not one SELECT|does not run"),
        ("{orders} orders", "{ordrs} orders", "answer", "did you mean 'orders'"),
        ("{gmv_usd:usd}.", "{gmv_usd:eur}.", "answer", "unknown style 'eur'"),
        ("{gmv_usd:usd}.", "{gmv_usd.", "answer", "cannot be filled in"),
        ("{orders} orders", "{where} orders", "answer", "unknown column 'where'"),
        ("x: window_start", "x: window_strt", "chart", "did you mean 'window_start'"),
        ("y: [orders]", "y: [orders, x]", "chart", "unknown column 'x'"),
        ("kind: line", "kind: pie", "chart", "'line', 'bar'"),
        ("kind: line", "kind: stacked", "chart", "needs 'series'"),
        ("- Orders seen", "- Open alerts", "- Open alerts", "the same words"),
        ("- Orders seen", "- How many?", "- How many?", "no word that tells"),
        ("default: last hour", "default: last fortnight", "params", "is no period"),
        ("kind: number, default: 5", "kind: number, default: 0", "params", "default from 1"),
        ("kind: number, default: 5", "kind: value, of: cuntry", "params", "mean 'country'"),
        ("name: n,", "name: to,", "params", "means something else"),
        ("LIMIT :n", "LIMIT 5", "params", "':n' is not used"),
        ("LIMIT :n", "LIMIT :m", "params", "':n' is not used"),
        ("LIMIT :n", "LIMIT :n + :m", "sql: |-", "':m' in the SQL .* is no parameter"),
    ],
)  # fmt: skip
def test_that_a_fault_is_named_with_its_line(
    copy: Path, old: str, new: str, line_of: str, reason: str
) -> None:
    assert old in HEAD
    file = _written(copy, HEAD.replace(old, new, 1))
    with pytest.raises(PackError, match=reason) as caught:
        load_pack(copy)
    assert caught.value.file == file
    lines = file.read_text(encoding="utf-8").splitlines()
    assert line_of in lines[(caught.value.line or 0) - 1]


def test_that_questions_of_several_files_come_in_the_order_of_their_names(copy: Path) -> None:
    _written(copy, HEAD)
    other = HEAD.replace("we see", "we find").replace("seen", "found")
    (copy / "questions.yaml").write_text(other, encoding="utf-8")
    names = [question.name for question in load_pack(copy).questions]
    assert names[0] == "orders_found"
    assert names[1] == "open_alerts"
    assert names[-1] == "orders_seen"


def test_that_a_file_of_questions_is_a_list(copy: Path) -> None:
    file = _written(copy, "questions: {name: x}\n")
    with pytest.raises(PackError, match="must be a list") as caught:
        load_pack(copy)
    assert (caught.value.file, caught.value.line) == (file, 1)


def test_that_a_page_needs_a_title(copy: Path) -> None:
    (copy / "knowledge").mkdir(exist_ok=True)
    (copy / "knowledge" / "mine.md").write_text("No title.\n", encoding="utf-8")
    with pytest.raises(PackError, match="'# Title'"):
        load_pack(copy)
    (copy / "knowledge" / "mine.md").write_text("# Mine\n\nA text.\n", encoding="utf-8")
    page = next(page for page in load_pack(copy).knowledge if page.name == "mine")
    assert (page.title, page.text) == ("Mine", "A text.")


def test_that_the_tables_it_is_tried_on_are_the_pipeline_s(shipped: Path) -> None:
    spec = load_pack(shipped)
    known = lake_columns(spec)
    kpis, segments = gold_columns(spec)
    assert set(known[Table.GOLD_KPIS]) == set(kpis)
    assert set(known[Table.GOLD_SEGMENTS]) == set(segments)
    assert set(known[Table.SILVER]) == set(silver_columns(spec)) - {"event_key", "source"}
    assert set(known[Table.QUARANTINE]) == set(QUARANTINE)
    assert set(known[Table.METRICS]) <= set(METRICS)
    assert set(known[Table.ALERTS]) == set(ALERTS)


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
