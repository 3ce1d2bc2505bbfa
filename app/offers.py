"""Commands that depend on what runs and on the pack. They need no page to have been made before.

The palette asks for them when it is opened, on the GUI thread: each reads what is in memory.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from app.context import Context
from app.page import PageCommand
from app.service_names import service_title
from app.words import tr

if TYPE_CHECKING:
    from engine.readings.generator import IncidentChoice


def service_commands(context: Context) -> list[PageCommand]:
    """Restart and log of each service."""
    report = context.desk.snapshot()
    found = []
    for name in [service.name for service in report.services] if report else []:
        title = service_title(name)
        found.append(PageCommand(tr("Restart {0}").format(title), _restart(context, name)))
        found.append(PageCommand(tr("Log of {0}").format(title), _going(context, "services", name)))
    return found


def settings_commands(context: Context) -> list[PageCommand]:
    """Groups of settings, and incidents of the demo events to play."""
    # Late: the window comes before the engine, and so does the list of the pages.
    from engine.readings.generator import incidents
    from engine.settings.describe import groups

    found = [
        PageCommand(tr("{0} settings").format(tr(group)), _going(context, "settings", group))
        for group in groups()
    ]
    for choice in incidents(context.desk.pack):
        found.append(PageCommand(inject_text(choice), _going(context, "settings", choice)))
    return found


def inject_text(choice: IncidentChoice) -> str:
    """What playing an incident is called, on its button too."""
    from engine.settings.durations import duration_text  # late, as above

    return tr("Inject {0}, {1}").format(tr(choice.title).lower(), duration_text(choice.seconds))


def _going(context: Context, page: str, argument: object) -> Callable[[], None]:
    return lambda: context.go(page, argument)


def _restart(context: Context, name: str) -> Callable[[], None]:
    def run() -> None:
        desk = context.desk
        context.go("services", None)  # where it is seen to end and to come back
        context.door.ask(
            lambda: desk.restart_service(name),
            lambda _: None,
            owner=context.door,
            lane="services",
        )

    return run
