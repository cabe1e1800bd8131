"""What the API documents leave open, each as one named answer that can be changed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Beliefs:
    """Each field is one inference; the comment names the row of jsms-api.md that it answers."""

    # §9 row 9: 350 characters in 2018, 500 since 2021, counted with the signature and the opt-out text.
    max_length: int = 500
    # §9 row 10: 500 by the text of 50045, 100 by the newer parameter tables.
    max_remark: int = 500
    # §9 row 16: letters, digits and, by the console, underscores inside.
    variable_name: str = r"[A-Za-z0-9]+(_[A-Za-z0-9]+)*"
    # §9 row 17: the console lets {{code}} stand several times, the API page says exactly one.
    code_may_repeat: bool = False
    # §11 Schedules: mainland numbers without a country code.
    mobile: str = r"1[3-9][0-9]{9}"
    # §9 row 23: the platform's opt-out text of 2025.
    opt_out_text: str = "拒收请回复R"
    # §2 code 50037: the real list is not public.
    black_words: tuple[str, ...] = ("沙箱敏感词",)
    # §2 code 50024: numbers that opted out; the real list is kept by the platform.
    opted_out: frozenset[str] = frozenset()
    # §6.3: what GET shows for an empty or absent remark, and for the ttl of types 2 and 3.
    empty_remark: str | None = None
    ttl_without_meaning: int | None = None
    # §6.2: whether a resubmission may change the type is not stated; False answers 50025.
    put_may_change_type: bool = True
    # §1 Default template: supplied by the vendor; an app cannot delete it and gets 50013.
    default_template_is_the_vendors: bool = True
    # §10 "50025 border": schedules take all types.
    schedulable_types: frozenset[int] = frozenset({1, 2, 3})
    # §4.4: the single PUT on a batch schedule, or the reverse.
    other_kind_code: int = 50028
    # §10 "DELETE of sent or deleted schedule"; a deleted one is unknown rather than in a wrong status.
    delete_of_deleted_code: int = 50028
    # §10 "PUT of sent schedule": the description of 50029 names deleted schedules too.
    put_of_deleted_code: int = 50029
    # §10 "GET after sending or deletion"; False answers 50028.
    sent_is_readable: bool = True
    # §10 "PUT batch with 0 valid recipients", and POST alike; False: success_count 0 and no schedule.
    schedule_of_nobody_exists: bool = True
    # §10 "PUT keeps msg_ids?"
    put_renews_msg_ids: bool = True
    # §4.4: `tag` is not a parameter of PUT: what was there stays.
    put_keeps_tag: bool = True
    # §4.2: more than 10 characters; no code is documented for it.
    long_tag_code: int = 50007
    # §10 "Scope of ids": a sign_id that is unknown or not approved.
    unusable_sign_code: int = 50102
    # §10 "Balance: at submission or at send?": True subtracts what pending schedules will cost.
    pending_freezes_balance: bool = False
    # §5: the account's own balance serves the apps that have no allotment.
    account_pays_for_unallotted_app: bool = True
