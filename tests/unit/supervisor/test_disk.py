"""Levels of free space."""

from __future__ import annotations

import pytest

from engine.supervisor.disk import DiskGuard, DiskLevel, Thresholds

pytestmark = pytest.mark.unit
LIMITS = Thresholds(warn=2000, pause=1000, stop=500)


@pytest.mark.parametrize(
    ("free", "level"),
    [
        (2000, DiskLevel.OK),
        (1999, DiskLevel.WARN),
        (999, DiskLevel.PAUSE),
        (499, DiskLevel.STOP),
        (0, DiskLevel.STOP),
    ],
)
def test_that_free_space_has_its_level(free, level):
    assert LIMITS.level(free) is level


def _guard(tmp_path, *spaces: int) -> tuple[DiskGuard, list[str | None]]:
    left = list(spaces)
    guard = DiskGuard([tmp_path], LIMITS, free_bytes=lambda _: left.pop(0))
    return guard, [notice.message if (notice := guard.check()) else None for _ in spaces]


def test_that_only_a_change_is_told(tmp_path):
    _, said = _guard(tmp_path, 3000, 1500, 1400, 3000)
    assert [bool(text) for text in said] == [False, True, False, True]


def test_that_a_little_space_does_not_resume(tmp_path):
    guard, said = _guard(tmp_path, 400, 505)
    assert guard.level is DiskLevel.STOP
    assert said[1] is None
    guard, _ = _guard(tmp_path, 400, 560)
    assert guard.level is DiskLevel.PAUSE


def test_that_each_sentence_says_what_happens_and_what_to_do(tmp_path):
    _, said = _guard(tmp_path, 1500, 900, 400)
    assert all("Free some space" in text for text in said if text)
    assert "paused" in str(said[1])
    assert "nothing is lost" in str(said[2])


def test_that_the_fullest_disk_decides_and_is_named(tmp_path):
    free = {tmp_path / "data": 9_000, tmp_path / "lake": 1_500}
    guard = DiskGuard(list(free), LIMITS, free_bytes=free.__getitem__)
    notice = guard.check()
    assert notice is not None
    assert str(tmp_path / "lake") in notice.message
    assert guard.level is DiskLevel.WARN
