"""What is not answered, whatever else the question says: each with a sentence that helps."""

from __future__ import annotations

import re
from typing import Final

_CHANGE: Final = (
    "The lake can only be read here: nothing is deleted, changed, sent or started from a question."
)
_ORDERS: Final = "Questions cannot change how they are answered. Ask about the shop's data."
_PERSON: Final = (
    "Visitors are known by their user id only: no name, address, e-mail or phone is in the lake."
)
_BEYOND: Final = (
    "That is further ahead than the lake's hours can tell. Ask for a forecast of the next hour."
)
_OPINION: Final = "That is a matter of opinion or advice. Ask for the figures that it rests on."
_ELSEWHERE: Final = "That has nothing to do with the lake. Ask about the shop's events or pipeline."
_SECRETS: Final = "Passwords, keys and settings are never part of an answer."

_ASKED: Final = (
    r"^(please |can you |could you |would you |will you |now |just |go and |and |then |i want to "
    r"|i want you to |i need you to |we should |lets |let |s |go ahead and |hey |hi )*"
)
_RAW: Final = (
    # orders to the assistant rather than questions to the lake
    ((r"(ignore|disregard|forget|override|bypass) .*(instruction|rule|prompt|polic|guard"
      r"|restriction"
     r"|safety|above|previous)"), _ORDERS),
    ((r"(system|hidden|initial|secret) prompt|developer mode|jailbreak|pretend (to be|you)"
     r"|act as|you are now|your instructions|role ?play|dan mode"), _ORDERS),
    # changing anything
    (_ASKED + r"(delete|drop|truncate|wipe|erase|purge|destroy|remove|update|insert|alter|modify"
     r"|rename|overwrite|replace|edit|grant|revoke|vacuum|merge|upload|backup|kill|shut|reboot"
     r"|install|uninstall|execute|attach|copy|export|import|send|email|e mail|tweet|notify|deploy"
     r"|reset|disable|enable|restart|unsubscribe|restore)"
     r"(?! (by|rate|over|per|is|was|are|were|in|off|from cart|from carts|events?|me on)\b)(?= |$)",
     _CHANGE),
    (_ASKED + r"(refund|cancel|charge|buy|order|pay|book|approve|reject|ban|block|call|message"
     r"|close|mark) (all|the|this|that|my|me|every|it|him|them|order \d+|user|customer"
     r"|everyone|everybody|a pizza|some)( |$)(?!of the|number|total|count|top|most|orders? (by|per)"
     r"|revenue|share|best|figures?|list|data|results?|same|names? of the (categor|countr"
     r"|product))",
     _CHANGE),
    (_ASKED + r"give (all|every|each|everyone|everybody|our|the) .*(discount|refund|money|coupon"
     r"|free|bonus)", _CHANGE),
    (_ASKED + r"(create|make|add|build) (a |an |the |new |another )*(table|user|view|index|schema"
     r"|database|account|topic|campaign|copy|backup|column|order|product)", _CHANGE),
    ((r"(delete|drop|truncate|wipe|erase|purge|destroy) (from |all |the |every |our |any |whole "
     r"|entire |my |old |this |that )*(table|row|record|event|order|user|customer|data|lake|column|"
     r"database|schema|file|history|log|alert|quarantine|silver|gold|bronze|everything|refund)"),
     _CHANGE),
    ((r"(delete|drop|truncate|wipe|erase|update|insert into|alter) (table|database|schema|silver"
     r"|gold|bronze|quarantine|alerts|pipeline)"), _CHANGE),
    ((r"(update|change|set|raise|lower|increase|reduce|modify|edit) (the |all |our |every |any )*"
     r"(price|discount|currency|quantity|stock|threshold|order|refund|setting)s?( of| to| by| for"
     r"| in|$)"), _CHANGE),
    ((r"(send|write|forward|draft) (me |us |him |her |them |an? |the |this |it )*(e ?mail|mail"
     r"|message|sms|slack|report to|letter|tweet)"), _CHANGE),
    ((r"(restart|reboot|shut down|stop|kill|start|turn off|switch off|turn on) (the |our |all )*"
     r"(pipeline|broker|kafka|spark|generator|service|server|machine|computer|app|job|process)"),
     _CHANGE),
    ((r"(export|copy|save|dump|write|upload|download) .*(to|into|as) (disk|a file|file|s3|csv|ftp"
     r"|http|my|the desktop|usb|/)"), _CHANGE),
    # secrets and persons
    ((r"(password|passwd|api key|secret key|access key|credential|private key|env(ironment)? "
     r"variable|\benv\b|/etc/|ssh key|token)"), _SECRETS),
    ((r"(e ?mails?|mail) ?(address|addresses)?( of| for)? ?(our|the|all|my|every|each)? ?(customer"
     r"|user|buyer|visitor|client|people|person|shopper)|(customer|user|buyer|visitor|client|person"
     r"|shopper)s? ?s? (e ?mails?|phone|telephone|address|addresses|name|names|birthday|birth"
     r"|credit card|passport)"), _PERSON),
    ((r"(phone|telephone|mobile) numbers?|credit cards?|card numbers?|(home|street|postal|billing"
     r"|shipping|delivery|ip|e ?mail) address(es)?|date of birth|birthdays?|social security"
     r"|(first|last|full|real|family) names?|\bname of (the|our) (customer|user|buyer|visitor)"
     r"|\be ?mails\b|passport"), _PERSON),
    # beyond what there is
    ((r"(next|coming|following) (year|quarter|month|decade|christmas|black friday|summer|winter"
     r"|spring|autumn|season)|in (the next )?(five|ten|\d+) (years|months)|(20(2[7-9]|[3-9]\d))"
     r"|long term|lifetime forecast"), _BEYOND),
    ((r"(?:\b(?:weather|temperature|rain|football|soccer|movie|song|recipe|joke|poem|story"
      r"|horoscope"
     r"|president|capital of|news|stock (market|price|exchange)|bitcoin|crypto|exchange rate"
     r"|translate|who (is|was) (the |our )?(ceo|cto|founder|owner|boss|president|king|queen)"
     r"|meaning of life|your (name|favou?rite|opinion|age)|who (made|built|created|are) you"
     r"|how old are you|what time is it|wikipedia|square root|python|javascript|essay|lottery"
     r"|world cup|restaurant|flight|holiday destination|amazon|ebay|walmart|competitors?"
     r"|distance to|moon|dinner|love me|sing|haiku)\b)"), _ELSEWHERE),
    ((r"\b(should (we|i|you)|do you (think|like|believe|feel|recommend)|recommend(ation)?s?|advice"
     r"|advise|what would you|best strategy|how (can|could|do|should) (we|i) (improve|increase"
     r"|boost"
     r"|raise|grow|reduce|lower|fix|optimi[sz]e|get more|sell more)|is it (worth|wise|good)"
     r"|good idea|worth it|ideas? (for|to))"), _OPINION),
)  # fmt: skip
_PATTERNS: Final = tuple((re.compile(rf"(?<![^ ]){p}"), text) for p, text in _RAW)

