"""Keys and values as something to read, whatever bytes they are."""

from __future__ import annotations

import unicodedata
from typing import Final, Literal, NamedTuple

import orjson

from engine.long_lines import break_lines

PREVIEW_BYTES: Final = 64 << 10
"""Of each message in the list no more than this is kept."""
LINE_CHARS: Final = 400
SHOWN_BYTES: Final = 256 << 10
"""What the detail pane shows at once; the rest is still copied."""
HEX_BYTES: Final = 16 << 10

Kind = Literal["json", "text", "binary", "empty", "null"]


class Shown(NamedTuple):
    """A payload for the detail pane; ``note`` says what is left out, or what it is not."""

    kind: Kind
    text: str
    note: str = ""


def one_line(data: bytes | None) -> str:
    """The start of a payload on one line, for a table cell.

    >>> one_line(b'{"a": 1}\\n')
    '{"a": 1}'
    >>> one_line(b"\\xff\\x00abc")
    'ff 00 61 62 63'
    """
    if data is None:
        return "null"
    head = data[: LINE_CHARS * 4]
    text = _decoded(head, cut=len(head) < len(data))
    if text is None:
        return head[:64].hex(" ") + (" …" if len(data) > 64 else "")
    flat = " ".join(text.split())
    return flat if len(flat) <= LINE_CHARS else flat[:LINE_CHARS] + "…"


def show(data: bytes | None) -> Shown:
    """Indented JSON, else text, else a hex view; at most SHOWN_BYTES of it."""
    if data is None:
        return Shown("null", "", "The value is null: a tombstone, where the topic is compacted.")
    if not data:
        return Shown("empty", "", "The value is empty.")
    pretty = _pretty(data)
    if pretty is not None:
        return _cut("json", pretty)
    text = _decoded(data, cut=False)
    if text is not None:
        return _cut("text", text)
    note = "Not UTF-8 text, shown as bytes."
    if len(data) > HEX_BYTES:
        note += f" The first {HEX_BYTES >> 10} KB of {len(data):,} bytes."
    return Shown("binary", hex_view(data[:HEX_BYTES]), note)


def as_text(data: bytes | None) -> str:
    """The whole payload for the clipboard: its text, or its bytes in hex."""
    if data is None:
        return ""
    text = _decoded(data, cut=False)
    return data.hex() if text is None else text


def hex_view(data: bytes) -> str:
    """
    >>> hex_view(b"Hi\\x00")
    '00000000  48 69 00                                         Hi.'
    """
    lines = []
    for start in range(0, len(data), 16):
        row = data[start : start + 16]
        letters = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in row)
        lines.append(f"{start:08x}  {row.hex(' '):<47}  {letters}")
    return "\n".join(lines)


def _pretty(data: bytes) -> str | None:
    """Indented, with the numbers as they were written where orjson keeps them."""
    try:
        return orjson.dumps(orjson.loads(data), option=orjson.OPT_INDENT_2).decode()
    except (ValueError, TypeError):
        return None


def _cut(kind: Kind, text: str) -> Shown:
    broken = break_lines(text[:SHOWN_BYTES])
    if len(text) <= SHOWN_BYTES:
        note = "Long lines are broken here; Copy takes it as it is." if broken.breaks else ""
        return Shown(kind, broken.text, note)
    note = f"The first {SHOWN_BYTES >> 10} KB of {len(text) >> 10:,} KB; Copy takes all of it."
    return Shown(kind, broken.text, note)


def _decoded(data: bytes, *, cut: bool) -> str | None:
    """Text, or None for what is no UTF-8 or holds control characters.

    ``cut`` forgives a last letter that was cut in two.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        if not (cut and error.start >= len(data) - 3):
            return None
        text = data[: error.start].decode("utf-8")
    strange = (c for c in text if unicodedata.category(c) == "Cc" and c not in "\t\r\n")
    return text if next(strange, None) is None else None
