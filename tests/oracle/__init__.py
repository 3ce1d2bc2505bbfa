"""An independent recomputation of the lake from what stands in Kafka: plain Python, written from
the contract and not from the pipeline, so that one mistake is not made twice."""

from tests.oracle.gold import KPI_COLUMNS, SEGMENT_COLUMNS
from tests.oracle.judge import Judged, judge_alone
from tests.oracle.oracle import OracleResult, Quarantined, recompute
from tests.oracle.records import KafkaRecord

__all__ = [
    "KPI_COLUMNS",
    "SEGMENT_COLUMNS",
    "Judged",
    "KafkaRecord",
    "OracleResult",
    "Quarantined",
    "judge_alone",
    "recompute",
]
