"""Brings a table back to an older version, without losing or doubling an event.

A restore is a new commit: nothing is deleted, and a restore to the version before it undoes it.
What it means depends on the table:

* **silver**: what came after the version leaves silver and stays away until a rebuild. The last
  mark is carried onward, so that the stream goes on where it was. Gold is computed anew, since it
  is a function of silver.
* **quarantine, pipeline_metrics, alerts**: the same, without gold.
* **gold**: the rows of the version stay as they are until their minute gets a new event, or until
  gold is rebuilt; minutes after the version are missing until then. Silver is not touched.
* **bronze**: it is the only copy of what came, so nothing may be missing from it for good. Its
  mark goes back with it, and the stream reads what came after from the broker again. Silver,
  quarantine and metrics first say in a mark that they have all of it, so that they leave these
  records alone. Refused where the broker no longer has some of those records.

The stream must not be running for silver and bronze: a batch in hand has read one state and would
write onto another.
"""

from __future__ import annotations

from dataclasses import replace

import duckdb
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError

from engine.contracts.names import Table
from engine.contracts.pack import PackSpec
from engine.contracts.retention import KEPT
from pipelines.batch import Offsets
from pipelines.errors import Refused
from pipelines.files import sizes
from pipelines.marks import Mark, last_mark, mark_at, marks_after, properties
from pipelines.tables import PROPERTIES, Lake, TableLocks, ensure_table

STOPS_THE_STREAM = frozenset({Table.BRONZE, Table.SILVER})

_FOLLOWERS = (Table.SILVER, Table.QUARANTINE, Table.METRICS)


class Restorer:
    """Restores tables of one lake, each under its lock."""

    def __init__(self, lake: Lake, locks: TableLocks, pack: PackSpec) -> None:
        self._lake = lake
        self._locks = locks
        self._pack = pack

    def check(self, table: Table, version: int) -> None:
        """Raises Refused where the table cannot go back to this version."""
        newest = self._lake.open(table).version()
        if version == newest:
            raise Refused(f"Version {version} of {table} is the current one. Choose an older one.")
        if version > newest:
            raise Refused(f"{table} has no version {version}: its newest is {newest}.")
        try:
            old = DeltaTable(self._lake.path(table), version=version)
        except (DeltaError, OSError) as error:
            raise _gone(table, version) from error
        if None in sizes(self._lake.path(table), self._names(table, old)):
            raise _gone(table, version)

    def _names(self, table: Table, opened: DeltaTable) -> list[str]:
        root = f"{self._lake.path(table)}/"
        return [file.removeprefix(root) for file in self._lake.files_of(table, opened)]

    def restore(self, table: Table, version: int) -> None:
        """Brings a table but bronze back; its last mark is carried onward."""
        with self._locks[table]:
            self._commit(table, version, last_mark(self._lake.open(table)))

    def roll_back(self, table: Table, version: int) -> None:
        """Undoes a rebuild that was given up: the mark of that version comes back too."""
        with self._locks[table]:
            opened = self._lake.open(table)
            if opened.version() != version:
                self._commit(table, version, mark_at(opened, version))

    def restore_bronze(self, version: int, done: Mark, low: Offsets) -> None:
        """Brings bronze back; the stream then reads from where that version ended.

        ``done`` ends where the stream has got to; ``low`` are the first offsets that the broker
        still has. Raises Refused where something would be lost.
        """
        with self._locks[Table.BRONZE]:
            mark = self._end_of(version, done)
            self._need_in_broker(mark, low)
            for table in _FOLLOWERS:
                self._vouch(table, done)
            self._commit(Table.BRONZE, version, replace(mark, batch=done.batch))

    def _end_of(self, version: int, done: Mark) -> Mark:
        """A mark that begins and ends where this version of bronze ends."""
        bronze = self._lake.open(Table.BRONZE)
        before = mark_at(bronze, version)
        later = marks_after(bronze, version)
        if before is not None:
            source, end, newest = before.source, before.end, before.newest_us
        elif later:
            after = later[0]
            source, end, newest = after.source, after.start, after.newest_before_us
        else:
            return done
        if source != done.source:
            raise Refused(
                f"Version {version} of {Table.BRONZE} is of another topic, or of one that was "
                "made anew since: what came after it could not be read again. "
                "Choose a newer version."
            )
        if any(mark.source != source for mark in later):
            raise Refused(
                f"After version {version} {Table.BRONZE} also took records of another topic, "
                "which could not be read again. Choose a newer version."
            )
        return Mark(source, done.batch, dict(end), dict(end), newest, newest)

    def _need_in_broker(self, mark: Mark, low: Offsets) -> None:
        """Raises Refused where bronze has records after the mark that the broker has lost."""
        lost = [
            f'(partition = {p} AND "offset" >= {mark.end.get(p, 0)} AND "offset" < {first})'
            for p, first in low.items()
            if mark.end.get(p, 0) < first
        ]
        files = self._lake.files(Table.BRONZE)
        if not lost or not files:
            return
        with duckdb.connect(":memory:") as connection:
            found = connection.execute(
                f"SELECT count(*) FROM {self._lake.parquet(connection, Table.BRONZE, files)} "
                f"WHERE source = $1 AND ({' OR '.join(lost)})",
                [mark.source],
            ).fetchone()
        if found and found[0]:
            raise Refused(
                f"The broker no longer has {found[0]:,} of the records that came after this "
                "version; bronze would lose them. Choose a newer version."
            )

    def _vouch(self, table: Table, done: Mark) -> None:
        """A commit that changes nothing, and says that the table is complete up to ``done``."""
        with self._locks[table]:
            target = self._lake.open(table)
            same = {"delta.checkpointInterval": PROPERTIES["delta.checkpointInterval"]}
            target.alter.set_table_properties(same, commit_properties=properties(done))

    def _commit(self, table: Table, version: int, mark: Mark | None) -> None:
        try:
            self._lake.open(table).restore(
                version, commit_properties=properties(mark) if mark else None
            )
        except (DeltaError, OSError) as error:
            raise Refused(
                f"{table} could not be restored to version {version}: {error}. "
                "Choose another version."
            ) from error
        # The version's columns came back with it: later ones are added again, empty.
        ensure_table(self._lake, table, self._pack)


def _gone(table: Table, version: int) -> Refused:
    return Refused(
        f"The files of version {version} of {table} are gone. {KEPT} Choose a newer version."
    )
