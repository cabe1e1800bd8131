"""What held codes, refusals and exit codes mean and what to do next, in words."""

from collections.abc import Mapping
from typing import NamedTuple

from jsms_sync.errors import Exit
from jsms_sync.model.decisions import HeldCode, RefusalCode
from jsms_sync.model.resources import Severity


class Words(NamedTuple):
    """What a code means and why there is such a thing, and what to do next."""

    means: str
    next: str


HELD: Mapping[HeldCode, Words] = {
    HeldCode.AWAITING_APPROVAL: Words(
        "The text was submitted and a person at JSMS reads it; that takes hours. What served before goes on"
        " serving.",
        "Wait, then run `jsms-sync apply` again; `jsms-sync status` shows how it stands.",
    ),
    HeldCode.UNDER_REVIEW: Words(
        "Another text of this template is in its audit, and JSMS lets nobody change it until that ends.",
        "Wait for that audit, or do not wait: `--supersede ADDRESS` submits the new text now and deletes the"
        " one under review.",
    ),
    HeldCode.REJECTED: Words(
        "A person at JSMS refused the text; submitting the same again would be refused again.",
        "Edit its `content` or `remark`: the next apply submits it again under the same id."
        " `jsms-sync validate` warns of what audits usually refuse.",
    ),
    HeldCode.TEMPLATE_NOT_APPROVED: Words(
        "JSMS schedules messages with approved templates only, and this campaign's text is not yet one.",
        "Wait for the audit, then run `jsms-sync apply` again, before the campaign's send_time.",
    ),
    HeldCode.ALREADY_SENT: Words(
        "The campaign was sent, so an edit comes too late; sending it once more could text people twice.",
        "To send again, give the campaign a new name; to keep the file true, take the edit back.",
    ),
    HeldCode.SEND_TIME_PASSED: Words(
        "Its time came before it could be scheduled, and nothing is ever sent late.",
        "Set a `send_time` in the future, or remove the campaign.",
    ),
    HeldCode.INSIDE_FREEZE_WINDOW: Words(
        "The time it has, or the new one, is so near that a change could arrive while JSMS sends. Or the"
        " campaign that went on from its name still has its people, and they would be texted twice.",
        "Nothing can be changed any more; removing the campaign from the file still deletes it. Where another"
        " campaign is named, it goes on once that one is as defined.",
    ),
    HeldCode.CANCELLED: Words(
        "A campaign of this name was stopped before its time; it does not come back by itself.",
        "`--recreate ADDRESS` schedules it again; or remove the campaign.",
    ),
    HeldCode.CANCELLED_OUTSIDE: Words(
        "The schedule vanished before its time, and not by this tool: somebody may have stopped it"
        " on purpose.",
        "Ask who did it. `--recreate ADDRESS` schedules it again; or remove the campaign.",
    ),
    HeldCode.CHANGED_OUTSIDE: Words(
        "JSMS shows another time, text or recipients than were set: somebody changed the schedule elsewhere.",
        "Put the change into the file, or set ours again with `--overwrite ADDRESS`.",
    ),
    HeldCode.TEMPLATE_MISSING: Words(
        "The template that this schedule sends with was deleted, so it will fail at its time.",
        "Let a successor be approved: the campaign is then switched to it. Or remove the campaign.",
    ),
    HeldCode.UNREADABLE: Words(
        "JSMS did not let it be read, which does not mean that it is gone.",
        "Try again later; with `-v` each request is shown.",
    ),
    HeldCode.UNKNOWN_OUTCOME: Words(
        "The answer to a request that creates something was lost, so nobody knows whether it exists; it is"
        " never repeated, because people could be texted twice.",
        "Look into the JSMS console, then `jsms-sync resolve ADDRESS --created ID`, or `--not-created`.",
    ),
    HeldCode.GRACE_PERIOD: Words(
        "A superseded text is kept for `retire_after`, because deployed applications may still use its id.",
        "Nothing: an apply after that time deletes it.",
    ),
}

