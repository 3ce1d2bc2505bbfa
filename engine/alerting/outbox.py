"""Rows on their way to the alerts table, kept until they are seen there.

The pipeline process writes the table and may be down for long, or be killed between taking a row
and writing it. So rows stand in a file until a read of the table shows them, and are sent again:
the same ``alert_id`` replaces its row, so twice does no harm.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from engine.contracts.alerts import AlertRow
from engine.platform import write_private

log = logging.getLogger(__name__)

AGAIN_S = 30.0
"""A rebuild holds the pipeline's commands up for minutes; asking more often would not help."""

_ROWS: TypeAdapter[tuple[AlertRow, ...]] = TypeAdapter(tuple[AlertRow, ...])


class Outbox:
    """The newest state of each alert that the table does not have yet; one thread at a time."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._rows = {row.alert_id: row for row in self._load()}
        self._sent_s: dict[str, float] = {}

    @property
    def rows(self) -> tuple[AlertRow, ...]:
        """All that is not known to be written."""
        return tuple(self._rows.values())

    @property
    def awaited(self) -> bool:
        """Whether something was sent and its arrival not yet seen."""
        return bool(self._sent_s)

    def put(self, rows: Iterable[AlertRow]) -> None:
        """Adds rows, or replaces those of the same alert."""
        before = dict(self._rows)
        for row in rows:
            self._rows[row.alert_id] = row
            self._sent_s.pop(row.alert_id, None)
        if self._rows != before:
            self._save()

    def due(self, now_s: float) -> tuple[AlertRow, ...]:
        """Rows to send now."""
        return tuple(
            row
            for name, row in self._rows.items()
            if now_s - self._sent_s.get(name, -AGAIN_S) >= AGAIN_S
        )

    def sent(self, rows: Iterable[AlertRow], now_s: float) -> None:
        """These are on their way."""
        self._sent_s.update((row.alert_id, now_s) for row in rows)

    def confirm(self, written: Iterable[AlertRow]) -> None:
        """Forgets the rows that the table has as they are."""
        found = {row.alert_id: row for row in written}
        done = [
            name
            for name, row in self._rows.items()
            if name in found and found[name].cleared_at_ms == row.cleared_at_ms
        ]
        for name in done:
            del self._rows[name]
            self._sent_s.pop(name, None)
        if done:
            self._save()

    def _load(self) -> tuple[AlertRow, ...]:
        try:
            return _ROWS.validate_json(self._file.read_bytes())
        except FileNotFoundError:
            return ()
        except (OSError, ValidationError) as error:
            log.warning(
                "%s cannot be read, so its alerts are not in the table: %s", self._file, error
            )
            return ()

    def _save(self) -> None:
        try:
            if self._rows:
                write_private(self._file, _ROWS.dump_json(self.rows).decode())
            else:
                self._file.unlink(missing_ok=True)
        except OSError as error:  # They are still in memory and are sent all the same.
            log.warning("%s cannot be written: %s", self._file, error)
