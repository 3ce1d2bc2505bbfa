"""The embedded Kafka's configuration files, as text."""

from __future__ import annotations

from dataclasses import dataclass

from engine.providers.credentials import CONTROLLER_USERNAME, USERNAME, BrokerIdentity
from engine.providers.kafka_client import TOPIC_MAX_BYTES
from engine.providers.ports import HOST

_PLAIN = "org.apache.kafka.common.security.plain.PlainLoginModule"
_SCRAM = "org.apache.kafka.common.security.scram.ScramLoginModule"

SMALL = {
    # One laptop, a few clients: the defaults are for a rack of machines.
    "num.network.threads": "1",
    "num.io.threads": "2",
    "num.recovery.threads.per.data.dir": "1",
    "background.threads": "2",
    "offsets.topic.num.partitions": "1",
    "transaction.state.log.num.partitions": "1",
    "share.coordinator.state.topic.num.partitions": "1",
    "log.cleaner.dedupe.buffer.size": "2097152",
    # There is one broker.
    "offsets.topic.replication.factor": "1",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "group.initial.rebalance.delay.ms": "0",
    # After a SIGKILL the broker waits until its own last session has run out: 9 s by default.
    "broker.session.timeout.ms": "3000",
    "broker.heartbeat.interval.ms": "500",
    # By size too: a day of 5,000 events a second would be 170 GB.
    "log.segment.bytes": "16777216",
    "log.retention.bytes": "536870912",
    "log.retention.hours": "168",
    # A record with a time in the future would hold its segment back from retention.
    "log.message.timestamp.type": "LogAppendTime",
    "message.max.bytes": str(TOPIC_MAX_BYTES),
    "auto.create.topics.enable": "false",
    # A killed process loses nothing (the page cache stays); a power cut at most this much.
    "log.flush.interval.ms": "1000",
    # Its default is never, and the line above would do nothing.
    "log.flush.scheduler.interval.ms": "1000",
}


@dataclass(frozen=True)
class KafkaPorts:
    """Where clients and where the controller are served."""

    client: int
    controller: int


def server_properties(identity: BrokerIdentity, ports: KafkaPorts, log_dir: str) -> str:
    """``server.properties``; holds passwords, so it is written 0600.

    ``log_dir`` is a plain name below the working folder: a path could hold a comma, which
    separates folders there, or letters that Java reads as Latin-1.
    """
    values = {
        "process.roles": "broker,controller",
        "node.id": "1",
        # Not voters: those are kept in the metadata and ports change between runs.
        "controller.quorum.bootstrap.servers": f"{HOST}:{ports.controller}",
        "controller.listener.names": "CONTROLLER",
        "listeners": f"CLIENT://{HOST}:{ports.client},CONTROLLER://{HOST}:{ports.controller}",
        "advertised.listeners": f"CLIENT://{HOST}:{ports.client}",
        "inter.broker.listener.name": "CLIENT",
        "listener.security.protocol.map": "CLIENT:SASL_PLAINTEXT,CONTROLLER:SASL_PLAINTEXT",
        "log.dirs": log_dir,
        **_authentication(identity),
        **SMALL,
    }
    return "".join(f"{key}={value}\n" for key, value in values.items())


def _authentication(identity: BrokerIdentity) -> dict[str, str]:
    # SCRAM credentials live in the metadata, which the controller's own clients must reach first:
    # that listener has PLAIN, with a password that only this file knows.
    controller = (
        f'{_PLAIN} required username="{CONTROLLER_USERNAME}" '
        f'password="{identity.controller_password}" '
        f'user_{CONTROLLER_USERNAME}="{identity.controller_password}";'
    )
    client = f'{_SCRAM} required username="{USERNAME}" password="{identity.password}";'
    return {
        "sasl.mechanism.inter.broker.protocol": "SCRAM-SHA-256",
        "sasl.mechanism.controller.protocol": "PLAIN",
        "listener.name.client.sasl.enabled.mechanisms": "SCRAM-SHA-256",
        "listener.name.controller.sasl.enabled.mechanisms": "PLAIN",
        "listener.name.client.scram-sha-256.sasl.jaas.config": client,
        "listener.name.controller.plain.sasl.jaas.config": controller,
    }


LOG4J2 = """\
status = error
appender.out.type = Console
appender.out.name = out
appender.out.layout.type = PatternLayout
appender.out.layout.pattern = %p %c{1}: %m%n
rootLogger.level = warn
rootLogger.appenderRef.out.ref = out
logger.server.name = kafka.server.KafkaRaftServer
logger.server.level = info
logger.log.name = kafka.log
logger.log.level = info
"""
"""To stdout, which the supervisor writes to the log with times; its DEBUG would show requests."""
