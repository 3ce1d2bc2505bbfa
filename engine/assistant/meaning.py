"""What the ways need of the semantic layer: to read a question, to check a reading, to compile.

One place knows how ``semantic`` and ``reading`` are called; the ways are tested on doubles of it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Protocol

from engine.assistant.asking import Asking
from engine.assistant.telling.fields import Field
from engine.contracts.semantic import SemanticLayer, SemanticQuery
from engine.errors import LakehouseError


class CannotCompile(LakehouseError):
    """The layer has no table for this combination; the message names what does not go together."""


@dataclass(frozen=True)
class Statement:
    """A compiled query: its SQL, what its columns are, the period as a phrase."""

    sql: str
    fields: tuple[Field, ...]
    period: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reading:
    """How a question was understood. Below the threshold ``query`` is a guess, or None.

    ``back`` is the question to ask back, ``refusal`` why it cannot be answered at all.
    """

    query: SemanticQuery | None
    confident: bool
    notes: tuple[str, ...] = ()
    back: str = ""
    suggestions: tuple[str, ...] = ()
    refusal: str = ""


class Meaning(Protocol):
    """See above."""

    @property
    def layer(self) -> SemanticLayer:
        """The pack's."""
        ...

    def read(self, asking: Asking) -> Reading:
        """By rules and words alone, with the last turns in mind."""
        ...

    def trusts(self, asking: Asking, query: SemanticQuery) -> bool:
        """Whether the question says all that is in a query somebody else made of it."""
        ...

    def compile(self, query: SemanticQuery, now: dt.datetime) -> Statement:
        """Raises CannotCompile."""
        ...
