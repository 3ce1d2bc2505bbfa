"""The latency of one event, stage by stage, and the floor below which each stage cannot go here."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
from deltalake import DeltaTable, write_deltalake
from pyspark.sql import SparkSession

from engine.lake import LakeReader
from pipelines.stages import STAGES

REPEATS = 15


def stages(reader: LakeReader, since_s: float, until_s: float) -> dict[str, float]:
    """Median milliseconds of each stage, of batches with records that began in [since, until)."""
    names = [*(f"{stage}_ms" for stage in STAGES), "duration_ms", "end_to_end_p50_ms"]
    medians = ", ".join(f"coalesce(median({name}), 0) AS {name}" for name in names)
    table = reader.query(
        f"SELECT count(*) AS batches, {medians} FROM pipeline_metrics WHERE input_rows > 0 "
        f"AND epoch_ms(started_at) BETWEEN {int(since_s * 1000)} AND {int(until_s * 1000)}"
    ).table
    return {name: float(table.column(name)[0].as_py()) for name in table.column_names}


def floors(folder: Path) -> dict[str, float]:
    """Median milliseconds of what a stage is made of: an fsync, and an append of one row."""
    rows = pa.table({"n": [1]})
    write_deltalake(str(folder / "floor"), rows)
    table = DeltaTable(str(folder / "floor"))
    file = os.open(folder / "file", os.O_WRONLY | os.O_CREAT)

    def sync() -> None:
        os.write(file, b"x" * 4096)
        os.fsync(file)

    def commit() -> None:
        table.update_incremental()
        write_deltalake(table, rows, mode="append")

    try:
        return {"fsync_ms": _median_ms(sync), "delta_commit_ms": _median_ms(commit)}
    finally:
        os.close(file)


def empty_job_ms(spark: SparkSession) -> float:
    """Median milliseconds of a warm Spark job that hands the driver one row."""
    return _median_ms(lambda: spark.range(1).coalesce(1).toArrow())


def _median_ms(work: Callable[[], object]) -> float:
    took = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        work()
        took.append((time.perf_counter() - began) * 1000)
    return float(np.median(took[REPEATS // 3 :]))
