"""Every way the tool can end without success, as one tree that knows its exit codes.

JsmsSyncError
├── InvalidInput         3    usage, YAML, schema, rules, a missing confirmation
│   └── InvalidCallback  3    a pushed callback that is not from JSMS, too old, or not readable
├── OperationFailed      1    something was tried and did not work
│   └── ApiError              one call of the JSMS API
│       ├── ApiRefusal   1    the service refused: known not to have acted; by what helps:
│       │   ├── CredentialsRefusal   9  other credentials, or the app's rights at JSMS
│       │   ├── InvalidRequest          a corrected request
│       │   ├── UnknownResource         another id
│       │   ├── TemplateNotUsable       an approved template of the right type
│       │   ├── RecipientRefused        leaving that recipient out
│       │   ├── RepeatedMessage         nothing: that message has gone to that number
│       │   ├── InsufficientBalance     money
│       │   ├── TooFrequent             time
│       │   ├── ContentRefused          another text or image
│       │   ├── WrongStatus             another state of the object: audited, not sent, not the default
│       │   └── CodeRefused             another verification code
│       ├── NotSent      1    no byte of the request left
│       └── InDoubt      1    bytes left, and no usable answer came back
├── Refused              5    a safety rule stops the whole apply
├── Stale                6    what was planned from is no longer what is there
├── StateLocked          7    somebody else holds the state
├── OutcomeUnknown       8    a POST's outcome needs `resolve`
├── MissingCredentials   9    no credentials were given
└── Interrupted        130    Ctrl-C, after a clean stop
"""

from collections.abc import Iterable
from enum import IntEnum


class Exit(IntEnum):
    """The exit codes of the command line."""

    DONE = 0
    FAILED = 1
    CHANGES = 2
    INVALID = 3
    WAITING = 4
    REFUSED = 5
    STALE = 6
    LOCKED = 7
    UNKNOWN = 8
    CREDENTIALS = 9
    BUG = 10
    INTERRUPTED = 130


PRECEDENCE = (
    Exit.BUG,
    Exit.UNKNOWN,
    Exit.INTERRUPTED,
    Exit.STALE,
    Exit.LOCKED,
    Exit.CREDENTIALS,
    Exit.FAILED,
    Exit.REFUSED,
    Exit.INVALID,
    Exit.WAITING,
    Exit.CHANGES,
    Exit.DONE,
)


def fold(exits: Iterable[Exit]) -> Exit:
    """The one code to end with when several apply; DONE when none does."""
    return min(exits, key=PRECEDENCE.index, default=Exit.DONE)


class JsmsSyncError(Exception):
    """What went wrong, in a sentence for people, with what to do next."""

    exit = Exit.FAILED
    code = "failed"

    def __init__(self, message: str, *, help: str = "", code: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.help = help
        self.code = code or type(self).code


class InvalidInput(JsmsSyncError):
    """Something given by the user cannot be used."""

    exit = Exit.INVALID
    code = "invalid-input"


class InvalidCallback(InvalidInput):
    """A pushed callback must not be acted on: forged, too old, or not readable."""

    code = "invalid-callback"


class OperationFailed(JsmsSyncError):
    """Something was tried and did not work."""

    code = "operation-failed"


class Refused(JsmsSyncError):
    """A safety rule stops everything until a person decides."""

    exit = Exit.REFUSED
    code = "refused"


class Stale(JsmsSyncError):
    """What the work was planned from is no longer what is there."""

    exit = Exit.STALE
    code = "stale"


class StateLocked(JsmsSyncError):
    """Somebody else holds the state."""

    exit = Exit.LOCKED
    code = "locked"


class OutcomeUnknown(JsmsSyncError):
    """Something may have been created at JSMS, and its id is not known."""

    exit = Exit.UNKNOWN
    code = "unknown-outcome"


class MissingCredentials(JsmsSyncError):
    """The appKey or the master secret was not given."""

    exit = Exit.CREDENTIALS
    code = "credentials-missing"


class Interrupted(JsmsSyncError):
    """The user asked to stop, and the tool stopped cleanly."""

    exit = Exit.INTERRUPTED
    code = "interrupted"


class ApiError(OperationFailed):
    """One call of the JSMS API did not bring what was asked for."""

    code = "api-error"
    http_status: int | None = None


class ApiRefusal(ApiError):
    """JSMS answered with an error code, so this attempt is known not to have acted (architecture, promise 1).

    `number` is the code. A documented one comes as the subclass that says what helps, any other as this class
    (`jsms_sync.api.refusals`). `retried` holds when an earlier attempt of the same call is in doubt: it may
    be that one which acted, so 50047 and 50029 after a retried PUT, and 50013 and 50028 after a retried
    DELETE, may mean success.
    """

    code = "api-refusal"
    retried = False

    def __init__(self, number: int, http_status: int, message: str, *, help: str = "") -> None:
        super().__init__(message, help=help)
        self.number = number
        self.http_status = http_status


class CredentialsRefusal(ApiRefusal):
    """The credentials are wrong, or do not allow this: from this address, for this app, for SMS at all."""

    exit = Exit.CREDENTIALS
    code = "credentials-refused"


class InvalidRequest(ApiRefusal):
    """The request is incomplete or malformed; the same one will never be accepted."""


class UnknownResource(ApiRefusal):
    """The app has no template, schedule, signature or message of that id; JSMS says so with 403."""


class TemplateNotUsable(ApiRefusal):
    """The template is not approved yet, was rejected, or is of a type that does not fit here."""


class RecipientRefused(ApiRefusal):
    """This number cannot be texted: it is invalid, or has opted out."""


class RepeatedMessage(ApiRefusal):
    """The same message was sent to this number before."""


class InsufficientBalance(ApiRefusal):
    """The balance does not suffice, or none is allotted to the app."""


class TooFrequent(ApiRefusal):
    """Too many requests or messages in a short time; the same call may succeed later."""


class ContentRefused(ApiRefusal):
    """A text, a variable's place in it, a remark, a signature or an image is not acceptable."""


class WrongStatus(ApiRefusal):
    """What is to be changed, or what it needs, is not in a state that allows it now."""


class CodeRefused(ApiRefusal):
    """The verification code is wrong, has expired, or was used before."""


class NotSent(ApiError):
    """No byte of the request left this machine, so it is known not to have acted."""

    code = "not-sent"


class InDoubt(ApiError):
    """Bytes of the request left and no usable answer came back: it may have acted."""

    code = "in-doubt"

    def __init__(self, message: str, *, help: str = "", http_status: int | None = None) -> None:
        super().__init__(message, help=help)
        self.http_status = http_status
