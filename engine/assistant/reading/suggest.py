"""Questions that would be answered, near to one that is not."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence

from engine.contracts.semantic import Metric, SemanticLayer, SemanticQuery

Near = Callable[[Sequence[str]], tuple[tuple[float, ...], ...]]
_MOST = 3


def suggestions(
    layer: SemanticLayer,
    query: SemanticQuery | None = None,
    unread: tuple[str, ...] = (),
    near: Near | None = None,
) -> tuple[str, ...]:
    """Up to three: about the metrics found, the nearest to the unread words, or the first ones."""
    metrics = [m for m in layer.metrics if query is not None and m.name in query.metrics]
    for word in unread:
        metrics += nearest_metrics(layer, word, near)
    metrics += layer.metrics[:_MOST]
    shown = list(dict.fromkeys(m.title for m in metrics))[:_MOST]
    by = " by country" if query is None or not query.dimensions else ""
    return tuple(f"{title}{by if at else ''} in the last hour" for at, title in enumerate(shown))


def nearest_metrics(layer: SemanticLayer, word: str, near: Near | None) -> list[Metric]:
    """Metrics whose words are spelt, or with ``near`` meant, most alike."""
    if near is not None and layer.metrics:
        try:
            vectors = near([word, *(f"{m.title}: {m.description}" for m in layer.metrics)])
        except Exception:  # noqa: BLE001 - a suggestion is worth no failure
            return []
        asked = vectors[0]
        scored = sorted(
            zip(layer.metrics, vectors[1:], strict=True),
            key=lambda pair: -sum(a * b for a, b in zip(asked, pair[1], strict=True)),
        )
        return [metric for metric, _ in scored[:2]]
    words = {w.lower(): m for m in layer.metrics for s in (m.title, *m.synonyms) for w in s.split()}
    return [words[w] for w in difflib.get_close_matches(word.lower(), list(words), n=2, cutoff=0.7)]
