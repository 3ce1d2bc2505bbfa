"""Statements, windows, order, figures and exports, through a real worker."""

from __future__ import annotations

import csv
from pathlib import Path

import duckdb
import pytest

from engine.lake import LakeReadError
from engine.query.errors import NoResult, StatementFailed
from engine.query.session import QuerySession
from engine.query.transfer import ExportFailed

pytestmark = pytest.mark.integration


def test_that_a_statement_reads_the_lake(shared):
    result = shared.run("SELECT orders, gmv_usd, window_start FROM gold_kpis ORDER BY orders")
    assert [c.name for c in result.columns] == ["orders", "gmv_usd", "window_start"]
    assert [c.type for c in result.columns] == ["BIGINT", "DOUBLE", "TIMESTAMP WITH TIME ZONE"]
    assert (result.rows, result.truncated) == (20, False)
    assert result.first.columns[0][:4] == ("0", "1", "2", "3")
    assert result.first.columns[1][:4] == ("0", "1.5", "3", None)
    assert result.first.columns[2][0] is not None
    assert result.first.columns[2][0].startswith("1970-01-01 ")


def test_that_an_older_version_is_read(shared):
    assert shared.run("SELECT * FROM gold_kpis", as_of=0).rows == 10
    with pytest.raises(LakeReadError, match="as of 99"):
        shared.run("SELECT * FROM gold_kpis", as_of=99)


def test_that_times_are_utc(shared):
    sql = "SELECT CAST(min(window_start) AS VARCHAR) AS t FROM gold_kpis"
    assert shared.run(sql).first.columns == (("1970-01-01 00:00:00+00",),)


@pytest.mark.parametrize(
    "sql",
    [
        "DESCRIBE gold_kpis",
        "SUMMARIZE gold_kpis",
        "EXPLAIN SELECT * FROM gold_kpis",
        "EXPLAIN ANALYZE SELECT * FROM gold_kpis",
        "FROM gold_kpis",
        "VALUES (1), (2)",
        "PIVOT (SELECT orders % 2 AS odd, orders FROM gold_kpis) ON odd USING sum(orders)",
        "SELECT 1 -- with a comment\n;",
    ],
)
def test_that_every_kind_of_reading_gives_rows(shared, sql):
    assert shared.run(sql).rows >= 1


def test_that_show_tables_shows_the_lake_and_nothing_of_ours(shared):
    assert shared.run("SHOW TABLES").first.columns == (("gold_kpis",),)


def test_that_equal_names_stay_as_they_are(shared):
    result = shared.run("SELECT 1 AS a, 2 AS a, 3 AS a_1")
    assert [c.name for c in result.columns] == ["a", "a", "a_1"]
    assert result.first.columns == (("1",), ("2",), ("3",))


@pytest.mark.parametrize(
    ("sql", "sentence", "position"),
    [
        ("SELEKT 1", "Syntax error", 0),
        ("SELECT 'äöü', nothing FROM gold_kpis", "nothing", 14),
        ("SELECT * FROM gold_kpi", "There is no table gold_kpi. Did you mean gold_kpis?", 14),
        ("SELECT 1/", "end of input", 9),
        ("SELECT\n  foo(1)", "foo", 9),
        ("SELECT CAST('a' AS INT)", "Could not convert", 7),
        ("", "There is no statement.", None),
        ("DROP TABLE gold_kpis", "Only statements that read", None),
        ("SELECT * FROM read_text('/etc/passwd')", "no other file or address", 14),
    ],
)
def test_that_a_wrong_statement_is_explained_at_its_place(shared, sql, sentence, position):
    with pytest.raises(StatementFailed) as caught:
        shared.run(sql)
    assert sentence in caught.value.message
    assert caught.value.position == position
    assert caught.value.remedy
    assert "{" not in caught.value.message


def test_that_there_are_no_rows_after_a_wrong_statement(shared):
    shared.run("SELECT 1")
    with pytest.raises(StatementFailed):
        shared.run("SELEKT 1")
    with pytest.raises(NoResult):
        shared.page(0)


def test_that_windows_follow_the_order_and_come_back_from_it(shared):
    shared.run("SELECT (range * 7919) % 1000 AS n, range AS i FROM range(1000)")
    assert shared.page(990, 100).columns[1] == tuple(str(i) for i in range(990, 1000))
    shared.sort(0, descending=True)
    assert shared.page(0, 3).columns[0] == ("999", "998", "997")
    shared.sort(0)
    assert shared.page(500, 2).columns[0] == ("500", "501")
    shared.sort(None)
    assert shared.page(0, 3).columns[1] == ("0", "1", "2")


def test_that_null_is_last_in_both_directions(shared):
    shared.run("SELECT gmv_usd FROM gold_kpis")
    for descending in (False, True):
        shared.sort(0, descending)
        assert shared.page(15, 5).columns[0] == (None,) * 5


def test_that_long_texts_are_cut_for_the_screen_only(shared):
    shared.run("SELECT repeat('ä', 2000) AS t")
    assert shared.page(0).columns[0] == ("ä" * 500,)
    assert shared.value(0, 0) == "ä" * 2000
    assert shared.copy(0, 1, (0,), header=True) == "t\n" + "ä" * 2000


def test_that_rows_come_as_arrow_with_their_names(shared):
    shared.run("SELECT 1 AS a, [1, 2] AS b, 'x' AS a")
    table = shared.table(0, 10)
    assert table.column_names == ["a", "b", "a"]
    assert [column.to_pylist() for column in table.columns] == [[1], [[1, 2]], ["x"]]


