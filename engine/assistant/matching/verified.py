"""Near-identical questions: the verified one that was asked, its parameters filled.

Strict on purpose: a wrong answer under the badge *verified* is worse than none. A question is one
of the pack's where it says the same, word for word in any order, apart from the parameters and
from words that mean nothing here. Where its meaning is near as well (a hit of the knowledge
store), it may mix the words of that question's wordings. Where the rules could make nothing of it,
it may add to one wording words of the others. Any other word always makes it another.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Final

from engine.assistant.matching.plain import Plain, rough_words, take_apart
from engine.assistant.semantic.spans import span_of
from engine.contracts.chart import ChartSpec
from engine.contracts.knowledge import Hit
from engine.contracts.pack import PackSpec, ParamSpec, QuestionSpec
from engine.contracts.semantic import Period, SemanticLayer
from engine.domain.parameters import FIRST, LAST, NOW, Literal, fill_answer, fill_sql
from engine.domain.periods import named_period, spoken

NEAR: Final = 0.86
"""Cosine similarity from which a hit may vouch for a question in other words."""
APART: Final = 0.02
"""How far behind the next question's hit must be."""


@dataclass(frozen=True)
class Verified:
    """The question that was asked. ``sql`` has its literals; of ``answer`` the columns are open.

    ``period`` is in words, empty where the question has none. ``params`` are what the SQL's names
    became.
    """

    question: QuestionSpec
    sql: str
    answer: str
    chart: ChartSpec | None
    period: str = ""
    params: Mapping[str, Literal] = field(default_factory=dict)


def match_verified(
    question: str, spec: PackSpec, hits: Sequence[Hit], now: dt.datetime, loose: bool = False
) -> Verified | None:
    """The pack's question that this is; None where it is none, or might be two.

    ``hits`` are what the knowledge store found for the question; may be empty. ``loose`` is for
    questions that the rules could make nothing of.
    """
    asked = take_apart(question, spec.semantic, now)
    known = _known(spec)
    found = [entry for entry in known if entry.same(asked)]
    if not found:
        named = near_question(hits)
        found = [entry for entry in known if entry.spec.name == named and entry.mixed(asked)]
    if not found and loose:
        found = [entry for entry in known if entry.fuller(asked)]
    made = [verified for entry in found if (verified := _filled(entry.spec, asked, now))]
    return made[0] if len(made) == 1 else None


def near_question(hits: Iterable[Hit]) -> str | None:
    """The name of the pack's question whose hit is near, with no other as near."""
    scores: dict[str, float] = {}
    for hit in hits:
        name = hit.item.payload.get("name")
        if hit.item.kind == "question" and hit.item.origin == "pack" and isinstance(name, str):
            scores[name] = max(hit.score, scores.get(name, 0.0))
    ranked = sorted(scores.items(), key=lambda pair: -pair[1])
    if not ranked or ranked[0][1] < NEAR:
        return None
    alone = len(ranked) == 1 or ranked[0][1] - ranked[1][1] >= APART
    return ranked[0][0] if alone else None


@dataclass(frozen=True)
class _Known:
    """A question of the pack, read only when a question comes near it."""

    spec: QuestionSpec
    layer: SemanticLayer

    @cached_property
    def _rough(self) -> tuple[frozenset[str], ...]:
        return tuple(rough_words(text) for text in self.spec.asks)

    @cached_property
    def wordings(self) -> tuple[frozenset[str], ...]:
        """The words of each wording, without what the parameters take."""
        read = (take_apart(text, self.layer, _ANY_TIME) for text in self.spec.asks)
        return tuple(plain.words(self.spec.params) for plain in read)

    def same(self, asked: Plain) -> bool:
        """Whether it says what one of the wordings says."""
        near = any(asked.core <= words for words in self._rough)
        return near and asked.words(self.spec.params) in self.wordings

    def fuller(self, asked: Plain) -> bool:
        """Whether it has all of one wording, and else only words of the other wordings."""
        words = asked.words(self.spec.params)
        if not words <= frozenset.union(*self.wordings):
            return False
        return any(wording and wording <= words for wording in self.wordings)

    def mixed(self, asked: Plain) -> bool:
        """Whether it has what all wordings have, and no word that none has."""
        words = asked.words(self.spec.params)
        core = frozenset.intersection(*self.wordings)
        return core <= words <= frozenset.union(*self.wordings)


_ANY_TIME: Final = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def _known(spec: PackSpec) -> tuple[_Known, ...]:
    return _read(_Identity(spec.questions, spec.semantic))


@dataclass(frozen=True, eq=False)
class _Identity:
    """A pack's questions, compared by being the same object: hashing all of them is slow."""

    questions: tuple[QuestionSpec, ...]
    layer: SemanticLayer

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, _Identity)
            and self.questions is other.questions
            and self.layer is other.layer
        )

    def __hash__(self) -> int:
        return hash((id(self.questions), id(self.layer)))


@lru_cache(maxsize=4)
def _read(pack: _Identity) -> tuple[_Known, ...]:
    return tuple(_Known(spec, pack.layer) for spec in pack.questions)


def _filled(spec: QuestionSpec, asked: Plain, now: dt.datetime) -> Verified | None:
    """The question with its parameters; None where one has no place or does not fit."""
    values: dict[str, Literal] = {NOW: now.astimezone(dt.UTC)}
    period = ""
    for param in spec.params:
        match param.kind:
            case "period":
                chosen = _period(param, asked)
                if chosen is None:
                    return None
                span = span_of(chosen, now)
                values |= {"from": span.start or FIRST, "to": span.end or LAST}
                period = spoken(chosen)
            case "number":
                number = _number(param, asked)
                if number is None:
                    return None
                values[param.name] = number
            case "value":
                named = asked.values(param.of)
                if len(named) > 1:
                    return None
                values[param.name] = named[0] if named else _text(param.default)
    sql = fill_sql(spec.sql, values)
    return Verified(spec, sql, fill_answer(spec, period, values), spec.chart, period, values)


def _period(param: ParamSpec, asked: Plain) -> Period | None:
    if len(asked.periods) > 1:
        return None
    return asked.periods[0] if asked.periods else named_period(str(param.default))


def _number(param: ParamSpec, asked: Plain) -> int | None:
    if len(asked.numbers) > 1:
        return None
    text = asked.numbers[0] if asked.numbers else str(param.default)
    if not text.isdigit() or not param.minimum <= int(text) <= param.maximum:
        return None
    return int(text)


def _text(default: str | int | None) -> str | None:
    return None if default is None else str(default)