MISSING: Final = {
    **dict.fromkeys(("ctr", "click through rate", "click through", "clickthrough rate", "clicks"),
                    "clicks on advertisements"),
    **dict.fromkeys(("ad spend", "ad spending", "marketing spend", "return on investment",
                     "advertising spend", "return on ad spend"), "costs"),
    **dict.fromkeys(("people search for", "users search for", "visitors search for",
                     "customers search for", "searching for"), "what people typed into the search"),
    **dict.fromkeys(("profit", "profits", "profitable", "profitability", "margin", "margins"),
                    "profit and margins: what goods cost is not in the lake"),
    **dict.fromkeys(("cost", "costs", "cogs", "expense", "expenses", "budget", "roi", "roas", "cac",
                     "cpc", "cpa", "ebit", "ebitda"), "costs"),
    **dict.fromkeys(("stock", "stocks", "inventory", "inventories", "warehouse", "warehouses",
                     "restock", "supplier", "suppliers"), "stock and suppliers"),
    **dict.fromkeys(("stars", "review", "reviews", "satisfaction", "nps", "csat",
                     "feedback", "sentiment", "complaint", "complaints", "rating", "ratings"),
                    "ratings and reviews"),
    **dict.fromkeys(("age", "ages", "gender", "male", "female", "men", "women", "man", "woman",
                     "income group", "education", "demographic", "demographics", "marital"),
                    "age, gender and other facts about a person"),
    **dict.fromkeys(("shipping", "shipment", "shipments", "shipped", "delivery", "deliveries",
                     "delivered", "courier", "carrier", "dispatch", "freight"),
                    "shipping and delivery"),
    **dict.fromkeys(("tax", "taxes", "vat", "invoice", "invoices", "payroll"),
                    "taxes and invoices"),
    **dict.fromkeys(("employee", "employees", "staff", "salary", "salaries", "headcount", "ceo",
                     "manager", "managers", "hiring"), "people who work here"),
    **dict.fromkeys(("city", "cities", "town", "towns", "zip", "postcode", "postcodes", "zipcode"),
                    "places finer than a country"),
    **dict.fromkeys(("subscription", "subscriptions", "subscriber", "subscribers", "mrr", "arr"),
                    "subscriptions"),
    **dict.fromkeys(("temperature", "humidity"), "the weather"),
    **dict.fromkeys(("keyword", "keywords", "search term", "search terms", "searched for",
                     "query terms"), "what people typed into the search"),
    **dict.fromkeys(("payment method", "payment methods", "paypal", "visa", "mastercard",
                     "credit card"), "how orders were paid"),
    **dict.fromkeys(("brand", "brands", "color", "colors", "colour", "colours", "weight",
                     "manufacturer", "manufacturers"), "brands and other properties of products"),
    **dict.fromkeys(("coupon", "coupons", "voucher", "vouchers", "promo code", "promo codes"),
                    "coupon codes; discounts are known as a share of the price"),
    **dict.fromkeys(("ticket", "tickets", "support"), "support tickets"),
    **dict.fromkeys(("loyalty", "loyalty points", "membership", "members"), "memberships"),
    **dict.fromkeys(("language", "languages"), "the language of a visitor"),
}  # fmt: skip
"""Words for what an online shop could know and this lake does not."""


def refusal(line: str, loud: str = "") -> str | None:
    """The sentence for a question that is not answered; ``line`` is its plain form."""
    for pattern, sentence in _PATTERNS:
        if pattern.search(line):
            return sentence
    if re.search(r"\b(select|insert|update|delete|drop|copy|attach|pragma)\b.*(;|--|\*|\btable\b"
                 r"|\bfrom\b.*\bwhere\b)", loud.lower()):  # fmt: skip
        return "SQL is run on the SQL page; ask here in plain language."
    return None


def missing(line: str, known: frozenset[str] = frozenset()) -> tuple[str, str] | None:
    """A word for something that the lake does not hold, and what that is; ``known`` are exempt."""
    padded = f" {line} "
    for word, what in MISSING.items():
        if word not in known and f" {word} " in padded:
            return word, what
    return None
