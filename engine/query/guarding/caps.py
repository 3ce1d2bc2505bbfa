"""How much a statement may make out of nothing: rows of a range, copies of a text.

What is written as a number is judged here. What is computed from rows is held by the worker's
memory limit and deadline.
"""

from __future__ import annotations

import datetime as dt
import math
import operator
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, DivisionByZero, InvalidOperation, Overflow
from typing import Final

from sqlglot import exp

from engine.query.guarding.refused import Refused
from engine.query.guarding.tree import called, position

ROWS: Final = 10_000_000
"""Rows of a generated range, and entries of a generated list."""
LENGTH: Final = 10_000_000
"""Characters that repeat, lpad and rpad may make."""

Number = int | Decimal
_MOST: Final = Decimal(10**18)
"""More than this is not counted any more."""


def check_caps(tree: exp.Expr) -> None:
    """Raises Refused where a literal asks for more."""
    for node in tree.walk():
        if isinstance(node, exp.GenerateSeries):
            _check_range(node)
        elif isinstance(node, exp.Repeat | exp.Pad):
            _check_length(node)
        elif called(node) in ("list_resize", "array_resize", "bar"):
            _check_arguments(node)


def _check_range(node: exp.GenerateSeries) -> None:
    start, end, step = (node.args.get(key) for key in ("start", "end", "step"))
    count = _count(start, end, step, ends_before=bool(node.args.get("is_end_exclusive")))
    if count is not None and count > ROWS:
        raise Refused(
            f"A range of {count:,} rows is more than the {ROWS:,} that may be made.",
            "Take a shorter one.",
            position(node),
        )


def _count(
    start: exp.Expr | None, end: exp.Expr | None, step: exp.Expr | None, *, ends_before: bool
) -> int | None:
    """Rows of a range of literals; None where it is no such."""
    first, last = value(start), value(end)
    if first is not None and last is not None:
        by = value(step) if step is not None else 1
        return None if not by else _whole(_steps(Decimal(last - first), by), ends_before)
    from_, to, pace = moment(start), moment(end), seconds(step)
    if from_ is None or to is None or not pace:
        return None
    return _whole(_steps(Decimal((to - from_).total_seconds()), pace), ends_before)


def _steps(distance: Decimal, by: Number) -> Decimal:
    try:
        return _bounded(distance / Decimal(by))
    except Overflow:  # the step is as good as nothing
        return _MOST


def _whole(steps: Decimal, ends_before: bool) -> int:
    return max(math.ceil(steps) if ends_before else math.floor(steps) + 1, 0)


def _check_length(node: exp.Expr) -> None:
    times = value(node.args.get("times") or node.args.get("expression"))
    if times is None:
        return
    text = node.this
    each = len(text.name) if isinstance(node, exp.Repeat) and _is_text(text) else 1
    length = int(times) * max(each, 1)
    if length > LENGTH:
        raise Refused(
            f"A text of {length:,} characters is more than the {LENGTH:,} that may be made.",
            "Take a shorter one.",
            position(node),
        )


def _check_arguments(node: exp.Expr) -> None:
    numbers = [value(part) for part in node.args.get("expressions") or ()]
    if any(number is not None and number > ROWS for number in numbers):
        raise Refused(
            f"A list of more than {ROWS:,} entries is not made.", "Take fewer.", position(node)
        )


def _is_text(node: exp.Expr | None) -> bool:
    return isinstance(node, exp.Literal) and bool(node.is_string)


def value(node: exp.Expr | None) -> Number | None:
    """A number that is written down, with arithmetic around it; None where it is not."""
    match node:
        case exp.Literal() if not node.is_string:
            return _number(node.name)
        case exp.Paren() | exp.Cast() | exp.TryCast():
            return value(node.this)
        case exp.Neg():
            inner = value(node.this)
            return None if inner is None else -inner
        case exp.Binary() | exp.Pow():
            return _arithmetic(node, value(node.this), value(node.expression))
        case exp.Literal():
            return _number(node.name)
    return None


def _number(text: str) -> Number | None:
    try:
        found = Decimal(text.replace("_", ""))
    except InvalidOperation:
        return None
    return None if found.is_nan() else _bounded(found)


def _bounded(number: Decimal) -> Decimal:
    """To count on with 1e999999 would take minutes."""
    return max(min(number, _MOST), -_MOST)


def _arithmetic(node: exp.Expr, left: Number | None, right: Number | None) -> Number | None:
    operation = _OPERATIONS.get(type(node))
    if left is None or right is None or operation is None:
        return None
    try:
        return _bounded(operation(Decimal(left), Decimal(right)))
    except Overflow:
        return _MOST
    except (DivisionByZero, InvalidOperation):
        return None


_OPERATIONS: Final[Mapping[type[exp.Expr], Callable[[Decimal, Decimal], Decimal]]] = {
    exp.Add: operator.add,
    exp.Sub: operator.sub,
    exp.Mul: operator.mul,
    exp.Div: operator.truediv,
    exp.IntDiv: operator.truediv,
    exp.Pow: operator.pow,
    exp.BitwiseLeftShift: lambda a, b: a * 2 ** Decimal(b),
}


def moment(node: exp.Expr | None) -> dt.datetime | None:
    """A date or time that is written down."""
    if isinstance(node, exp.Cast | exp.TryCast | exp.Paren):
        return moment(node.this)
    if not isinstance(node, exp.Literal) or not node.is_string:
        return None
    try:
        found = dt.datetime.fromisoformat(node.name.strip())
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=dt.UTC)


_SECONDS: Final = {
    "MICROSECOND": Decimal("0.000001"),
    "MILLISECOND": Decimal("0.001"),
    "SECOND": Decimal(1),
    "MINUTE": Decimal(60),
    "HOUR": Decimal(3600),
    "DAY": Decimal(86_400),
    "WEEK": Decimal(7 * 86_400),
    "MONTH": Decimal(28 * 86_400),
    "YEAR": Decimal(365 * 86_400),
}


def seconds(node: exp.Expr | None) -> Decimal | None:
    """An interval that is written down; months count as 28 days, which makes more rows."""
    if not isinstance(node, exp.Interval):
        return None
    words: Sequence[str] = [node.name, str(node.args.get("unit") or "")]
    amount, unit = words[0].strip(), words[1].upper().rstrip("S")
    if not unit and " " in amount:
        amount, unit = amount.split(" ", 1)[0], amount.split(" ", 1)[1].strip().upper().rstrip("S")
    number = _number(amount)
    each = _SECONDS.get(unit)
    return None if number is None or each is None else abs(Decimal(number)) * each