REFUSALS: Mapping[RefusalCode, Words] = {
    RefusalCode.PROTECTED: Words(
        "The entry of a template with `protect: true` was removed, and that protection outlives its entry.",
        "Put the entry back; to delete it all the same, apply it with `protect: false` first.",
    ),
    RefusalCode.OVER_LIMIT: Words(
        "One run would do more than a limit of jsms-sync.yaml allows: more deletes than `max_deletes`, more"
        " recipients in a campaign than `max_recipients`, more billed parts than `max_parts`; or JSMS refused"
        " more of a campaign's recipients than `max_failed`. More likely a mistake than a wish.",
        "Read the plan. For deletes and parts `--allow over-limit`, or `--allow delete=ADDRESS` for each"
        " deletion that shall not count; for a campaign's recipients `--allow over-limit=ADDRESS`. Recipients"
        " whom JSMS refused are better taken out.",
    ),
    RefusalCode.NO_STATE: Words(
        "There is no state at this location. Without it every template would be submitted and every campaign"
        " sent once more.",
        "Check `--state` and the folder; `--new-state` when this really is the first apply.",
    ),
    RefusalCode.FORGETFUL_STATE: Words(
        "A CI runner's disk is emptied after the job, and the only record of the ids with it.",
        "Keep the state where it stays, and name it with `--state`; or `--allow local-state`.",
    ),
    RefusalCode.NOT_ALL_FILES: Words(
        "Something would be deleted whose file exists but was not loaded, so it is probably still wanted.",
        "Name all files with `--file`; or `--allow not-all-files=ADDRESS`.",
    ),
    RefusalCode.EMPTY_DEFINITIONS: Words(
        "Nothing is defined, so everything that is recorded would be deleted.",
        "Check that the right files are loaded; or `--allow empty-definitions`.",
    ),
    RefusalCode.TOO_MANY_MISSING: Words(
        "More recorded objects are gone at once than `max_missing` allows: perhaps these are the credentials"
        " of another app.",
        "Compare the app in the JSMS console; or `--allow too-many-missing`.",
    ),
    RefusalCode.RECIPIENT_TWICE: Words(
        "A number was seen in two schedules of one campaign, so somebody would get the message twice.",
        "Delete one of the two schedules in the JSMS console, then plan again; nothing lifts this.",
    ),
    RefusalCode.CLOCK_SKEW: Words(
        "The clocks here and at JSMS differ by more than 60 s, so a campaign could be sent early,"
        " late or never.",
        "Set this machine's clock; or `--allow clock-skew`.",
    ),
    RefusalCode.INSUFFICIENT_BALANCE: Words(
        "JSMS bills a schedule when it sends it, and the balance does not pay for everything that would be"
        " scheduled then, what is scheduled already included. Some people would get no message (50014)."
        " Special balances, such as that for marketing, pay for their own type only.",
        "Top up the balance in the JSMS console, or make a campaign smaller; or"
        " `--allow insufficient-balance`, when the money comes before the campaign's time.",
    ),
    RefusalCode.OUTSIDE_MARKETING_HOURS: Words(
        "Marketing texts may be sent from 08:00 to 21:00 China time only (`marketing_hours`), as JSMS rules,"
        " and scheduling them makes no difference.",
        "Choose a `send_time` inside these hours; or `--allow outside-marketing-hours=ADDRESS`.",
    ),
    RefusalCode.BLACKOUT: Words(
        "The campaign's day, in China, is one of those on which nobody shall be texted (`blackout` in"
        " jsms-sync.yaml).",
        "Choose another day; or `--allow blackout=ADDRESS`.",
    ),
    RefusalCode.TEMPLATE_IN_USE: Words(
        "A template would be deleted that a pending campaign still needs; the campaign would fail"
        " at its time.",
        "Remove or switch that campaign too; or `--allow template-in-use=ADDRESS`.",
    ),
}

EXITS: Mapping[Exit, Words] = {
    Exit.DONE: Words(
        "Done. A plan with changes ends so too, and waiting for an audit is normal.",
        "Nothing; `--detailed-exitcode` tells changes and waiting apart from done.",
    ),
    Exit.FAILED: Words(
        "Something was tried and did not work: JSMS refused, the network failed, or a part of an apply did."
        " With `--detailed-exitcode` also: something waits for a person.",
        "Read the outcomes: what is done is recorded, and another apply goes on with the rest.",
    ),
    Exit.CHANGES: Words(
        "There is something to do: changes of a plan, what `drift` found, or files that are not tidy.",
        "Read the plan, then `jsms-sync apply`; for files, `jsms-sync fmt`.",
    ),
    Exit.INVALID: Words(
        "Something given cannot be used: an option, the YAML, a rule, or a confirmation is missing.",
        "The message says what and where; `jsms-sync validate` shows every problem of the definitions.",
    ),
    Exit.WAITING: Words(
        "Everything possible is done, and something still waits for its audit.",
        "Run `jsms-sync apply` again when the audit has ended; `jsms-sync status` shows it.",
    ),
    Exit.REFUSED: Words(
        "A safety rule stopped the whole run before anything was done.",
        "Read the refusal: it names what lifts it, if anything does; `jsms-sync explain CODE` says why.",
    ),
    Exit.STALE: Words(
        "What this was planned from is no longer what is there, or the state is another account's, another"
        " version's or damaged.",
        "Plan again from what is there now; check the state and the credentials.",
    ),
    Exit.LOCKED: Words(
        "Another process holds the state; two applies at once could create everything twice.",
        "Wait until it ends; `--lock-timeout S` waits for you.",
    ),
    Exit.UNKNOWN: Words(
        "The answer to a request was lost, and whether it created something is not known.",
        "Look into the JSMS console, then `jsms-sync resolve ADDRESS --created ID`, or `--not-created`.",
    ),
    Exit.CREDENTIALS: Words(
        "The credentials are missing, or JSMS refused them.",
        "Set JSMS_APP_KEY and JSMS_MASTER_SECRET, and compare them with the JSMS console.",
    ),
    Exit.BUG: Words(
        "A mistake in this tool.",
        "Send the report whose path was printed, with what you did; it holds no data of yours.",
    ),
    Exit.INTERRUPTED: Words(
        "You asked it to stop, and it stopped after recording what was in flight.",
        "Run the command again to go on.",
    ),
}


class Found(NamedTuple):
    """A problem that only a look at JSMS can find."""

    severity: Severity
    words: Words


PLAN_PROBLEMS: Mapping[str, Found] = {
    "template-unknown": Found(
        Severity.WARNING,
        Words(
            "A campaign's `temp_id` is not known to JSMS, so its text and its variables cannot be checked."
            " The vendor's own template 1 may not be readable.",
            "Check the id in the JSMS console; it belongs to the app that made it.",
        ),
    ),
    "params-missing": Found(
        Severity.ERROR,
        Words(
            "The text of the campaign's `temp_id` has variables for which there are no values, and JSMS"
            " refuses messages with holes.",
            "Add the missing values to `params`, or to each recipient.",
        ),
    ),
}
