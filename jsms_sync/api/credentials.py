"""A key and its secret, checked once, and the header they become."""

import base64
import re
from dataclasses import dataclass, field

from jsms_sync.errors import InvalidInput, MissingCredentials
from jsms_sync.model.privacy import Secret

_USABLE = re.compile(r"[!-~]+")


@dataclass(frozen=True, slots=True)
class Credentials:
    """An appKey with its master secret, or a devKey with its API secret; neither is ever shown.

    Raises MissingCredentials when one of them is empty, InvalidInput when one cannot be right.
    """

    key: str = field(repr=False)
    secret: Secret

    def __post_init__(self) -> None:
        _check("key", self.key)
        _check("secret", self.secret.reveal())
        if ":" in self.key:
            # The key ends at the first colon of Basic auth (RFC 7617 §2).
            raise InvalidInput("the key holds a colon", help="Copy it again from the JSMS console.")

    def authorization(self) -> str:
        """The value of the Authorization header (`jsms-api.md §1`)."""
        pair = f"{self.key}:{self.secret.reveal()}".encode()
        return "Basic " + base64.b64encode(pair).decode()


def _check(what: str, value: str) -> None:
    if not value:
        raise MissingCredentials(
            f"the {what} for JSMS is empty", help="Set JSMS_APP_KEY and JSMS_MASTER_SECRET."
        )
    if not _USABLE.fullmatch(value):
        raise InvalidInput(
            f"the {what} for JSMS holds a space, a line break or a character that is not ASCII",
            help="Copy it again from the JSMS console, without anything around it.",
        )
