"""Domain packs: YAML in a folder, checked and compiled to ``engine.contracts.pack.PackSpec``.

A pack is believed only after everything in it was tried: names, references and every measure's
SQL. What leaves this package is whole, so no other process meets a half-valid pack.
"""

from engine.domain.errors import PackError
from engine.domain.find import FoundPack, find_pack
from engine.domain.loader import load_pack

__all__ = ["FoundPack", "PackError", "find_pack", "load_pack"]
