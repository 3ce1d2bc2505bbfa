"""What the pipeline would make of a message: a preview, from the pack's rules.

The same checks as ``pipelines.parse``, in the same order, over one message in plain Python. What
depends on other messages (a duplicate, too late) is decided when it arrives and not foretold.
"""

from __future__ import annotations

import datetime as dt
import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

from engine.contracts.names import FUTURE_TOLERANCE_MS, MAX_RECORD_BYTES, Reason
from engine.contracts.pack import FieldSpec, PackSpec
from engine.topic.times import Number, parse_time

_NUMBER = re.compile(r"[ \t\r\n]*[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?[ \t\r\n]*", re.ASCII)
_KINDS = {"integer": "an integer", "double": "a number", "timestamp": "a time"}


@dataclass(frozen=True)
class Judgement:
    """``reason`` is the first fault's code, None where the message would be accepted."""

    reason: Reason | None
    detail: str

    @property
    def accepted(self) -> bool:
        """Whether it would get into silver, unless it is a repeat or too late."""
        return self.reason is None


class _NotJson(Exception):
    pass


def judge(value: bytes | None, pack: PackSpec, now_ms: float) -> Judgement:
    """The first fault in the contract's order, if the message arrived at ``now_ms``."""
    data = value or b""
    if len(data) > MAX_RECORD_BYTES:
        return Judgement(Reason.TOO_LARGE, f"{len(data):,} bytes, more than {MAX_RECORD_BYTES:,}")
    try:
        document = load(data)
    except _NotJson as error:
        return Judgement(Reason.NOT_JSON, str(error))
    if not isinstance(document, dict):
        return Judgement(Reason.NOT_OBJECT, "JSON, but no object")
    faults = list(_faults(document, pack, now_ms))
    if not faults:
        return Judgement(None, "")
    order = list(Reason)
    return min(faults, key=lambda fault: order.index(fault.reason or Reason.NOT_JSON))


def load(data: bytes) -> Any:
    """The JSON, its numbers as ``Number``; an error of this module where it is none."""
    try:
        return json.loads(
            data.decode("utf-8"), parse_float=Number, parse_int=Number, parse_constant=_refuse
        )
    except UnicodeDecodeError:
        raise _NotJson("not UTF-8") from None
    except RecursionError:
        raise _NotJson("nested too deeply") from None
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise _NotJson(f"{error.msg} at {place}" if data.strip() else "empty") from None
    except ValueError as error:
        raise _NotJson(str(error)) from None


def _refuse(word: str) -> NoReturn:
    raise ValueError(f"{word} is no JSON number")


def _faults(document: dict[str, Any], pack: PackSpec, now_ms: float) -> Iterator[Judgement]:
    """All faults; of the same reason in the order of the pack's fields."""
    kind = document.get(pack.roles.event_type)
    kind = str(kind) if isinstance(kind, str) else None
    for field in pack.fields:
        value = document.get(field.name)
        if _needed(field, kind) and blank(value):
            yield Judgement(Reason.MISSING_FIELD, f"{field.name} is missing")
        elif value is not None:
            yield from _field_faults(field, value, pack)
    if kind is not None and kind.strip(" ") and kind not in pack.event_types:
        detail = f"unknown {pack.roles.event_type}: {kind[:80]}"
        yield Judgement(Reason.UNKNOWN_EVENT_TYPE, detail)
    yield from _time_faults(document.get(pack.roles.timestamp), now_ms)
    yield from _lookup_faults(document, kind, pack)


def _needed(field: FieldSpec, kind: str | None) -> bool:
    return field.required or kind in field.required_for


def blank(value: Any) -> bool:
    """Whether a field is as good as absent."""
    return value is None or (isinstance(value, str) and not value.strip(" "))


def _field_faults(field: FieldSpec, value: Any, pack: PackSpec) -> Iterator[Judgement]:
    if field.type == "string":
        if isinstance(value, dict | list):
            detail = f"{field.name} is an object or array, not text"
            yield Judgement(Reason.BAD_TYPE, detail)
        elif field.name == pack.roles.event_type and isinstance(value, bool):
            detail = f"unknown {field.name}: {str(value).lower()}"
            yield Judgement(Reason.UNKNOWN_EVENT_TYPE, detail)
        return
    if field.type == "timestamp":
        if isinstance(value, bool | dict | list):
            yield _bad_type(field, value)
        return
    number = number_of(value)
    if number is None or (field.type == "double" and not math.isfinite(number)):
        yield _bad_type(field, value)
    elif field.range_reason is not None and not _in_range(field, number):
        low = "" if field.minimum is None else f" from {field.minimum:g}"
        high = "" if field.maximum is None else f" to {field.maximum:g}"
        detail = f"{field.name} is outside its range{low}{high}: {str(value)[:80]}"
        yield Judgement(field.range_reason, detail)


def _bad_type(field: FieldSpec, value: Any) -> Judgement:
    shown = value if isinstance(value, str) else json.dumps(value)
    return Judgement(Reason.BAD_TYPE, f"{field.name} is not {_KINDS[field.type]}: {shown[:80]}")


def number_of(value: Any) -> float | None:
    """A JSON number, or a text that is a plain decimal one."""
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return float(value)
    return None


def _in_range(field: FieldSpec, number: float) -> bool:
    if field.type == "integer" and not (
        math.isfinite(number) and number == math.floor(number) and abs(number) < 2**31
    ):
        return False
    low = -math.inf if field.minimum is None else field.minimum
    high = math.inf if field.maximum is None else field.maximum
    return low <= number <= high


def _time_faults(value: Any, now_ms: float) -> Iterator[Judgement]:
    if not isinstance(value, str) or not value.strip(" "):
        return  # missing, or of a wrong type: named already
    moment = parse_time(value)
    if moment is None:
        yield Judgement(Reason.BAD_TIMESTAMP, f"no time: {value[:80]}")
        return
    arrival = dt.timedelta(milliseconds=now_ms)
    ahead = moment - arrival
    if ahead > dt.timedelta(milliseconds=FUTURE_TOLERANCE_MS):
        seconds = ahead // dt.timedelta(seconds=1)
        yield Judgement(Reason.IN_FUTURE, f"{seconds} s ahead of its arrival")


def _lookup_faults(
    document: dict[str, Any], kind: str | None, pack: PackSpec
) -> Iterator[Judgement]:
    for field in pack.fields:
        if field.lookup_reason is None or (field.lookup_for and kind not in field.lookup_for):
            continue
        value = document.get(field.name)
        code = str(field.default) if blank(value) else scalar(value)
        code = code.upper() if field.uppercase else code
        if code not in pack.currencies:
            yield Judgement(field.lookup_reason, f"unknown {field.name}: {code[:80]}")


def scalar(value: Any) -> str:
    """A text field's value as the pipeline reads it."""
    return str(value) if isinstance(value, str) else json.dumps(value)
