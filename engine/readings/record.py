"""A refused record made readable: its JSON indented, and where in it the fault is.

Numbers stay as they were written: the text is laid out anew from its own tokens, not from
parsed values.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from typing import NoReturn

from engine.contracts.names import Reason
from engine.contracts.pack import PackSpec
from engine.long_lines import break_lines

SHOWN_CHARACTERS = 65_536
"""A longer record is shown by its beginning, as it came: nobody reads further."""

_INDENT = "  "
_TOKEN = re.compile(
    r'(?P<string>"(?:[^"\\]|\\.)*")|(?P<mark>[{}\[\],:])|(?P<space>\s+)'
    r'|(?P<other>[^\s{}\[\],:"]+|.)',
    re.DOTALL,
)
_OF_TIME = (Reason.BAD_TIMESTAMP, Reason.IN_FUTURE, Reason.TOO_LATE)


@dataclass(frozen=True, slots=True)
class Explained:
    """A record as it is shown.

    Attributes:
        fault: the characters [start, end) of the text that were wrong; None where nothing that
            stands there is (a missing field, a record that is too large).
        field: the field that was wrong; None where it is none.
        problem: what the JSON reader says, for a record that is no JSON; else empty.
        place: line and column of the record as it came, from 1, where the reader stopped.
        cut: how many characters of the record are not shown.
        broken: how many line breaks the text has beside its own, because a line was too long.
    """

    text: str
    fault: tuple[int, int] | None = None
    field: str | None = None
    problem: str = ""
    place: tuple[int, int] | None = None
    cut: int = 0
    broken: int = 0


class _NotStrict(ValueError):
    """A word such as NaN, which Python's reader takes and JSON does not know."""


def explain(raw: str, reason: str, detail: str, pack: PackSpec) -> Explained:
    """The record laid out, with its fault marked; no line is longer than a screen can take."""
    found = _explain(raw, reason, detail, pack)
    broken = break_lines(found.text)
    fault = broken.span(*found.fault) if found.fault else None
    return replace(found, text=broken.text, fault=fault, broken=len(broken.breaks))


def _explain(raw: str, reason: str, detail: str, pack: PackSpec) -> Explained:
    error = _json_error(raw)
    if error is not None:
        return _broken(raw, *error)
    if len(raw) > SHOWN_CHARACTERS:
        cut = len(raw) - SHOWN_CHARACTERS
        name = named_field(reason, detail, pack)
        return Explained(raw[:SHOWN_CHARACTERS], field=name, cut=cut)
    laid = _Layout()
    for match in _TOKEN.finditer(raw):
        if match.lastgroup != "space":
            laid.add(match.group())
    text = laid.text()
    name = named_field(reason, detail, pack)
    fault = laid.fields.get(name) if name else None
    if reason == Reason.NOT_OBJECT.value:
        fault = (0, len(text))
    return Explained(text, fault, name)


def named_field(reason: str, detail: str, pack: PackSpec) -> str | None:
    """The field that a reason's detail speaks of; None where it speaks of none."""
    if reason in {each.value for each in _OF_TIME}:
        return pack.roles.timestamp
    names = {field.name for field in pack.fields}
    # What follows a colon is the producer's own value, which may be a field's name too.
    words = re.findall(r"[a-z][a-z0-9_]*", detail.split(":", maxsplit=1)[0])
    return next((word for word in words if word in names), None)


def _json_error(raw: str) -> tuple[str, int] | None:
    """What is wrong with the text as JSON, and at which character."""
    try:
        json.loads(raw, parse_constant=_refuse)
    except _NotStrict as error:
        return str(error), _word_at(raw, ("NaN", "Infinity", "-Infinity"))
    except json.JSONDecodeError as error:
        return error.msg, error.pos
    except RecursionError:
        return "Nested too deeply", 0
    # Bytes that were no UTF-8 stand here as U+FFFD: the text is JSON, the record was not.
    at = raw.find("\ufffd")
    return None if at < 0 else ("Bytes that are no UTF-8 text", at)


def _refuse(word: str) -> NoReturn:
    raise _NotStrict(f"{word} is no JSON value")


def _word_at(raw: str, words: tuple[str, ...]) -> int:
    at = 0
    for match in _TOKEN.finditer(raw):
        if match.lastgroup != "string" and raw.startswith(words, match.start()):
            at = match.start()
            break
    return at


def _broken(raw: str, problem: str, at: int) -> Explained:
    """As it came, with the place where the reader stopped."""
    line = raw.count("\n", 0, at) + 1
    column = at - (raw.rfind("\n", 0, at) + 1) + 1
    shown = raw[:SHOWN_CHARACTERS]
    fault = _visible(shown, at)
    return Explained(shown, fault, None, problem, (line, column), len(raw) - len(shown))


def _visible(shown: str, at: int) -> tuple[int, int] | None:
    """A stretch at ``at`` that can be seen: at the end of the text its last character."""
    if not shown or at > len(shown):
        return None
    start = min(at, len(shown) - 1)
    return start, start + 1


class _Layout:
    """Lays valid JSON out with two spaces a level, and remembers where each top field stands."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._at = 0
        self._depth = 0
        self._opened = False
        self._open_kinds: list[str] = []
        self._expects_key = False
        self._field: tuple[str, int] | None = None
        self.fields: dict[str, tuple[int, int]] = {}

    def add(self, piece: str) -> None:
        """The next piece."""
        if piece in ("}", "]"):
            self._close(piece)
            return
        if self._opened:
            self._line()
            self._opened = False
        if piece in ("{", "["):
            self._write(piece)
            self._open_kinds.append(piece)
            self._depth += 1
            self._opened = True
            self._expects_key = piece == "{"
        elif piece == ",":
            self._end_field()
            self._write(piece)
            self._line()
            self._expects_key = self._open_kinds[-1] == "{"
        elif piece == ":":
            self._write(piece)
            self._write(" ")
            self._expects_key = False
        else:
            if self._expects_key and self._depth == 1:
                self._field = (str(json.loads(piece)), self._at)
            self._write(piece)

    def text(self) -> str:
        """All of it."""
        return "".join(self._parts)

    def _close(self, piece: str) -> None:
        self._end_field()
        self._depth -= 1
        self._open_kinds.pop()
        if not self._opened:
            self._line()
        self._opened = False
        self._write(piece)

    def _end_field(self) -> None:
        if self._depth == 1 and self._field is not None:
            name, start = self._field
            self.fields[name] = (start, self._at)
            self._field = None

    def _line(self) -> None:
        self._write("\n" + _INDENT * self._depth)

    def _write(self, text: str) -> None:
        self._parts.append(text)
        self._at += len(text)
