"""The assistant of a running instance, of a data folder on which nothing runs, and from afar.

A command asks the instance that runs, which has the knowledge, the model and a warm worker; where
none runs it answers from the lake alone.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from queue import SimpleQueue
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

from engine.assistant.compose import answer_session, open_assistant
from engine.assistant.running import given_up
from engine.assistant.talks.record import answer_of, text_of
from engine.contracts.assistant import Answer, Assistant, Progress
from engine.domain.find import find_pack
from engine.errors import LakehouseError
from engine.host.folders import lake_reader
from engine.host.knowledge import LateKnowledge
from engine.paths import DataPaths, resources_dir
from engine.settings import load_settings

if TYPE_CHECKING:
    from engine.assistant.assistant import LakeAssistant
    from engine.host.compose import Instance

_Message = dict[str, Any]


def assistant_of(instance: Instance) -> LakeAssistant:
    """One that uses the instance's services while they are up. Close it."""
    return open_assistant(
        instance.pack.spec,
        instance.lake,
        instance.paths.root,
        query=instance.settings.query,
        knowledge=instance.knowledge,
        model=instance.models,
        share_values=instance.settings.assistant.share_values,
    )


@contextmanager
def assistant_alone(paths: DataPaths, env: Mapping[str, str]) -> Iterator[LakeAssistant]:
    """One over the lake alone, for as long as the context lasts.

    The knowledge of the folder is opened only where nothing else had an answer: that takes as
    long as the answer. Raises SettingsError or PackError.
    """
    settings = load_settings(env, paths.root)
    lake = lake_reader(paths, settings)
    with ExitStack() as stack:
        session = answer_session(lake, settings.query)
        stack.callback(session.close)
        session.warm()  # its process starts while the pack is read
        pack = find_pack(settings.domain, paths.root, resources_dir())
        folder = paths.root if paths.root.is_dir() else None
        late = None
        if folder is not None:
            late = LateKnowledge(paths, env)
            stack.callback(late.close)
        assistant = open_assistant(pack.spec, lake, folder, session=session, late=late)
        stack.callback(assistant.close)
        yield assistant


def serve_question(assistant: Assistant, request: _Message) -> Generator[_Message, None, None]:
    """Answers a request of the control port: each step, then the answer.

    Where nobody listens any more the question is given up.
    """
    question, conversation = str(request.get("question", "")), request.get("conversation")
    said: SimpleQueue[_Message] = SimpleQueue()
    begun, gone = Event(), Event()

    def hear(progress: Progress) -> None:
        begun.set()
        if gone.is_set():
            raise given_up()
        said.put({"step": progress.step, "text": progress.text})

    def ask() -> None:
        try:
            answer = assistant.ask(question, str(conversation) if conversation else None, hear)
            said.put({"done": True, "answer": text_of(answer)})
        except LakehouseError as error:
            said.put({"error": error.message, "remedy": error.remedy})

    thread = Thread(target=ask, name="asked-from-afar", daemon=True)
    thread.start()
    try:
        while True:
            message = said.get()
            yield message
            if "step" not in message:
                return
    finally:
        gone.set()
        if begun.is_set() and thread.is_alive():
            assistant.cancel()  # one that waits for another's to end gives up by itself


def answer_from(messages: Iterator[_Message]) -> Answer:
    """The answer that ``serve_question`` sends."""
    for message in messages:
        if "answer" in message:
            return answer_of(message["answer"])
    raise LakehouseError("The running lakehouse broke off its answer.", "Ask again.")
