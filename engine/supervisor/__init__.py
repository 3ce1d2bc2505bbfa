"""Keeps the services alive: one state machine each, one thread, no orphan ever.

``Supervisor`` is the public face; every method of it may be called from any thread.
"""

from engine.supervisor.clock import Clock, SystemClock
from engine.supervisor.disk import DiskGuard, DiskLevel, DiskPlan, Thresholds
from engine.supervisor.fleet import Notification, ServiceSpec
from engine.supervisor.instance import InstanceLock
from engine.supervisor.machine import Policy
from engine.supervisor.supervisor import Supervisor

__all__ = [
    "Clock",
    "DiskGuard",
    "DiskLevel",
    "DiskPlan",
    "InstanceLock",
    "Notification",
    "Policy",
    "ServiceSpec",
    "Supervisor",
    "SystemClock",
    "Thresholds",
]
