"""The questions with what is right for each, as they stand in the YAML files beside this one."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal

import yaml
from pydantic import BaseModel, ConfigDict, model_validator

from tests.eval.moments import NOW

HERE: Final = Path(__file__).parent
Kind = Literal["rows", "forecast", "anomalies", "explain", "distribution", "partition"]
_STAMP = "TIMESTAMPTZ '{:%Y-%m-%d %H:%M:%S}+00'"
_MIDNIGHT = NOW.replace(hour=0, minute=0, second=0, microsecond=0)
_LITERALS: Final = {
    ":now": _STAMP.format(NOW),
    ":today": _STAMP.format(_MIDNIGHT),
    ":yesterday": _STAMP.format(_MIDNIGHT.replace(day=_MIDNIGHT.day - 1)),
}


class Question(BaseModel):
    """One question.

    ``gold`` is SQL over the lake with ``:now``, ``:today`` and ``:yesterday``; ``also`` are other
    honest readings, ``vary`` replacements of text in all of these, each giving further ones. A
    gold column whose name ends in ``_rate`` or ``_share`` may be answered in per cent.

    ``top``: the answer is a ranking of gold's rows by the column ``by``: the first so many, all
    of them, any number of three and more, or some of gold's rows in any order. ``columns`` are
    those of gold that must be in the answer; all by default. ``negative``: only gold's rows
    below zero in this column. ``scale: time``: any unit of time is right.

    ``talk`` names the conversation that it is asked in, after those above it with the same name.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    topic: str
    ask: str
    expect: Literal["answer", "refused", "clarify"] = "answer"
    kind: Kind = "rows"
    gold: str = ""
    also: tuple[str, ...] = ()
    vary: dict[str, tuple[str, ...]] = {}
    top: int | Literal["all", "any", "some"] | None = None
    by: str = ""
    ascending: bool = False
    columns: tuple[str, ...] = ()
    negative: str = ""
    scale: Literal["none", "time"] = "none"
    talk: str = ""
    chart: str = ""
    horizon: int = 0
    must: tuple[tuple[str, str], ...] = ()
    values: bool = True
    direction: Literal["", "up", "down"] = ""
    per: str = ""

    @model_validator(mode="after")
    def _whole(self) -> Question:
        if (self.expect == "answer") != bool(self.gold):
            raise ValueError(f"{self.id}: gold belongs to what is to be answered, and only there")
        if self.top not in (None, "some") and not self.by:
            raise ValueError(f"{self.id}: a ranking is by something")
        return self

    @property
    def held_out(self) -> bool:
        """Three in ten, drawn by name; a conversation is on one side as a whole."""
        drawn = hashlib.sha256((self.talk or self.id).encode()).digest()
        return drawn[0] % 10 < 3

    def readings(self) -> Iterator[str]:
        """Gold and the other right statements, ready to run."""
        replaced = [[(old, new) for new in (old, *others)] for old, others in self.vary.items()]
        seen = set()
        for sql in filter(None, (self.gold, *self.also)):
            for choice in itertools.product(*replaced):
                text = sql
                for old, new in choice:
                    text = text.replace(old, new)
                if text not in seen:
                    seen.add(text)
                    yield literal(text)


def literal(sql: str) -> str:
    """The statement with its moments.

    >>> literal("SELECT :today")
    "SELECT TIMESTAMPTZ '2026-03-18 00:00:00+00'"
    """
    for name, text in _LITERALS.items():
        sql = sql.replace(name, text)
    return sql


def questions() -> tuple[Question, ...]:
    """All of them, file by file."""
    found = []
    for path in sorted(HERE.glob("*.yaml")):
        document = yaml.safe_load(path.read_text("utf-8"))
        found += [Question(topic=document["topic"], **entry) for entry in document["questions"]]
    return tuple(found)
