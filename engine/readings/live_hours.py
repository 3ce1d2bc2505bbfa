"""What costs a scan of silver: the figures of the last hour, and the funnel of the window.

Different users of an hour are not the sum of its minutes' users, so the pack's own expressions
are computed over all events of the hour. That happens once a minute at most, since the hour moves
by minutes, and less often where it takes long.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from engine.contracts.names import Table
from engine.contracts.pack import PackSpec
from engine.lake import LakeReader
from engine.lake.window import KeptTable, Rows
from engine.readings.live import data_through
from engine.readings.live_kpis import (
    ENOUGH,
    HOUR,
    MINUTE_S,
    RATE,
    HourReading,
    change,
    kpi_specs,
    needed,
)
from engine.readings.moments import moment

FUNNEL = ("page_view", "add_to_cart", "checkout_start", "purchase")
"""The steps towards a purchase, as far as the pack has them."""
SHARE = 0.05
"""At most this share of the time goes into these figures: a slow scan is repeated less often."""


@dataclass(frozen=True, slots=True)
class FunnelStep:
    """Different users with an event of this type; ``share`` is of the first step's users."""

    event_type: str
    users: int
    share: float | None


@dataclass(frozen=True)
class HoursReading:
    """Figures by KPI name, and the funnel of the window of ``window_s``; ``end`` is UTC."""

    end: dt.datetime
    hours: Mapping[str, HourReading]
    funnel: tuple[FunnelStep, ...]
    window_s: float


class HoursReader:
    """Answers from memory until a minute has passed; for one thread at a time."""

    def __init__(
        self, lake: LakeReader, pack: PackSpec, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._pack = pack
        self._clock = clock
        self._names = [spec.name for spec in kpi_specs(pack)]
        self._measures = needed(pack, [*self._names, "events"])
        self._silver = KeptTable(lake, Table.SILVER, pack.roles.timestamp)
        self._rows = Rows([self._silver])
        self._last: HoursReading | None = None
        self._again_at = 0.0

    def read(self, window_s: float) -> HoursReading | None:
        """None before the first event. Raises LakeReadError."""
        if not self._silver.look():
            return None
        through = data_through(self._silver, self._pack.roles.timestamp)
        if through is None:
            return None
        last, end = self._last, moment(through.end_s)
        if last is not None and (last.end == end or self._clock() < self._again_at):
            if last.window_s != window_s:
                last = replace(last, funnel=self._funnel(last.end, window_s), window_s=window_s)
                self._last = last
            return last
        began = self._clock()
        hours = self._hours(through.end_s)
        self._last = HoursReading(end, hours, self._funnel(end, window_s), window_s)
        took = self._clock() - began
        self._again_at = began + took / SHARE
        return self._last

    def _hours(self, end_s: int) -> dict[str, HourReading]:
        now, minutes_now = self._hour(end_s)
        before, minutes_before = self._hour(end_s - HOUR * MINUTE_S)
        fair = min(minutes_now, minutes_before) >= ENOUGH
        return {
            name: HourReading(
                now.get(name), change(now.get(name), before.get(name)) if fair else None
            )
            for name in self._names
        }

    def _hour(self, end_s: int) -> tuple[dict[str, float | None], int]:
        """Figures of the hour that ends there, and how many of its minutes have events."""
        stamp = self._pack.roles.timestamp
        plain = "".join(f", {m.sql} AS {m.name}" for m in self._measures if not m.derived)
        derived = "".join(
            f", CAST({m.sql} AS DOUBLE) AS {m.name}_" for m in self._measures if m.derived
        )
        low, high = moment(end_s - HOUR * MINUTE_S), moment(end_s)
        row = self._rows.read(
            lambda: (
                f"SELECT *{derived} FROM (SELECT "  # noqa: S608 -- the pack's checked expressions
                f'count(DISTINCT epoch_ms("{stamp}") // 60000) AS minutes{plain} '
                f"FROM {self._relation(low, high)} WHERE {self._within(low, high)})"
            )
        ).to_pylist()[0]
        figures: dict[str, float | None] = {}
        for measure in self._measures:
            value = row[f"{measure.name}_" if measure.derived else measure.name]
            figures[measure.name] = None if value is None else float(value)
        minutes = int(row["minutes"])
        figures[RATE] = (figures["events"] or 0.0) / (minutes * MINUTE_S) if minutes else None
        return figures, minutes

    def _funnel(self, end: dt.datetime, window_s: float) -> tuple[FunnelStep, ...]:
        roles, types = self._pack.roles, self._pack.event_types
        steps = [step for step in FUNNEL if step in types]
        if not steps:
            return ()
        low = end - dt.timedelta(seconds=window_s)
        listed = ", ".join(f"'{step}'" for step in steps)
        rows = self._rows.read(
            lambda: (
                f'SELECT "{roles.event_type}" AS step, count(DISTINCT "{roles.user}") AS users '  # noqa: S608 -- names of the pack
                f"FROM {self._relation(low, end)} WHERE {self._within(low, end)} "
                f'AND "{roles.event_type}" IN ({listed}) GROUP BY 1'
            )
        ).to_pylist()
        users = {row["step"]: int(row["users"]) for row in rows}
        first = users.get(steps[0], 0)
        return tuple(
            FunnelStep(step, users.get(step, 0), users.get(step, 0) / first if first else None)
            for step in steps
        )

    def _relation(self, low: dt.datetime, high: dt.datetime) -> str:
        names = [spec.name for spec in self._pack.fields]
        columns = [*names, self._pack.amount.name, "usd_rate", "is_late"]
        return self._silver.relation(self._silver.between(low, high), columns)

    def _within(self, low: dt.datetime, high: dt.datetime) -> str:
        stamp = self._pack.roles.timestamp
        return (
            f"\"{stamp}\" >= TIMESTAMPTZ '{low.isoformat()}' "
            f"AND \"{stamp}\" < TIMESTAMPTZ '{high.isoformat()}'"
        )
