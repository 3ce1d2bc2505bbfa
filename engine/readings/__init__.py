"""What the window's pages show, read into frozen values: from the lake, the monitor and the pack.

One module a page. No Qt: the window asks for these through its door and only shows them.
"""
