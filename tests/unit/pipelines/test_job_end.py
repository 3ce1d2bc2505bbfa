"""When gold catches up: at a stop, before a rebuild, at rest; and what a failure leaves alone."""

from __future__ import annotations

from typing import Any, cast

import pytest
from deltalake.exceptions import DeltaError

from engine.contracts.job import PipelineConfig
from engine.contracts.protocol import Notice
from pipelines.errors import PipelineError
from pipelines.job import Job

pytestmark = pytest.mark.unit


class Played:
    """A job whose stream and runner write down what is asked of them."""

    def __init__(self, config: PipelineConfig) -> None:
        self.calls: list[str] = []
        self.told: list[Any] = []
        self.failure: BaseException | None = None
        self.settling: Exception | None = None
        self.job = Job(config, self.told.append)  # type: ignore[arg-type]  # a list will do
        self.job._stream = cast(Any, self)
        self.job._runner = cast(Any, Runner(self))
        self.job._query = cast(Any, self)

    isActive = True  # noqa: N815 -- as Spark names it

    def stop(self) -> None:
        self.calls.append("stop")

    def rest(self) -> None:
        self.calls.append("rest")


class Runner:
    def __init__(self, played: Played) -> None:
        self._played = played

    def settle(self) -> None:
        self._played.calls.append("settle")
        if self._played.settling is not None:
            raise self._played.settling

    def close(self) -> None:
        self._played.calls.append("close")


@pytest.fixture
def played(config: PipelineConfig) -> Played:
    return Played(config)


def test_that_a_stop_lets_gold_catch_up(played: Played) -> None:
    played.job.close()
    assert played.calls == ["stop", "settle", "close"]


def test_that_a_rebuild_begins_with_nothing_owed(played: Played) -> None:
    played.job._halt()
    assert played.calls == ["stop", "settle"]


def test_that_a_stream_at_rest_is_looked_at(played: Played) -> None:
    played.job.check()
    assert played.calls == ["rest"]


def test_that_after_a_failure_only_the_next_start_computes(played: Played) -> None:
    played.failure = OSError("disk")
    played.job.close()
    assert played.calls == ["stop", "close"]
    with pytest.raises(PipelineError, match="disk"):
        played.job.check()


def test_that_gold_that_could_not_catch_up_is_told(played: Played) -> None:
    played.settling = DeltaError("no space")
    played.job.close()
    assert played.calls == ["stop", "settle", "close"]
    (notice,) = played.told
    assert isinstance(notice, Notice)
    assert "The next start computes them" in notice.message
