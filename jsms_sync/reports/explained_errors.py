"""What ends a command, or one change of an apply, in words: the codes of errors in JSON documents."""

from collections.abc import Mapping

from jsms_sync.reports.explained import Words

ERRORS: Mapping[str, Words] = {
    # What was given
    "usage": Words(
        "The command line cannot be understood, or asks for two things that exclude each other.",
        "Look at the example that `--help` of the command ends with.",
    ),
    "invalid-input": Words(
        "Something that was given cannot be used; nothing was sent.",
        "Correct what the message names.",
    ),
    "invalid-definitions": Words(
        "The definitions have errors, so what they ask for is in doubt and nothing is done.",
        "`jsms-sync validate` shows all of them, each with its place and what to write instead.",
    ),
    "invalid-settings": Words(
        "`jsms-sync.yaml`, or a setting from the environment, has errors, so no command that needs it runs.",
        "`jsms-sync doctor --config` shows every setting and where it came from.",
    ),
    "confirmation-missing": Words(
        "Something would be sent, and nobody said yes: there is no terminal, or the answer was no.",
        "Read the plan, then give `--auto-approve`, or apply a saved plan.",
    ),
    "unknown-address": Words(
        "No resource of that address is recorded or defined.",
        "`jsms-sync state list` shows what is recorded; an address is template.NAME or campaign.NAME.",
    ),
    "same-variable": Words(
        "Two names differ in `-` and `_` alone, and would be one environment variable with two values.",
        "Rename one of them; `moved_from` keeps its record. Or use `--format json`.",
    ),
    "unknown-name": Words(
        "No template or campaign of that name is defined.",
        "`jsms-sync preview` without a name shows all.",
    ),
    "unknown-code": Words(
        "No explanation has that code.",
        "`jsms-sync explain` lists all codes.",
    ),
    "invalid-callback": Words(
        "What came in is not signed by JSMS with your secret, is too old, or cannot be read.",
        "Refuse it with 403, and check the secret and the clock of the machine if it came from JSMS.",
    ),
    "callback-replayed": Words(
        "This very callback was taken in before; JSMS gives each one a nonce of its own.",
        "Refuse it with 403; nothing was recorded again.",
    ),
    "file-exists": Words(
        "A recipients file that an import would write exists, and holds something else.",
        "Move it away, or write the campaign's entry by hand and import again.",
    ),
    "cannot-extend": Words(
        "The file is written in a way that no entry can be put into without touching the rest of it.",
        "Write the entries by hand and import again: what is defined is only recorded.",
    ),
    "extra-missing": Words(
        "The place of the state needs a library that is not part of the plain install.",
        "Install `jsms-sync[s3]` or `jsms-sync[postgres]`.",
    ),
    # Import
    "import-refused": Words(
        "Several of the objects cannot be adopted, so none was: each is named with its reason.",
        "Correct these and import again.",
    ),
    "address-taken": Words(
        "Another object is recorded under that address.",
        "Choose another name, or remove the record with `jsms-sync state rm`.",
    ),
    "id-taken": Words(
        "That object of JSMS is recorded under another address, and one object has one owner.",
        "`jsms-sync state mv` renames what is recorded.",
    ),
    "unknown-id": Words(
        "JSMS shows no such object to these credentials: it was deleted, or belongs to another app.",
        "Look up the id in the JSMS console of that app.",
    ),
    # Credentials and services
    "credentials-missing": Words(
        "No appKey or no master secret was given, so nothing can be asked of JSMS.",
        "Set JSMS_APP_KEY and JSMS_MASTER_SECRET (or …_FILE), or try `--sandbox`.",
    ),
    "credentials-refused": Words(
        "JSMS refuses the credentials, this machine's address, or SMS for the app at all.",
        "`jsms-sync doctor` says which; the number that JSMS gave has an explanation of its own.",
    ),
    "api-error": Words(
        "A call of JSMS did not bring what was asked for.",
        "`jsms-sync doctor` checks the way there; then run the command again.",
    ),
    "api-refusal": Words(
        "JSMS refused a request with a code, so that request did nothing.",
        "Look up the number: `jsms-sync explain 50009`, for example.",
    ),
    "not-sent": Words(
        "No connection came about, so no byte of the request left and nothing can have happened.",
        "Check the network with `jsms-sync doctor`, then run the command again.",
    ),
    "in-doubt": Words(
        "A request left, and no usable answer came back: it may have been carried out.",
        "Run the command again: what can be read back is; what was created is named for `jsms-sync resolve`.",
    ),
    "account-mismatch": Words(
        "The credentials belong to another account than the state, or than the environment pins.",
        "Use the credentials of that account, or name the state of this one with `--state`.",
    ),
    # The state
    "state-exists": Words(
        "A state is there already, and was not touched.",
        "Nothing, if it is yours; else name another place with `--state`.",
    ),
    "locked": Words(
        "Somebody else holds the state: only one can write at a time. The message says who, and since when.",
        "Wait, for example with `--lock-timeout 300`. A lock of a run that died: `jsms-sync state unlock`.",
    ),
    "lock-lost": Words(
        "The lock was taken over, or could not be renewed in time, so this run stopped before it could harm.",
        "Look with `jsms-sync plan`, then apply again.",
    ),
    "no-lock": Words(
        "The server of the state offers no lock, so two applies could run at once.",
        "Keep the state where there is one: docs/state.md compares the places.",
    ),
    "lying-store": Words(
        "The store says yes to writes whose condition is not met, so no lock in it can be trusted.",
        "Keep the state in another store: docs/state.md says which were tried.",
    ),
    "state-credentials": Words(
        "The store of the state does not let this run in.",
        "Set the credentials of the store; docs/state.md names the variables of each.",
    ),
    "not-its-successor": Words(
        "The file to push does not follow the state that is there: another lineage, or an older number.",
        "`jsms-sync state restore` puts it there all the same, and holds campaigns that it does not record.",
    ),
    "still-scheduled": Words(
        "Schedules of the campaign will still be sent, and forgotten they could not be stopped any more.",
        "Remove its definition and apply, which deletes them; or leave them with `--leave-schedules`.",
    ),
    "stale": Words(
        "What this was planned from is no longer what is there, so nothing was done.",
        "Look again: `jsms-sync plan`.",
    ),
    # While applying
    "refused": Words(
        "A safety rule stops everything until a person decides.",
        "Read the refusals: each has a code of its own, and names what lifts it.",
    ),
    "dependency-failed": Words(
        "Something that this change needs failed before it, so it was skipped and nothing was sent for it.",
        "Mend what failed, and apply again.",
    ),
    "halted": Words(
        "A check right before a request said no, so it was not sent.",
        "The message names the reason; the next plan takes it into account.",
    ),
    "recipients-changed": Words(
        "A recipients file is not the one any more that was checked; nothing more of its campaign was sent.",
        "Run the command again, with the file at rest.",
    ),
    "operation-failed": Words(
        "Something was tried and did not work; the message says what.",
        "Mend what the message names, and run the command again.",
    ),
    "failed": Words(
        "Something went wrong that has no code of its own.",
        "Do what the message says, and run the command again.",
    ),
    "interrupted": Words(
        "You asked it to stop, and it stopped after recording what was in flight.",
        "Run the command again to go on.",
    ),
    "bug": Words(
        "The tool met something that it was not made for. What was recorded before is safe.",
        "Send the report whose path was printed, with what you did; it holds no data of yours.",
    ),
}
