"""One request through the ``openai`` client, read in a thread of its own.

The client's own timeouts count from one received byte to the next, so that a service which drips
could hold its caller for ever; and a caller that gives up must be free at once. So a thread reads,
the caller waits for pieces, and whoever gives up shuts the socket, which ends the thread too.
For the same reason connections are not kept: the socket of a fresh one is known from the start.
"""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, Final, Protocol

from engine.llm.endpoint import Endpoint, is_loopback
from engine.llm.errors import BadAnswer, KeyRefused, NotReachable, TooSlow
from engine.llm.faults import translate
from engine.llm.offers import ModelServiceSilent, list_models
from engine.query.errors import Cancelled

if TYPE_CHECKING:
    import httpx2
    from openai import OpenAI
    from openai.types.chat import ChatCompletionChunk

MOST_BYTES: Final = 8_000_000
"""Of one answer as it comes over the wire; a piece of one token takes 300."""

LOOK_S: Final = 0.05
"""How long a cancelled caller may have to wait."""


@dataclass
class Reply:
    """What came; the counts are None where the service did not say."""

    request: str
    text: str = ""
    model: str = ""
    finish: str = ""
    prompt_tokens: int | None = None
    completion_tokens: int | None = None


@dataclass(frozen=True)
class Waiting:
    """What the caller does meanwhile: hears pieces, may give up, will not wait beyond ``until``."""

    until: float
    most_chars: int
    hear: Callable[[str], None] = lambda _piece: None
    cancelled: Callable[[], bool] = lambda: False


class Wire(Protocol):
    """Sends one body; ModelError or Cancelled."""

    def ask(self, body: Mapping[str, Any], waiting: Waiting) -> Reply:
        """One attempt."""
        ...

    def models(self) -> tuple[str, ...]:
        """Names of the models on offer."""
        ...


@dataclass
class _Call:
    """Shared by the caller and its reading thread."""

    queue: SimpleQueue[str | Exception | None] = field(default_factory=SimpleQueue)
    given_up: threading.Event = field(default_factory=threading.Event)
    sent: str = ""
    stream: Any = None
    """The network stream of its connection, once there is one."""
    reply: Reply | None = None

    def traced(self, event: str, info: dict[str, Any]) -> None:
        """Told by the HTTP library; both events return the stream that is used from then on."""
        if event in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            self.stream = info["return_value"]
            if self.given_up.is_set():
                self.shut()

    def give_up(self) -> None:
        """The caller wants no more."""
        self.given_up.set()
        self.shut()

    def shut(self) -> None:
        """Wakes a thread that waits for bytes."""
        found = self.stream.get_extra_info("socket") if self.stream is not None else None
        if found is not None:
            with contextlib.suppress(OSError):
                # The class's own method: that of a TLS socket would take its key away in mid-read.
                socket.socket.shutdown(found, socket.SHUT_RDWR)


