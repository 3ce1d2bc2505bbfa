"""Phrases that change what the words beside them mean: "instead of orders", "after refunds"."""

from __future__ import annotations

import re
from typing import Final

from engine.assistant.reading.draft import Draft
from engine.assistant.reading.thresholds import find_thresholds
from engine.contracts.semantic import Filter

_REFUNDS: Final = (
    r"(?:after|minus|less|net of|deducting|without|excluding|subtracting|not counting)"
    r" (?:the |all |any )?(?:refunds?|returns?)"
)
_MONEY: Final = r"revenues?|sales|gmv|turnover|income|earnings|net revenue|net sales|proceeds"
_NONE: Final = (
    r"(?:with no|without (?:a|an|any)?|had no|have no|has no|lacking (?:a|an)?|missing (?:a|an)?"
    r"|not having (?:a|an)?|no)"
)
_SOME: Final = r"(?:with (?:a|an|any)|that had (?:a|an)|having (?:a|an)|had (?:a|an))"


def take_refinements(draft: Draft) -> None:
    """Before the layer's words are looked for: these would be misread on their own."""
    if draft.find(_MONEY) and draft.take(_REFUNDS):
        draft.net = True
    _take_instead(draft)
    _take_discount(draft)
    _take_presence(draft)


def _take_discount(draft: Draft) -> None:
    """ "a 10% discount": orders with exactly that one, where no more or less is said."""
    if not any(d.name == "discount_level" for d in draft.layer.dimensions):
        return
    limits = {at for t in find_thresholds(draft.text, frozenset(draft.claimed)) for at in
              range(t.first, t.end)}  # fmt: skip
    said = (
        r"(?:with |used |using |at |had )*(?:an? )?"
        r"(?P<n>\d+(?:\.\d+)?) (?:%|percent) (?:discount|off)"
    )
    for first, end, match in draft.find(said):
        if limits.isdisjoint(range(first, end)):
            draft.claim(first, end)
            value = str(float(match.group("n")) / 100)
            draft.filters.append(Filter(dimension="discount_level", values=(value,)))


def _take_instead(draft: Draft) -> None:
    """What is no longer wanted is accounted for and forgotten."""
    for first, end, _ in draft.find(
        r"(?:instead of|rather than|in place of|not by) (?:the )?[a-z]+"
    ):
        draft.claim(first, end)
        draft.instead = True
    if draft.take("instead"):
        draft.instead = True


def _take_presence(draft: Draft) -> None:
    """ "without a campaign": rows in which a dimension has no value, or any."""
    for dimension in draft.layer.dimensions:
        if any(s.where for s in dimension.sources) or dimension.name in ("user", "session"):
            names = [dimension.title.lower()]
        else:
            names = [dimension.title.lower(), *dimension.synonyms]
        words = "|".join(re.escape(name.lower()) for name in names if name.isascii())
        for op, says in (("missing", _NONE), ("present", _SOME)):
            for first, end, _ in draft.find(rf"{says} ?(?:{words})s?(?! (?:id|code))"):
                if op == "present" and dimension.name in ("discount_level", "order_value"):
                    continue
                if dimension.name in ("discount_level", "order_value", "order_quantity"):
                    continue
                draft.claim(first, end)
                draft.filters.append(Filter.model_validate({"dimension": dimension.name, "op": op}))
