"""Knowledge pages of a pack: Markdown files, each beginning with its title."""

from __future__ import annotations

from pathlib import Path

from engine.domain.errors import PackError

LONGEST = 8_000
"""Characters of a page; a longer one is found less well by its meaning than two shorter ones."""


def read_pages(folder: Path) -> list[dict[str, str]]:
    """name, title and text of every page, in order of name; none where there is no folder."""
    return [_page(path) for path in sorted(folder.glob("*.md"))]


def _page(path: Path) -> dict[str, str]:
    try:
        text = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        remedy = "Make the file readable, as UTF-8 text."
        raise PackError(path, None, f"the page cannot be read ({error})", remedy) from None
    head, _, body = text.partition("\n")
    title = head.removeprefix("# ").strip()
    if not head.startswith("# ") or not title or not body.strip():
        reason = "a page is a title ('# Title' on the first line) and a text below it"
        raise PackError(path, 1, reason, "Write both, or remove the file.")
    if len(text) > LONGEST:
        reason = f"the page has {len(text):,} characters, more than {LONGEST:,}"
        raise PackError(path, 1, reason, "Split it into two pages.")
    return {"name": path.stem, "title": title, "text": body.strip()}
