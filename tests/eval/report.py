"""The figures: a table by provider, topics, and what went wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from tests.eval.asking import Outcome
from tests.eval.grade import Verdict

LEAST_RIGHT: Final = 0.75
MOST_WRONG: Final = 0.05
LONGEST_P95_S: Final = 4.0


@dataclass(frozen=True)
class Figures:
    """Of some outcomes; ``right`` and ``wrong`` are shares of all questions."""

    questions: int
    correct: int
    refused: int
    clarified: int
    wrong: int
    failed: int
    repairs: int
    p50_s: float
    p95_s: float

    @property
    def right_share(self) -> float:
        """Rightly answered or rightly refused."""
        return (self.correct + self.refused) / self.questions if self.questions else 0.0

    @property
    def wrong_share(self) -> float:
        """Answered wrongly as if it were right."""
        return self.wrong / self.questions if self.questions else 0.0

    @property
    def within_bars(self) -> bool:
        """The bars of the issue."""
        return (
            self.right_share >= LEAST_RIGHT
            and self.wrong_share <= MOST_WRONG
            and self.p95_s <= LONGEST_P95_S
        )


def figures(outcomes: Sequence[Outcome]) -> Figures:
    """Counts and times."""
    count = {v: sum(o.verdict is v for o in outcomes) for v in Verdict}
    seconds = [o.seconds for o in outcomes] or [0.0]
    return Figures(
        questions=len(outcomes),
        correct=count[Verdict.CORRECT],
        refused=count[Verdict.REFUSED],
        clarified=count[Verdict.CLARIFIED],
        wrong=count[Verdict.WRONG],
        failed=count[Verdict.FAILED],
        repairs=sum(o.answer.repairs for o in outcomes if o.answer),
        p50_s=float(np.percentile(seconds, 50)),
        p95_s=float(np.percentile(seconds, 95)),
    )


_HEAD = ("", "n", "right", "wrong", "correct", "refused", "asked back", "failed", "repairs",
         "p50 s", "p95 s")  # fmt: skip


def _line(name: str, f: Figures) -> tuple[str, ...]:
    shares = (f"{f.right_share:.1%}", f"{f.wrong_share:.1%}")
    counts = (f.correct, f.refused, f.clarified, f.failed, f.repairs)
    return (name, str(f.questions), *shares, *map(str, counts), f"{f.p50_s:.2f}", f"{f.p95_s:.2f}")


def table(outcomes: dict[str, list[Outcome]]) -> str:
    """By provider: everything, what was open to tuning, what was held out, and the topics."""
    lines: list[tuple[str, ...]] = [_HEAD]
    for provider, found in outcomes.items():
        parts = {
            provider: found,
            "  open": [o for o in found if not o.question.held_out],
            "  held out": [o for o in found if o.question.held_out],
        }
        for outcome in found:
            parts.setdefault(f"  {outcome.question.topic}", []).append(outcome)
        lines += [_line(name, figures(part)) for name, part in parts.items()]
    widths = [max(len(line[at]) for line in lines) for at in range(len(_HEAD))]
    return "\n".join("  ".join(_aligned(line, widths)) for line in lines)


def _aligned(line: tuple[str, ...], widths: list[int]) -> list[str]:
    name, *rest = line
    return [name.ljust(widths[0]), *(t.rjust(w) for t, w in zip(rest, widths[1:], strict=True))]


def failures(outcomes: Sequence[Outcome]) -> str:
    """What went wrong, without what would be right; of held-out questions the number alone."""
    bad = [o for o in outcomes if not o.verdict.right]
    lines = [_failure(o) for o in bad if not o.question.held_out]
    hidden = len(bad) - len(lines)
    return "\n".join([*lines, f"and {hidden} of the held-out questions"])


def _failure(outcome: Outcome) -> str:
    question, answer = outcome.question, outcome.answer
    head = f"{question.id} [{outcome.verdict}] {question.ask!r}"
    if question.talk:
        head += f" (turn of {question.talk})"
    if answer is None:
        return f"{head}: {outcome.failure}"
    said = f"{answer.badge}/{answer.source}: {answer.answer[:160]}"
    if answer.sql is None:
        return f"{head}\n    {said}"
    sql = " ".join(answer.sql.split())
    shape = f"{len(answer.rows)} rows of ({', '.join(c.name for c in answer.columns)})"
    return f"{head}\n    {said}\n    {shape}: {sql[:700]}"


def document(outcomes: dict[str, list[Outcome]]) -> dict[str, Any]:
    """The same as JSON."""
    return {
        provider: {
            "all": vars(figures(found)),
            "open": vars(figures([o for o in found if not o.question.held_out])),
            "held_out": vars(figures([o for o in found if o.question.held_out])),
            "questions": [
                {
                    "id": o.question.id,
                    "topic": o.question.topic,
                    "held_out": o.question.held_out,
                    "verdict": o.verdict.value,
                    "badge": o.answer.badge if o.answer else None,
                    "source": o.answer.source if o.answer else None,
                    "seconds": round(o.seconds, 3),
                }
                for o in found
            ],
        }
        for provider, found in outcomes.items()
    }
