"""JSON by the letter, with numbers kept as they were written."""

from __future__ import annotations

import json
from typing import Any, NoReturn


class Number(str):
    """A JSON number's text."""

    __slots__ = ()


class NotJson(Exception):
    """The bytes are not one JSON value in UTF-8."""


def loads(value: bytes) -> Any:
    """The value with numbers as ``Number``; NotJson.

    >>> loads(b'{"a": 1.50}')
    {'a': '1.50'}
    """
    try:
        return json.loads(
            value.decode("utf-8"),
            parse_float=Number,
            parse_int=Number,
            parse_constant=_refuse,
        )
    except (ValueError, RecursionError) as error:
        raise NotJson from error


def plain(value: Any) -> Any:
    """``value`` with its numbers as Python numbers."""
    if isinstance(value, Number):
        return json.loads(value)
    if isinstance(value, dict):
        return {name: plain(inner) for name, inner in value.items()}
    return [plain(inner) for inner in value] if isinstance(value, list) else value


def _refuse(word: str) -> NoReturn:
    raise ValueError(word)
