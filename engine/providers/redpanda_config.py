"""Redpanda's configuration files, as text (JSON, which is YAML)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.providers.credentials import USERNAME
from engine.providers.kafka_client import TOPIC_MAX_BYTES
from engine.providers.ports import HOST


@dataclass(frozen=True)
class RedpandaPorts:
    """Where clients, other nodes (none) and administrators are served."""

    client: int
    rpc: int
    admin: int


def node_config(ports: RedpandaPorts, data: Path) -> str:
    """``redpanda.yaml``: one node that is its own cluster, on loopback only."""

    def at(port: int) -> dict[str, Any]:
        return {"address": HOST, "port": port}

    # No developer_mode: it skips fsync, and a power cut would lose acknowledged events.
    node = {
        "data_directory": str(data),
        "node_id": 0,
        "empty_seed_starts_cluster": True,
        "seed_servers": [],
        "rpc_server": at(ports.rpc),
        "advertised_rpc_api": at(ports.rpc),
        "kafka_api": [{**at(ports.client), "name": "client", "authentication_method": "sasl"}],
        "advertised_kafka_api": [{**at(ports.client), "name": "client"}],
        "admin": [{**at(ports.admin), "name": "admin"}],
    }
    return json.dumps({"redpanda": node}, indent=1)


def bootstrap_config() -> str:
    """``.bootstrap.yaml``: cluster settings, read at the cluster's first start only."""
    cluster = {
        "enable_sasl": True,
        "superusers": [USERNAME],
        "admin_api_require_auth": True,
        "auto_create_topics_enabled": False,
        "group_topic_partitions": 1,
        # The default, 5 GiB, refuses producers on a laptop's fullish disk.
        "storage_min_free_bytes": 268_435_456,
        "log_segment_size": 16_777_216,
        "log_segment_size_min": 1_048_576,
        "retention_bytes": 268_435_456,
        "log_retention_ms": 86_400_000,
        "log_message_timestamp_type": "LogAppendTime",
        "kafka_batch_max_bytes": TOPIC_MAX_BYTES,
        # It reports to its vendor by default.
        "enable_metrics_reporter": False,
        "write_caching_default": "false",
    }
    return json.dumps(cluster, indent=1)
