"""A typed client of the JSMS REST API, usable on its own; docs/api.md is its guide.

    with Client(Credentials(app_key, Secret(master_secret))) as client:
        msg_id = client.codes.send(mobile=Mobile("13812345678"), temp_id=1)
        if client.codes.verify(msg_id, "123456"):
            ...

The names below are imported when they are first used, so that importing this package costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jsms_sync.api.bodies import Image
    from jsms_sync.api.callbacks import (
        Event,
        SignatureAudited,
        TemplateAudited,
        UnknownContent,
        echo,
        is_signed,
        read_callback,
        signature_of,
    )
    from jsms_sync.api.client import Client
    from jsms_sync.api.codes import CODES, Code, explain
    from jsms_sync.api.credentials import Credentials
    from jsms_sync.api.receipts import DELIVERED, STATUSES, Reply, Report
    from jsms_sync.api.refusals import CLASSES
    from jsms_sync.api.replies import Balance, BatchReply, Failure, Schedule, ScheduleRecipient, Template
    from jsms_sync.api.sending import MessagesReply, Sent, Verification
    from jsms_sync.api.service import DEFAULT_BASE_URL, Service, service_at
    from jsms_sync.api.signatures import ERAS, Era, Signature, SignatureForm
    from jsms_sync.api.transport import BeforeAttempt, OnRequest, Pace
    from jsms_sync.errors import (
        ApiError,
        ApiRefusal,
        CodeRefused,
        ContentRefused,
        CredentialsRefusal,
        InDoubt,
        InsufficientBalance,
        InvalidCallback,
        InvalidInput,
        InvalidRequest,
        MissingCredentials,
        NotSent,
        RecipientRefused,
        RepeatedMessage,
        TemplateNotUsable,
        TooFrequent,
        UnknownResource,
        WrongStatus,
    )
    from jsms_sync.model.privacy import Mobile, Params, Secret
    from jsms_sync.model.resources import Recipient

__all__ = [
    "CLASSES",
    "CODES",
    "DEFAULT_BASE_URL",
    "DELIVERED",
    "ERAS",
    "STATUSES",
    "ApiError",
    "ApiRefusal",
    "Balance",
    "BatchReply",
    "BeforeAttempt",
    "Client",
    "Code",
    "CodeRefused",
    "ContentRefused",
    "Credentials",
    "CredentialsRefusal",
    "Era",
    "Event",
    "Failure",
    "Image",
    "InDoubt",
    "InsufficientBalance",
    "InvalidCallback",
    "InvalidInput",
    "InvalidRequest",
    "MessagesReply",
    "MissingCredentials",
    "Mobile",
    "NotSent",
    "OnRequest",
    "Pace",
    "Params",
    "Recipient",
    "RecipientRefused",
    "RepeatedMessage",
    "Reply",
    "Report",
    "Schedule",
    "ScheduleRecipient",
    "Secret",
    "Sent",
    "Service",
    "Signature",
    "SignatureAudited",
    "SignatureForm",
    "Template",
    "TemplateAudited",
    "TemplateNotUsable",
    "TooFrequent",
    "UnknownContent",
    "UnknownResource",
    "Verification",
    "WrongStatus",
    "echo",
    "explain",
    "is_signed",
    "read_callback",
    "service_at",
    "signature_of",
]

_HOMES = {
    "api.bodies": ("Image",),
    "api.callbacks": (
        "Event",
        "SignatureAudited",
        "TemplateAudited",
        "UnknownContent",
        "echo",
        "is_signed",
        "read_callback",
        "signature_of",
    ),
    "api.client": ("Client",),
    "api.codes": (
        "CODES",
        "Code",
        "explain",
    ),
    "api.credentials": ("Credentials",),
    "api.receipts": (
        "DELIVERED",
        "STATUSES",
        "Reply",
        "Report",
    ),
    "api.refusals": ("CLASSES",),
    "api.replies": (
        "Balance",
        "BatchReply",
        "Failure",
        "Schedule",
        "ScheduleRecipient",
        "Template",
    ),
    "api.sending": (
        "MessagesReply",
        "Sent",
        "Verification",
    ),
    "api.service": (
        "DEFAULT_BASE_URL",
        "Service",
        "service_at",
    ),
    "api.signatures": (
        "ERAS",
        "Era",
        "Signature",
        "SignatureForm",
    ),
    "api.transport": (
        "BeforeAttempt",
        "OnRequest",
        "Pace",
    ),
    "errors": (
        "ApiError",
        "ApiRefusal",
        "CodeRefused",
        "ContentRefused",
        "CredentialsRefusal",
        "InDoubt",
        "InsufficientBalance",
        "InvalidCallback",
        "InvalidInput",
        "InvalidRequest",
        "MissingCredentials",
        "NotSent",
        "RecipientRefused",
        "RepeatedMessage",
        "TemplateNotUsable",
        "TooFrequent",
        "UnknownResource",
        "WrongStatus",
    ),
    "model.privacy": (
        "Mobile",
        "Params",
        "Secret",
    ),
    "model.resources": ("Recipient",),
}


def __getattr__(name: str) -> object:
    for home, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"jsms_sync.{home}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
