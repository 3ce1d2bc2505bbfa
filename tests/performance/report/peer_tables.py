"""The peers' part of the page, from what was recorded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.performance.peers.catalogue import APPEND, OURS, PEERS
from tests.performance.report.markdown import table
from tests.performance.report.svg import bar_chart, line_chart, number_text

Found = Mapping[str, Any]
CLASSICAL = "classical"


def peers_text(found: Found) -> str:
    """Tables by what is asked; empty parts are left out."""
    parts = [
        ("Latency at each rate", _latency(found.get("latency", {}))),
        ("The design it replaces, as it was", _append(found.get("append", {}))),
        ("A backlog", _drain(found.get("drain", {}))),
        ("A kill, repeats and late events", _kill(found.get("kill", {}))),
        ("What is promised", _promises(found.get("latency", {}))),
    ]
    return "\n\n".join(f"### {title}\n\n{text}" for title, text in parts if text)


def peers_pictures(found: Found) -> dict[str, str]:
    """File name → SVG."""
    latency = {
        peer.title: [
            (float(rate), figures["p50_s"])
            for rate, figures in found.get("latency", {}).get(peer.name, {}).items()
            if "p50_s" in figures
        ]
        for peer in PEERS
    }
    drain = {
        peer.title: figures["all"]["drain_events_s"]
        for peer in PEERS
        if "all" in (figures := found.get("drain", {}).get(peer.name, {}))
    }
    pictures = {}
    if any(latency.values()):
        pictures["peers-latency.svg"] = line_chart(
            "Event to KPI visible, median", "events a second", "seconds", latency
        )
    if drain:
        pictures["peers-drain.svg"] = bar_chart("Backlog drained", "events a second", drain)
    return pictures


def ratios(found: Found) -> dict[str, float]:
    """How many times better than the classical design; above 1 is better."""
    latency, drain = found.get("latency", {}), found.get("drain", {})
    out = {}
    for rate, figures in latency.get(OURS, {}).items():
        other = latency.get(CLASSICAL, {}).get(rate, {})
        if "p50_s" in figures and "p50_s" in other:
            out[f"latency p50 at {float(rate):,.0f}/s"] = other["p50_s"] / figures["p50_s"]
    mine, other = (drain.get(n, {}).get("all") for n in (OURS, CLASSICAL))
    if mine and other:
        out["backlog drained"] = mine["drain_events_s"] / other["drain_events_s"]
    return out


def _latency(latency: Found) -> str:
    rows = []
    for peer in PEERS:
        mine = latency.get(peer.name, {})
        rates = sorted((key for key in mine if key.isdecimal()), key=int)
        for rate in rates:
            f = mine[rate]
            rows.append(
                [
                    peer.title,
                    f"{int(rate):,}",
                    *(number_text(f[k]) for k in ("p50_s", "p95_s", "p99_s")),
                    _share(f["unseen"]),
                    number_text(f.get("silver_p50_s", 0.0)) if "silver_p50_s" in f else "–",
                    number_text(f["cpu_cores"]),
                    number_text(f["peak_mb"]),
                ]
            )
        if "failed" in mine and not rates:
            rows.append([peer.title, "–", f"not measured: {mine['failed']['reason']}", *[""] * 6])
    if not rows:
        return ""
    head = ["", "events/s", "p50 s", "p95 s", "p99 s", "not seen in four minutes"]
    return table([*head, "silver p50 s", "CPU, cores", "memory, MB"], rows)


def _share(unseen: float) -> str:
    return "none" if unseen == 0 else f"{unseen:.0%}" if unseen >= 0.005 else "< 1 %"


def _append(found: Found) -> str:
    figures = next((f for k, f in found.get(APPEND.name, {}).items() if k.isdecimal()), None)
    if figures is None:
        return ""
    return table(
        ["", "p50 s", "p95 s", "silver p50 s", "silver p95 s"],
        [
            [
                APPEND.title,
                *(
                    number_text(figures[k]) if k in figures else "–"
                    for k in ("p50_s", "p95_s", "silver_p50_s", "silver_p95_s")
                ),
            ]
        ],
    )


def _drain(drain: Found) -> str:
    rows = []
    for peer in PEERS:
        mine = drain.get(peer.name, {})
        if "all" in mine:
            f = mine["all"]
            keys = ("drain_events_s", "with_start_events_s", "cpu_cores", "peak_mb")
            rows.append([peer.title, *(number_text(f[k]) for k in keys)])
        elif "failed" in mine:
            rows.append([peer.title, f"not measured: {mine['failed']['reason']}", "", "", ""])
    if not rows:
        return ""
    head = ["", "events/s", "events/s with its start", "CPU, cores", "memory, MB"]
    return table(head, rows)


def _kill(kill: Found) -> str:
    rows = []
    for peer in PEERS:
        mine = kill.get(peer.name, {})
        if "all" in mine:
            f = mine["all"]
            counts = [f"{f['on_time']:,.0f}", f"{f['on_time_difference']:+,.0f}"]
            rows.append([peer.title, *counts, f"{f['late']:,.0f}", f"{f['late_difference']:+,.0f}"])
        elif "failed" in mine:
            rows.append([peer.title, f"not measured: {mine['failed']['reason']}", "", "", ""])
    if not rows:
        return ""
    return table(["", "events on time", "gold differs by", "events late", "gold differs by"], rows)


def _promises(latency: Found) -> str:
    """Lines of code are those of the day it was measured, as the figures are."""
    if not latency:
        return ""
    rows = []
    for peer in (*PEERS, APPEND):
        start = latency.get(peer.name, {}).get("start", {})
        lines = f"{start['lines']:.0f}" if start.get("lines") else "–"
        started = number_text(start["start_to_visible_s"]) if start else "–"
        rows.append([peer.title, peer.exactly_once, peer.late_data, peer.dedupe, lines, started])
    head = ["", "exactly once", "late data", "repeats", "lines of code", "start to first KPI, s"]
    return table(head, rows)
