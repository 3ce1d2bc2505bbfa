"""Names inside a pack that must agree with each other."""

from __future__ import annotations

import math
from collections.abc import Iterable

from engine.contracts.pack import FieldSpec, PackSpec
from engine.domain.document import Loc
from engine.domain.layout import Source
from engine.domain.nearest import did_you_mean

ADDED_COLUMNS = ("is_late", "usd_rate")
"""Columns of silver that the pipeline adds and a measure may use, besides the amount."""

_ROLE_TYPES = {
    "event_id": "string",
    "event_type": "string",
    "timestamp": "timestamp",
    "user": "string",
}


def check_references(spec: PackSpec, source: Source) -> None:
    """PackError for a name that is written twice, or that nothing answers to."""
    _unique(source, ("event_types",), spec.event_types)
    _unique(source, ("fields",), [field.name for field in spec.fields])
    _unique(source, ("kpis",), [measure.name for measure in spec.kpis])
    _unique(source, ("segments", "dimensions"), spec.segments.dimensions)
    _unique(source, ("segments", "measures"), [m.name for m in spec.segments.measures])
    _check_reserved(spec, source)
    _check_roles(spec, source)
    for index, field in enumerate(spec.fields):
        _check_field(spec, source, index, field)
    fields = [field.name for field in spec.fields]
    _known(source, ("amount", "event_types"), spec.amount.event_types, spec.event_types)
    _known(source, ("amount", "currency_field"), spec.amount.currency_field, fields)
    _known(source, ("segments", "dimensions"), spec.segments.dimensions, fields)
    _check_rates(spec, source)


def _unique(source: Source, loc: Loc, names: Iterable[str]) -> None:
    seen: set[str] = set()
    for index, name in enumerate(names):
        if name in seen:
            raise source.error((*loc, index), f"'{name}' is there twice", "Rename or remove one.")
        seen.add(name)


def _known(source: Source, loc: Loc, names: str | Iterable[str], known: Iterable[str]) -> None:
    """Every one of ``names`` is among ``known``; a single name stands at ``loc`` itself."""
    places = (
        [(loc, names)]
        if isinstance(names, str)
        else [((*loc, index), name) for index, name in enumerate(names)]
    )
    known = list(known)
    for place, name in places:
        if name not in known:
            reason = f"unknown name '{name}'{did_you_mean(name, known)}"
            raise source.error(place, reason, f"Known here: {', '.join(known)}.")


def _check_reserved(spec: PackSpec, source: Source) -> None:
    reserved = {*ADDED_COLUMNS, "extra", "event_date", "topic", "partition"}
    reserved |= {"offset", "ingest_ts", "processed_ts", "event_key", "source", "kafka_ts"}
    reserved |= {"value", "key", "raw", "raw_base64", "minute", "reason", "detail", "verdict"}
    if spec.amount.name in reserved:
        reason = f"'{spec.amount.name}' is a column that the pipeline makes itself"
        raise source.error(("amount", "name"), reason, "Give the amount another name.")
    for index, field in enumerate(spec.fields):
        if field.name in {*reserved, spec.amount.name}:
            reason = f"'{field.name}' is a column that the pipeline makes itself"
            raise source.error(("fields", index, "name"), reason, "Give the field another name.")
    for index, measure in enumerate(spec.kpis):
        if measure.name in {"window_start", "window_end", "updated_at"}:
            reason = f"'{measure.name}' is a column of gold_kpis already"
            raise source.error(("kpis", index, "name"), reason, "Give the measure another name.")


def _check_roles(spec: PackSpec, source: Source) -> None:
    fields = {field.name: field for field in spec.fields}
    if spec.roles.timestamp != "ts":
        reason = f"the event's time is called '{spec.roles.timestamp}'"
        raise source.error(("roles", "timestamp"), reason, "Call it 'ts', as the tables do.")
    for role, name in spec.roles.model_dump().items():
        _known(source, ("roles", role), name, fields)
        field = fields[name]
        if not field.required or field.type != _ROLE_TYPES[role]:
            reason = f"the field '{name}' cannot play the role '{role}'"
            remedy = f"It needs 'required: true' and 'type: {_ROLE_TYPES[role]}' in schema.yaml."
            raise source.error(("roles", role), reason, remedy)


def _check_field(spec: PackSpec, source: Source, index: int, field: FieldSpec) -> None:
    loc: Loc = ("fields", index)
    _known(source, (*loc, "required_for"), field.required_for, spec.event_types)
    _known(source, (*loc, "lookup_for"), field.lookup_for, spec.event_types)
    bounded = field.minimum is not None or field.maximum is not None
    if bounded and field.range_reason is None:
        reason = f"'{field.name}' has bounds but no range_reason"
        raise source.error(loc, reason, "Add range_reason: the code that quarantine shows.")
    if field.lookup and field.lookup_reason is None:
        reason = f"'{field.name}' has a lookup but no lookup_reason"
        raise source.error(loc, reason, "Add lookup_reason: the code that quarantine shows.")
    if bounded and field.type not in ("double", "integer"):
        reason = f"'{field.name}' has bounds but is a {field.type}"
        raise source.error((*loc, "type"), reason, "Make it double or integer, or drop the bounds.")
    if field.default is not None and isinstance(field.default, str) != (field.type == "string"):
        reason = f"the default of '{field.name}' is not a {field.type}"
        raise source.error((*loc, "default"), reason, f"Write a {field.type} there.")


def _check_rates(spec: PackSpec, source: Source) -> None:
    for code, rate in spec.currencies.items():
        if not (math.isfinite(rate) and rate > 0):
            reason = f"the rate of {code} is {rate}"
            remedy = "Give US dollars for one unit, above zero."
            raise source.error(("currencies", code), reason, remedy)
