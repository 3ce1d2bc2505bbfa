"""``run/endpoints.json``: what a client of one's own needs (0600, it holds the password)."""

from __future__ import annotations

import json
from typing import Any

from engine.contracts.names import Table
from engine.host.compose import Instance
from engine.paths import DataPaths
from engine.platform import write_private


def describe(instance: Instance) -> dict[str, Any]:
    """The content, as ``rt-lakehouse endpoints --json`` prints it."""
    kafka = instance.endpoint()
    lake = instance.lake
    return {
        "kafka": {
            "bootstrap_servers": kafka.bootstrap_servers,
            "security_protocol": kafka.security_protocol,
            "sasl_mechanism": kafka.sasl_mechanism,
            "username": kafka.username,
            "password": kafka.password,
            "ssl_ca_location": kafka.ssl_ca_location,
            "topic": kafka.topic,
        },
        "api": {"url": None, "token": None},
        "lake": {
            "path": lake.address(Table.BRONZE).removesuffix(f"/{Table.BRONZE.value}"),
            "tables": {table.value: lake.address(table) for table in Table},
        },
    }


def write(instance: Instance) -> None:
    """Writes the file; called when the broker is up, since only then its port is known."""
    write_private(instance.paths.endpoints_file, json.dumps(describe(instance), indent=2))


def read(paths: DataPaths) -> dict[str, Any] | None:
    """The file's content; None where there is none."""
    try:
        loaded: dict[str, Any] = json.loads(paths.endpoints_file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return loaded
