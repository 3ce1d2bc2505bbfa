"""How long older versions of a table can be read: their files and the log entries that name them.

Gold is rewritten at every batch, and pages read gold and pipeline_metrics every second: a day of
their versions would be gigabytes, and 86,000 log entries that each commit and each reader lists.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from engine.contracts.names import Table

HOURS: Final[Mapping[Table, int]] = {
    **dict.fromkeys(Table, 24),
    **dict.fromkeys((Table.GOLD_KPIS, Table.GOLD_SEGMENTS, Table.METRICS), 1),
}
KEPT: Final = (
    "Replaced files are kept for an hour in gold and pipeline_metrics, and for a day in the other "
    "tables."
)
