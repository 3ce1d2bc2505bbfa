"""The real window with real children, driven from inside: a process of its own, on a display of
its own, for the end-to-end test, the screenshots and the measurements."""
