"""A lake outside the data folder has one writer, whichever data folder names it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from engine.errors import AlreadyRunning, DataFolderError
from engine.host.compose import _disk
from engine.host.running import _lock_lake
from engine.paths import DataPaths
from engine.settings import load_settings

pytestmark = pytest.mark.unit


def instance(root, lake=None) -> Any:
    env = {"DELTA_PATH": str(lake)} if lake else {}
    return SimpleNamespace(paths=DataPaths(root), settings=load_settings(env, root))


def test_that_two_data_folders_cannot_share_one_lake(tmp_path):
    shared = tmp_path / "shared"
    first = _lock_lake(instance(tmp_path / "a", shared))
    assert first is not None
    with pytest.raises(AlreadyRunning, match=str(shared)):
        _lock_lake(instance(tmp_path / "b", shared))
    first.release()
    again = _lock_lake(instance(tmp_path / "b", shared))
    assert again is not None
    again.release()


def test_that_the_own_lake_needs_no_second_lock(tmp_path):
    assert _lock_lake(instance(tmp_path)) is None
    assert _lock_lake(instance(tmp_path, tmp_path / "lake")) is None


def test_that_a_lake_folder_that_tables_cannot_have_is_refused(tmp_path):
    one = instance(tmp_path, tmp_path / "lake[1]")
    with pytest.raises(DataFolderError, match="DELTA_PATH"):
        _disk(one.paths, one.settings)
    assert not (tmp_path / "lake[1]").exists()
