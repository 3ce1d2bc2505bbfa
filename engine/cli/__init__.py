"""The command ``rt-lakehouse``; each subcommand is a module with ``add`` and ``run``."""
