"""A second tally beside the running one, whose messages are timed as they come."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import psutil

from engine.contracts.protocol import CHILD_MESSAGE, Audited, Tallied
from engine.contracts.tally import AuditReport, TallyConfig
from tests.e2e.lakehouse import CHECKOUT, Lakehouse

Doubles = np.ndarray[tuple[int], np.dtype[np.float64]]


@dataclass
class TallyProbe:
    """``told`` is (when a message came, newest arrival in it), seconds since 1970."""

    house: Lakehouse
    folder: Path
    told: list[tuple[float, float]] = field(default_factory=list)
    report: AuditReport | None = None
    _process: subprocess.Popen[bytes] | None = None
    _thread: threading.Thread | None = None

    def __enter__(self) -> TallyProbe:
        config = TallyConfig.model_validate_json((self.house.paths.run / "tally.json").read_bytes())
        file = self.folder / "probe.json"
        state = {"state_path": str(self.folder / "state")}
        file.write_text(config.model_copy(update=state).model_dump_json())
        self._process = subprocess.Popen(
            [sys.executable, "-m", "engine.tally", str(file)],
            cwd=CHECKOUT,
            env=self.house.env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process is not None
        assert self._thread is not None
        self._process.terminate()
        self._process.wait(30)
        self._thread.join(10)
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            pipe.close()

    def _listen(self) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        for line in self._process.stdout:
            now = time.time()
            message = CHILD_MESSAGE.validate_json(line)
            if isinstance(message, Tallied) and message.figures.arrived_ms is not None:
                self.told.append((now, message.figures.arrived_ms / 1000))
            elif isinstance(message, Audited):
                self.report = message.report

    def cpu_s(self) -> float:
        """Processor seconds it took so far."""
        assert self._process is not None
        used = psutil.Process(self._process.pid).cpu_times()
        return used.user + used.system

    def rss_mb(self) -> float:
        """Its resident memory."""
        assert self._process is not None
        return float(psutil.Process(self._process.pid).memory_info().rss) / 1e6

    def latencies(self, arrived: Doubles) -> Doubles:
        """Seconds from each arrival to the first message that counts it."""
        came = np.array([at for at, _ in self.told])
        newest = np.array([newest for _, newest in self.told])
        index = np.searchsorted(newest, arrived)
        known = index < len(came)
        return came[index[known]] - arrived[known]
