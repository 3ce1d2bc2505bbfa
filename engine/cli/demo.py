"""``demo``: the running generator's rate, and incidents to show alerts with."""

from __future__ import annotations

import argparse
import os

from engine.cli.options import between
from engine.contracts.names import Service
from engine.contracts.protocol import Incident, SetRate
from engine.domain.find import find_pack
from engine.errors import LakehouseError
from engine.host.control import ask
from engine.paths import data_paths, resources_dir
from engine.settings import load_settings


class NoIncident(LakehouseError):
    """The pack knows no incident of that name."""

    exit_code = 2


def add(parser: argparse.ArgumentParser) -> None:
    """Options of the command."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    rate = actions.add_parser("rate", help="events a second from now on")
    rate.add_argument("rate", type=between(0, 100_000))
    incident = actions.add_parser("incident", help="traffic_spike, checkout_outage or bad_deploy")
    incident.add_argument("name")
    incident.add_argument("--seconds", type=between(1, 86_400), default=60.0)


def run(options: argparse.Namespace) -> int:
    """Tells the running generator."""
    paths = data_paths()
    if options.action == "rate":
        command: SetRate | Incident = SetRate(rate=options.rate)
        said = f"{options.rate:g} events a second."
    else:
        settings = load_settings(os.environ, paths.root)
        pack = find_pack(settings.domain, paths.root, resources_dir()).spec
        known = sorted(pack.generator.get("incidents", {}))
        if options.name not in known:
            raise NoIncident(f"There is no incident {options.name}.", f"Known: {', '.join(known)}.")
        command = Incident(name=options.name, seconds=options.seconds)
        said = f"{options.name} for {options.seconds:g} s."
    request = {
        "op": "send",
        "service": Service.GENERATOR.value,
        "command": command.model_dump(mode="json"),
    }
    list(ask(paths, request))
    print(said)
    return 0
