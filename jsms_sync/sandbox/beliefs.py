"""What the API documents leave open, each as one named answer that can be changed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


def _belief(default: Any, source: str, says: str) -> Any:
    """A field with the section of jsms-api.md that it answers, and what it means."""
    return field(default=default, metadata={"source": source, "says": says})


@dataclass(frozen=True, kw_only=True)
class Beliefs:
    """Each field is one inference; `switches.table` prints them all with their sources."""

    # Requests
    app_checks_cover_sending_only: bool = _belief(
        False,
        "§2",
        "50035 and 50036 are answered by the sending endpoints alone, the only page that lists them",
    )
    unknown_template_code: int = _belief(
        50013, "§1", "the code for GET, PUT and DELETE of a template that is not there"
    )
    valid_needs_auth: bool = _belief(
        True, "§9 row 28", "false: codes are verified without credentials, as the samples of 2016 do"
    )
    # Templates
    max_length: int = _belief(
        500,
        "§9 row 9",
        "characters of a message with signature and opt-out text; 350 in 2018",
    )
    max_remark: int = _belief(500, "§9 row 10", "characters of a remark; 100 by the newer tables")
    variable_name: str = _belief(
        r"[A-Za-z0-9]+(_[A-Za-z0-9]+)*",
        "§9 row 16",
        "what a variable may be called; the API page has no underscore",
    )
    code_may_repeat: bool = _belief(
        False, "§9 row 17", "{{code}} may stand several times in a verification template"
    )
    unbalanced_braces_code: int = _belief(50044, "§11", "the code for braces that do not balance")
    black_words: tuple[str, ...] = _belief(
        ("沙箱敏感词",), "§2 code 50037", "words that no text may hold; the real list is not public"
    )
    empty_remark: str | None = _belief(None, "§6.3", "what GET shows for an empty or absent remark")
    ttl_without_meaning: int | None = _belief(None, "§6.3", "what GET shows as the ttl of types 2 and 3")
    longest_shown_ttl: int | None = _belief(
        None, "§6.3", "the largest ttl that GET shows of type 1; null: the one that was submitted"
    )
    text_is_trimmed: bool = _belief(False, "§6.3", "GET shows a text without the blanks around it")
    remark_is_shown: bool = _belief(True, "§6.3", "GET shows the remark; false: it shows none")
    put_may_change_type: bool = _belief(
        True, "§6.2", "a resubmission may change the type; false answers 50025"
    )
    default_template_is_the_vendors: bool = _belief(True, "§1", "an app cannot delete template 1: 50013")
    template_in_use_code: int | None = _belief(
        None, "§10", "the code for DELETE of a template that pending schedules use; null: it is deleted"
    )
    # Recipients
    mobile: str = _belief(r"1[3-9][0-9]{9}", "§11", "what a phone number looks like; no country code")
    opted_out: frozenset[str] = _belief(
        frozenset(), "§2 code 50024", "numbers that opted out, beside those of the control plane"
    )
    opt_out_text: str = _belief("拒收请回复R", "§9 row 23", "what the platform appends to marketing")
    opt_out_replies: tuple[str, ...] = _belief(
        ("TD", "T", "R"), "§9 row 23", "replies that opt a number out, in any case; empty: none does"
    )
    opt_out_covers_voice: bool = _belief(False, "§3.2", "a number that opted out gets no voice codes")
    empty_parameters_code: int = _belief(
        50023, "§10", "the code when no parameter is given and the template has variables"
    )
    extra_parameters_code: int | None = _belief(
        None, "§10", "the code for parameters that are no variables; null: they are ignored"
    )
    # Sending
    codes_need_verification: bool = _belief(True, "§3.1", "/codes takes verification templates only: 50025")
    sendable_types: frozenset[int] = _belief(
        frozenset({1, 2, 3}), "§10", "the template types that /messages takes, else 50025"
    )
    code_ttl: int | None = _belief(
        None, "§3.1", "seconds for which a texted code is valid; null: the ttl of its template"
    )
    code_ids_are_uuids: bool = _belief(
        False, "§9 row 1", "the msg_id of codes is a uuid, as in 2016, not digits"
    )
    invalid_code_status: int | None = _belief(
        None, "§3.3", "the HTTP status of a code that is not valid; null: that of its return code"
    )
    voice_codes_can_be_verified: bool = _belief(
        True, "§3.3", "/codes/{msg_id}/valid works for voice codes too"
    )
    message_codes_can_be_verified: bool = _belief(
        False, "§3.4", "/codes/{msg_id}/valid works for verification templates sent by /messages"
    )
    batch_of_failures_is_refused: bool = _belief(
        False, "§3.5", "a batch without one success is answered with the code of its first recipient"
    )
    batch_needs_money_for_all: bool = _belief(
        True, "§3.5", "50014 refuses a whole batch, or schedule; false: the recipients that cannot be paid"
    )
    repeat_window: float = _belief(
        0, "§10", "seconds within which the same content to the same number is 50034; 0: in one request"
    )
    limits_hold: bool = _belief(True, "§11", "the frequency limits are enforced with 50009")
    notices_per_day: int | None = _belief(
        None, "§11", "notices to one number in 24 hours; 200 since 2021, null: no limit"
    )
    # Schedules
    send_time_offset: float = _belief(8, "§10", "hours by which send_time is ahead of UTC")
    now_is_too_late: bool = _belief(True, "§10", "a send_time that is just now is 50027")
    schedules_need_approval: bool = _belief(
        True, "§4.7", "a template must be approved when its schedule is submitted, not only when it is sent"
    )
    schedulable_types: frozenset[int] = _belief(
        frozenset({1, 2, 3}), "§10", "the template types that can be scheduled, else 50025"
    )
    schedules_meet_limits: bool = _belief(False, "§10", "frequency limits hold when a schedule is sent")
    other_kind_code: int = _belief(
        50028, "§4.4", "the code for the single PUT on a batch schedule, or the reverse"
    )
    delete_of_deleted_code: int = _belief(50029, "§10", "the code for DELETE of a deleted schedule")
    put_of_deleted_code: int = _belief(50029, "§10", "the code for PUT of a deleted schedule")
    sent_is_readable: bool = _belief(True, "§10", "GET shows a schedule that was sent; false: 50028")
    schedule_of_nobody_exists: bool = _belief(
        True, "§10", "a batch whose recipients were all refused is stored"
    )
    put_renews_msg_ids: bool = _belief(True, "§10", "a PUT gives every recipient a new msg_id")
    put_keeps_tag: bool = _belief(True, "§4.4", "tag is no parameter of PUT: what was there stays")
    long_tag_code: int = _belief(50007, "§4.2", "the code for a tag of more than 10 characters")
    unusable_sign_code: int = _belief(50102, "§10", "the code for a sign_id that is unknown or not approved")
    # Money
    special_balance_pays_first: bool = _belief(True, "§5", "voice, industry and market pay before balance")
    pending_freezes_balance: bool = _belief(
        False, "§10", "what pending schedules will cost is not there for others"
    )
    account_pays_for_unallotted_app: bool = _belief(
        True, "§5", "the account's balance serves an app that has no allotment"
    )
    unallotted_app_is_refused: bool = _belief(
        True, "§2 code 50033", "GET /accounts/app is 50033 when the app has no allotment; false: nulls"
    )
    balance_interval: float = _belief(
        0, "§5", "seconds between two reads of a balance, else 50009; 0: no limit"
    )
    # Signatures
    sign_name: str = _belief(
        r"[\u4e00-\u9fffA-Za-z0-9]{2,8}",
        "§9 row 20",
        "what a signature may be, else 50104; 2–10 in 2017, 2–16 by the console",
    )
    sign_types: frozenset[int] = _belief(
        frozenset(range(1, 8)), "§9 row 21", "the types of signatures; fewer in later eras"
    )
    sign_fields_required: tuple[str, ...] = _belief(
        (), "§7", "the form fields that must be there; many since 2025"
    )
    wrong_sign_form_code: int = _belief(
        50007, "§7", "the code for a wrong type, a remark over 100 or a missing field"
    )
    images_are_looked_into: bool = _belief(
        True, "§7", "pictures must begin as PNG or JPEG do, else 50101; false: their names count"
    )
    sign_put: bool = _belief(True, "§9 row 19", "PUT updates a signature as POST does; false: 405")
    sign_not_rejected_code: int = _belief(
        50102, "§7", "the code for an update of a signature that is not rejected"
    )
    first_sign_is_default: bool = _belief(
        True, "§7", "the first approved signature of an app without one becomes its default"
    )
    # Reports, replies, callbacks
    report_delay: float = _belief(0, "§8.1", "seconds from a message to its report")
    refused_recipients_are_reported: bool = _belief(
        True, "§8.2", "recipients that a schedule fails to reach at its time have a report"
    )
    pull_interval: float = _belief(5, "§8.1", "seconds between two pulls of /report or of /reply")
    pull_too_soon_code: int = _belief(50009, "§8.1", "the code for a pull before that")
    pull_with_callback_code: int | None = _belief(
        None, "§8.1", "the code for a pull while the callback is configured; null: an empty list"
    )
    records_kept_days: float = _belief(3, "§9 row 24", "days for which reports and replies can be pulled")
    callback_retries: tuple[float, ...] = _belief(
        (180, 3600, 43200), "§8.2", "seconds from each failed attempt to the next"
    )
    callback_patience: float = _belief(5, "§8.2", "seconds that an application may take for its answer")
    callback_needs_200: bool = _belief(False, "§8.2", "only 200 acknowledges a callback, not any 2xx")
