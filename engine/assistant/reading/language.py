"""English words that a question may have without saying more by them."""

from __future__ import annotations

from typing import Final

from engine.assistant.reading.words import stem_of, word_set

_WORDS: Final = word_set(
    # articles, pronouns, prepositions, auxiliaries
    "a an the this that these those it its they them their there here i me my we us our you",
    "your is are was were be been being am do does did done has have had having can could will",
    "would shall should may might must of in on at by for to from with into within and or as so",
    "then than vs versus against compare compared comparing comparison about per via up over",
    "across if not what which who whom whose how much many out s d ll re ve t let lets just",
    "also too only still already yet again ever even actually really both all any some every",
    "each one ones other same such very quite exactly approximately roughly",
    # asking
    "show give tell list display find get got getting return print see look want wanted need",
    "know please kindly hi hello hey thanks thank ok okay now compute calculate determine check",
    "report present provide pull fetch bring view interested wonder wondering like curious",
    "question draw drawn plotted visualize visualise render answer query explain describe",
    "summarize summarise summary overview breakdown break down split grouped group broken",
    "sorted ranked ordered according terms based respect regarding concerning say teh hte adn",
    "mean think help understand figure out number numbers count counts amount amounts figures",
    "value values total totals sum sums overall altogether entire whole complete full result",
    "results metric metrics kpi kpis statistic statistics stats data dataset table chart graph",
    "plot information info details level levels",
    # happening
    "happen happened happening occur occurred occurring come came coming arrive arrived",
    "arriving take took taken make made making generate generated generating bring brought",
    "place placed see saw seen receive received record recorded register registered go went",
    "gone going run ran running stand stood look looked looking perform performed performing",
    "performance reach reached appear appeared exist existed produce produced contribute",
    "contributed account accounted drive drove driven achieve achieved hit done doing work",
    "worked working flow flowed handle handled currently present today's far were get gets",
    "ended end use used using during while between pls plz asap keep keeping anyone anybody",
    "someone anything something somebody thanks combination combinations pair pairs whatsoever",
    "sort of kind whats hows lets whos through given because often frequently times time",
    "everywhere anywhere fired happens thing things paid pay collected collect logged log",
    "tracked track observed observe measured measure counted counting accumulated accumulate",
    "add added attract attracted earned gained gain",
    # the business
    "shop store site website webshop web business company firm app application online system",
    "pipeline lake lakehouse stream streaming platform e-commerce ecommerce commerce retail",
    "kafka customer customers user users visitor visitors people shoppers individual single",
    "worldwide global globally world different various distinct unique certain particular",
    "specific respective respectively corresponding associated related available usual usually",
    "typically",
)
HARMLESS: Final = frozenset(stem_of(word) for word in _WORDS) - {"not"}
"""Their stems. Words that change what is asked (``average``, ``share``, ``not``) are not harmless:
whatever reads them claims them."""

NEGATIONS: Final = word_set(
    "neither nor not without except excluding exclude excludes ignoring ignore outside no non"
)
CONNECTIVES: Final = word_set("and or nor & plus vs versus")
