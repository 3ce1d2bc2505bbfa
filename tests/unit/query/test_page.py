"""Values as the screen and the clipboard have them."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa
import pytest

from engine.contracts.query import ResultColumn
from engine.query.page import float_text, is_number, moment_text, page_of, tsv

pytestmark = pytest.mark.unit

EAST = dt.timezone(dt.timedelta(hours=2))


def columns(*kinds: str) -> list[ResultColumn]:
    return [ResultColumn(name=f"c{at}", type=kind) for at, kind in enumerate(kinds)]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (0.1 + 0.2, "0.3"),
        (2026.5, "2,026.5"),
        (-1234.0, "-1,234"),
        (12345.678, "12,345.678"),
        (-1234567.0, "-1,234,567"),
        (1e300, "1e+300"),
        (0.00001234, "1.234e-05"),
        (float("nan"), "nan"),
        (float("-inf"), "-inf"),
    ],
)
def test_that_a_float_is_written_to_be_read(value, text):
    assert float_text(value) == text


@pytest.mark.parametrize(
    ("micros", "text"),
    [
        (None, None),
        (0, "1970-01-01 02:00:00+02:00"),
        (1_500_000, "1970-01-01 02:00:01.500+02:00"),
        (1, "1970-01-01 02:00:00.000001+02:00"),
        (2**63 - 1, "infinity"),
        (-(2**63) + 1, "-infinity"),
    ],
)
def test_that_a_moment_is_local_with_its_offset(micros, text):
    assert moment_text(micros, EAST) == text


def test_that_a_page_holds_texts_by_column_and_keeps_null():
    table = pa.table({"a": [1, 12345, None], "b": ["x", None, ""], "c": [True, None, False]})
    page = page_of(table, columns("BIGINT", "VARCHAR", "BOOLEAN"), 256)
    assert (page.offset, page.rows) == (256, 3)
    assert page.columns == (("1", "12,345", None), ("x", None, ""), ("true", None, "false"))


def test_that_a_big_number_sent_as_text_is_grouped_and_a_name_is_not():
    table = pa.table({"a": ["123456789012345678901"], "b": ["1234567"]})
    page = page_of(table, columns("HUGEINT", "VARCHAR"), 0)
    assert page.columns == (("123,456,789,012,345,678,901",), ("1234567",))


def test_that_amounts_are_grouped_and_years_are_not():
    table = pa.table({"a": ["1234.50", "-0.50", "12345.00"], "b": [2026, -999, 12345]})
    page = page_of(table, columns("DECIMAL(18,2)", "INTEGER"), 0)
    assert page.columns == (("1,234.50", "-0.50", "12,345.00"), ("2026", "-999", "12,345"))


def test_that_the_clipboard_gets_values_as_programs_read_them():
    table = pa.table({"a": [12345, None], "b": [0.1 + 0.2, 1.0], "c": ["x\ty", 'say "a"']})
    kinds = columns("BIGINT", "DOUBLE", "VARCHAR")
    text = tsv(page_of(table, kinds, 0, plain=True), kinds)
    assert text == 'c0\tc1\tc2\n12345\t0.30000000000000004\t"x\ty"\n\t1.0\t"say ""a"""'


@pytest.mark.parametrize("kind", ["INTEGER", "UBIGINT", "HUGEINT", "DOUBLE", "DECIMAL(18,3)"])
def test_that_numbers_are_known(kind):
    assert is_number(kind)


@pytest.mark.parametrize("kind", ["INTEGER[]", "INTERVAL", "VARCHAR", "BOOLEAN", "DATE"])
def test_that_others_are_no_numbers(kind):
    assert not is_number(kind)
