"""Fields of the event and how their JSON values become typed ones."""

from __future__ import annotations

import math
import re
from typing import Any, NamedTuple

from tests.oracle.strict_json import Number

NUMBER = re.compile(r"\s*[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?\s*", re.ASCII)

EVENT_TYPES = (
    "page_view", "product_view", "search", "add_to_cart", "remove_from_cart", "checkout_start",
    "purchase", "refund",
)  # fmt: skip
WORTH = ("purchase", "refund")
"""Event types that have an amount."""


class Rule(NamedTuple):
    """What the contract says of one field."""

    name: str
    kind: str
    required: bool = False
    required_for: tuple[str, ...] = ()
    default: Any = None
    upper: bool = False


FIELDS = (
    Rule("event_id", "string", required=True),
    Rule("event_type", "string", required=True),
    Rule("ts", "timestamp", required=True),
    Rule("user_id", "string", required=True),
    Rule("session_id", "string"),
    Rule("product_id", "string"),
    Rule("category_id", "string"),
    Rule("country", "string", upper=True),
    Rule("device_type", "string"),
    Rule("referrer", "string"),
    Rule("campaign", "string"),
    Rule("ua", "string"),
    Rule("price", "double", required_for=WORTH),
    Rule("quantity", "integer", default=1),
    Rule("discount", "double", default=0.0),
    Rule("currency", "string", default="USD", upper=True),
)


class BadType(Exception):
    """The value cannot be of the field's type."""


def is_missing(rule: Rule, value: Any) -> bool:
    """Absent or null; an empty text too where a text or a needed value is expected."""
    if value is None:
        return True
    needed = rule.kind == "string" or rule.required or bool(rule.required_for)
    return needed and type(value) is str and not value.strip(" ")


def text(value: Any) -> str:
    """A string field's value; scalars as their JSON text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (dict, list)):
        raise BadType
    return str(value)


def number(value: Any) -> float:
    """A number, or a text that is a plain decimal one; may be infinite."""
    if isinstance(value, bool) or not isinstance(value, str) or not NUMBER.fullmatch(value):
        raise BadType
    return float(value)


def double(value: Any) -> float:
    """A finite number."""
    result = number(value)
    if not math.isfinite(result):
        raise BadType
    return result


def integer(value: Any) -> int | None:
    """A whole number of 32 bits; None for a number that is not."""
    result = number(value)
    if not math.isfinite(result) or result != math.floor(result) or abs(result) >= 2**31:
        return None
    return int(result)


def moment(value: Any) -> str | Number:
    """A time's raw value; whether it is a time at all is judged after all types."""
    if isinstance(value, bool) or not isinstance(value, str):
        raise BadType
    return value
