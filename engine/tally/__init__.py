"""The live tally: a process that counts the topic by itself, and holds the lake against its count.

Nothing of it is needed by the stream: what it lacks takes a line from the Live page.
"""
