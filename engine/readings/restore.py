"""What restoring a table would change, before anybody does it.

The sentences say what ``pipelines.restore`` does; one does not change without the other.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from engine.contracts.names import Table
from engine.lake import LakeReader, LakeReadError
from engine.lake.commits import read_commit
from engine.lake.snapshot import take_snapshot

_LEAVES = (
    "Rows written since then leave the table and stay away, unless you restore the version "
    "before this restore."
)
_GOLD = (
    "Silver is not touched. A minute is computed anew when a new event falls into it; "
    "all minutes are when gold is rebuilt. Until then the figures are those of this version, "
    "and minutes after it are missing."
)

CONSEQUENCES: Mapping[Table, str] = {
    Table.BRONZE: (
        "The stream reads what came after this version from the broker again, so nothing is lost; "
        "silver and gold keep what they have. It is refused if the broker no longer has all of it."
    ),
    Table.SILVER: (
        "Events written since then leave silver and stay away until silver is rebuilt from bronze. "
        "Gold is computed anew from what is left. Bronze is not touched, and new events go on "
        "being added."
    ),
    Table.QUARANTINE: (
        "Records refused since then leave the table until silver is rebuilt from bronze. No other "
        "table is touched."
    ),
    Table.GOLD_KPIS: _GOLD,
    Table.GOLD_SEGMENTS: _GOLD,
    Table.ALERTS: _LEAVES,
    Table.METRICS: _LEAVES,
}


@dataclass(frozen=True)
class RestorePreview:
    """What a restore changes. ``at`` is the version's time, UTC; None where its commit is gone."""

    table: Table
    version: int
    newest: int
    at: dt.datetime | None
    rows_now: int
    rows_then: int

    @property
    def commits_undone(self) -> int:
        """How many newer commits no longer show."""
        return self.newest - self.version

    @property
    def consequences(self) -> str:
        """What stays, what goes, and what happens to the other tables."""
        return CONSEQUENCES[self.table]

    def figures(self) -> str:
        """Rows now and then, as a sentence."""
        change = self.rows_then - self.rows_now
        sign = "+" if change > 0 else "−" if change < 0 else "±"
        commits = "commit" if self.commits_undone == 1 else "commits"
        return (
            f"{_rows(self.rows_now)} now, {_rows(self.rows_then)} then ({sign}{abs(change):,}). "
            f"{self.commits_undone:,} newer {commits} undone, by a new commit that can be undone "
            "itself as long as the replaced files are kept."
        )


def _rows(count: int) -> str:
    return f"{count:,} row" if count == 1 else f"{count:,} rows"


def preview_restore(lake: LakeReader, table: Table, version: int) -> RestorePreview:
    """Looks at both versions.

    Raises NoSuchTable, or LakeReadError where the version is gone, or is the current one.
    """
    now = take_snapshot(lake, table)
    if version == now.version:
        raise LakeReadError(
            f"Version {version:,} of {table.value} is the current one.", "Choose an older version."
        )
    then = take_snapshot(lake, table, version)
    then.need_files(lake)
    commit = read_commit(lake, table, version)
    at = commit.time if commit else None
    return RestorePreview(table, version, now.version, at, now.rows, then.rows)
