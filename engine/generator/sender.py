"""The Kafka producer: idempotent, counted, and patient while the broker is away."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from typing import Any

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from engine.contracts.kafka import KafkaEndpoint
from engine.generator.errors import BrokerUnreachable

log = logging.getLogger(__name__)

MAX_MESSAGE_BYTES = 16 << 20
HANDSHAKE_TRY_S = 2.0

_SETTINGS: dict[str, Any] = {
    "enable.idempotence": True,
    "acks": "all",
    "linger.ms": 5,
    "compression.type": "lz4",
    "partitioner": "murmur2_random",  # what Java clients do: one user, one partition for all
    "message.max.bytes": MAX_MESSAGE_BYTES,
    "queue.buffering.max.kbytes": 64 << 10,  # what may wait in memory while the broker is away
    "reconnect.backoff.ms": 100,
    "reconnect.backoff.max.ms": 2_000,  # a broker that was restarted is met again soon
}


class Sender:
    """Sends records and counts what became of them; use from one thread.

    ``patience_s`` is how long a record is tried before it counts as failed; None is for ever.
    """

    def __init__(
        self, endpoint: KafkaEndpoint, patience_s: float | None, extra: dict[str, Any] | None = None
    ) -> None:
        self.sent = 0
        self.acknowledged = 0
        self.failed = 0
        self.fatal: str | None = None
        self.last_place: tuple[int, int] | None = None
        """Partition and offset of the record acknowledged last."""
        self._topic = endpoint.topic
        self._address = endpoint.bootstrap_servers
        self._last_error = ""
        self._refused = False
        self._complaints: set[str] = set()
        timeout_ms = int(patience_s * 1000) if patience_s else 0
        self._producer = Producer(
            {
                **endpoint.librdkafka(),
                **_SETTINGS,
                "message.timeout.ms": timeout_ms,
                "error_cb": self._on_error,
                **(extra or {}),
            }
        )

    @property
    def waiting(self) -> int:
        """Records sent whose fate is not known yet."""
        return self.sent - self.acknowledged - self.failed

    def handshake(self, patience_s: float, stopped: Callable[[], bool]) -> str:
        """Waits until the broker answers for the topic; a sentence about it.

        BrokerUnreachable when it does not within ``patience_s``, or refuses the log-in.
        """
        deadline = time.monotonic() + patience_s
        while True:
            partitions = self._partitions()
            if partitions or stopped():
                return f"{self._topic}, {partitions} partitions at {self._address}"
            if self._refused or time.monotonic() >= deadline:
                raise self._unreachable()

    @property
    def last_error(self) -> str:
        """What the client last complained of; empty where it never did."""
        return self._last_error

    def send(
        self,
        key: bytes | None,
        value: bytes | None,
        keep_trying: Callable[[], bool],
        headers: Sequence[tuple[str, bytes]] = (),
    ) -> bool:
        """Queues a record; waits for room while ``keep_trying``. False when it was not queued."""
        more: dict[str, Any] = {"headers": list(headers)} if headers else {}
        while True:
            try:
                self._producer.produce(
                    self._topic, value, key, on_delivery=self._on_delivery, **more
                )
            except BufferError:
                if not keep_trying() or self.fatal:
                    return False
                self._producer.poll(0.1)
            except KafkaException as error:
                self._last_error = error.args[0].str()
                self._complain(error.args[0])
                return False
            else:
                self.sent += 1
                return True

    def poll(self) -> None:
        """Serves delivery reports."""
        self._producer.poll(0)

    def flush(self, seconds: float) -> int:
        """Waits for the fate of what is under way; how many are still without one."""
        self._producer.flush(seconds)
        return self.waiting

    def _partitions(self) -> int:
        """Partitions of the topic; 0 while the broker does not answer for it."""
        started = time.monotonic()
        try:
            metadata = self._producer.list_topics(self._topic, timeout=HANDSHAKE_TRY_S)
        except KafkaException as error:
            self._last_error = self._last_error or error.args[0].str()
            self._producer.poll(0)
            return 0
        topic = metadata.topics[self._topic]
        if topic.error is None:
            return len(topic.partitions)
        self._last_error = f"no topic '{self._topic}': {topic.error.str()}"
        time.sleep(max(0.0, 0.3 - (time.monotonic() - started)))
        return 0

    def _unreachable(self) -> BrokerUnreachable:
        remedy = "Check that it is running, and its address, user and password."
        reason = self._last_error or "no answer"
        return BrokerUnreachable(
            f"The broker at {self._address} cannot be used ({reason}).", remedy
        )

    def _on_delivery(self, error: KafkaError | None, message: Message) -> None:
        if error is None:
            self.acknowledged += 1
            self.last_place = (message.partition() or 0, message.offset() or 0)
        else:
            self.failed += 1
            self._last_error = error.str()
            self._complain(error)

    def _on_error(self, error: KafkaError) -> None:
        self._last_error = error.str()
        self._refused = self._refused or error.code() == KafkaError._AUTHENTICATION
        if error.fatal():
            self._complain(error)

    def _complain(self, error: KafkaError) -> None:
        """Each kind of failure once in the log: a broker that is full refuses thousands."""
        if error.fatal() or error.code() == KafkaError._FATAL:
            self.fatal = error.str()
        if error.name() not in self._complaints:
            self._complaints.add(error.name())
            log.warning("A record was not delivered: %s", error.str())
