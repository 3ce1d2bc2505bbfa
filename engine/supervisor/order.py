"""The order in which services start; they stop in reverse."""

from __future__ import annotations

from collections.abc import Mapping
from graphlib import TopologicalSorter


def levels(depends_on: Mapping[str, tuple[str, ...]]) -> tuple[tuple[str, ...], ...]:
    """Groups that can go up at the same time, the first depending on nothing.

    >>> levels({"pipeline": ("broker",), "broker": (), "generator": ("broker",)})
    (('broker',), ('generator', 'pipeline'))
    """
    for name, needed in depends_on.items():
        for other in needed:
            assert other in depends_on, f"{name} depends on the unknown service {other}"
    sorter = TopologicalSorter(depends_on)
    sorter.prepare()
    result: list[tuple[str, ...]] = []
    while sorter.is_active():
        ready = sorter.get_ready()
        result.append(tuple(sorted(ready)))
        sorter.done(*ready)
    return tuple(result)
