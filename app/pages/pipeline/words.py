"""What stands in the boxes and on the arrows: from a reading to sentences. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from app.formats import ago, duration_ms, duration_s, number, rate
from app.words import tr
from engine.contracts.names import Service, State
from engine.readings.pipeline import Flow, Layer, LayerReading, PipelineReading, Problem

_TITLES = {
    Layer.BROKER: "Broker",
    Layer.BRONZE: "Bronze",
    Layer.SILVER: "Silver",
    Layer.GOLD: "Gold",
    Layer.QUARANTINE: "Quarantine",
}
_ABOUT = {
    Layer.BROKER: "Keeps what producers send until the pipeline has taken it.",
    Layer.BRONZE: "Every record as it came, with its place in the topic.",
    Layer.SILVER: "Valid events, typed, each one once.",
    Layer.GOLD: "One row a minute, and one a minute and segment.",
    Layer.QUARANTINE: "Records that were refused, with the reason.",
}
_UNITS = {
    Layer.BROKER: "waiting",
    Layer.BRONZE: "records",
    Layer.SILVER: "events",
    Layer.GOLD: "minutes",
    Layer.QUARANTINE: "records",
}
_OPENS = {
    Layer.BROKER: "Opens the Topic page.",
    Layer.BRONZE: "Opens the table on the Data page.",
    Layer.SILVER: "Opens the table on the Data page.",
    Layer.GOLD: "Opens the table on the Data page.",
    Layer.QUARANTINE: "Opens the Quality page.",
}
_FLOWS = {
    Flow.FLOWING: ("Flowing", "good"),
    Flow.WORKING: ("Working", "info"),
    Flow.IDLE: ("Idle", "muted"),
    Flow.DEGRADED: ("Degraded", "warning"),
    Flow.STARTING: ("Starting", "info"),
    Flow.STOPPED: ("Stopped", "muted"),
    Flow.FAILED: ("Failed", "bad"),
}
_IS = {
    State.FAILED: "The {0} has failed.",
    State.STOPPED: "The {0} is stopped.",
    State.STOPPING: "The {0} is stopping.",
    State.STARTING: "The {0} is starting.",
    State.BACKOFF: "The {0} starts again soon.",
    State.DEGRADED: "The {0} is degraded.",
}
_DO = {
    State.FAILED: "Its log on the Services page tells more; Start there tries again.",
    State.STOPPED: "Start it on the Services page.",
    State.STOPPING: "It can be started again on the Services page once it has stopped.",
    State.STARTING: "This takes up to half a minute; events wait in the broker meanwhile.",
    State.BACKOFF: "Nothing needs to be done; events wait in the broker meanwhile.",
    State.DEGRADED: "The Services page shows its log.",
}
_GENTLE = (State.STARTING, State.STOPPING, State.STOPPED)


@dataclass(frozen=True)
class BoxContent:
    """A box: its state, one figure with its unit, and small lines below."""

    title: str
    state: str
    tone: str
    figure: str
    unit: str
    lines: tuple[str, ...]
    about: str

    def described(self) -> str:
        """All of it as one text, for who cannot see the box."""
        return ". ".join([self.state, f"{self.figure} {self.unit}", *self.lines])


def box_content(reading: LayerReading, batch_age_s: float | None) -> BoxContent:
    """What a box says."""
    word, tone = _FLOWS[reading.flow]
    state = tr(word)
    if reading.flow is Flow.WORKING and batch_age_s is not None:
        state = tr("Batch {0}").format(duration_s(batch_age_s))
    broker = reading.layer is Layer.BROKER
    return BoxContent(
        title=tr(_TITLES[reading.layer]),
        state=state,
        tone=tone,
        figure=number(reading.waiting if broker else reading.rows),
        unit=tr(_UNITS[reading.layer]),
        lines=_broker_lines(reading) if broker else _table_lines(reading),
        about=f"{tr(_ABOUT[reading.layer])} {tr(_OPENS[reading.layer])}",
    )


def _broker_lines(reading: LayerReading) -> tuple[str, ...]:
    return (
        tr("Arriving {0}").format(rate(reading.rate_in)),
        tr("Oldest waits {0}").format(duration_s(reading.waiting_s)),
    )


def _table_lines(reading: LayerReading) -> tuple[str, ...]:
    lines = [tr("Written {0}").format(ago(reading.written_age_s))]
    if reading.layer is Layer.GOLD:
        lines.append(tr("Computed in {0}").format(duration_ms(reading.step_ms)))
    else:
        lines.append(tr("Newest {0}").format(ago(reading.newest_age_s)))
    if reading.layer in (Layer.BRONZE, Layer.SILVER):
        lines.append(tr("Appended in {0}").format(duration_ms(reading.step_ms)))
    return tuple(lines)


def batch_sentence(reading: PipelineReading) -> str:
    """What the pipeline does at this moment, in one sentence."""
    if reading.batch_age_s is not None and reading.layers[Layer.GOLD].flow is Flow.WORKING:
        return tr("Working on a large batch for {0}.").format(duration_s(reading.batch_age_s))
    if reading.batch_ms is None:
        return tr("No micro-batch yet since the start.")
    return tr("Last micro-batch took {0}.").format(duration_ms(reading.batch_ms))


def dropped_sentence(reading: PipelineReading) -> str:
    """Duplicates go nowhere, so no arrow shows them."""
    return tr("Duplicates left out: {0}.").format(rate(reading.duplicates_rate))


def problem_sentence(problem: Problem) -> tuple[str, str]:
    """What is wrong with a service and what to do; and its tone."""
    names = {Service.BROKER.value: tr("broker"), Service.PIPELINE.value: tr("pipeline")}
    what = tr(_IS[problem.state]).format(names.get(problem.service, problem.service))
    tone = "bad" if problem.state is State.FAILED else "warning"
    tone = "info" if problem.state in _GENTLE else tone
    return " ".join(part for part in (what, problem.detail, tr(_DO[problem.state])) if part), tone
