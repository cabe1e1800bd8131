"""A typed client of the JSMS REST API, usable on its own.

    with Client(Credentials(app_key, Secret(master_secret))) as client:
        temp_id = client.templates.create(template="您的订单{{order}}已发出。", type=2)

The names below are imported when they are first used, so that importing this package costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jsms_sync.api.client import Client
    from jsms_sync.api.codes import CODES, Code, explain
    from jsms_sync.api.credentials import Credentials
    from jsms_sync.api.replies import Balance, BatchReply, Failure, Schedule, ScheduleRecipient, Template
    from jsms_sync.api.service import DEFAULT_BASE_URL, Service, service_at
    from jsms_sync.api.transport import BeforeAttempt, Pace

__all__ = [
    "CODES",
    "DEFAULT_BASE_URL",
    "Balance",
    "BatchReply",
    "BeforeAttempt",
    "Client",
    "Code",
    "Credentials",
    "Failure",
    "Pace",
    "Schedule",
    "ScheduleRecipient",
    "Service",
    "Template",
    "explain",
    "service_at",
]

_HOMES = {
    "client": ("Client",),
    "codes": ("CODES", "Code", "explain"),
    "credentials": ("Credentials",),
    "replies": ("Balance", "BatchReply", "Failure", "Schedule", "ScheduleRecipient", "Template"),
    "service": ("DEFAULT_BASE_URL", "Service", "service_at"),
    "transport": ("BeforeAttempt", "Pace"),
}


def __getattr__(name: str) -> object:
    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{home}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
