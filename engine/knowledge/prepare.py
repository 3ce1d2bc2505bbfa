"""``python -m engine.knowledge.prepare``: the part of set-up that turns packs into vectors.

It only spares the first start some seconds, so that its failure is told and stops nothing.
"""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from engine.domain.find import find_pack
from engine.errors import LakehouseError
from engine.knowledge.embedder import MiniLM
from engine.knowledge.prepared import prepare, prepared_file
from engine.knowledge.seed import pack_items, wordings
from engine.paths import resources_dir
from engine.provision.models import minilm


def main() -> int:
    """Exit 0 when every text of the shipped packs has its vector."""
    try:
        texts = [text for name in shipped() for text in texts_of(name)]
        count = prepare(texts, prepared_file(), MiniLM(minilm()))
    except LakehouseError as error:
        print(f"Vectors of the domain packs could not be prepared: {error}", file=sys.stderr)
        return 1
    if count:
        print(f"Prepared {count} vectors of the domain packs.")
    return 0


def shipped() -> list[str]:
    """The names of the packs that come with the program."""
    return sorted({file.parent.name for file in (resources_dir() / "domains").glob("*/*.yaml")})


def texts_of(name: str) -> list[str]:
    """What is embedded of a shipped pack."""
    with TemporaryDirectory() as nowhere:  # no data folder whose copy would come first
        pack = find_pack(name, Path(nowhere), resources_dir()).spec
    return [text for item in pack_items(pack) for text in wordings(item)]


if __name__ == "__main__":
    sys.exit(main())
