"""What the guard knows: which nodes, functions and names a statement may be made of.

``engine.query.guard`` is the one place that asks it; nothing else decides what is run.
"""
