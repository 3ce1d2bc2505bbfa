"""Ways to provide each service; the supervisor knows them only through ``base.Provider``."""
