"""What the page says of a setting; no widgets."""

from __future__ import annotations

from app.formats import number, size
from app.words import tr
from engine.settings.describe import SettingInfo
from engine.settings.durations import duration_text

SERVICES = {
    "broker": "broker",
    "pipeline": "pipeline",
    "generator": "demo events",
    "vectors": "knowledge",
    "llm": "language model",
    "tally": "live tally",
}


def value_text(info: SettingInfo, value: object) -> str:
    """A value as it is read, not as it is typed; never a secret's."""
    if value is None or value == ():
        return tr(info.empty)
    if isinstance(value, bool):
        return tr("On") if value else tr("Off")
    if isinstance(value, tuple):
        return ", ".join(str(part) for part in value)
    if isinstance(value, int | float):
        return _quantity(info, value)
    return tr(dict(info.choices).get(str(value), str(value)))


def _quantity(info: SettingInfo, value: float) -> str:
    if info.kind == "duration":
        return duration_text(value)
    if info.kind == "bytes":
        return size(value)
    digits = 0 if float(value).is_integer() else 2
    return f"{number(value, digits)} {tr(info.unit)}".strip()


def restart_text(info: SettingInfo) -> str:
    """What must be restarted for a change to count; empty where nothing must."""
    if not info.needs_restart:
        return ""
    if "all" in info.needs_restart:
        return tr("Needs restart: program")
    return tr("Needs restart: {0}").format(services_text(info.needs_restart))


def services_text(names: tuple[str, ...]) -> str:
    """``pipeline and demo events``."""
    return tr(" and ").join(tr(SERVICES.get(name, name)) for name in names)


def bounds_text(info: SettingInfo) -> str:
    """``1 second to 7 days``; empty where there are no bounds."""
    if info.low is None:
        return ""
    if info.high is None:
        return tr("{0} or more").format(_quantity(info, info.low)) if info.low else ""
    low, high = _quantity(info, info.low), _quantity(info, info.high)
    return tr("{0} to {1}").format(low, high)


def secret_text(info: SettingInfo, keyring: bool) -> str:
    """Where a secret is kept, or would be."""
    if info.source == "keyring":
        return tr("Stored in the system keyring.")
    if info.source == "session":
        return tr("Kept for this session only: no system keyring took it.")
    if info.source == "file":
        return tr("Stands in settings.toml as plain text. Move it to the keyring.")
    if info.source == "environment":
        return tr("Given by the environment.")
    if keyring:
        return tr("Not set. It will be stored in the system keyring.")
    return tr("Not set. There is no system keyring: it will be kept for this session only.")


def matches(info: SettingInfo, words: str) -> bool:
    """Whether every word of a search stands somewhere in what is said of the setting."""
    text = f"{tr(info.title)} {info.path} {tr(info.reason)} {tr(info.group)}".casefold()
    return all(word in text for word in words.casefold().split())
