"""Names that outside tools rely on: tables, quarantine reasons, services, states."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Table(StrEnum):
    """Delta tables; each is a folder of that name under ``<data>/lake``."""

    BRONZE = "bronze_events"
    SILVER = "silver_events"
    QUARANTINE = "quarantine_events"
    GOLD_KPIS = "gold_kpis"
    GOLD_SEGMENTS = "gold_segments"
    ALERTS = "alerts"
    METRICS = "pipeline_metrics"


class Reason(StrEnum):
    """Why a record was refused, in the order the checks are made: the first fault names it."""

    TOO_LARGE = "too_large"
    NOT_JSON = "not_json"
    NOT_OBJECT = "not_object"
    MISSING_FIELD = "missing_field"
    BAD_TYPE = "bad_type"
    BAD_TIMESTAMP = "bad_timestamp"
    UNKNOWN_EVENT_TYPE = "unknown_event_type"
    NEGATIVE_PRICE = "negative_price"
    BAD_QUANTITY = "bad_quantity"
    BAD_DISCOUNT = "bad_discount"
    UNKNOWN_CURRENCY = "unknown_currency"
    IN_FUTURE = "in_future"
    TOO_LATE = "too_late"


class Service(StrEnum):
    """Things the supervisor keeps alive."""

    BROKER = "broker"
    PIPELINE = "pipeline"
    GENERATOR = "generator"
    VECTORS = "vectors"
    LLM = "llm"
    TALLY = "tally"


HELPERS: Final = (Service.VECTORS, Service.LLM, Service.TALLY)
"""The assistant's services and the tally: what they lack takes nothing from stream and tables."""


class State(StrEnum):
    """States of a supervised service."""

    STOPPED = "STOPPED"
    STARTING = "STARTING"
    READY = "READY"
    DEGRADED = "DEGRADED"
    BACKOFF = "BACKOFF"
    STOPPING = "STOPPING"
    FAILED = "FAILED"


MAX_RECORD_BYTES: Final = 1 << 20
"""A record's value above this many bytes is quarantined as ``too_large``."""

FUTURE_TOLERANCE_MS: Final = 5 * 60 * 1000
"""How far an event's time may lie ahead of its arrival at the broker."""
