"""Where a lake's Parquet files lie, and reading them with DuckDB: a folder, or a bucket.

DuckDB reads a local file list itself. Its S3 extension is not part of the package and would have
to be downloaded, so files in a bucket are read by Arrow through delta-rs' own object store (the
same addresses and credentials as the tables), and DuckDB scans what Arrow hands it: only the
columns and row groups that a statement needs are fetched.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa
from deltalake import DeltaTable

from engine.contracts.places import is_bucket

if TYPE_CHECKING:
    from pyarrow.dataset import FileSystemDataset
    from pyarrow.fs import PyFileSystem


def local(files: Sequence[str]) -> str:
    """Files of a folder as a FROM item; columns that one lacks are NULL there."""
    names = ", ".join("'" + name.replace("'", "''") + "'" for name in files)
    return f"read_parquet([{names}], union_by_name = true)"


def remote(
    connection: duckdb.DuckDBPyConnection, root: str, table: DeltaTable, files: Sequence[str]
) -> str:
    """The same for files of the table at the address ``root``.

    The item belongs to this connection, until the next call for the same table.
    """
    name = f"remote_{root.rsplit('/', 1)[-1]}"
    connection.register(name, _dataset(root, table, files))
    return name


def sizes(root: str, names: Sequence[str]) -> list[int | None]:
    """Bytes of files below ``root``; None where there is no such file."""
    if is_bucket(root):
        infos = _store(root, {}).get_file_info(list(names))
        return [info.size if info.is_file else None for info in infos]
    return [_size(Path(root) / name) for name in names]


def _size(file: Path) -> int | None:
    try:
        return file.stat().st_size
    except OSError:
        return None


def _store(root: str, known: dict[str, int]) -> PyFileSystem:
    from deltalake.fs import DeltaStorageHandler
    from pyarrow.fs import PyFileSystem

    return PyFileSystem(DeltaStorageHandler(root, None, known))


def _dataset(root: str, table: DeltaTable, files: Sequence[str]) -> FileSystemDataset:
    # Imported only here: a lake in a folder needs none of it, and it takes a fifth of a second.
    from pyarrow.dataset import FileSystemDataset, ParquetFileFormat

    actions = pa.table(table.get_add_actions(flatten=True)).select(["path", "size_bytes"])
    known = dict(zip(*(column.to_pylist() for column in actions.columns), strict=True))
    store, form = _store(root, known), ParquetFileFormat()
    fragments = [form.make_fragment(file.removeprefix(f"{root}/"), store) for file in files]
    return FileSystemDataset(fragments, pa.schema(table.schema().to_arrow()), form, store)
