"""``support-bundle``: a zip with logs, status and settings, secrets removed."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from engine.contracts.status import StatusReport
from engine.host.bundle import write_bundle
from engine.host.control import NotRunning, ask
from engine.paths import DataPaths, data_paths


def add(parser: argparse.ArgumentParser) -> None:
    """Options of the command."""
    parser.add_argument("file", metavar="FILE", type=Path, help="the zip to write")


def run(options: argparse.Namespace) -> int:
    """Writes the file, whether the lakehouse runs or not."""
    paths = data_paths()
    bundle = write_bundle(options.file, paths, _report(paths))
    print(
        f"{bundle.path} ({bundle.bytes / 1e6:.1f} MB, {len(bundle.entries)} files). "
        "Secrets were removed; look through it before you pass it on."
    )
    return 0


def _report(paths: DataPaths) -> StatusReport | None:
    try:
        answer = next(iter(ask(paths, {"op": "status"})))
    except (NotRunning, StopIteration):
        return None
    return StatusReport.model_validate_json(json.dumps(answer))
