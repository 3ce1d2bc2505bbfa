"""The data folder."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest
from deltalake import DeltaTable, write_deltalake

from engine.errors import DataFolderError, LakehouseError
from engine.paths import DataPaths, data_paths, default_data_dir, resources_dir

pytestmark = pytest.mark.unit


def test_that_the_folder_is_made_for_this_user_only(tmp_path):
    paths = DataPaths(tmp_path / "a" / "b").create()
    assert paths.root.stat().st_mode & 0o777 == 0o700
    for folder in (paths.lake, paths.checkpoints, paths.logs, paths.run, paths.broker):
        assert folder.is_dir()


def test_that_an_open_folder_is_closed_to_others(tmp_path):
    root = tmp_path / "open"
    root.mkdir(mode=0o755)
    assert DataPaths(root).create().root.stat().st_mode & 0o777 == 0o700


def test_that_the_variable_picks_the_folder(tmp_path):
    assert data_paths({"RTLAKEHOUSE_DATA_DIR": str(tmp_path)}).root == tmp_path
    assert data_paths({"RTLAKEHOUSE_DATA_DIR": "~/x"}).root == Path.home() / "x"
    assert data_paths({}).root == default_data_dir()


def test_that_a_file_in_its_place_is_an_error_with_a_remedy(tmp_path):
    (tmp_path / "x").touch()
    with pytest.raises(DataFolderError, match="RTLAKEHOUSE_DATA_DIR"):
        DataPaths(tmp_path / "x").create()


@pytest.mark.parametrize("name", ["a[b]", "a^b", "a|b", "a*b", "a?b", "a%20b", "a\\b"])
def test_that_a_name_that_tables_cannot_have_is_refused_with_a_remedy(tmp_path, name):
    if Path(name).name != name:
        pytest.skip("two folders on this system")
    with pytest.raises(DataFolderError, match="without it"):
        DataPaths(tmp_path / name).create()
    assert not (tmp_path / name).exists()


@pytest.mark.parametrize("name", ["Zoë's data", "100% {mine}", "a#b & c;d", "データ"])
def test_that_spaces_umlauts_and_other_signs_are_fine(tmp_path, name):
    table = str(DataPaths(tmp_path / name).create().lake / "t")
    write_deltalake(table, pa.table({"a": [1]}))
    assert DeltaTable(table).version() == 0


def test_that_an_error_reads_as_its_sentence_and_remedy():
    assert str(LakehouseError("It is so.", "Do this.")) == "It is so. Do this."


def test_that_resources_are_found():
    assert (resources_dir().parent / "engine").is_dir()


def test_that_a_folder_of_other_things_is_not_closed_to_their_users(tmp_path):
    (tmp_path / "holiday.jpg").touch()
    tmp_path.chmod(0o755)
    paths = DataPaths(tmp_path).create()
    assert tmp_path.stat().st_mode & 0o777 == 0o755
    assert paths.run.stat().st_mode & 0o777 == 0o700
