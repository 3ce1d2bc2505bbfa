"""Where Spark runs: with its executor inside the driver, or on a cluster.

What differs is how the driver is started, what has to be there before the first batch, and how
many files a large batch is written as. The batches themselves are the same.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from deltalake.exceptions import DeltaError
from duckdb import Error as DuckDbError

from engine.contracts.job import PipelineConfig
from engine.contracts.places import is_bucket, is_cluster
from pipelines.batch import Rules
from pipelines.cluster import (
    cluster_confs,
    executors,
    reach_master,
    wait_for_executors,
    write_properties,
)
from pipelines.errors import ClusterError, DriverError
from pipelines.jvm import DriverJvm
from pipelines.session import common_confs, confs, open_session
from pipelines.tables import Lake
from pipelines.warmup import run_made_up, warm_up

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


class Place(Protocol):
    """One of the two."""

    def make_folders(self) -> None:
        """What must be there before anything is written."""

    def start_driver(self) -> DriverJvm:
        """The driver JVM, which is still booting."""
        ...

    def open_session(self) -> SparkSession:
        """The session, once PySpark knows the driver."""
        ...

    def warm_up(self, spark: SparkSession, rules: Rules) -> None:
        """First batches, which no table of ours sees. Raises PipelineError where they fail."""

    def writers(self, spark: SparkSession) -> int:
        """Files that a large batch adds to a table."""
        ...

    def check(self, spark: SparkSession) -> None:
        """Raises DriverError while nobody is there to run a batch."""


def place_of(config: PipelineConfig) -> Place:
    """By the master's name."""
    return Cluster(config) if is_cluster(config.master) else OneComputer(config)


class OneComputer:
    """``local[N]``."""

    def __init__(self, config: PipelineConfig) -> None:
        self._config = config

    def make_folders(self) -> None:
        """See Place."""
        _make_folders(self._config)

    def start_driver(self) -> DriverJvm:
        """See Place."""
        return DriverJvm(self._config, confs(self._config))

    def open_session(self) -> SparkSession:
        """See Place."""
        return open_session()

    def warm_up(self, spark: SparkSession, rules: Rules) -> None:
        """See Place."""
        warm_up(spark, self._config, rules)

    def writers(self, _spark: SparkSession) -> int:
        """Two, however many cores: more files cost every reader more than writing them saves."""
        return 2

    def check(self, _spark: SparkSession) -> None:
        """Nothing to ask: without its executor the driver is gone too, which shows elsewhere."""


class Cluster:
    """Any other master; the driver stays a child process of ours."""

    def __init__(self, config: PipelineConfig) -> None:
        self._config = config

    def make_folders(self) -> None:
        """See Place."""
        _make_folders(self._config)

    def start_driver(self) -> DriverJvm:
        """Raises DriverError where the master cannot be reached: the JVM would try for minutes."""
        host = reach_master(self._config.master)
        settings = common_confs(self._config) | cluster_confs(self._config, host)
        return DriverJvm(self._config, {}, write_properties(self._config, settings), host)

    def open_session(self) -> SparkSession:
        """Raises DriverError where the master refuses, or its workers cannot start executors."""
        from py4j.protocol import Py4JError

        try:
            return open_session()
        except Py4JError as error:
            raise DriverError(
                f"{self._config.master} did not run our application: {_cause(error)} Compare "
                "spark.authenticate.secret in SPARK_PROPERTIES_FILE with the master's, and look at "
                "the workers' logs."
            ) from error

    def warm_up(self, spark: SparkSession, rules: Rules) -> None:
        """Also the proof that executors write where this process reads.

        The tables stand beside the real ones, since that is what has to be proved.
        """
        from py4j.protocol import Py4JError

        wait_for_executors(spark, self._config.master)
        address = f"{self._config.lake_path.rstrip('/')}/.warmup"
        try:
            _delete(spark, address)
            run_made_up(spark, self._config, rules, Lake.at(address))
        except (DeltaError, DuckDbError, OSError) as error:
            raise ClusterError(
                f"What the executors wrote below {self._config.lake_path} cannot be read here: "
                f"{_first_line(error)} The lake must be a folder that every worker and this "
                "computer share under the same name, or a bucket: set DELTA_PATH to it."
            ) from error
        except Py4JError as error:
            raise DriverError(
                f"Spark cannot write below {self._config.lake_path}: {_cause(error)} Check that "
                "the workers may write there; for a bucket, the AWS_… variables and its rights."
            ) from error
        _delete(spark, address)

    def writers(self, spark: SparkSession) -> int:
        """One a core of the executors that are there."""
        return max(2, spark.sparkContext.defaultParallelism)

    def check(self, spark: SparkSession) -> None:
        """Raises DriverError while no executor is left: Spark waits then, and says nothing."""
        from py4j.protocol import Py4JError

        try:
            left = executors(spark)
        except (Py4JError, OSError):
            return  # The driver is ending; the job's own check tells of that.
        if not left:
            raise DriverError(
                f"{self._config.master} has no executor for us any more. Bring a worker back: it "
                "goes on by itself then."
            )


def _make_folders(config: PipelineConfig) -> None:
    for folder in (config.scratch_path, config.lake_path):
        if not is_bucket(folder):
            Path(folder).mkdir(parents=True, exist_ok=True)


def _delete(spark: SparkSession, address: str) -> None:
    """By Spark's own file systems, which know buckets too."""
    context = spark.sparkContext
    jvm = context._jvm
    assert jvm is not None
    path = jvm.org.apache.hadoop.fs.Path(address)
    path.getFileSystem(context._jsc.hadoopConfiguration()).delete(path, True)


def _cause(error: Exception) -> str:
    """The line that says what Java threw, which is not the first."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return next((line for line in lines if "Exception" in line), lines[0] if lines else "")[:300]


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:300]
