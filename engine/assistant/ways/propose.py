"""What the rules do not understand, a language model may propose; it is judged before it is run.

A small model chooses among the layer's names only, and what it chose must stand in the question. A
large one may also write SQL, ask back or refuse. Its statements go through the same guard and
worker as everybody's, planned before they are run; an error it may repair twice.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import inf
from typing import Final

from engine.assistant.asking import Asking, Told
from engine.assistant.looking import Looking
from engine.assistant.meaning import CANNOT_COMPILE, Meaning
from engine.assistant.proposing.prompt import Ground, again, messages
from engine.assistant.proposing.proposal import NoProposal, Proposal, read_proposal
from engine.assistant.proposing.redact import redacted
from engine.assistant.proposing.schema import schema_of
from engine.assistant.reading.model import THRESHOLD
from engine.assistant.running import Rows, Runner
from engine.assistant.telling.drawn import choose
from engine.assistant.telling.fields import guess
from engine.assistant.telling.paraphrase import paraphrase
from engine.assistant.telling.sentences import Result, sentence
from engine.assistant.ways.query import Queries
from engine.assistant.ways.settle import settle
from engine.assistant.ways.unfinished import unfinished
from engine.contracts.assistant import Answer, Badge, Usage
from engine.contracts.knowledge import Hit
from engine.contracts.llm import ChatModel, Completion, Message, ModelInfo
from engine.contracts.semantic import SemanticLayer
from engine.lake.errors import QueryFailed
from engine.llm.errors import ModelError
from engine.query.errors import Cancelled, PastDeadline, StatementRefused, WorkerEnded

REPAIRS: Final = 2
"""Of a large model; a small one would say the same again."""
SURE: Final = 0.95
"""What a small model's choice must weigh to be run: it must be all that was asked. Its others are
offered as questions back."""
PATIENCE_S: Final = 2.5
"""For a small model: the question back, which comes else, is worth no longer wait."""
SMALL_TOKENS, LARGE_TOKENS = 240, 700
Columns = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Sources:
    """What a prompt is filled with, each looked up only when it is needed."""

    columns: Callable[[], Columns]
    values: Callable[[], Mapping[str, Sequence[str]]]
    looking: Looking
    share_values: bool = False
    """Whether a model that is not on this computer may see values of the lake."""


@dataclass
class _Talk:
    """What was said with the model about one question, and what it cost."""

    info: ModelInfo
    layer: SemanticLayer
    said: list[Message]
    columns: Columns
    sees_values: bool
    attempts: int = 0
    spent: list[Completion] = field(default_factory=list)

    def usage(self) -> Usage | None:
        """Of all attempts together; the last request."""
        if not self.spent:
            return None
        return Usage(
            sum(each.prompt_tokens for each in self.spent),
            sum(each.completion_tokens for each in self.spent),
            self.spent[-1].request,
        )


@dataclass(frozen=True)
class Propose:
    """Asks the model, if there is one."""

    model: ChatModel
    meaning: Meaning
    queries: Queries
    runner: Runner
    sources: Sources
    clock: Callable[[], float] = time.monotonic

    def __call__(self, asking: Asking) -> Answer | None:
        """See Way; a model that fails is a note on the answer of the next way."""
        info = self.model.info()
        if info is None:
            return None
        try:
            return self._converse(asking, self._begin(asking, info))
        except ModelError as error:
            other = self.model.info()
            if other is not None and other != info:
                return self._with_other(asking, other)  # what was said was cut for the first one
            asking.remarks.append(f"{info.name} could not be asked: {error.message}")
            return None

    def _with_other(self, asking: Asking, info: ModelInfo) -> Answer | None:
        try:
            return self._converse(asking, self._begin(asking, info))
        except ModelError as error:
            asking.remarks.append(f"{info.name} could not be asked: {error.message}")
            return None

    def _begin(self, asking: Asking, info: ModelInfo) -> _Talk:
        sees = info.local or self.sources.share_values
        columns = self.sources.columns() if info.large else {}
        layer, looking = self.meaning.layer, self.sources.looking
        if not info.large:
            layer = narrowed(layer, looking.names(asking.words))
        ground = Ground(
            layer,
            columns,
            self.sources.values() if sees else {},
            looking(asking.words),
            asking.before,
            asking.now,
        )
        said = messages(asking.question, ground, info.large, info.context_tokens)
        return _Talk(info, layer, list(said), columns, sees)

    def _converse(self, asking: Asking, talk: _Talk) -> Answer | None:
        failure: Exception | None = None
        for attempt in range(1 + (REPAIRS if talk.info.large else 0)):
            talk.attempts = attempt
            text = self._complete(asking, talk)
            if text is None:
                return None
            try:
                proposal = read_proposal(text, self.meaning.layer, talk.info.large)
                answer = self._carry_out(asking, proposal, talk)
            except (PastDeadline, WorkerEnded) as error:
                return self._signed(unfinished(asking, error, "model"), talk)
            except (NoProposal, QueryFailed, *CANNOT_COMPILE) as error:
                failure = error
                self._say_again(talk, text, str(error))
                continue
            return None if answer is None else self._signed(answer, talk)
        return self._given_up(asking, talk, failure)

    def _complete(self, asking: Asking, talk: _Talk) -> str | None:
        """One answer of the model; None where a small one takes too long for what it is worth.

        Raises ModelError, or Cancelled.
        """
        asking.step("thinking")
        said: list[str] = []

        def hear(piece: str) -> None:
            said.append(piece)
            asking.step("thinking", "".join(said))

        until = inf if talk.info.large else self.clock() + PATIENCE_S
        try:
            done = self.model.complete(
                talk.said,
                schema=schema_of(talk.layer, talk.info.large),
                max_tokens=LARGE_TOKENS if talk.info.large else SMALL_TOKENS,
                hear=hear,
                cancelled=lambda: asking.cancelled() or self.clock() > until,
                here=talk.info.local,  # it may hold values of columns, which stay on this computer
            )
        except Cancelled:
            if asking.cancelled():
                raise
            return None
        talk.spent.append(done)
        info = self.model.info()
        if info is not None and not info.large and info.name == done.model:
            talk.info = info  # it took over: it may not do what was offered to the other one
        return done.text

    def _carry_out(self, asking: Asking, proposal: Proposal, talk: _Talk) -> Answer | None:
        if proposal.query is not None:
            least = THRESHOLD if talk.info.large else SURE
            if self.meaning.weigh(asking, proposal.query) < least:
                return self._doubted(asking, proposal, talk)
            return self.queries.answer(asking, proposal.query, "generated", "model")
        if proposal.action == "sql":
            return self._run(asking, proposal.sql)
        if not talk.info.large:
            return None  # what a small model says in its own words helps nobody
        badge: Badge = "clarify" if proposal.action == "clarify" else "refused"
        return asking.answer(proposal.text or _WORDLESS[badge], badge, "model")

    def _run(self, asking: Asking, sql: str) -> Answer:
        asking.step("running")
        self.runner.explain(sql)
        metrics = self.meaning.layer.metrics

        def tell(rows: Rows) -> Told:
            result = Result(guess(rows.columns, metrics), rows.rows, truncated=rows.truncated)
            return Told(sentence(result), rows, choose(asking.question, rows), (_WRITTEN,))

        return settle(asking, self.runner, sql, tell, "generated", "model")

    def _doubted(self, asking: Asking, proposal: Proposal, talk: _Talk) -> Answer | None:
        """The proposal has more in it than the question: it is offered, not run."""
        assert proposal.query is not None
        meant = paraphrase(proposal.query, self.meaning.layer)
        if not talk.info.large:
            asking.guesses.append(meant)
            return None
        text = "It is not certain what was asked. Is this meant?"
        return replace(asking.answer(text, "clarify", "model"), suggestions=(meant,))

    def _say_again(self, talk: _Talk, text: str, error: str) -> None:
        columns = {table: tuple(names) for table, names in talk.columns.items() if names}
        if not talk.sees_values:
            ours = [text, *columns, *(name for names in columns.values() for name in names)]
            error = redacted(error, ours)
        talk.said += again(text, error, columns)

    def _signed(self, answer: Answer, talk: _Talk) -> Answer:
        name = talk.spent[-1].model or talk.info.name
        return replace(answer, model=name, repairs=talk.attempts, usage=talk.usage())

    def _given_up(self, asking: Asking, talk: _Talk, failure: Exception | None) -> Answer | None:
        if not talk.info.large:
            return None
        text = f"The model's statement could not be run, also after {REPAIRS} repairs: {failure}"
        badge: Badge = "refused" if isinstance(failure, StatementRefused) else "clarify"
        return self._signed(asking.answer(text, badge, "model"), talk)


def narrowed(layer: SemanticLayer, hits: Sequence[Hit]) -> SemanticLayer:
    """The layer with what is near to the question only; all of it where nothing is known of that.

    A small model chooses better among fewer, and reads a short prompt in a second.
    """
    near = {(hit.item.kind, hit.item.payload.get("name")) for hit in hits}
    metrics = tuple(m for m in layer.metrics if ("metric", m.name) in near)
    dimensions = tuple(d for d in layer.dimensions if ("dimension", d.name) in near)
    if not metrics or not dimensions:
        return layer
    return layer.model_copy(update={"metrics": metrics, "dimensions": dimensions})


_WORDLESS: Final[dict[Badge, str]] = {
    "clarify": "It is not certain what was asked.",
    "refused": "This cannot be answered from the lake.",
}
_WRITTEN: Final = "A language model wrote this SQL: read it before you rely on it."
