"""``endpoints``: what a client of one's own needs."""

from __future__ import annotations

import argparse
import json

from engine.host.control import ask, not_running
from engine.host.endpoints import read
from engine.paths import data_paths


def add(parser: argparse.ArgumentParser) -> None:
    """Options of the command."""
    parser.add_argument("--json", action="store_true", help="as one JSON object, password included")


def run(options: argparse.Namespace) -> int:
    """Prints the running instance's endpoints."""
    paths = data_paths()
    list(ask(paths, {"op": "status"}))  # A file of a killed instance may still lie there.
    found = read(paths)
    if found is None:
        raise not_running(paths)
    if options.json:
        print(json.dumps(found, indent=2))
        return 0
    kafka = found["kafka"]
    print(f"Kafka     {kafka['bootstrap_servers']} ({kafka['security_protocol']})")
    if kafka["username"]:
        print(
            f"User      {kafka['username']}, {kafka['sasl_mechanism']}; --json shows the password"
        )
    print(f"Topic     {kafka['topic']}")
    print(f"Lake      {found['lake']['path']}")
    return 0
