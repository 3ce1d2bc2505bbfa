"""SQL that a person wrote: run in a process of its own, which holds nothing but the tables' files.

``session.py`` is where the engine begins; ``worker/`` is the other side of the pipe. This package
imports nothing here, so that the worker starts without what only the engine needs.
"""
