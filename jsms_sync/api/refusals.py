"""Which class of error each return code becomes, so that callers can catch what they can act on.

    try:
        client.messages.send(mobile=Mobile("13812345678"), temp_id=1250)
    except InsufficientBalance:
        ...

Numbers that nobody has documented are expected (`jsms-api.md §0`): they are plain ApiRefusal.
"""

from collections.abc import Mapping
from types import MappingProxyType

from jsms_sync.api.codes import explain
from jsms_sync.errors import (
    ApiRefusal,
    CodeRefused,
    ContentRefused,
    CredentialsRefusal,
    InsufficientBalance,
    InvalidRequest,
    RecipientRefused,
    RepeatedMessage,
    TemplateNotUsable,
    TooFrequent,
    UnknownResource,
    WrongStatus,
)

_NUMBERS: dict[type[ApiRefusal], tuple[int, ...]] = {
    CredentialsRefusal: (50001, 50002, 50008, 50035, 50036),
    InvalidRequest: (
        *(50003, 50004, 50005, 50007, 50015, 50016, 50017, 50018),
        *(50022, 50023, 50027, 50030, 50031, 50039, 50040, 50041),
    ),
    UnknownResource: (50013, 50026, 50028, 50102),
    TemplateNotUsable: (50020, 50021, 50025),
    RecipientRefused: (50006, 50024),
    RepeatedMessage: (50034,),
    InsufficientBalance: (50014, 50033),
    TooFrequent: (50009,),
    ContentRefused: (50037, 50038, 50042, 50043, 50044, 50045, 50052, 50053, 50054, 50101, 50104),
    WrongStatus: (50029, 50046, 50047, 50103, 50105),
    CodeRefused: (50010, 50011, 50012),
}

CLASSES: Mapping[int, type[ApiRefusal]] = MappingProxyType(
    {number: kind for kind, numbers in _NUMBERS.items() for number in numbers}
)
"""The class of each documented refusal: all codes but 50000, which is none, and 50019, which comes with
HTTP 500 and leaves a doubt."""


def refusal(number: int, http_status: int, where: str) -> ApiRefusal:
    """The error for that code, in our words; `where` names the call.

    JSMS's own text is left out: it may quote a number or a value (architecture §6, promise 9).
    """
    known = explain(number)
    message = f"JSMS {number}: {known.meaning} ({where}, HTTP {http_status})"
    return CLASSES.get(number, ApiRefusal)(number, http_status, message, help=known.help)
