"""The running instance: services put together, watched, and reachable for commands.

Used by the window and by ``rt-lakehouse run`` alike; the only place that reads the settings.
"""
