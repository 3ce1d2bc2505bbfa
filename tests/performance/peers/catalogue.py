"""Who is compared, and what each of them promises."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

PROGRAMS = Path(__file__).with_name("programs")
OURS = "ours"


@dataclass(frozen=True)
class Peer:
    """A program that turns the topic into a table ``gold_kpis``.

    ``sources`` are its files below ``programs/``, the one that is started first;
    ``requirements`` are installed into a virtual environment of its own.
    """

    name: str
    title: str
    sources: tuple[str, ...] = ()
    requirements: tuple[str, ...] = ()
    gold_mode: str = "update"
    exactly_once: str = ""
    late_data: str = ""
    dedupe: str = ""

    @property
    def lines(self) -> int:
        """Lines of code that a person would have to write: no blank ones, no comments."""
        texts = [(PROGRAMS / name).read_text(encoding="utf-8") for name in self.sources]
        lines = [line.strip() for text in texts for line in text.splitlines()]
        return sum(bool(line) and not line.startswith("#") for line in lines)


DELTA = ("deltalake==1.6.6", "pyarrow==26.0.1")

PEERS = (
    Peer(
        OURS,
        "RT-Lakehouse",
        exactly_once="yes, marks in the commits",
        late_data="counted up to 15 minutes late, then quarantined",
        dedupe="by event_id, survives restarts",
    ),
    Peer(
        "classical",
        "three Spark queries, gold merged",
        ("classical.py", "job.py"),
        exactly_once="bronze and silver; gold's merge is idempotent",
        late_data="dropped after 10 minutes",
        dedupe="within the watermark, in checkpointed state",
    ),
    Peer(
        "hand_rolled",
        "confluent-kafka, delta-rs, DuckDB",
        ("hand_rolled.py", "job.py", "tables.py"),
        exactly_once="no",
        late_data="counted while the minute is remembered",
        dedupe="none",
    ),
    Peer(
        "pathway",
        "Pathway",
        ("pathway_job.py", "job.py", "tables.py"),
        ("pathway==0.33.0", "deltalake==1.6.6"),
        exactly_once="at least once in the free edition; gold's merge idempotent",
        late_data="counted; the state keeps every minute",
        dedupe="none as written; possible with all ids in memory",
    ),
    Peer(
        "quix",
        "Quix Streams",
        ("quix_job.py", "job.py", "tables.py"),
        ("quixstreams==3.28.1", *DELTA),
        exactly_once="inside Kafka; the sink at least once, gold's merge idempotent",
        late_data="counted up to 15 minutes late, then dropped",
        dedupe="none as written; possible with state by key",
    ),
    Peer(
        "bytewax",
        "Bytewax",
        ("bytewax_job.py", "job.py", "tables.py"),
        ("bytewax==0.21.1", "confluent-kafka==2.16.1", *DELTA),
        exactly_once="state yes; this sink at least once, gold's merge idempotent",
        late_data="counted; the state keeps every minute",
        dedupe="none as written; possible with state by key",
    ),
)

APPEND = Peer(
    "classical_append",
    "three Spark queries, gold appended",
    ("classical.py", "job.py"),
    gold_mode="append",
    exactly_once="yes",
    late_data="dropped after 10 minutes",
    dedupe="within the watermark, in checkpointed state",
)


def peer(name: str) -> Peer:
    """The one of this name."""
    return next(p for p in (*PEERS, APPEND) if p.name == name)
