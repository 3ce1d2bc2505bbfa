"""The local language model as a process: OpenAI's HTTP interface on a loopback port, with a key.

Two processes, so that an unused model takes no memory and a crash of llama.cpp costs one answer:
the *front* (``python -m engine.llm.server``), which the supervisor keeps alive and which imports
nothing heavy, and a *worker*, which has the model loaded, is started with the first question and
ended when nobody has asked for a while.
"""
