"""The people and the catalogue that visits draw from; the same at every start of a pack."""

from __future__ import annotations

import math
from random import Random
from typing import Any

from engine.child.errors import BadConfig
from engine.contracts.pack import PackSpec
from engine.generator.draws import Draw, FieldDraw, draw_fields, zipf
from engine.generator.profile import Choice, Profile

SMALL_UNIT = 0.02
"""A currency whose unit is worth fewer dollars than this is priced in whole units."""


class World:
    """Users by rank and items by rank, each with its own constant fields."""

    def __init__(
        self,
        pack: PackSpec,
        profile: Profile,
        countries: tuple[str, ...] = (),
        currencies: tuple[str, ...] = (),
    ) -> None:
        unknown = [code for code in currencies if code not in pack.currencies]
        if unknown:
            remedy = "Use codes of the pack's currencies.yaml, or add them there."
            raise BadConfig(f"No rate is known for {', '.join(unknown)}.", remedy)
        self._user_field = pack.roles.user
        self._items_spec = profile.items
        self._rates = pack.currencies
        self._users = zipf(profile.users, profile.user_skew)
        choices = _restricted(profile, countries, currencies)
        self._user_draws = {name: FieldDraw(choice) for name, choice in choices.items()}
        self._ranks = zipf(profile.items.count, profile.items.skew)
        self._items = _catalogue(pack.name, profile)
        self._item_draws = {name: FieldDraw(c) for name, c in profile.item_fields.items()}

    def user(self, rng: Random) -> dict[str, Any]:
        """Somebody's id and constant fields, drawn by how often they come."""
        rank = self._users(rng)
        # Numbers of the user's own: the same person lives in the same country after a restart.
        own = Random(rank)  # noqa: S311 - demo data, not secrets
        return draw_fields(self._user_draws, own, {self._user_field: f"u-{rank:06d}"})

    def item(self, rng: Random, user: dict[str, Any]) -> dict[str, Any]:
        """An item as this user meets it: priced in the user's currency, with fresh item fields."""
        name, group, usd = self._items[self._ranks(rng)]
        spec = self._items_spec
        currency = user.get(spec.currency_field, "USD")
        rate = self._rates.get(currency, 1.0)
        price = round(usd / rate, 2) if rate >= SMALL_UNIT else float(max(1, round(usd / rate)))
        item = {spec.id_field: name, spec.group_field: group, spec.price_field: price}
        item[spec.currency_field] = currency
        return draw_fields(self._item_draws, rng, item)


def _catalogue(seed: str, profile: Profile) -> list[tuple[str, str, float]]:
    """Item id, group and price in US dollars; prices are log-uniform in the group's range."""
    rng = Random(seed)  # noqa: S311 - demo data, not secrets
    spec = profile.items
    groups = Draw((name, group.weight) for name, group in spec.groups.items())
    items = []
    for rank in range(spec.count):
        group = groups(rng)
        low, high = (math.log(max(price, 0.01)) for price in spec.groups[group].price)
        price = max(0.99, round(math.exp(low + rng.random() * (high - low))) - 0.01)
        items.append((f"{spec.id_prefix}{rank:05d}", group, price))
    return items


def _restricted(
    profile: Profile, countries: tuple[str, ...], currencies: tuple[str, ...]
) -> dict[str, Choice]:
    """The user fields, narrowed to what the settings ask for."""
    choices = dict(profile.user_fields)
    if countries and "country" in choices:
        weights = choices["country"].weights
        kept = {code.upper(): weights.get(code.upper(), 1.0) for code in countries}
        choices["country"] = Choice(weights=kept)
    field = profile.items.currency_field
    if currencies and field in choices:
        choices[field] = _narrow(choices[field], choices, currencies)
    return choices


def _narrow(choice: Choice, choices: dict[str, Choice], currencies: tuple[str, ...]) -> Choice:
    """Only ``currencies``; a country that uses none of them may pay in any of them."""
    anything = dict.fromkeys(currencies, 1.0)
    if choice.by is None:
        kept = {code: w for code, w in choice.weights.items() if code in anything}
        return Choice(weights=kept or anything)
    cases = {}
    for name in choices[choice.by].weights:
        case = choice.cases.get(name, {})
        cases[name] = {code: w for code, w in case.items() if code in anything} or anything
    return Choice(by=choice.by, cases=cases)
