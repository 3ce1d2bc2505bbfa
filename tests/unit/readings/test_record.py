from __future__ import annotations

import pytest

from engine.contracts.names import Reason
from engine.domain import load_pack
from engine.long_lines import LONGEST
from engine.paths import resources_dir
from engine.readings.record import SHOWN_CHARACTERS, explain, named_field

pytestmark = pytest.mark.unit

PACK = load_pack(resources_dir() / "domains" / "ecommerce")


def shown(raw: str, reason: Reason, detail: str = "") -> tuple[str, str | None]:
    """The text, and what of it is marked as wrong."""
    found = explain(raw, reason.value, detail, PACK)
    return found.text, found.text[slice(*found.fault)] if found.fault else None


def test_that_json_is_laid_out_with_numbers_as_they_were_written() -> None:
    raw = '{"price":1.50,"a":[1,{}],"empty":[],"s":"x: {,}","n":null}'
    text, _ = shown(raw, Reason.TOO_LATE)
    assert text == (
        '{\n  "price": 1.50,\n  "a": [\n    1,\n    {}\n  ],\n  "empty": [],\n'
        '  "s": "x: {,}",\n  "n": null\n}'
    )


@pytest.mark.parametrize(
    ("raw", "reason", "detail", "marked"),
    [
        (
            '{"event_id":"price","price":-4}',
            Reason.NEGATIVE_PRICE,
            "price is outside its range from 0: -4",
            '"price": -4',
        ),
        ('{"price":{"v":1}}', Reason.BAD_TYPE, 'price is not a number: {"v":1}', None),
        ('{"ts":"now"}', Reason.BAD_TIMESTAMP, "no time: now", '"ts": "now"'),
        ('{"ts":1}', Reason.TOO_LATE, "more than 15 minutes before", '"ts": 1'),
        (
            '{"currency":"BTC"}',
            Reason.UNKNOWN_CURRENCY,
            "unknown currency: price",
            '"currency": "BTC"',
        ),
        ('{"user_id":" "}', Reason.MISSING_FIELD, "user_id is missing", '"user_id": " "'),
        ('{"x":{"user_id":1}}', Reason.MISSING_FIELD, "user_id is missing", None),
        ("[1]", Reason.NOT_OBJECT, "JSON, but no object", "[\n  1\n]"),
        ('{"a":1}', Reason.TOO_LARGE, "1048580 bytes, more than 1048576", None),
    ],
)
def test_that_the_field_that_was_wrong_is_marked(
    raw: str, reason: Reason, detail: str, marked: str | None
) -> None:
    text, found = shown(raw, reason, detail)
    if reason is Reason.BAD_TYPE:
        assert found == text[text.index('"price"') : text.rindex("}") - 1]
    else:
        assert found == marked


@pytest.mark.parametrize(
    ("raw", "problem", "place", "marked"),
    [
        ('{"a":1,}', "property name", (1, 8), "}"),
        ('{"a":1}}', "Extra data", (1, 8), "}"),
        ('{\n"a":\n', "Expecting value", (3, 1), "\n"),
        ('{"NaN":NaN}', "NaN is no JSON value", (1, 8), "N"),
        ('{"x":"\ufffd"}', "no UTF-8", (1, 7), "\ufffd"),
        ("", "Expecting value", (1, 1), None),
        ("[" * 100_000, "", (1, 1), "["),
    ],
)
def test_that_broken_json_is_marked_where_the_reader_stopped(
    raw: str, problem: str, place: tuple[int, int], marked: str | None
) -> None:
    found = explain(raw, Reason.NOT_JSON.value, "no JSON", PACK)
    assert problem in found.problem
    if problem:
        assert found.place == place
        assert found.text == raw
    assert (found.text[slice(*found.fault)] if found.fault else None) == marked


def test_that_a_very_long_record_is_shown_by_its_beginning() -> None:
    raw = '{"note":"' + "x" * 200_000 + '"}'
    found = explain(raw, Reason.TOO_LARGE.value, "", PACK)
    assert len(found.text) - found.broken == SHOWN_CHARACTERS
    assert found.fault is None
    assert found.cut == len(raw) - SHOWN_CHARACTERS


def test_that_the_last_of_two_fields_of_one_name_is_marked() -> None:
    text, found = shown('{"ts":1,"ts":2}', Reason.TOO_LATE)
    assert found == '"ts": 2'
    assert text.count("ts") == 2


@pytest.mark.parametrize(
    ("reason", "detail", "name"),
    [
        (Reason.UNKNOWN_EVENT_TYPE, "unknown event_type: price", "event_type"),
        (Reason.BAD_TYPE, "quantity is not an integer: price", "quantity"),
        (Reason.NOT_JSON, "no JSON", None),
        (Reason.IN_FUTURE, "400 s ahead of its arrival", "ts"),
    ],
)
def test_that_the_field_is_read_from_the_detail(
    reason: Reason, detail: str, name: str | None
) -> None:
    assert named_field(reason.value, detail, PACK) == name


def test_that_a_long_line_is_broken_and_its_fault_still_marked() -> None:
    raw = '{"s":"' + "x" * 3 * LONGEST + '","price":-4}'
    found = explain(raw, Reason.NEGATIVE_PRICE.value, "price is outside: -4", PACK)
    assert found.fault is not None
    assert found.text[slice(*found.fault)] == '"price": -4'
    assert max(map(len, found.text.split("\n"))) == LONGEST
    assert found.broken == 3


def test_that_the_place_where_a_long_text_is_no_json_is_marked() -> None:
    raw = '["' + "x" * 2 * LONGEST + '" 5]'
    found = explain(raw, Reason.NOT_JSON.value, "no JSON", PACK)
    assert found.fault is not None
    assert found.text[slice(*found.fault)] == "5"
    assert found.text.replace("\n", "") == raw
