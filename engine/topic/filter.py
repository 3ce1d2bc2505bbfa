"""The message filter: a small grammar, from a person's text to a test of one message.

::

    filter  = and { "or" and }
    and     = not { [ "and" ] not }          two conditions side by side: both
    not     = "not" not | "(" filter ")" | condition
    condition = field op value               event_type = purchase, price > 100, app.version = "4.2"
              | field "contains" value       referrer contains goo
              | field "is" [ "not" ] "missing"
              | text                         anywhere in value or key, whatever its case
    op      = "=" | "!=" | ">" | ">=" | "<" | "<="

A field is a path into the JSON value (``items.0.price``), or one of ``key``, ``partition``,
``offset``, ``size`` and ``header.<name>``; ``value.key`` is the JSON field of that name. Two
numbers are compared as numbers, all else as text; so is a JSON text with ``=`` and ``!=``. A field
that is missing equals nothing: ``!=`` holds for it, every other comparison does not.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from functools import cached_property
from typing import Any, NamedTuple

import orjson

from engine.topic.errors import BadFilter
from engine.topic.source import Record

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<quoted>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
      | (?P<op>!=|<>|>=|<=|==|=|>|<)
      | (?P<paren>[()])
      | (?P<word>[^\s"'=<>!()]+)
      | (?P<odd>\S)
    )""",
    re.VERBOSE,
)
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}
_SAME = {"==": "=", "<>": "!="}
DEEPEST = 50
"""Brackets and nots within each other; more than anybody types, less than Python's stack holds."""
_EXAMPLES = "Examples: event_type = purchase, price > 100 and country = DE, referrer contains goo."
_MISSING = object()


class View:
    """One record, decoded when a condition first asks."""

    def __init__(self, record: Record) -> None:
        self.record = record

    @cached_property
    def json(self) -> Any:
        """The value as JSON; ``_MISSING`` where it is none."""
        try:
            return orjson.loads(self.record.value or b"")
        except ValueError:
            return _MISSING

    @cached_property
    def text(self) -> str:
        """Key and value as lower-case text."""
        parts = (self.record.key or b"", self.record.value or b"")
        return "\n".join(part.decode("utf-8", "replace") for part in parts).lower()


Test = Callable[[View], bool]


class Filter:
    """A test of one message; ``text`` is what it was made from."""

    def __init__(self, text: str, test: Test | None) -> None:
        self.text = text
        self._test = test

    @property
    def everything(self) -> bool:
        """Whether it lets every message pass."""
        return self._test is None

    def __call__(self, record: Record) -> bool:
        return self._test is None or self._test(View(record))


def parse_filter(text: str) -> Filter:
    """BadFilter where the text cannot be read; an empty text lets everything pass."""
    tokens = list(_tokens(text))
    return Filter(text.strip(), _Parser(tokens).whole() if tokens else None)


def field_text(record: Record, field: str) -> str:
    """The field as text; empty where the message has none."""
    value = _field(View(record), field)
    return "" if value is None or value is _MISSING else _text(value)


class _Token(NamedTuple):
    kind: str
    text: str


def _tokens(text: str) -> list[_Token]:
    found = []
    for match in _TOKEN.finditer(text.rstrip()):
        kind, piece = str(match.lastgroup), match.group(str(match.lastgroup))
        if kind == "odd":
            what = "a quote without its end" if piece in "\"'" else f"the sign {piece}"
            raise BadFilter(f"The filter holds {what}.", _EXAMPLES)
        if kind == "quoted":
            piece = re.sub(r"\\(.)", r"\1", piece[1:-1])
        found.append(_Token(kind, piece))
    return found


