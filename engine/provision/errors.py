"""Why provisioning could not be finished. Each message ends in what to do about it."""

from __future__ import annotations

from engine.errors import LakehouseError


class ProvisionError(LakehouseError):
    """Root of this package's errors; never raised itself."""


class JavaNotUsable(ProvisionError):
    """Neither JAVA_HOME nor the bundled package holds a Java runtime of a version that works."""


class JarLockBroken(ProvisionError):
    """The shipped list of jars cannot be read: the checkout is damaged or half merged."""


class JarsNotFetched(ProvisionError):
    """The jars that are missing could not be downloaded."""


class JarMismatch(ProvisionError):
    """A jar was fetched twice and is not the one that the lock names."""


class ModelListBroken(ProvisionError):
    """The shipped list of models cannot be read: the checkout is damaged or half merged."""


class ModelMissing(ProvisionError):
    """A model file is not there, or is not the one that the list names."""


class ModelsNotFetched(ProvisionError):
    """The packages that carry the models could not be downloaded."""


class ModelMismatch(ProvisionError):
    """A model was fetched or made, and is not the one that the list names."""
