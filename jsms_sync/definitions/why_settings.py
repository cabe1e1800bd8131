"""The reasons for problems of the settings file."""

from jsms_sync.definitions.why import OWN, Frame, Reasons, Why

SETTINGS: Reasons = {
    "invalid-limit": Why(
        "A limit that cannot be read would protect from nothing.",
        "limits: {max_deletes: -1}",
        "limits: {max_deletes: 3}",
        OWN,
        Frame.SETTINGS,
    ),
    "invalid-hours": Why(
        "Hours that end before they begin hold no time in which anything could be sent.",
        "limits: {marketing_hours: 21:00-08:00}",
        "limits: {marketing_hours: 08:00-21:00}",
        "JSMS documents: audit rules, 2018-09-10 (08:00 to 21:00)",
        Frame.SETTINGS,
    ),
    "invalid-date": Why(
        "A day that the calendar does not have would black nothing out.",
        "limits: {blackout: [2027-02-30]}",
        "limits: {blackout: [2027-02-10..2027-02-17]}",
        OWN,
        Frame.SETTINGS,
    ),
    "invalid-signature": Why(
        "JSMS puts the brackets around the signature; here its text alone is counted.",
        "signature: 【青禾】",
        "signature: 青禾",
        "JSMS documents: signatures, 2018-11-27",
        Frame.SETTINGS,
    ),
    "invalid-account": Why(
        "An account that can never match would refuse every run.",
        "environments: {staging: {account: my-shop}}",
        "environments: {staging: {account: 3f1c9a5be0d24c77}}",
        OWN,
        Frame.SETTINGS,
    ),
    "invalid-variable": Why(
        "Here stands the name of the variable that holds a key or secret, never the secret itself.",
        "environments: {staging: {app_key_env: 7d431e42dfa6a6d693ac2d04}}",
        "environments: {staging: {app_key_env: STAGING_APP_KEY}}",
        OWN,
        Frame.SETTINGS,
    ),
    "invalid-url": Why(
        "Credentials leave for this address with every request.",
        "environments: {staging: {base_url: api.sms.jpush.cn/v1}}",
        "environments: {staging: {base_url: https://api.sms.jpush.cn/v1}}",
        OWN,
        Frame.SETTINGS,
    ),
    "invalid-level": Why(
        "A rule with a level that does not exist would be left as it is, without a word.",
        "rules: {same-text: ignore}",
        "rules: {same-text: off}",
        OWN,
        Frame.SETTINGS,
    ),
    "secret-in-settings": Why(
        "The settings are in git, where a password stays for ever.",
        "state: postgresql://shop:secret@db.example.com/jsms",
        "state: postgresql://db.example.com/jsms",
        OWN,
        Frame.SETTINGS,
    ),
    "unknown-rule": Why(
        "A mistyped code would leave the rule as it is, without a word.",
        "rules: {same-texts: off}",
        "rules: {same-text: off}",
        OWN,
        Frame.SETTINGS,
    ),
    "fixed-rule": Why(
        "Without this rule something else would be sent than was written, or nothing could be read at all.",
        "rules: {duplicate-key: off}",
        "rules: {same-text: off}",
        OWN,
        Frame.SETTINGS,
    ),
}
