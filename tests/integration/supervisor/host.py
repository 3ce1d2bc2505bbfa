"""A program that supervises scripted children; run by path, to be killed by a test."""

from __future__ import annotations

import json
import signal
import sys
from pathlib import Path

from engine.contracts.names import State
from engine.contracts.status import StateChange
from engine.paths import DataPaths
from engine.platform import current_platform
from engine.supervisor import InstanceLock
from tests.integration.supervisor.scripted import supervisor

if __name__ == "__main__":
    root = Path(sys.argv[1])
    paths = DataPaths(root).create()
    with InstanceLock(paths.lock_file, current_platform()):
        running = supervisor(root, {name: name for name in sys.argv[2:]})

        def tell(_service: str, what: object) -> None:
            if isinstance(what, StateChange) and what.new is State.READY:
                snapshots = running.snapshot()
                if all(s.state is State.READY for s in snapshots):
                    print(json.dumps([s.pid for s in snapshots]), flush=True)

        running.subscribe(tell)
        running.start()
        running.run(stop_signals=(signal.SIGTERM, signal.SIGINT))
