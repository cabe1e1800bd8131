"""Signatures: the forms of every era as multipart, and what is told before anything is sent."""

from email import message_from_bytes
from email.policy import HTTP
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripted_server import Heard, ScriptedServer, http

from jsms_sync.api import ERAS, Client, Credentials, Image, InvalidInput, Secret, Signature, SignatureForm
from jsms_sync.api.bodies import as_form
from jsms_sync.api.signatures import filled_in

APP = Credentials("7d431e42dfa6a6d693ac2d04", Secret("5e987ac6d2e04d95a9d8f0d1"))
PNG, JPG = Image("licence.png", b"\x89PNG\r\n\x1a\n--"), Image("身份证.JPG", b"\xff\xd8\xff")
NUMBER, COMPANY, PERSON = "110101199003078515", "91110000600037341L", "张三"
COMPANY_FORM = SignatureForm(
    sign="极光",
    type=1,
    legal_person_name=Secret(PERSON),
    legal_person_id_number=Secret(NUMBER),
    id_card_image=JPG,
    social_credit_code=Secret(COMPANY),
    business_license_image=PNG,
    remark="官网",
)
COMPANY_PARTS = [
    ("sign", "极光"),
    ("type", "1"),
    ("legalPersonName", PERSON),
    ("legalPersonIdNumber", NUMBER),
    ("idCardImage", JPG),
    ("socialCreditCode", COMPANY),
    ("businessLicenseImage", PNG),
    ("remark", "官网"),
]
PLAIN = SignatureForm(sign="极光", type=6, remark="官网", images=(PNG,))
FORMS: list[tuple[str, SignatureForm, list[tuple[str, object]]]] = [
    (
        "2018-03",
        SignatureForm(sign="极光", images=(PNG, JPG)),
        [("sign", "极光"), ("image0", PNG), ("image1", JPG)],
    ),
    ("2018-11", PLAIN, [("sign", "极光"), ("type", "6"), ("remark", "官网"), ("image0", PNG)]),
    (
        "2021",
        SignatureForm(sign="极光", images=(PNG, JPG, PNG)),
        [("sign", "极光"), ("images", PNG), ("images", JPG), ("images", PNG)],
    ),
    ("2025-09", COMPANY_FORM, COMPANY_PARTS),
    ("2026-04", COMPANY_FORM, COMPANY_PARTS),
]


def parts(content_type: str, body: bytes) -> list[tuple[str, object]]:
    """The fields of a multipart body, as a parser that is not ours reads them."""
    message = message_from_bytes(f"Content-Type: {content_type}\r\n\r\n".encode() + body, policy=HTTP)
    return [_part(part) for part in message.iter_parts()]


def _part(part: Any) -> tuple[str, object]:
    name, data = part.get_param("name", header="Content-Disposition"), part.get_payload(decode=True)
    if (file := part.get_filename()) is None:
        return name, data.decode()
    image = Image(file, data)
    assert part.get_content_type() == image.content_type
    return name, image


@pytest.mark.parametrize(("era", "form", "expected"), FORMS)
def test_a_form_has_the_fields_of_its_era(
    era: str, form: SignatureForm, expected: list[tuple[str, object]]
) -> None:
    """Names, order and pictures are those of `jsms-api.md §7`."""
    body = filled_in(form, era)
    assert parts(body.content_type, body.data) == expected


def exchanged(do: Any, answer: object) -> tuple[object, Heard]:
    """What the call answers, and what the server heard."""
    with ScriptedServer(http(200, answer)) as server, Client(APP, base_url=server.base_url) as client:
        value = do(client)
        (heard,) = server.heard
        return value, heard


def test_create_and_update_post_the_form() -> None:
    """Both are POST (`jsms-api.md §9` row 19); the id is a number or digits."""
    for answer in ({"sign_id": 37582}, {"sign_id": "37582"}):
        sign_id, heard = exchanged(lambda c: c.signatures.create(COMPANY_FORM), answer)
        assert (sign_id, heard.method, heard.path) == (37582, "POST", "/v1/sign")
        assert parts(heard.headers["content-type"], heard.body) == COMPANY_PARTS
    nothing, heard = exchanged(lambda c: c.signatures.update(37582, PLAIN, era="2018-11"), {"sign_id": 37582})
    assert (nothing, heard.method, heard.path) == (None, "POST", "/v1/sign/37582")
    assert dict(parts(heard.headers["content-type"], heard.body))["image0"] == PNG


