"""The topic as a person sees it: browse, filter, judge, send; who else reads it, and how far.

Nothing here joins a consumer group or commits an offset, so looking at a topic changes nothing in
it. Everything waits for the broker, so the window asks through its door, in one lane of its own.
"""
