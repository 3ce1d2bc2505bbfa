"""``docs/performance.json`` into tables and pictures of ``docs/performance.md``.

``python -m tests.performance.report.page`` draws them again without measuring.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.e2e.lakehouse import CHECKOUT
from tests.performance.report.growth_tables import growth_pictures, growth_text
from tests.performance.report.markdown import between
from tests.performance.report.peer_tables import peers_pictures, peers_text, ratios
from tests.performance.report.product_tables import bars_text, budget_text
from tests.performance.report.svg import number_text
from tests.performance.results import OUT, load

PAGE = "performance.md"
NOTHING = "*Not measured yet; `make bench` does.*"


def write_page(folder: Path = OUT) -> None:
    """Fills the page between its markers; the prose around them is written by hand."""
    found = load(folder)
    page = folder / PAGE
    if not page.exists():
        shutil.copy(CHECKOUT / "docs" / PAGE, page)
    pictures = {
        **peers_pictures(found.get("peers", {})),
        **growth_pictures(found.get("growth", {})),
    }
    drawn = folder / "performance"
    drawn.mkdir(exist_ok=True)
    for name, svg in pictures.items():
        (drawn / name).write_text(svg, encoding="utf-8")
    text = page.read_text(encoding="utf-8")
    for part, content in _parts(found).items():
        shown = [f"![{name}](performance/{name})" for name in pictures if name.startswith(part)]
        text = between(text, part, "\n\n".join([content or NOTHING, *shown]))
    page.write_text(text, encoding="utf-8")


def _parts(found: Mapping[str, Any]) -> dict[str, str]:
    peers = found.get("peers", {})
    ours = [f"* {what}: **{number_text(times)}×**" for what, times in ratios(peers).items()]
    return {
        "machine": _machine(found.get("machine", {})),
        "bars": bars_text(found.get("product", {})),
        "budget": budget_text(found.get("product", {})),
        "ratios": "\n".join(ours),
        "peers": peers_text(peers),
        "growth": growth_text(found.get("growth", {})),
    }


def _machine(machine: Mapping[str, Any]) -> str:
    if not machine:
        return ""
    return (
        f"{machine['cores']} cores, {machine['memory_gb']} GB of memory, {machine['system']}, "
        f"Python {machine['python']}. When each figure was measured, and how busy the machine was, "
        "stands beside it in [performance.json](performance.json)."
    )


if __name__ == "__main__":
    write_page()
