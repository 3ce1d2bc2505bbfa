"""The pipeline as a picture: one reading a layer, from the services, the stream and the tables."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from engine.contracts.names import Service, State, Table
from engine.contracts.protocol import Step
from engine.contracts.status import ServiceSnapshot
from engine.host.monitor import StreamRecord
from engine.lake import LakeReader
from engine.readings.facts import TableFacts, table_facts
from engine.readings.stream_now import StreamNow, stream_now

REMEMBERED_S = 3_600.0
"""How far back the stream's record is asked for: a backlog of up to an hour gets its true age."""

BUSY_AFTER_S = 10.0
"""A batch in hand for longer is said so; before that the picture would only flicker."""


class Layer(StrEnum):
    """The boxes of the picture, in the order in which an event passes them."""

    BROKER = "broker"
    BRONZE = "bronze"
    SILVER = "silver"
    GOLD = "gold"
    QUARANTINE = "quarantine"


class Flow(StrEnum):
    """What a layer does now; the first four of a service that is up."""

    FLOWING = "flowing"
    WORKING = "working"
    """A long batch is in hand: nothing has come out for a while, and that is in order."""
    IDLE = "idle"
    DEGRADED = "degraded"
    STARTING = "starting"
    STOPPED = "stopped"
    FAILED = "failed"


TABLES: Mapping[Layer, tuple[Table, str]] = {
    Layer.BRONZE: (Table.BRONZE, "kafka_ts"),
    Layer.SILVER: (Table.SILVER, "ts"),
    Layer.GOLD: (Table.GOLD_KPIS, "window_start"),
    Layer.QUARANTINE: (Table.QUARANTINE, "kafka_ts"),
}
"""Each layer's table, and the column that tells its newest event."""

_STAGE = {
    Layer.BRONZE: "append",
    Layer.SILVER: "append",
    Layer.QUARANTINE: "append",
    Layer.GOLD: "gold",
}
_FLOW = {
    State.FAILED: Flow.FAILED,
    State.STOPPED: Flow.STOPPED,
    State.STOPPING: Flow.STOPPED,
    State.STARTING: Flow.STARTING,
    State.BACKOFF: Flow.STARTING,
    State.DEGRADED: Flow.DEGRADED,
}


@dataclass(frozen=True)
class LayerReading:
    """One box. Rates in records a second, ages in seconds, durations in milliseconds.

    Attributes:
        rows: of the table; None for the broker and for a table that is not there yet.
        rate_in: what arrives in this layer; None while unknown.
        waiting: records before this layer (the broker only), and how long the oldest waits.
        step_ms: how long the last batch's step into this layer took.
        written_age_s: since the newest commit with rows.
        newest_age_s: since the newest event (gold: since its newest minute began).
        state: of the service that does the layer's work; None while nothing runs.
    """

    layer: Layer
    flow: Flow
    state: State | None
    rows: int | None = None
    rate_in: float | None = None
    waiting: int | None = None
    waiting_s: float | None = None
    step_ms: float | None = None
    written_age_s: float | None = None
    newest_age_s: float | None = None


@dataclass(frozen=True)
class Problem:
    """A service that is not well; ``detail`` is its own sentence, maybe empty."""

    service: str
    state: State
    detail: str


@dataclass(frozen=True)
class PipelineReading:
    """The whole picture at one moment."""

    layers: Mapping[Layer, LayerReading]
    duplicates_rate: float
    batch_ms: float | None
    batch_age_s: float | None
    problems: tuple[Problem, ...]
    step: Step | None


def read_pipeline(
    lake: LakeReader,
    services: tuple[ServiceSnapshot, ...],
    record: StreamRecord | None,
    now: dt.datetime,
) -> PipelineReading:
    """The picture; without a running instance (``record`` None) the tables alone speak.

    Raises LakeReadError where a table is damaged.
    """
    facts = {layer: table_facts(lake, table, column) for layer, (table, column) in TABLES.items()}
    return picture(facts, services, record, now)


def picture(
    facts: Mapping[Layer, TableFacts | None],
    services: tuple[ServiceSnapshot, ...],
    record: StreamRecord | None,
    now: dt.datetime,
) -> PipelineReading:
    """The same of facts already read. Pure."""
    stream = stream_now(record) if record else None
    by_name = {service.name: service for service in services}
    broker = by_name.get(Service.BROKER.value)
    pipeline = by_name.get(Service.PIPELINE.value)
    layers = {Layer.BROKER: _broker(broker, stream)}
    for layer in TABLES:
        layers[layer] = _table(layer, facts.get(layer), pipeline, stream, now)
    return PipelineReading(
        layers=layers,
        duplicates_rate=stream.duplicates if stream else 0.0,
        batch_ms=stream.last.duration_ms if stream and stream.last else None,
        batch_age_s=stream.batch_age_s if stream and _is_up(pipeline) else None,
        problems=tuple(
            Problem(service.name, service.state, service.detail)
            for service in (broker, pipeline)
            if service is not None and service.state is not State.READY
        ),
        step=record.step if record else None,
    )


def _broker(service: ServiceSnapshot | None, stream: StreamNow | None) -> LayerReading:
    arriving = stream.arriving if stream else None
    return LayerReading(
        layer=Layer.BROKER,
        flow=_flow(service, arriving or 0.0, None),
        state=service.state if service else None,
        rate_in=arriving,
        waiting=stream.waiting if stream else None,
        waiting_s=stream.waiting_s if stream else None,
    )


def _table(
    layer: Layer,
    facts: TableFacts | None,
    service: ServiceSnapshot | None,
    stream: StreamNow | None,
    now: dt.datetime,
) -> LayerReading:
    # What the last half minute brought is over once the pipeline is down.
    rate = _rate_into(layer, stream) if _is_up(service) else None
    stages = stream.last.stages_ms if stream and stream.last else {}
    return LayerReading(
        layer=layer,
        flow=_flow(service, rate or 0.0, stream),
        state=service.state if service else None,
        rows=facts.rows if facts else None,
        rate_in=rate,
        step_ms=stages.get(_STAGE[layer]),
        written_age_s=_age(facts.written_at if facts else None, now),
        newest_age_s=_age(facts.newest if facts else None, now),
    )


def _rate_into(layer: Layer, stream: StreamNow | None) -> float | None:
    if stream is None:
        return None
    if layer is Layer.BRONZE:
        return stream.taken
    return stream.rejected if layer is Layer.QUARANTINE else stream.accepted


def _flow(service: ServiceSnapshot | None, rate: float, stream: StreamNow | None) -> Flow:
    if service is None:
        return Flow.STOPPED
    if service.state is not State.READY:
        return _FLOW[service.state]
    if stream and stream.batch_age_s is not None and stream.batch_age_s > BUSY_AFTER_S:
        return Flow.WORKING
    return Flow.FLOWING if rate > 0 else Flow.IDLE


def _is_up(service: ServiceSnapshot | None) -> bool:
    return service is not None and service.state in (State.READY, State.DEGRADED)


def _age(moment: dt.datetime | None, now: dt.datetime) -> float | None:
    # A producer's clock may be minutes ahead: what is newest cannot be younger than now.
    return None if moment is None else max(0.0, (now - moment).total_seconds())
