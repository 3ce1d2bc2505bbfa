from __future__ import annotations

from engine.contracts.assistant import Answer, Badge
from tests.eval.asking import Outcome
from tests.eval.grade import Verdict
from tests.eval.questions import Question
from tests.eval.report import document, failures, figures, table


def outcome(verdict: Verdict, name: str = "a", seconds: float = 1.0) -> Outcome:
    question = Question(id=name, topic="t", ask="what?", gold="SELECT secret")
    badge: Badge = "clarify" if verdict is Verdict.CLARIFIED else "generated"
    answer = Answer("what?", "That.", badge, "c", sql="SELECT 1", repairs=1)
    return Outcome(question, verdict, seconds, answer)


RIGHT, WRONG = outcome(Verdict.CORRECT), outcome(Verdict.WRONG)


def named(held_out: bool) -> str:
    names = (f"q{i}" for i in range(100))
    return next(n for n in names if outcome(Verdict.WRONG, n).question.held_out is held_out)


def test_that_right_is_a_right_answer_or_a_right_refusal() -> None:
    found = figures([RIGHT, outcome(Verdict.REFUSED), outcome(Verdict.CLARIFIED), WRONG])
    assert (found.right_share, found.wrong_share, found.repairs) == (0.5, 0.25, 4)


def test_that_each_bar_can_be_missed() -> None:
    assert figures([RIGHT] * 20).within_bars
    assert not figures([RIGHT] * 7 + [outcome(Verdict.CLARIFIED)] * 3).within_bars
    assert not figures([RIGHT] * 18 + [WRONG] * 2).within_bars
    assert not figures([outcome(Verdict.CORRECT, seconds=5.0)] * 20).within_bars


def test_that_failures_show_no_gold_and_only_the_number_of_held_out_ones() -> None:
    text = failures([outcome(Verdict.WRONG, named(False)), outcome(Verdict.WRONG, named(True))])
    assert f"{named(False)} [wrong]" in text
    assert named(True) not in text.replace(named(False), "")
    assert "and 1 of the held-out" in text
    assert "secret" not in text


def test_that_the_table_has_a_line_for_provider_parts_and_topics() -> None:
    lines = table({"offline": [RIGHT, WRONG]}).splitlines()
    assert [line.split()[0] for line in lines[1:]] == ["offline", "open", "held", "t"]
    assert "50.0%" in lines[1]
    assert document({"offline": [RIGHT]})["offline"]["all"]["correct"] == 1
