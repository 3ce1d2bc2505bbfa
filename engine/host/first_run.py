"""The first start: whether this computer is fit, and what the person's choice changes."""

from __future__ import annotations

import asyncio
import os
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from pydantic import SecretStr

from engine.contracts.kafka import KafkaEndpoint
from engine.errors import SettingsError
from engine.host.checks import Finding, examine
from engine.host.window_state import change_window, load_window
from engine.paths import DataPaths
from engine.providers.broker_external import external_endpoint
from engine.providers.kafka_client import BrokerSilent, KafkaProbe, TopicPlan
from engine.settings import KafkaSettings
from engine.settings.load import load
from engine.settings.save import save_settings

Protocol = Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]
PROTOCOLS: tuple[Protocol, ...] = ("PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL")
SHOWN = ("disk", "memory", "processor", "cores", "java", "jars", "ports", "data folder", "folder")
DEMO = "generator.enabled"
"""Automatic after either answer: on with our own broker, off with another one."""

ANSWER_WITHIN_S = 12.0
"""A managed broker far away takes some seconds for TLS and SASL."""

_SERVER = re.compile(r"(?:\[[0-9A-Fa-f:]+\]|[A-Za-z0-9._-]+):(\d{1,5})")


@dataclass(frozen=True)
class OwnKafka:
    """A broker that the person runs; ``password`` is kept by the keyring, never in a file."""

    servers: str
    protocol: Protocol = "PLAINTEXT"
    user: str = ""
    password: str = ""

    @property
    def sasl(self) -> bool:
        """Whether it asks for user name and password."""
        return self.protocol.startswith("SASL")


def problem_with(kafka: OwnKafka) -> str:
    """What is missing or wrong in the form, as a sentence; empty where it can be tried."""
    names = [name.strip() for name in kafka.servers.split(",") if name.strip()]
    if not names:
        return "Enter at least one address, such as localhost:9092."
    for name in names:
        found = _SERVER.fullmatch(name)
        if found is None or not 0 < int(found[1]) <= 65_535:
            return f"{name} is no address: write host:port, such as localhost:9092."
    if kafka.sasl and not kafka.user.strip():
        return "Enter the user name: this protocol asks for one."
    if kafka.sasl and not kafka.password:
        return "Enter the password: this protocol asks for one."
    return ""


def machine(paths: DataPaths) -> tuple[Finding, ...]:
    """The checks that a person can judge before the first start; blocks for a second or so."""
    return tuple(finding for finding in examine(paths) if finding.check in SHOWN)


def try_kafka(
    kafka: OwnKafka,
    probe: Callable[[KafkaEndpoint], None] | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> str:
    """A sentence once the broker has answered; BrokerSilent where it does not within 12 s."""
    endpoint = external_endpoint(_settings_of(kafka), "none")
    ask = probe or _ask
    until = clock() + ANSWER_WITHIN_S
    while True:
        try:
            ask(endpoint)
        except BrokerSilent:
            if clock() >= until:
                raise
        else:
            return f"{kafka.servers.strip()} answers."


def apply_choice(paths: DataPaths, own: OwnKafka | None) -> None:
    """Keeps the answer: the broker that comes along, with demo events, or one's own without.

    It takes effect when the lakehouse is opened. Raises SettingsError, nothing being kept, or
    DataFolderError.
    """
    paths.create()
    if own is not None:
        fault = problem_with(own)
        if fault:
            raise SettingsError(fault, "Correct it, then go on.")
        save_settings(
            paths,
            {
                "kafka.bootstrap_servers": own.servers.strip(),
                "kafka.security_protocol": own.protocol,
                "kafka.sasl_username": own.user.strip() if own.sasl else None,
                "kafka.sasl_password": own.password if own.sasl else None,
                "kafka.provider": None,
                DEMO: None,
            },
        )
    elif paths.settings_file.exists():
        names = ("bootstrap_servers", "security_protocol", "sasl_username", "sasl_password")
        save_settings(paths, dict.fromkeys([*(f"kafka.{name}" for name in names), DEMO]))
    change_window(paths, welcomed=True, demo=None)


def take_over_demo(paths: DataPaths) -> None:
    """Makes a setting of what earlier builds kept in ``window.toml``: no demo events, or as usual.

    That they were wanted says nothing about a Kafka whose address was entered later: Automatic
    does. Raises SettingsError or DataFolderError.
    """
    kept = load_window(paths).demo
    if kept is None:
        return
    if not kept and DEMO not in load({}, paths.root).sources:
        save_settings(paths, {DEMO: "off"})
    change_window(paths, demo=None)


def overruled(own: bool, env: dict[str, str] | None = None) -> str:
    """A sentence where the environment decides otherwise than the choice; else empty."""
    servers = (os.environ if env is None else env).get("KAFKA_BOOTSTRAP_SERVERS", "").strip()
    if not servers:
        return ""
    used = f"The variable KAFKA_BOOTSTRAP_SERVERS is set: {servers} is used, not"
    if own:
        return f"{used} the address entered here."
    return f"{used} the broker that comes along, and demo events wait for Settings to turn them on."


def _settings_of(kafka: OwnKafka) -> KafkaSettings:
    fault = problem_with(kafka)
    if fault:
        raise SettingsError(fault, "Correct it, then try again.")
    return KafkaSettings(
        bootstrap_servers=kafka.servers.strip(),
        security_protocol=kafka.protocol,
        sasl_username=kafka.user.strip() or None,
        sasl_password=SecretStr(kafka.password) if kafka.password else None,
    )


def _ask(endpoint: KafkaEndpoint) -> None:
    probe = KafkaProbe(lambda: endpoint, TopicPlan("none", 1))
    asyncio.run(probe.answer())
