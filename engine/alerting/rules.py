"""The pack's rules as a person changed them: thresholds, rules switched off, snoozes.

Kept in ``alerts.toml`` of the data folder, written whole or not at all. A file that cannot be used
is refused with its line; the pack's own thresholds then hold until it is corrected.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, Literal

import tomlkit
from pydantic import BaseModel, ConfigDict, ValidationError

from engine.alerting.sentences import figure
from engine.contracts.pack import AlertRuleSpec
from engine.errors import LakehouseError
from engine.platform import write_private

SCHEMA_VERSION = 1
UNTIL_CLEARED: Final = "cleared"
Snooze = float | Literal["cleared"]
"""Seconds since 1970 at which it ends, or "cleared": when the alert does."""


class AlertsFileError(LakehouseError):
    """alerts.toml cannot be used or written. Correct the line, or move the file away."""


class BadThreshold(LakehouseError):
    """A threshold outside the bounds that the pack gives."""


class RuleChange(BaseModel):
    """What a person changed of one rule."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    threshold: float | None = None
    enabled: bool = True


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    schema_version: Literal[1]
    rules: dict[str, RuleChange] = {}
    snoozes: dict[str, Snooze] = {}
    """By ``rule/metric``."""


@dataclass(frozen=True)
class Choices:
    """A person's changes; rules of another pack stay in the file and change nothing."""

    rules: Mapping[str, RuleChange] = field(default_factory=dict)
    snoozes: Mapping[str, Snooze] = field(default_factory=dict)

    def of(self, rule: str) -> RuleChange:
        """What was changed of it."""
        return self.rules.get(rule, RuleChange())

    def with_rule(self, rule: str, change: RuleChange) -> Choices:
        """A change that changes nothing is left out."""
        rules = {**self.rules, rule: change}
        return replace(self, rules={n: c for n, c in rules.items() if c != RuleChange()})

    def with_snooze(self, key: str, until: Snooze | None) -> Choices:
        """None wakes it."""
        snoozes = {name: value for name, value in self.snoozes.items() if name != key}
        return replace(self, snoozes=snoozes if until is None else {**snoozes, key: until})

    def snoozed(self, key: str, now_s: float) -> Snooze | None:
        """Until when it is snoozed; None where it is not."""
        until = self.snoozes.get(key)
        return None if isinstance(until, float) and until <= now_s else until

    def awake(self, now_s: float) -> Choices:
        """Without snoozes that are over."""
        kept = {k: u for k, u in self.snoozes.items() if isinstance(u, str) or u > now_s}
        return self if kept == self.snoozes else replace(self, snoozes=kept)


def effective(rules: Sequence[AlertRuleSpec], choices: Choices) -> tuple[AlertRuleSpec, ...]:
    """The rules to evaluate: those switched on, with the thresholds that hold."""
    return tuple(changed(rule, choices) for rule in rules if choices.of(rule.name).enabled)


def changed(rule: AlertRuleSpec, choices: Choices) -> AlertRuleSpec:
    """The rule with its own threshold, where there is one; clearing moves along in proportion."""
    own = choices.of(rule.name).threshold
    if own is None:
        return rule
    clear = rule.clear_threshold
    scaled = None if clear is None else clear * own / rule.threshold if rule.threshold else own
    return rule.model_copy(update={"threshold": own, "clear_threshold": scaled})


def check_threshold(rule: AlertRuleSpec, value: float) -> None:
    """Raises BadThreshold."""
    low, high = rule.bounds
    if not low <= value <= high:
        unit = "number" if rule.kind == "anomaly" else rule.unit
        raise BadThreshold(
            f"The threshold of '{rule.title}' cannot be {figure(value, unit)}.",
            f"Choose one from {figure(low, unit)} to {figure(high, unit)}.",
        )


def load_choices(path: Path, rules: Sequence[AlertRuleSpec]) -> Choices:
    """The file's choices; none where there is no file. Raises AlertsFileError."""
    try:
        text = path.read_text(encoding="utf-8")
        data = tomllib.loads(text)
    except FileNotFoundError:
        return Choices()
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise _refused(path, None, f"it is not valid TOML ({error})") from error
    except OSError as error:
        raise _refused(path, None, f"it cannot be read ({error.strerror})") from error
    try:
        read = _File.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = tuple(str(part) for part in first["loc"])
        reason = f"{'.'.join(where)}: {first['msg'][:1].lower()}{first['msg'][1:]}"
        raise _refused(path, _line(text, where), reason) from None
    for rule in rules:
        own = read.rules.get(rule.name, RuleChange()).threshold
        if own is not None:
            try:
                check_threshold(rule, own)
            except BadThreshold as error:
                line = _line(text, ("rules", rule.name, "threshold"))
                raise _refused(path, line, f"{error.message} {error.remedy}".rstrip(".")) from None
    return Choices(read.rules, read.snoozes)


def save_choices(path: Path, choices: Choices) -> None:
    """Writes the file, for this user only. Raises AlertsFileError."""
    rules: dict[str, Any] = {
        name: change.model_dump(exclude_defaults=True) for name, change in choices.rules.items()
    }
    data = {"schema_version": SCHEMA_VERSION, "rules": rules, "snoozes": dict(choices.snoozes)}
    try:
        write_private(path, tomlkit.dumps(data))
    except OSError as error:
        raise AlertsFileError(
            f"The change could not be kept in {path} ({error.strerror}).",
            "Make the data folder writable and free some space.",
        ) from error


def set_aside(path: Path) -> None:
    """Keeps a refused file under another name before it is written over."""
    try:
        path.replace(path.with_name(f"{path.name}.refused"))
    except FileNotFoundError:
        return
    except OSError as error:
        raise AlertsFileError(
            f"The refused file {path} cannot be put aside ({error.strerror}).",
            "Correct it or move it away, then change the rule again.",
        ) from error


def _refused(path: Path, line: int | None, reason: str) -> AlertsFileError:
    where = f"{path}:{line}" if line else str(path)
    return AlertsFileError(
        f"{where} is refused: {reason}.",
        "Correct that line or delete the file. Until then the pack's own thresholds hold.",
    )


def _line(text: str, where: tuple[str, ...]) -> int | None:
    """The line of a key, or of the nearest table around it, in a file of tables and keys."""
    best: tuple[int, int] | None = None
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), 1):
        header = re.match(r"\s*\[([^\]]+)\]", line)
        key = re.match(r"\s*([A-Za-z0-9_\"/.-]+)\s*=", line)
        if header:
            table = tuple(part.strip().strip('"') for part in header.group(1).split("."))
            found = table
        elif key:
            found = (*table, key.group(1).strip('"'))
        else:
            continue
        if where[: len(found)] == found and (best is None or len(found) > best[0]):
            best = (len(found), number)
    return best[1] if best else None
