"""The streaming query: Kafka in, one function a micro-batch, nothing else.

A large batch is written by a thread of its own while Spark reads the next. Spark may then count a
batch as done that is not: nothing relies on what Spark counts, for each start begins where the
lake's marks say.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from pyspark.sql import DataFrame, SparkSession

from engine.contracts.job import PipelineConfig
from pipelines.batch import Batch, BatchRunner, Offsets
from pipelines.errors import SourceError
from pipelines.parse import parse
from pipelines.session import kafka_options
from pipelines.source import Topic

if TYPE_CHECKING:
    from pyspark.sql.streaming.query import StreamingQuery

RECORD = (
    "value",
    "make_valid_utf8(CAST(key AS STRING)) AS key",
    "topic",
    "partition",
    "offset",
    "timestamp AS kafka_ts",
)


TASKS = 6
"""A largest batch is read in at least so many pieces: three partitions would leave one of two cores
idle for a quarter of the time, and a topic of one partition the other core altogether."""


class Stream:
    """Starts and stops the query; a stop waits for the batches in hand."""

    def __init__(
        self, spark: SparkSession, config: PipelineConfig, runner: BatchRunner, topic: Topic
    ) -> None:
        self._spark = spark
        self._config = config
        self._runner = runner
        self._topic = topic
        self._busy = threading.Lock()
        self._writer = ThreadPoolExecutor(1, "batch")
        self._written: Future[None] | None = None
        self._query: StreamingQuery | None = None
        self._stopping = False
        self._high: Offsets = {}
        self.failure: BaseException | None = None
        self.between: Callable[[], None] = lambda: None

    def start(self, offsets: Offsets) -> StreamingQuery:
        """Begins at these offsets with an empty checkpoint.

        The lake's marks already say where to begin, so a checkpoint of an earlier run could only
        repeat or contradict them.
        """
        self._stopping = False
        checkpoint = Path(self._config.checkpoint_path) / "rt-lakehouse-stream"
        shutil.rmtree(checkpoint, ignore_errors=True)
        checkpoint.parent.mkdir(parents=True, exist_ok=True)
        name = self._config.kafka.topic
        starting = {name: {str(p): offset for p, offset in offsets.items()}}
        frame = (
            self._spark.readStream.format("kafka")
            .options(**kafka_options(self._config.kafka))
            .option("subscribe", name)
            .option("startingOffsets", json.dumps(starting))
            .option("maxOffsetsPerTrigger", self._config.max_offsets_per_batch)
            .option("maxRecordsPerPartition", -(-self._config.max_offsets_per_batch // TASKS))
            # False would hide records that expired unread; the start reports them by name.
            .option("failOnDataLoss", "true")
            .load()
            .selectExpr(*RECORD)
        )
        # Parsed as part of the stream's own plan, which is analysed once and not at each batch.
        frame = parse(frame, self._config.pack)
        interval = f"{self._config.trigger_interval_s} seconds"
        self._query = (
            frame.writeStream.foreachBatch(self._batch)
            # On a cluster a bare path could mean its own file system; only the driver uses it.
            .option("checkpointLocation", checkpoint.absolute().as_uri())
            .queryName("main")
            .trigger(processingTime=interval)
            .start()
        )
        return self._query

    def _batch(self, frame: DataFrame, _batch_id: int) -> None:
        try:
            with self._busy:
                if self._stopping:
                    return  # Spark may count this batch as done; the next start asks the lake.
                waiting = self.waiting(self._runner.position.offsets)
                expected = min(waiting, self._config.max_offsets_per_batch)
                self._take(self._runner.read(frame, expected))
        except BaseException as error:
            # Spark would tell it as the text of a traceback.
            self.failure = self.failure or error
            raise

    def _take(self, batch: Batch) -> None:
        """Has it written: at once, or beside the next one's reading. Raises what failed before."""
        try:
            self._wait_for_writer()
        except BaseException:
            batch.rows.close()
            raise
        if self._stopping:
            batch.rows.close()  # Not written is as good as not read.
        elif batch.apart:
            self._written = self._writer.submit(self._write, batch)
        else:
            self._write(batch)

    def _write(self, batch: Batch) -> None:
        try:
            self._runner.write(batch)
            self.between()
        except BaseException as error:  # A panic of delta-rs is no Exception.
            self.failure = self.failure or error
            raise

    def _wait_for_writer(self) -> None:
        if self._written is not None:
            self._written.result()

    def rest(self) -> None:
        """Between two batches: has gold catch up where none has come for a while."""
        if not self._busy.acquire(blocking=False):
            return
        try:
            if self._written is None or self._written.done():
                self._runner.rest()
        finally:
            self._busy.release()

    def waiting(self, offsets: Offsets) -> int:
        """Records in the topic from these offsets on; by the last answer while there is none."""
        with contextlib.suppress(SourceError):
            _, self._high = self._topic.bounds(sorted(offsets))
        return sum(max(0, self._high.get(p, at) - at) for p, at in offsets.items())

    def stop(self) -> None:
        """Waits for the batches in hand, then ends the query; ``failure`` is what went wrong."""
        self._stopping = True
        with self._busy:
            pass
        self._writer.shutdown()
        # Not under the lock: the query's thread may be waiting for it at this moment.
        if self._query is not None:
            self._query.stop()
