"""How far questions are answered at present, in a sentence that the page shows."""

from __future__ import annotations

from engine.assistant.looking import Looking
from engine.contracts.assistant import Readiness
from engine.contracts.llm import ChatModel
from engine.contracts.pack import PackSpec
from engine.errors import LakehouseError


class Prospects:
    """Looks at what there is each time it is asked: a model may come and go."""

    def __init__(
        self,
        pack: PackSpec,
        looking: Looking,
        model: ChatModel | None,
        share_values: bool = False,
    ) -> None:
        self._pack = pack
        self._looking = looking
        self._model = model
        self._sent = "frequent values are sent" if share_values else "rows of tables are not sent"

    def __call__(self) -> Readiness:
        """See Assistant.ready."""
        pack, count = self._pack, len(self._pack.questions)
        if not count and not pack.semantic.metrics:
            return Readiness(
                "This pack has no verified questions and no metrics to ask for.",
                "Add some to questions.yaml and semantic.yaml of the pack, or ask in SQL.",
            )
        missing = f" {self._looking.trouble}" if self._looking.trouble else ""
        try:
            info = self._model.info() if self._model is not None else None
        except LakehouseError as error:
            return Readiness(f"{_without(count, pack)}{missing} {error.message}", error.remedy)
        if info is None:
            return Readiness(
                f"No language model is in use: {_without(count, pack)}{missing}",
                "Set one up in the settings for questions in freer words.",
            )
        where = "on this computer" if info.local else f"elsewhere; {self._sent}"
        return Readiness(
            f"{count} verified questions, and others with {info.name} ({where}).{missing}",
            "",
            info.name,
        )


def _without(count: int, pack: PackSpec) -> str:
    metrics, dimensions = len(pack.semantic.metrics), len(pack.semantic.dimensions)
    text = f"{count} verified questions are answered"
    if metrics:
        text += f", and those about {metrics} metrics by {dimensions} dimensions"
    return f"{text}."