def test_that_many_rows_come_in_order_as_one_table(shared):
    shared.run("SELECT range AS i FROM range(10000)")
    assert shared.table(5, 9_000).column("i").to_pylist() == list(range(5, 9_005))
    assert shared.table(0, 0).num_rows == 0


def test_that_figures_of_a_column_are_right(shared):
    shared.run("SELECT CASE WHEN i % 10 = 0 THEN NULL ELSE i END AS n FROM range(1001) r(i)")
    found = shared.stats(0)
    assert (found.rows, found.nulls) == (1001, 101)
    assert (found.minimum, found.maximum) == ("1", "999")
    assert found.mean == pytest.approx(500)
    assert found.median == pytest.approx(500, abs=15)
    assert (found.distinct, found.exact) == (900, True)
    assert sum(found.histogram) == 900
    assert found.top[0] == (None, 101)


@pytest.mark.parametrize(
    "item",
    [
        "NULL",
        "'a'",
        "true",
        "now()",
        "[1]",
        "uuid()",
        "'inf'::DOUBLE",
        "5",
        "'x'::BLOB",
        "interval 1 day",
    ],
)
def test_that_any_type_has_figures(shared, item):
    shared.run(f"SELECT {item} AS v FROM range(3)")
    assert shared.stats(0).rows == 3


def test_that_a_line_has_means_where_there_are_too_many_points(shared):
    shared.run("SELECT window_start, gmv_usd FROM gold_kpis")
    whole = shared.chart_data("line", 0, 1, 100)
    assert (list(whole.x[:2]), list(whole.y[:2])) == ([0.0, 60.0], [0.0, 1.5])
    assert (len(whole.y), whole.time, whole.note) == (15, True, "")
    coarse = shared.chart_data("line", 0, 1, 5)
    assert len(coarse.y) == 5
    assert coarse.y.mean() == pytest.approx(whole.y.mean())
    assert "15 points drawn as 5" in coarse.note


def test_that_a_line_has_one_point_for_each_x(shared):
    shared.run("SELECT orders // 2 AS half, orders FROM gold_kpis")
    line = shared.chart_data("line", 0, 1, 100)
    assert (list(line.x[:2]), list(line.y[:2]), line.time) == ([0.0, 1.0], [0.5, 2.5], False)
    assert "averaged" in line.note


def test_that_bars_sum_what_is_the_same(shared):
    shared.run("SELECT orders % 3 AS k, orders FROM gold_kpis")
    bars = shared.chart_data("bar", 0, 1, 2)
    assert (bars.x, list(bars.y)) == (("1", "0"), [70.0, 63.0])
    assert "summed" in bars.note
    assert "2 largest of 3" in bars.note


def test_that_an_export_equals_the_result_in_its_order(shared, tmp_path: Path):
    target = tmp_path / "out.csv"
    shared.run(
        'SELECT orders, gmv_usd, window_start AS at, \'a "b", c\' AS "t,u", [1] AS l FROM gold_kpis'
    )
    shared.sort(0, descending=True)
    told: list[tuple[int, int | None]] = []
    assert shared.export_csv(target, lambda rows, total: told.append((rows, total))) == 20
    assert told[-1] == (20, 20)
    with target.open(newline="", encoding="utf-8") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["orders", "gmv_usd", "at", "t,u", "l"]
    assert rows[1] == ["19", "", "1970-01-01 00:19:00+00", 'a "b", c', "[1]"]
    read = duckdb.execute("SELECT sum(orders), count(gmv_usd) FROM read_csv($1)", [str(target)])
    assert read.fetchone() == (190, 15)
    assert list(tmp_path.iterdir()) == [target]


def test_that_a_truncated_result_says_so_and_is_exported_whole(shared, tmp_path: Path):
    result = shared.run("SELECT range AS i FROM range(120000)")
    assert (result.rows, result.truncated) == (10_000, True)
    target = tmp_path / "out.csv"
    assert shared.export_csv(target, lambda *_: None) == 120_000
    assert len(target.read_text().splitlines()) == 120_001


def test_that_a_file_that_cannot_be_written_is_a_sentence(shared, tmp_path: Path):
    shared.run("SELECT 1")
    with pytest.raises(ExportFailed, match="cannot be written"):
        shared.export_csv(tmp_path / "none" / "out.csv", lambda *_: None)


def test_that_an_empty_result_is_one(shared, tmp_path: Path):
    result = shared.run("SELECT * FROM gold_kpis WHERE false")
    assert (result.rows, len(result.columns), result.first.rows) == (0, 3, 0)
    shared.sort(0)
    assert shared.stats(1).rows == 0
    assert shared.chart_data("line", 0, 1, 10).y.size == 0
    assert shared.export_csv(tmp_path / "a.csv", lambda *_: None) == 0
    assert (tmp_path / "a.csv").read_text() == "window_start,orders,gmv_usd\n"


def test_that_words_for_completion_come_from_duckdb(shared):
    words = shared.vocabulary()
    assert {"date_trunc", "approx_quantile"} <= set(words.functions)
    assert "select" in words.keywords


def test_that_a_table_that_lacks_a_column_in_old_files_is_null_there(lake, tmp_path: Path):
    import pyarrow as pa
    from deltalake import write_deltalake

    from engine.lake import LakeReader

    path = str(tmp_path / "alerts")
    write_deltalake(path, pa.table({"rule": ["a"]}))
    write_deltalake(
        path, pa.table({"rule": ["b"], "value": [2.0]}), mode="append", schema_mode="merge"
    )
    session = QuerySession(LakeReader(tmp_path))
    try:
        result = session.run("SELECT rule, value FROM alerts ORDER BY rule")
        assert result.first.columns == (("a", "b"), (None, "2"))
    finally:
        session.close()
