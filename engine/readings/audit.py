"""What the audit came to, in sentences: for the window, ``status`` and tests."""

from __future__ import annotations

import datetime as dt

from engine.contracts.tally import AuditReport


def audit_lines(report: AuditReport) -> list[str]:
    """The state in one line, then why it waits, then what differs, one line each."""
    lines = [audit_line(report)]
    if report.waiting:
        lines.append(report.waiting)
    lines += [difference.text for difference in report.differences]
    if report.more:
        lines.append(f"{report.more:,} more differences are not listed.")
    return lines


def audit_line(report: AuditReport) -> str:
    """The state in one line.

    >>> audit_line(AuditReport(since_s=0, audited_until_s=120, minutes=2))
    'Audited to 1970-01-01 00:02 (UTC): 2 minutes, 0 lost, 0 doubled'
    """
    if report.audited_until_s is None:
        head = "No minute is audited yet"
    else:
        minutes = "1 minute" if report.minutes == 1 else f"{report.minutes:,} minutes"
        head = f"Audited to {_clock(report.audited_until_s)}: {minutes}"
    if report.audited_until_s is None and report.agrees:
        return head
    others = sum(1 for d in report.differences if not d.records) + report.more
    more = f", {others:,} more {'difference' if others == 1 else 'differences'}" if others else ""
    return f"{head}, {report.lost:,} lost, {report.doubled:,} doubled{more}"


def _clock(at_s: int) -> str:
    then = dt.datetime.fromtimestamp(at_s, dt.UTC)
    today = dt.datetime.now(dt.UTC).date() == then.date()
    return f"{then:%H:%M} (UTC)" if today else f"{then:%Y-%m-%d %H:%M} (UTC)"
