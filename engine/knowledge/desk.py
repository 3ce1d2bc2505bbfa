"""What crosses the loopback port between the process that holds the knowledge and all others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import TypeAdapter, ValidationError

from engine.contracts.knowledge import Hit, Kind, Knowledge, KnowledgeItem, KnowledgeStatus
from engine.knowledge.errors import KnowledgeRefused, KnowledgeUnavailable
from engine.paths import DataPaths
from engine.platform.loopback import Answer, ask_loopback

ADDRESS_FILE: Final = "knowledge.json"
LONGEST_REQUEST: Final = 4_000_000
"""Bytes; the client sends items and texts in shares far below it."""
SHARE: Final = 50
"""Items or texts a message: 8,000 characters each at most, some bytes a character."""

_ITEMS: Final = TypeAdapter(tuple[KnowledgeItem, ...])
_HITS: Final = TypeAdapter(tuple[Hit, ...])
_KINDS: Final = TypeAdapter(tuple[Kind, ...])
_TEXTS: Final = TypeAdapter(tuple[str, ...])
_VECTORS: Final = TypeAdapter(tuple[tuple[float, ...], ...])
_Each = TypeVar("_Each")


def address_file(paths: DataPaths) -> Path:
    """Where the running process says how it is reached."""
    return paths.run / ADDRESS_FILE


class KnowledgeDesk:
    """Answers requests out of a store: the handler of its loopback server."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge

    def __call__(self, request: Answer) -> Iterator[Answer]:
        """One request. Raises LakehouseError."""
        try:
            yield from self._answer(request)
        except ValidationError as error:
            reason = error.errors(include_url=False, include_input=False)[0]["msg"]
            raise KnowledgeRefused(
                f"The request to the knowledge store makes no sense: {reason}.",
                "Restart the program: two versions of it seem to be running.",
            ) from None

    def _answer(self, request: Answer) -> Iterator[Answer]:
        knowledge = self._knowledge
        match request.get("op"):
            case "search":
                kinds = _KINDS.validate_python(request.get("kinds", ()))
                hits = knowledge.search(str(request["text"]), kinds, int(request["limit"]))
                yield {"hits": _HITS.dump_python(hits, mode="json")}
            case "embed":
                yield {"vectors": knowledge.embed(_TEXTS.validate_python(request["texts"]))}
            case "items":
                for share in _shares(knowledge.items(request.get("kind"))):
                    yield {"items": _ITEMS.dump_python(tuple(share), mode="json")}
            case "put":
                knowledge.put(_ITEMS.validate_python(request["items"]))
            case "delete":
                knowledge.delete(_TEXTS.validate_python(request["ids"]))
            case "status":
                yield knowledge.status().model_dump(mode="json")
            case other:
                raise KnowledgeRefused(
                    f"The knowledge store does not know the request {other!r}.",
                    "Restart the program: two versions of it seem to be running.",
                )


class KnowledgeClient:
    """Knowledge of a running instance; any thread, any process of the same person.

    Every method raises KnowledgeUnavailable while the service vectors is not up.
    """

    def __init__(self, paths: DataPaths) -> None:
        self._file = address_file(paths)

    def search(self, text: str, kinds: Sequence[Kind] = (), limit: int = 5) -> tuple[Hit, ...]:
        """See Knowledge."""
        (answer,) = self._ask(op="search", text=text, kinds=list(kinds), limit=limit)
        return _HITS.validate_python(answer["hits"])

    def embed(self, texts: Sequence[str]) -> tuple[tuple[float, ...], ...]:
        """See Knowledge."""
        answers = [
            answer for share in _shares(texts) for answer in self._ask(op="embed", texts=share)
        ]
        return tuple(v for answer in answers for v in _VECTORS.validate_python(answer["vectors"]))

    def items(self, kind: Kind | None = None) -> tuple[KnowledgeItem, ...]:
        """See Knowledge."""
        answers = self._ask(op="items", kind=kind)
        return tuple(i for answer in answers for i in _ITEMS.validate_python(answer["items"]))

    def put(self, items: Sequence[KnowledgeItem]) -> None:
        """See Knowledge."""
        for share in _shares(items):
            self._ask(op="put", items=_ITEMS.dump_python(tuple(share), mode="json"))

    def delete(self, ids: Sequence[str]) -> None:
        """See Knowledge."""
        for share in _shares(ids):
            self._ask(op="delete", ids=share)

    def status(self) -> KnowledgeStatus:
        """See Knowledge."""
        (answer,) = self._ask(op="status")
        return KnowledgeStatus.model_validate(answer)

    def _ask(self, **request: Any) -> list[Answer]:
        absent = KnowledgeUnavailable(
            "The knowledge store is not up.",
            "See the service vectors in `rt-lakehouse status`, and its log.",
        )
        try:
            return list(ask_loopback(self._file, request, absent))
        except OSError as error:  # it ended while it answered
            raise absent from error


def _shares(things: Sequence[_Each]) -> Iterator[list[_Each]]:
    rest = iter(things)
    while share := list(islice(rest, SHARE)):
        yield share
