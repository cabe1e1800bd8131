"""The reasons for problems of `jsms-sync.yaml`."""

from jsms_sync.definitions.why import OWN, Frame, Reasons, Why


def _why(why: str, bad: str, good: str, source: str = OWN) -> Why:
    return Why(why, bad, good, source, Frame.SETTINGS)


SETTINGS: Reasons = {
    "invalid-limit": _why(
        "A limit that cannot be read would let everything pass.",
        "limits: {max_deletes: -1}\n",
        "limits: {max_deletes: 1}\n",
    ),
    "invalid-hours": _why(
        "The hours of marketing are a part of every day, and never of a night.",
        "limits: {marketing_hours: 21:00-08:00}\n",
        "limits: {marketing_hours: 08:00-21:00}\n",
    ),
    "invalid-date": _why(
        "On a day that is not in the calendar nothing could be kept back.",
        "limits: {blackout: [2027-02-30]}\n",
        "limits: {blackout: [2027-02-10..2027-02-17]}\n",
    ),
    "invalid-signature": _why(
        "The signature counts for length and cost as JSMS writes it, and JSMS sets the brackets itself.",
        "signature: 【极光商城】\n",
        "signature: 极光商城\n",
        "JSMS documents: signatures, 2018",
    ),
    "invalid-account": _why(
        "An environment is pinned to one account, so that nothing meant for one reaches another.",
        "environments: {production: {account: shop}}\n",
        'environments: {production: {account: "0123456789abcdef"}}\n',
    ),
    "invalid-variable": _why(
        "A key or a secret that stands here would be read by everybody who reads the repository.",
        "environments: {production: {app_key_env: my key}}\n",
        "environments: {production: {app_key_env: SHOP_APP_KEY}}\n",
    ),
    "invalid-url": _why(
        "Whatever stands in the address is shown in messages and logs.",
        "environments: {test: {base_url: 'https://me:word@127.0.0.1/v1'}}\n",
        "environments: {test: {base_url: 'http://127.0.0.1:8800/v1'}}\n",
    ),
    "invalid-level": _why(
        "A rule is an error, a warning, or not looked at.",
        "rules: {ttl-unused: warn}\n",
        "rules: {ttl-unused: warning}\n",
    ),
    "secret-in-settings": _why(
        "The file is kept in git, and git forgets nothing.",
        "state: postgresql://me:word@db.example.com/states\n",
        "state: jsms-sync.state.json\n",
    ),
    "unknown-rule": _why(
        "A mistyped rule would keep its weight, and nobody would know.",
        "rules: {variable-underscor: error}\n",
        "rules: {variable-underscore: error}\n",
    ),
    "fixed-rule": _why(
        "Without this rule something else would be sent than was written, or nothing could be read at all.",
        "rules: {duplicate-key: off}\n",
        "rules: {ttl-unused: off}\n",
    ),
}