@pytest.mark.parametrize(
    ("change", "is_default", "in_use"),
    [
        ({"is_default": 1, "use_status": 0}, True, False),
        ({"is_default": "0", "use_status": "1"}, False, True),
        ({"is_default": True, "use_status": False}, True, False),
        ({"is_default": None}, None, None),
        ({}, None, None),
    ],
)
def test_a_signature_is_read_tolerantly(
    change: dict[str, object], is_default: bool | None, in_use: bool | None
) -> None:
    """0 and 1, text or booleans; `is_default` came in 2018-11, so it may be missing; any status is kept."""
    body = {"sign_id": 7, "sign": "极光", "status": 3, **change}
    signature, _ = exchanged(lambda c: c.signatures.get(7), body)
    assert signature == Signature(7, "极光", 3, is_default, in_use)


@pytest.mark.parametrize(
    ("era", "form", "words"),
    [
        ("2018-03", PLAIN, ["no field remark", "no field type"]),
        ("2018-03", SignatureForm(sign="极光", images=(PNG,) * 5), ["4 pictures"]),
        ("2018-11", SignatureForm(sign="极光", type=8), ["no type 8"]),
        ("2018-11", SignatureForm(sign="极光", images=(PNG, PNG)), ["1 pictures"]),
        ("2021", SignatureForm(sign="极光", type=7), ["no type 7"]),
        ("2021", COMPANY_FORM, ["no field legalPersonIdNumber", "no field businessLicenseImage"]),
        ("2025-09", PLAIN, ["needs legalPersonName", "needs trademarkImage", "no pictures"]),
        (
            "2026-04",
            SignatureForm(sign="极光"),
            ["needs type", "needs idCardImage"],
        ),
        ("2026-04", SignatureForm(sign="极光", type=3), ["no type 3"]),
        ("1999", PLAIN, ["no form of 1999"]),
    ],
)
def test_a_form_of_another_era_is_refused_before_it_is_sent(
    era: str, form: SignatureForm, words: list[str]
) -> None:
    """Everything that does not fit is told at once, and nothing private is."""
    with ScriptedServer(http(200)) as server, Client(APP, base_url=server.base_url) as client:
        with pytest.raises(InvalidInput) as caught:
            client.signatures.create(form, era=era)
        assert server.heard == []
    assert all(word in caught.value.message for word in words)
    assert NUMBER not in caught.value.message


@pytest.mark.parametrize(
    "form", [SignatureForm(sign="\ud83d"), SignatureForm(sign="x", images=(Image("\ud83d", b""),))]
)
def test_a_form_that_utf_8_cannot_express_is_refused(form: SignatureForm) -> None:
    """Half of a surrogate pair, in a text or in a file name, is told before anything is sent."""
    with pytest.raises(InvalidInput, match="surrogate"):
        filled_in(form, "2018-03")


def test_a_form_shows_nothing_private() -> None:
    """Identity numbers, names of people and pictures are hidden in representations."""
    shown = repr(COMPANY_FORM) + repr(filled_in(COMPANY_FORM, "2026-04"))
    assert not any(private in shown for private in (NUMBER, COMPANY, PERSON, "PNG\\r"))


def test_the_same_form_is_the_same_bytes() -> None:
    """So that a taped request can be compared; another form has another boundary."""
    assert filled_in(COMPANY_FORM, "2026-04") == filled_in(COMPANY_FORM, "2026-04")
    assert filled_in(COMPANY_FORM, "2026-04") == filled_in(COMPANY_FORM, "2025-09")
    assert filled_in(PLAIN, "2021").content_type != filled_in(COMPANY_FORM, "2026-04").content_type


names = st.text(
    st.characters(codec="utf-8", exclude_characters='"\r\n\x00\\', exclude_categories=["Cc"]), min_size=1
)
texts = st.text(st.characters(codec="utf-8"))
images = st.builds(Image, names, st.binary())


@given(st.lists(st.tuples(st.just("field"), texts | images), min_size=1))
def test_no_content_breaks_out_of_its_part(fields: list[tuple[str, Any]]) -> None:
    """Texts and pictures of any content are as many parts as there were."""
    body = as_form(fields)
    boundary = body.content_type.partition("boundary=")[2].encode()
    chunks = (b"\r\n" + body.data).split(b"\r\n--" + boundary)
    contents = [chunk.partition(b"\r\n\r\n")[2] for chunk in chunks[1:-1]]
    sent = [value.data if isinstance(value, Image) else value.encode() for _, value in fields]
    assert contents == sent


def test_every_era_of_the_documents_is_there() -> None:
    """One row a form (`jsms-api.md §7`); what is needed is one of its fields."""
    assert list(ERAS) == ["2018-03", "2018-11", "2021", "2025-09", "2026-04"]
    for era in ERAS.values():
        assert {*era.required, *era.evidence.values()} <= era.fields
        assert set(era.evidence) <= era.types
