"""``python -m engine.tally <config.json>``: the supervised live tally and audit."""

from __future__ import annotations

import sys
from pathlib import Path

from engine.child.channel import Control
from engine.child.main import run_child
from engine.contracts.protocol import Ready
from engine.contracts.tally import TallyConfig
from engine.tally.arrival import TimeRules
from engine.tally.audit import Auditor
from engine.tally.errors import PackNotCounted
from engine.tally.feed import Feed
from engine.tally.loop import Loop
from engine.tally.measures import Measures
from engine.tally.saved import Saved
from engine.topic.read import Reader


def main(argv: list[str]) -> int:
    """Runs until a stop; the exit status."""
    return run_child(argv, TallyConfig, run, hopeless=(PackNotCounted,))


def run(config: TallyConfig, control: Control) -> None:
    """Counts the topic of ``config`` and audits its lake."""
    measures = Measures(config.pack)
    feed = Feed(config.kafka, Reader(config.pack, measures.wanted))
    try:
        partitions = feed.handshake()
        control.send(Ready(detail=f"counts {partitions} partitions"))
        rules = TimeRules(
            round(config.watermark_delay_s * 1_000_000), round(config.late_grace_s * 1_000_000)
        )
        saved = Saved(Path(config.state_path), config)
        auditor = Auditor(Path(config.lake_path), measures, rules, config.max_rows, feed, saved)
        Loop(
            control,
            feed,
            auditor,
            measures,
            report_every_s=config.report_every_s,
            audit_every_s=config.audit_every_s,
        ).run()
    finally:
        feed.close()
        measures.close()


if __name__ == "__main__":
    sys.exit(main(sys.argv))