class OpenAiWire:
    """A ``Wire`` to one endpoint; any thread may use it. The client is made at the first request,
    since importing it takes half a second."""

    def __init__(self, endpoint: Endpoint, clock: Callable[[], float] = time.monotonic) -> None:
        self._endpoint = endpoint
        self._clock = clock
        self._lock = threading.Lock()
        self._made: OpenAI | None = None
        self._calls = threading.local()

    def ask(self, body: Mapping[str, Any], waiting: Waiting) -> Reply:
        """See Wire."""
        call = _Call()
        threading.Thread(target=self._read, args=(body, call), name="llm", daemon=True).start()
        text: list[str] = []
        size = 0
        try:
            while (piece := self._next(call, waiting)) is not None:
                text.append(piece)
                size += len(piece)
                if size > waiting.most_chars:
                    raise BadAnswer(
                        "The language model wrote far more than it was asked for.",
                        "Ask again, or choose another model on the Settings page.",
                    )
                waiting.hear(piece)
        finally:
            call.give_up()
        assert call.reply is not None, "the reading thread ends with a reply or an error"
        call.reply.text = "".join(text)
        return call.reply

    def _next(self, call: _Call, waiting: Waiting) -> str | None:
        while True:
            if waiting.cancelled():
                raise Cancelled("The question was cancelled.", "Ask again when you like.")
            if self._clock() > waiting.until:
                raise TooSlow(
                    f"The language model at {self._endpoint.host} takes too long to answer.",
                    "Try again, or choose a faster model on the Settings page.",
                )
            try:
                item = call.queue.get(timeout=LOOK_S)
            except Empty:
                continue
            if isinstance(item, Exception):
                raise translate(item, self._endpoint)
            return item

    def _read(self, body: Mapping[str, Any], call: _Call) -> None:
        self._calls.now = call
        try:
            reply = Reply(request="")
            for chunk in self._chunks(body):
                if call.given_up.is_set():
                    return  # megabytes may lie in the socket's buffer still
                piece = _note(chunk, reply)
                if piece:
                    call.queue.put(piece)
            self._check_whole(reply)
            reply.request = call.sent
            call.reply = reply
            call.queue.put(None)
        except Exception as error:  # noqa: BLE001 -- the caller's thread gets whatever it was
            call.queue.put(error)

    def _check_whole(self, reply: Reply) -> None:
        """Some servers mark the end of a stream by hanging up, which is what a crash looks like."""
        if reply.model and not reply.finish:
            raise NotReachable(
                f"The language model at {self._endpoint.host} broke off in mid-answer.",
                "Try again.",
            )

    def _chunks(self, body: Mapping[str, Any]) -> Iterator[ChatCompletionChunk]:
        from openai import Stream
        from openai.types.chat import ChatCompletionChunk

        stream = self._client().post(
            "/chat/completions",
            body=dict(body),
            cast_to=ChatCompletionChunk,
            stream=True,
            stream_cls=Stream[ChatCompletionChunk],
        )
        with stream:
            yield from stream

    def models(self) -> tuple[str, ...]:
        """See Wire."""
        endpoint = self._endpoint
        try:
            return list_models(endpoint.base_url, endpoint.api_key).names
        except ModelServiceSilent as error:
            refused = error.status in (401, 403)
            raise (KeyRefused if refused else NotReachable)(error.message, error.remedy) from None

    def _client(self) -> OpenAI:
        with self._lock:
            if self._made is None:
                self._made = _make_client(self._endpoint, self._sending, self._coming)
            return self._made

    def _sending(self, request: httpx2.Request) -> None:
        call: _Call = self._calls.now
        call.sent = request.content.decode()
        request.extensions["trace"] = call.traced

    def _coming(self, response: httpx2.Response) -> None:
        response.stream = _bounded(response.stream)


def _make_client(
    endpoint: Endpoint,
    sending: Callable[[httpx2.Request], None],
    coming: Callable[[httpx2.Response], None],
) -> OpenAI:
    # Imported here: it takes half a second and 40 MB, which only who asks a model should pay.
    import httpx2
    from openai import OpenAI

    patience = endpoint.patience
    http = httpx2.Client(
        timeout=httpx2.Timeout(patience.silence_s, connect=patience.connect_s),
        limits=httpx2.Limits(max_keepalive_connections=0),
        follow_redirects=False,  # the prompt goes to the address that was set, and nowhere else
        # A company's proxy must not be asked for this computer.
        trust_env=not is_loopback(endpoint.base_url),
        event_hooks={"request": [sending], "response": [coming]},
        headers={"Accept-Encoding": "identity"},  # the limit of bytes must be one of text
    )
    return OpenAI(
        base_url=endpoint.base_url,
        api_key=endpoint.api_key or "none",  # the client refuses to work without
        organization=None,
        project=None,
        max_retries=0,
        http_client=http,
    )


def _bounded(stream: Any) -> Any:
    import httpx2

    class Bounded(httpx2.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            size = 0
            for chunk in stream:
                size += len(chunk)
                if size > MOST_BYTES:
                    raise BadAnswer(
                        "The language model's answer has no end.",
                        "Check the service's address on the Settings page.",
                    )
                yield chunk

        def close(self) -> None:
            stream.close()

    return Bounded()


def _note(chunk: ChatCompletionChunk, reply: Reply) -> str:
    """Keeps what the chunk says of the answer; its piece of text."""
    if chunk.model:
        reply.model = chunk.model
    if chunk.usage is not None:
        reply.prompt_tokens = chunk.usage.prompt_tokens
        reply.completion_tokens = chunk.usage.completion_tokens
    if not chunk.choices:
        return ""
    choice = chunk.choices[0]
    reply.finish = choice.finish_reason or reply.finish
    # The client checks no types: whatever the service sent stands here.
    piece: Any = choice.delta.content
    if piece is not None and not isinstance(piece, str):
        raise BadAnswer(
            f"The language model's text is no text: {json.dumps(piece)[:80]}.",
            "Check the service's address on the Settings page.",
        )
    return piece or ""
