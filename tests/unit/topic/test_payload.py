"""Whatever the bytes are, something readable is shown."""

from __future__ import annotations

import pytest

from engine.long_lines import LONGEST
from engine.topic.payload import SHOWN_BYTES, as_text, hex_view, one_line, show

pytestmark = pytest.mark.unit


def test_that_json_is_indented() -> None:
    assert show(b'{"a":[1,2.5],"b":"\xc3\xbc"}').text == (
        '{\n  "a": [\n    1,\n    2.5\n  ],\n  "b": "ü"\n}'
    )


@pytest.mark.parametrize(
    ("data", "kind"),
    [(None, "null"), (b"", "empty"), (b"plain text", "text"), (b"\xff\xfe", "binary"),
     (b"a\x00b", "binary"), (b"[1]", "json"), (b"{'a': 1}", "text")],
)  # fmt: skip
def test_that_each_kind_is_named(data: bytes | None, kind: str) -> None:
    assert show(data).kind == kind


def test_that_binary_is_a_hex_view_of_its_beginning() -> None:
    shown = show(bytes(range(256)) * 1000)
    assert shown.text.startswith("00000000  00 01 02")
    assert "16 KB of 256,000 bytes" in shown.note
    assert hex_view(b"Hi!") == "00000000  48 69 21" + " " * 39 + "  Hi!"


def test_that_a_huge_text_is_cut_and_says_so() -> None:
    shown = show(b"x" * (SHOWN_BYTES + 10))
    assert shown.text.count("x") == SHOWN_BYTES
    assert max(map(len, shown.text.split("\n"))) == LONGEST
    assert "Copy takes all" in shown.note


def test_that_a_long_line_is_broken_and_says_so() -> None:
    shown = show(b"x" * (LONGEST + 1))
    assert shown.text == "x" * LONGEST + "\nx"
    assert "Long lines are broken" in shown.note


def test_that_a_cell_holds_one_short_line() -> None:
    assert one_line(b'{\n  "a": 1\n}') == '{ "a": 1 }'
    assert one_line(None) == "null"
    assert one_line(b"") == ""
    assert one_line("ü".encode() * 5000).endswith("ü…")
    assert one_line(b"\xff" * 100) == "ff " * 63 + "ff …"


def test_that_a_letter_cut_in_two_does_not_make_text_binary() -> None:
    assert one_line(b"a" + "€".encode() * 2000).startswith("a€€")


def test_that_the_clipboard_gets_everything() -> None:
    assert as_text(b"x" * 500_000) == "x" * 500_000
    assert as_text(b"\xff\x01") == "ff01"
    assert as_text(None) == ""
