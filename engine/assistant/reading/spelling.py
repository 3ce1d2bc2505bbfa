"""Near-miss spelling: ``reveune`` is revenue; a word that is good English is left alone."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Final

from engine.assistant.reading.language import HARMLESS
from engine.assistant.reading.words import Text, read_text, stem_of, word_set
from engine.contracts.semantic import SemanticLayer

_LEAST: Final = 5
_OTHER_WORDS: Final = word_set(
    "older elder border orders odor larder userland used uses using case cause causes course",
    "courses counter counters county contrary page pages paged sage wages rates rating ratings",
    "sails salt scales scale sane stales males tales vales whales device advice devise devised",
    "refuse refused refund fund funds founded found mobility model models moral metal metals",
    "desk desktop stop stops table tables tablets cable even evens event eleven seven state",
    "status station stations cart carts card cards chart charts part parts party sort sorts",
    "sports port report reports support sport spot spots trends trend friend friends trade",
    "trades brand brands grand rand random units unit unite unity city cities visit visits visa",
    "visas session sessions season seasons reason reasons treason prices price prize prizes",
    "prince pride process produce product products project projects profit profits margin",
    "margins customer customers custom customs costumes costume cost costs coast lost stock",
    "stocks stack shipping shopping shipped shopper stopper weather whether feather heather",
    "water wager matter manner banner latter later late lately rate date data plate slate",
    "records record accord recorder hours hour house houses horse horses monday sunday money",
    "honey monkey month mouth mount amount count counts country countries counties minute",
    "minutes minuted minus menus venue avenue revenue reverse review reviews preview renew",
    "renewal views viewer viewers drivers driver diver buyers buyer buys boys lawyer player",
    "payers payer prayer sales sale salad salary search searches research starch march batch",
    "batches match catch patch watch branch beach each reach teach roads trail trial email mail",
    "emails mobile noble marble alert alerts alter avert desert server service services",
    "severity several serve average coverage overage beverage latency agency urgency currency",
    "current currents quarry query queries partition petition position campaign champagne",
    "complain category gory actor factor sector vector doctor direct director referrer refer",
    "referee prefer french trench german germane spain strain plain chain china canadian india",
    "indian indies poland island iceland ireland finland england holland taken token tokens",
    "turn turns return returns retain retained churn earn yearn learn basket casket market",
    "markets marker maker bucket ticket tickets cohort cohorts effort retention attention",
    "detention funnel tunnel channel channels chancel cancel cancels panel paying saying buying",
    "trying crying bought brought thought though through caught taught sought fought shelf",
    "shell sell sells seller selling telling calling falling filling spelling selection section",
    "sections action actions auction auctions fraction traction reaction transaction errors",
    "error mirror terror horror arrow tutor author theory user reader leader women woman world",
    "would could should words word works work worker worth north south quietest quickest",
    "quieter busiest busier fewest slowest fastest greatest strongest weakest calmest heaviest",
    "leading largest smallest unusual abnormal strange outlier outliers spike spikes forecast",
    "predict explain develop evolve ascending descending without before against versus versa",
    "either neither percent median total totals together altogether overall again share shares",
    "shame shape shade spare stare score scored store stores story stories",
)


@lru_cache(maxsize=4)
def _vocabulary(phrases: tuple[str, ...]) -> frozenset[str]:
    words = {t.low for phrase in phrases for t in read_text(phrase).tokens if t.kind == "word"}
    return frozenset(word for word in words if len(word) >= _LEAST)


def vocabulary(layer: SemanticLayer) -> frozenset[str]:
    """Words of five letters and more that the layer knows."""
    phrases = [p for m in layer.metrics for p in (m.title, *m.synonyms)]
    phrases += [p for d in layer.dimensions for p in (d.title, *d.synonyms)]
    phrases += [w for d in layer.dimensions for value, ws in d.values.items() for w in (value, *ws)]
    return _vocabulary((*phrases, *_PERIOD_WORDS))


_PERIOD_WORDS: Final = (
    "minute minutes yesterday today hourly daily weekly hours weeks months between compare",
    "compared previous highest lowest largest smallest biggest average percentage excluding",
    "without forecast anomalies anomaly trend trends breakdown monday tuesday wednesday",
    "thursday friday saturday",
)


def corrected(text: Text, layer: SemanticLayer) -> tuple[Text, dict[str, str]]:
    """The text with unknown words replaced by the one known word they nearly are, and which."""
    known = vocabulary(layer)
    stems = frozenset(stem_of(word) for word in known)
    tokens, changed = [], {}
    for token in text.tokens:
        near = None
        if (
            token.kind == "word"
            and len(token.low) >= _LEAST
            and token.low not in known
            and token.stem not in stems
            and token.stem not in HARMLESS
            and token.low not in _OTHER_WORDS
        ):
            near = _nearest(token.low, known)
        if near:
            changed[token.text] = near
            token = replace(token, low=near, stem=stem_of(near))  # noqa: PLW2901 - the corrected one
        tokens.append(token)
    return Text(text.raw, tuple(tokens)), changed


@lru_cache(maxsize=512)
def _nearest(word: str, known: frozenset[str]) -> str | None:
    """The only known word within one slip, or two in a word of eight letters; None if none is."""
    best: dict[int, set[str]] = {}
    letters = frozenset(word)
    most = 2 if len(word) >= 8 else 1
    for other in known:
        if (
            abs(len(other) - len(word)) <= most
            and (other[0] == word[0] or other[1] == word[1])
            and len(letters.symmetric_difference(other)) <= 2 * most
        ):
            distance = slips(word, other, most)
            if distance is not None:
                best.setdefault(distance, set()).add(other)
    for distance in sorted(best):
        stems = {stem_of(other) for other in best[distance]}
        return (
            min(best[distance], key=lambda o: (o[-1] != word[-1], o)) if len(stems) == 1 else None
        )
    return None


def slips(one: str, other: str, most: int) -> int | None:
    """Letters wrong, missing, too many or swapped with a neighbour; None above ``most``."""
    before: list[int] = []
    last = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        row = [i]
        for j, wanted in enumerate(other, 1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return None
        before, last = last, row
    return last[-1] if last[-1] <= most else None
