"""The parameters of verified questions: each is used, and each name in the SQL is one."""

from __future__ import annotations

from collections.abc import Mapping

from engine.contracts.pack import PackSpec, ParamSpec, QuestionSpec
from engine.domain.document import Loc
from engine.domain.layout import Source
from engine.domain.nearest import did_you_mean
from engine.domain.parameters import FIRST, LAST, NOW, PERIOD_ENDS, Literal, names_in, names_of
from engine.domain.periods import named_period

RESERVED = (*PERIOD_ENDS, NOW, "period", "where", "rows")
"""Names that mean something in SQL or answer already."""


def check_params(spec: PackSpec, source: Source, loc: Loc, question: QuestionSpec) -> None:
    """PackError for the first parameter that cannot be filled."""
    for index, param in enumerate(question.params):
        _check_param(spec, source, (*loc, "params", index), param)
    filled, used = list(names_of(question.params)), names_in(question.sql) - {NOW}
    for name in filled:
        if name not in used or filled.count(name) > 1:
            how = "is not used in" if name not in used else "is filled twice in"
            reason = f"':{name}' {how} the SQL of '{question.name}'"
            raise source.error((*loc, "params"), reason, "Use each parameter, once declared.")
    for name in sorted(used):
        if name not in filled:
            reason = f"':{name}' in the SQL of '{question.name}' is no parameter"
            reason += did_you_mean(name, filled)
            raise source.error((*loc, "sql"), reason, "Declare it under params.")


def _check_param(spec: PackSpec, source: Source, loc: Loc, param: ParamSpec) -> None:
    if param.kind != "period" and param.name in RESERVED:
        reason = f"'{param.name}' means something else already"
        raise source.error((*loc, "name"), reason, f"Not allowed: {', '.join(RESERVED)}.")
    match param.kind, param.default:
        case "period", str(text) if named_period(text):
            return
        case "period", _:
            remedy = "Write all, today, yesterday, last 24 hours, this week or previous month."
            raise source.error(loc, f"'{param.default}' is no period", remedy)
        case "number", int(number) if param.minimum <= number <= param.maximum:
            return
        case "number", _:
            reason = f"'{param.name}' needs a default from {param.minimum} to {param.maximum}"
            raise source.error(loc, reason, "Write default, minimum and maximum.")
        case "value", None | str():
            _check_dimension(spec, source, loc, param)
        case _:
            reason = f"the default of '{param.name}' must be a text"
            raise source.error(loc, reason, "Put it in quotes, or leave it out.")


def _check_dimension(spec: PackSpec, source: Source, loc: Loc, param: ParamSpec) -> None:
    known = [field.name for field in spec.fields]
    known += [dimension.name for dimension in spec.semantic.dimensions]
    if param.of not in known:
        reason = f"unknown dimension '{param.of}'{did_you_mean(param.of, known)}"
        raise source.error((*loc, "of"), reason, "Name a field, or a dimension of semantic.yaml.")


def trial_values(question: QuestionSpec) -> Mapping[str, Literal]:
    """Values to try the SQL with: each condition is there, each number at its default."""
    values: dict[str, Literal] = {NOW: LAST}
    for param in question.params:
        match param.kind:
            case "period":
                values |= {"from": FIRST, "to": LAST}
            case "number":
                values[param.name] = int(param.default or param.minimum)
            case "value":
                values[param.name] = "x"
    return values
