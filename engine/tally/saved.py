"""What was counted, kept over a restart: figures and sums of minutes, and up to where they go.

Rows are not kept: they are read back from silver, whose sums say whether they are those that were
counted. A file that is of another pack, another DuckDB (whose hashes differ) or cannot be read is
as good as none.
"""

from __future__ import annotations

import hashlib
import logging
from pathlib import Path

import duckdb
from pydantic import BaseModel, ConfigDict, ValidationError

from engine.contracts.names import Table
from engine.contracts.tally import TallyConfig
from engine.tally.counted import Counted, Standing
from engine.tally.lake_side import FileSums
from engine.tally.measures import Figures, Sum, Sums

log = logging.getLogger(__name__)

Plain = dict[str, tuple[int, int]]


class _Place(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    source: str
    base: dict[int, int]
    base_ms: int
    since: int
    batch: int
    offsets: dict[int, int]
    newest_us: int


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    bytes: int
    changed_ns: int
    sums: Plain


class _State(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    fingerprint: str
    why: str
    at: _Place
    sums: dict[Table, Plain]
    figures: dict[int, dict[str, float | None]]
    blind: tuple[int, ...]
    files: dict[Table, dict[str, _File]]


class Kept:
    """A state that was read back."""

    def __init__(self, state: _State) -> None:
        self.at = Standing(**state.at.model_dump())
        self.why = state.why
        self.sums: dict[Table, Sums] = {t: _sums(plain) for t, plain in state.sums.items()}
        self.figures: dict[int, Figures] = dict(state.figures)
        self.blind = state.blind
        self.files = {
            table: {
                path: FileSums(f.bytes, f.changed_ns, _sums(f.sums)) for path, f in files.items()
            }
            for table, files in state.files.items()
        }


class Saved:
    """One file in a folder of ours; written whole or not at all."""

    def __init__(self, folder: Path, config: TallyConfig) -> None:
        self._file = folder / "counted.json"
        told = config.model_dump_json(include={"pack", "watermark_delay_s", "late_grace_s"})
        self._fingerprint = hashlib.sha256(f"{duckdb.__version__} {told}".encode()).hexdigest()

    def load(self) -> Kept | None:
        """What was kept, if it is of any use."""
        try:
            state = _State.model_validate_json(self._file.read_bytes())
        except (OSError, ValidationError):
            return None
        return Kept(state) if state.fingerprint == self._fingerprint else None

    def save(self, counted: Counted, files: dict[Table, dict[str, FileSums]], why: str) -> None:
        """Keeps it; where that fails the next start begins anew, which it then says."""
        at = counted.at
        state = _State(
            fingerprint=self._fingerprint,
            why=why,
            at=_Place(
                source=at.source,
                base=at.base,
                base_ms=at.base_ms,
                since=at.since,
                batch=at.batch,
                offsets=at.offsets,
                newest_us=at.newest_us,
            ),
            sums={table: _plain(sums) for table, sums in counted.sums.items()},
            figures=counted.figures,
            blind=tuple(sorted(counted.blind)),
            files={
                table: {
                    path: _File(bytes=f.bytes, changed_ns=f.changed_ns, sums=_plain(f.sums))
                    for path, f in kept.items()
                }
                for table, kept in files.items()
            },
        )
        unfinished = self._file.with_suffix(".tmp")
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            unfinished.write_text(state.model_dump_json(), encoding="utf-8")
            unfinished.replace(self._file)
        except OSError as error:
            log.warning("what was counted could not be kept: %s", error)

    def clear(self) -> None:
        """What was kept is of no use any more."""
        self._file.unlink(missing_ok=True)


def _plain(sums: Sums) -> Plain:
    return {key: (each.rows, each.hashes) for key, each in sums.items()}


def _sums(plain: Plain) -> Sums:
    return {key: Sum(*each) for key, each in plain.items()}