class _Parser:
    """Recursive descent over the tokens."""

    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._at = 0
        self._depth = 0

    def whole(self) -> Test:
        """The filter; everything must have been read."""
        test = self._or()
        if self._at < len(self._tokens):
            raise BadFilter(f"The filter cannot be read from {self._rest()} on.", _EXAMPLES)
        return test

    def _or(self) -> Test:
        tests = [self._and()]
        while self._accept("or"):
            tests.append(self._and())
        return tests[0] if len(tests) == 1 else lambda view: any(test(view) for test in tests)

    def _and(self) -> Test:
        tests = [self._not()]
        while not self._ended():
            self._accept("and")
            tests.append(self._not())
        return tests[0] if len(tests) == 1 else lambda view: all(test(view) for test in tests)

    def _ended(self) -> bool:
        """Nothing is left that an ``and`` could go on with."""
        return self._peek("paren", ")") or self._peek("word", "or") or self._here() is None

    def _not(self) -> Test:
        self._depth += 1
        if self._depth > DEEPEST:
            raise BadFilter(f"The filter is nested more than {DEEPEST} deep.", "Make it simpler.")
        test = self._one()
        self._depth -= 1
        return test

    def _one(self) -> Test:
        if self._accept("not"):
            test = self._not()
            return lambda view: not test(view)
        if self._peek("paren", "("):
            self._at += 1
            test = self._or()
            if not self._peek("paren", ")"):
                raise BadFilter("A bracket is not closed.", "Add a ) to the filter.")
            self._at += 1
            return test
        return self._condition()

    def _condition(self) -> Test:
        first = self._take()
        following = self._here()
        if first.kind == "word" and following is not None:
            if following.kind == "op":
                self._at += 1
                return _comparison(first.text, following.text, self._value(following.text))
            if self._accept("contains"):
                return _contains(first.text, self._value("contains").text)
            if self._missing():
                return _absence(first.text, self._tokens[self._at - 2].text.lower() == "is")
        needle = first.text.lower()
        return lambda view: needle in view.text

    def _missing(self) -> bool:
        """Takes ``is missing`` or ``is not missing``."""
        ahead = [token.text.lower() for token in self._tokens[self._at : self._at + 3]]
        if ahead[:2] == ["is", "missing"]:
            self._at += 2
            return True
        if ahead == ["is", "not", "missing"]:
            self._at += 3
            return True
        return False

    def _take(self) -> _Token:
        token = self._here()
        if token is None:
            raise BadFilter("The filter ends in the middle of a condition.", _EXAMPLES)
        if token.kind in ("op", "paren") or _is(token, "and", "or"):
            raise BadFilter(f"The filter has no field before {self._rest()}.", _EXAMPLES)
        self._at += 1
        return token

    def _value(self, after: str) -> _Token:
        token = self._here()
        if token is None or token.kind not in ("word", "quoted") or _is(token, "and", "or"):
            raise BadFilter(f"The filter has no value after {after}.", _EXAMPLES)
        self._at += 1
        return token

    def _accept(self, word: str) -> bool:
        if self._peek("word", word):
            self._at += 1
            return True
        return False

    def _peek(self, kind: str, text: str) -> bool:
        token = self._here()
        return token is not None and token.kind == kind and token.text.lower() == text

    def _here(self) -> _Token | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def _rest(self) -> str:
        return "'" + " ".join(token.text for token in self._tokens[self._at : self._at + 3]) + "'"


def _is(token: _Token, *words: str) -> bool:
    return token.kind == "word" and token.text.lower() in words


def _comparison(field: str, sign: str, wanted: _Token) -> Test:
    name = _SAME.get(sign, sign)
    compare = _COMPARE[name]
    number = _number(wanted.text)
    text = wanted.text
    exact = name in ("=", "!=")  # the id "1e5" is not the id "100000"

    def test(view: View) -> bool:
        value = _field(view, field)
        if value is _MISSING or value is None:
            return name == "!="
        found = None if exact and isinstance(value, str) else _number(value)
        if found is not None and number is not None:
            return compare(found, number)
        return compare(_text(value), text)

    return test


def _contains(field: str, wanted: str) -> Test:
    needle = wanted.lower()

    def test(view: View) -> bool:
        value = _field(view, field)
        return value is not _MISSING and value is not None and needle in _text(value).lower()

    return test


def _absence(field: str, wanted: bool) -> Test:
    return lambda view: (_field(view, field) in (None, _MISSING)) is wanted


def _field(view: View, name: str) -> Any:
    record = view.record
    match name:
        case "key":
            return _MISSING if record.key is None else record.key.decode("utf-8", "replace")
        case "partition":
            return record.partition
        case "offset":
            return record.offset
        case "size":
            return record.size or 0
    if name.startswith("header."):
        return _header(record, name.removeprefix("header."))
    return _descend(view.json, name.removeprefix("value."))


def _header(record: Record, name: str) -> Any:
    for found, value in record.headers:
        if found == name:
            return None if value is None else value.decode("utf-8", "replace")
    return _MISSING


def _descend(value: Any, path: str) -> Any:
    """Follows a dotted path; a whole name with dots in it comes first."""
    if isinstance(value, dict):
        if path in value:
            return value[path]
        head, dot, rest = path.partition(".")
        return _descend(value[head], rest) if dot and head in value else _MISSING
    if isinstance(value, list):
        head, dot, rest = path.partition(".")
        if head.isdecimal() and int(head) < len(value):
            inner = value[int(head)]
            return _descend(inner, rest) if dot else inner
    return _MISSING


def _number(value: Any) -> float | None:
    if isinstance(value, bool):
        return None
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        return None


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return orjson.dumps(value, default=str).decode()
