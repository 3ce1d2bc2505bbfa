"""The plan for a rate, with figures that can be checked in the head."""

from __future__ import annotations

import pytest

from engine.cli.main import main
from engine.paths import resources_dir
from engine.readings.capacity import Measured, Prices, Wishes, plan

pytestmark = pytest.mark.unit

SIMPLE = Measured(
    core=1_000,
    partition=4_000,
    driver=10_000,
    gold_rows=1_000_000,
    bronze_bytes=100,
    silver_bytes=50,
)


def test_that_one_pipeline_is_enough_below_what_a_driver_judges() -> None:
    made = plan(Wishes(rate=8_000, load=1.0, executor_cores=4, batch_s=10, grace_s=900), SIMPLE)
    assert (made.pipelines, made.executors, made.partitions) == (1, 2, 8)
    assert made.batch_events == 80_000
    assert made.window_bytes == 8_000 * 900 * 8
    assert made.gold_s == pytest.approx(1.44)
    assert made.gold_keeps_up


def test_that_above_it_the_users_are_shared_out() -> None:
    made = plan(Wishes(rate=1_000_000, load=0.5), SIMPLE)
    assert made.pipelines == 200
    assert made.rate_each == 5_000


def test_that_a_core_never_lacks_a_partition() -> None:
    made = plan(Wishes(rate=9_000, load=1.0, executor_cores=8), SIMPLE)
    assert made.partitions >= made.executors * made.executor_cores


def test_that_bytes_and_files_follow_from_rate_and_batches() -> None:
    made = plan(Wishes(rate=1_000, load=1.0, executor_cores=1, batch_s=36), SIMPLE)
    assert made.bytes_a_day == 1_000 * 86_400 * 150
    assert made.files_an_hour == 100 * (2 + 4)


def test_that_gold_that_falls_behind_is_said() -> None:
    assert not plan(Wishes(rate=10_000, load=1.0, batch_s=2), SIMPLE).gold_keeps_up


def test_that_the_cost_is_the_readers_own_prices() -> None:
    wishes = Wishes(rate=1_000, load=1.0, executor_cores=1)
    assert plan(wishes, SIMPLE).cost_a_month == 0
    cores = plan(wishes, SIMPLE, Prices(core_hour=1.0)).cost_a_month
    assert cores == pytest.approx((1 + 4) * 730.5)
    stored = plan(wishes, SIMPLE, Prices(gb_month=1.0)).cost_a_month
    assert stored == pytest.approx(1_000 * 86_400 * 150 * 30.44 / 1e9)


def test_that_the_page_on_scaling_shows_what_the_command_prints(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["plan", "--rate", "1000000"]) == 0
    page = (resources_dir().parent / "docs" / "scaling.md").read_text()
    assert capsys.readouterr().out in page


def test_that_a_rate_of_nothing_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["plan", "--core", "0"]) == 2
    assert "--core is 0" in capsys.readouterr().err
