"""What a first batch on a cluster says when it fails."""

from __future__ import annotations

from typing import Any

import duckdb
import pytest
from py4j.protocol import Py4JError

from engine.contracts.job import PipelineConfig
from pipelines import place
from pipelines.batch import Rules
from pipelines.errors import ClusterError, DriverError, PipelineError

pytestmark = pytest.mark.unit

RULES = Rules(1, 1)


def fail_with(monkeypatch: pytest.MonkeyPatch, error: Exception) -> PipelineError:
    """What a start on a cluster raises where the made-up batches end like this."""

    def run(*_: object) -> None:
        raise error

    nothing: Any = lambda *_: None  # noqa: E731 -- in the place of two functions
    monkeypatch.setattr(place, "wait_for_executors", nothing)
    monkeypatch.setattr(place, "_delete", nothing)
    monkeypatch.setattr(place, "run_made_up", run)
    config = PipelineConfig.model_construct(master="spark://h:1", lake_path="/mnt/lake")
    with pytest.raises(PipelineError) as caught:
        place.Cluster(config).warm_up(None, RULES)  # type: ignore[arg-type]  # nothing asks it
    return caught.value


def test_that_a_folder_that_is_not_shared_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    told = fail_with(monkeypatch, duckdb.IOException("No files found that match x.parquet"))
    assert isinstance(told, ClusterError)
    assert not told.retry
    assert "/mnt/lake" in str(told)
    assert "DELTA_PATH" in str(told)


def test_that_workers_that_may_not_write_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    java = "An error occurred while calling o7.save.\n: java.io.IOException: Mkdirs failed\n\tat x"
    told = fail_with(monkeypatch, Py4JError(java))
    assert isinstance(told, DriverError)
    assert "java.io.IOException: Mkdirs failed" in str(told)
