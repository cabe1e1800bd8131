"""Every return code of JSMS: its HTTP status, JSMS's own message, what it means and what to do next."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Code:
    """One return code; `http_status` and `message` are JSMS's, `meaning` and `help` are in our words."""

    number: int
    http_status: int | None
    message: str
    meaning: str
    help: str


def explain(number: int) -> Code:
    """What is known of the code; a number that is not listed gets an entry that says so.

    The list ends with the documents of 2018-11-22, so unknown numbers are expected (`jsms-api.md §0`).
    """
    return CODES.get(number) or Code(number, None, "", "a code that is not documented", _ASK)


_ASK = "Look in the JSMS console, or ask JSMS support what the code means."
_KEYS = "Check JSMS_APP_KEY and JSMS_MASTER_SECRET against the JSMS console."
_BUG = "This is a fault of the program that made the request, not of your data; please report it."
_NUMBER = "Give a mainland-China number of 11 digits, without country code."
_REQUEST_AGAIN = "Request a new verification code."
_TOP_UP = "Top up the balance in the JSMS console, then try again."
_READ_ID = "Compare the id with the JSMS console; an id belongs to the app that created it."
_WORDING = "Change the text and submit it again."
_BRACKETS = "Take out special symbols such as 【 and 】; the platform adds the signature itself."

# jsms-api.md §2, in its order.
_ROWS = (
    (50000, 200, "success", "the call succeeded", ""),
    (50001, 400, "missing auth", "the request carried no credentials", _KEYS),
    (50002, 401, "auth failed", "the credentials are wrong", _KEYS),
    (50003, 400, "missing body", "the request had no body", _BUG),
    (50004, 400, "missing mobile", "the phone number is missing", _NUMBER),
    (50005, 400, "missing temp_id", "the template id is missing", "Name a template."),
    (50006, 403, "invalid mobile", "the phone number is not valid", _NUMBER),
    (50007, 403, "invalid body", "the body of the request is malformed", _BUG),
    (50008, 403, "no sms code auth", "the SMS service is not opened for this app",
     "Open the SMS service for the app in the JSMS console."),
    (50009, 403, "out of freq", "too many requests in a short time", "Wait a while, then try again."),
    (50010, 403, "invalid code", "the verification code is wrong", "Enter the code that was received."),
    (50011, 403, "expired code", "the verification code has expired", _REQUEST_AGAIN),
    (50012, 403, "verified code", "the verification code was already used", _REQUEST_AGAIN),
    (50013, 403, "invalid temp_id", "the template is not known to this app", _READ_ID),
    (50014, 403, "no money", "the balance is not sufficient", _TOP_UP),
    (50015, 400, "missing code", "the verification code is missing", "Give the code that was received."),
    (50016, 404, "api not found", "the service has no such call", "Check the base URL."),
    (50017, 415, "media not supported", "the service does not take this content type", _BUG),
    (50018, 405, "request method not support", "the service does not take this method here",
     "Check the base URL."),
    (50019, 500, "server error", "the service had an error of its own", "Try again later."),
    (50020, 403, "template auditing", "the template is still waiting for its audit",
     "Wait until the template is approved."),
    (50021, 403, "template not pass", "the template was rejected by the audit",
     "Change the template and submit it again."),
    (50022, 403, "parameters not all replaced", "a variable of the template got no value",
     "Give a value for every variable of the template."),
    (50023, 403, "parameters is empty", "the template's variables got no values",
     "Give a value for every variable of the template."),
    (50024, 403, "unsubscribed mobile", "the recipient has opted out", "Leave this recipient out."),
    (50025, 403, "wrong template type", "the type of the template does not fit here",
     "Use verification (1), notification (2) or marketing (3), as the call asks for."),
    (50026, 403, "wrong msg_id", "the message id is not known", _READ_ID),
    (50027, 403, "invalid send_time", "the send time is missing, malformed or not in the future",
     "Choose a later time; it is China time."),
    (50028, 403, "invalid schedule_id", "the schedule is not known to this app", _READ_ID),
    (50029, 403, "wrong schedule status", "the schedule was already sent or deleted",
     "It can no longer be changed; create a new one if the message must still go out."),
    (50030, 403, "recipients is empty", "there are no recipients", "Give at least one recipient."),
    (50031, 403, "too much recipients", "there are more than 1000 recipients", "Split the recipients."),
    (50033, 403, "app quota not assigned", "no balance is allotted to this app",
     "Allot a balance to the app in the JSMS console, or read the account's balance instead."),
    (50034, 403, "repeat send", "the same message was sent to this number before",
     "Nothing to do, unless the second message was meant."),
    (50035, 403, "illegal IP", "calls from this IP address are not allowed",
     "Add the address to the app's IP allowlist in the JSMS console."),
    (50036, 403, "app in black", "the app is blacklisted", "Ask JSMS support."),
    (50037, 403, "has black word", "the text holds a forbidden word", _WORDING),
    (50038, 403, "invalid content length",
     "the text is longer than 350 characters, or a voice code has not 4 to 8 digits", _WORDING),
    (50039, 403, "invalid code type", "a voice code must be digits", "Give 4 to 8 digits."),
    (50040, 403, "invalid voice language type", "the voice language is not known",
     "Use 0 (Chinese), 1 (English) or 2 (mixed)."),
    (50041, 403, "invalid ttl value", "the ttl is out of range", "Give 1 to 86400 seconds."),
    (50042, 403, "template is empty", "the text of the template is empty", "Give a text."),
    (50043, 403, "template too long", "the text is too long, counted with signature and opt-out",
     "Shorten the text."),
    (50044, 403, "template parameter invalid", "a variable of the template is malformed",
     "Write variables as {{name}}, with letters and digits."),
    (50045, 403, "remark too long", "the remark is too long", "Shorten the remark."),
    (50046, 403, "signature not set", "the app has no signature yet",
     "Create a signature in the JSMS console first."),
    (50047, 403, "modify template not allow", "only a rejected template can be changed",
     "Submit the new text as a new template."),
    (50052, 403, "template contains special symbol", "the template holds a special symbol", _BRACKETS),
    (50053, 403, "special template parameter need extra remark for confirmation",
     "the template has a link variable whose link is not declared", "Write the link into the remark."),
    (50054, 403, "content contains special symbol", "the finished text holds a special symbol", _BRACKETS),
    (50101, 403, "invalid image", "an image is not valid", "Give png or jpg images of at most 2 MB."),
    (50102, 403, "invalid sign id", "the signature is not known to this app", _READ_ID),
    (50103, 403, "other signatures in the audit", "another signature is still waiting for its audit",
     "Wait for that audit, then try again."),
    (50104, 403, "invalid signature", "the text of the signature is not valid",
     "Use 2 to 8 letters, digits or Chinese characters."),
    (50105, 403, "default signature cannot be deleted", "the default signature cannot be deleted",
     "Make another signature the default in the JSMS console first."),
)  # fmt: skip  # a table reads better with one code a line

CODES: Mapping[int, Code] = MappingProxyType({row[0]: Code(*row) for row in _ROWS})
"""Every documented code by its number (`jsms-api.md §2`)."""
