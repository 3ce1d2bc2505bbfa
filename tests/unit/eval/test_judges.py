from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from engine.contracts.assistant import Answer, AnswerColumn
from engine.contracts.chart import ChartSpec
from tests.eval.cells import rows
from tests.eval.compare import Result
from tests.eval.judges import judge
from tests.eval.moments import NOW
from tests.eval.questions import Question

MINUTE = dt.timedelta(minutes=1)
HISTORY = Result(("t", "v"), rows([(NOW - MINUTE * back, 10.0) for back in range(1, 241)]))


def judged(question: dict[str, Any], names: str, values: list[Any], answer: str = "So.") -> bool:
    asked = Question.model_validate(
        {"id": "x", "topic": "x", "ask": "x", "gold": "SELECT 1"} | question
    )
    columns = tuple(AnswerColumn(n, "BOOLEAN" if n == "odd" else "DOUBLE") for n in names.split())
    told = Answer("x", answer, "generated", "c", columns=columns, rows=tuple(map(tuple, values)))
    if "lower" in names:
        told = replace(told, chart=ChartSpec(kind="line", x="t", low="lower", high="upper"))
    result = Result(tuple(names.split()), rows(told.rows))
    return judge(asked, told, result, lambda _sql: HISTORY)


def forecast(level: float, minutes: int = 60, spread: float = 2.0) -> list[Any]:
    return [(NOW + MINUTE * i, level, level - spread, level + spread) for i in range(minutes)]


AHEAD = {"kind": "forecast", "horizon": 60}


def test_that_a_forecast_of_the_right_length_and_level_is_right() -> None:
    assert judged(AHEAD, "t v lower upper", forecast(12.0))
    assert judged(AHEAD, "t v lower upper", [(NOW, 600.0, 500.0, 700.0)])


def test_that_a_forecast_needs_its_band_its_length_and_its_level() -> None:
    assert not judged(AHEAD, "t v a b", forecast(12.0))
    assert not judged(AHEAD, "t v lower upper", forecast(12.0, minutes=20))
    assert not judged(AHEAD, "t v lower upper", forecast(120.0))
    assert not judged(AHEAD, "t v lower upper", forecast(12.0, spread=-1.0))
    past = [(NOW - MINUTE * i, 10.0, 9.0, 11.0) for i in range(2, 60)]
    assert not judged(AHEAD, "t v lower upper", past)


ODD = {
    "kind": "anomalies",
    "must": [[f"{NOW - MINUTE * 30:%Y-%m-%d %H:%M}", f"{NOW - MINUTE * 20:%Y-%m-%d %H:%M}"]],
}


def test_that_anomalies_must_have_found_the_incident_in_the_right_series() -> None:
    inside, outside = NOW - MINUTE * 25, NOW - MINUTE * 50
    assert judged(ODD, "t v", [(inside, 10.0)])
    assert judged(ODD, "t v odd", [(outside, 10.0, False), (inside, 10.0, True)])
    assert not judged(ODD, "t v odd", [(outside, 10.0, True), (inside, 10.0, False)])
    assert not judged(ODD, "t v", [(outside, 10.0)])
    assert not judged(ODD, "t v", [(inside, 77.0)])
    assert not judged(ODD, "t v", [])
    everything = [(NOW - MINUTE * i, 10.0) for i in range(1, 241)]
    assert not judged(ODD, "t v", everything)


def test_that_an_explanation_names_parts_a_figure_and_the_direction() -> None:
    why = {"kind": "explain", "direction": "down"}
    parts = [("country", "DE", 10.0), ("country", "FR", 3.0)]
    assert judged(why, "d value now", parts, "It fell to 10.")
    assert not judged(why, "d value now", parts, "It rose to 10.")
    assert not judged(why, "d value now", [("country", "DE", 7.0)], "It fell to 10.")
    assert not judged(why, "d value now", [(*p[:2], 7.5) for p in parts], "It fell to 9.")


def test_that_groups_add_up_to_everybody() -> None:
    history = {"kind": "partition"}
    one = Result(("v",), ((100.0,),))

    def check(values: list[Any]) -> bool:
        asked = Question.model_validate(
            {"id": "x", "topic": "x", "ask": "x", "gold": "SELECT 1"} | history
        )
        told = Answer("x", "So.", "generated", "c")
        return judge(asked, told, Result(("s", "n"), rows(values)), lambda _sql: one)

    assert check([("a", 50), ("b", 30), ("c", 20)])
    assert not check([("a", 50), ("b", 30), ("c", 21)])
    assert not check([("a", 50), ("b", 50)])
