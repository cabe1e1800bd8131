"""The options of `api` commands, named as the arguments of the client's calls."""

import click

from jsms_sync.model.privacy import Mobile, Params, Secret


def _mobile(_: click.Context, __: click.Parameter, value: str | None) -> Mobile | None:
    return None if value is None else Mobile(value)


def _secret(_: click.Context, __: click.Parameter, value: str | None) -> Secret | None:
    return None if value is None else Secret(value)


def params_of(_: click.Context, __: click.Parameter, pairs: tuple[str, ...]) -> Params:
    """The parameters that `NAME=VALUE` texts say."""
    if not all(pair.partition("=")[0] and "=" in pair for pair in pairs):
        # Without the text itself, which may be a value.
        raise click.BadParameter("write it as NAME=VALUE")
    return Params(dict(pair.split("=", 1) for pair in pairs))


def _flag(name: str) -> str:
    return "--" + name.replace("_", "-")


def _type(_: click.Context, __: click.Parameter, word: str) -> int:
    return TYPES[word]


TYPES = {"verification": 1, "notification": 2, "marketing": 3, "1": 1, "2": 2, "3": 3}
ID = click.IntRange(1)
MOBILE = click.Option(["--mobile"], required=True, callback=_mobile, metavar="NUMBER", help="Whom to text.")
TEMP_ID = click.Option(["--temp-id"], required=True, type=ID, metavar="ID", help="Of the template.")
SIGN_ID = click.Option(["--sign-id"], type=ID, metavar="ID", help="Another signature than the default.")
TEMP_PARA = click.Option(
    ["--temp-para"], multiple=True, callback=params_of, metavar="NAME=VALUE", help="A parameter; repeatable."
)
RECIPIENTS = click.Option(
    ["--recipients"],
    required=True,
    metavar="FILE",
    help="CSV with a `mobile` column, or JSON: a list of mobile and temp_para.",
)
TAG = click.Option(["--tag"], metavar="TEXT", help="A label that nobody is texted.")
SEND_TIME = click.Option(
    ["--send-time"], required=True, metavar="TIME", help="As 2027-03-01 10:00:00, in China time."
)
SCHEDULE_ID = click.Argument(["schedule_id"])
WHICH_TEMPLATE = click.Argument(["temp_id"], type=ID)
WHICH_SIGN = click.Argument(["sign_id"], type=ID)
ONE = (SEND_TIME, MOBILE, TEMP_ID, TEMP_PARA, SIGN_ID)
MANY = (SEND_TIME, TEMP_ID, RECIPIENTS, SIGN_ID)
TEMPLATE = (
    click.Option(["--template"], required=True, metavar="TEXT", help="With variables as {{name}}."),
    click.Option(
        ["--type"], required=True, type=click.Choice(list(TYPES)), callback=_type, help="By name or number."
    ),
    click.Option(["--ttl"], type=int, metavar="S", help="Seconds for which a code is valid; for type 1."),
    click.Option(["--remark"], metavar="TEXT", help="For the auditor."),
)
PRIVATE = ("legal_person_name", "legal_person_id_number", "social_credit_code")
PICTURES = (
    *("business_license_image", "icp_app_screenshot", "trademark_image", "third_party_auth_image"),
    *("id_card_image", "other_image"),
)
FORM = (
    click.Option(["--sign"], required=True, metavar="TEXT", help="2 to 8 characters, without brackets."),
    click.Option(["--type"], type=int, metavar="N", help="1 company, 6 trademark, 7 other."),
    *(
        click.Option(
            [f"--{name.replace('_', '-')}", name], callback=_secret, metavar="TEXT", help="Kept private."
        )
        for name in PRIVATE
    ),
    click.Option(["--third-party-company-name"], metavar="TEXT", help="Whose signature it is."),
    *(
        click.Option([_flag(name), name], metavar="FILE", help="png or jpg, at most 2 MB.")
        for name in PICTURES
    ),
    click.Option(["--remark"], metavar="TEXT", help="For the auditor."),
    click.Option(["--image", "images"], multiple=True, metavar="FILE", help="Proof before 2025; repeatable."),
    click.Option(["--era"], metavar="YEAR-MONTH", help="Of the form: 2018-03 to 2026-04, the default."),
)
MSG_ID = click.Argument(["msg_id"])
CODE = click.Option(["--code"], required=True, metavar="CODE", help="What was typed in.")
VOICE = (
    click.Option(["--code"], metavar="CODE", help="4 to 8 digits; JSMS makes a code up without it."),
    click.Option(["--voice-lang"], type=int, metavar="N", help="0 Chinese, 1 English, 2 mixed."),
    click.Option(["--ttl"], type=int, metavar="S", help="Seconds for which it is valid; 60 without it."),
)
DEV = click.Option(["--dev"], is_flag=True, help="Of the account, with JSMS_DEV_KEY and JSMS_DEV_SECRET.")
SHOW_REQUEST = click.Option(
    ["--show-request"], is_flag=True, help="Tell the request on stderr, without anything private."
)
