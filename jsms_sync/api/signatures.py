"""Signatures: the 【name】 in front of every text, applied for with pictures as proof (`jsms-api.md §7`)."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from dataclasses import fields as fields_of
from types import MappingProxyType

from jsms_sync.api import replies
from jsms_sync.api.answers import Call
from jsms_sync.api.bodies import Body, Image, as_form
from jsms_sync.api.reading import Unusable, fields, must, number, positive, text
from jsms_sync.api.transport import BeforeAttempt, Transport
from jsms_sync.errors import InvalidInput
from jsms_sync.model.privacy import Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureForm:
    """An application for a signature: `sign` is 2 to 8 letters, digits or Chinese characters, no brackets.

    Which of the other fields there are, and which are needed, differs by era (ERAS). The wire's names are
    the same in camel case, `legalPersonIdNumber`; `images` are pictures as the forms before 2025 took them.
    """

    sign: str
    type: int | None = None
    legal_person_name: Secret | None = None
    legal_person_id_number: Secret | None = None
    id_card_image: Image | None = None
    social_credit_code: Secret | None = None
    third_party_company_name: str | None = None
    business_license_image: Image | None = None
    icp_app_screenshot: Image | None = None
    trademark_image: Image | None = None
    third_party_auth_image: Image | None = None
    other_image: Image | None = None
    remark: str | None = None
    images: tuple[Image, ...] = ()


@dataclass(frozen=True, slots=True)
class Era:
    """The form as it was documented at some time: its fields, and what an application must bring.

    `evidence` is the picture that each type of signature needs; `image` is the wire's name of each of the
    `images`, with its number in it where it has one, and there can be any number of them when
    `most_images` is None.
    """

    types: frozenset[int]
    fields: frozenset[str]
    required: tuple[str, ...] = ()
    evidence: Mapping[int, str] = field(default_factory=dict)
    image: str = ""
    most_images: int | None = 0


_EVIDENCE = {
    1: "business_license_image",
    3: "icp_app_screenshot",
    6: "trademark_image",
    7: "third_party_auth_image",
}
# Names of apps are no longer accepted (`jsms-api.md §7`).
_SINCE_2026 = {type: picture for type, picture in _EVIDENCE.items() if type != 3}
_PERSON = ("type", "legal_person_name", "legal_person_id_number", "id_card_image", "social_credit_code")
_SINCE_2025 = frozenset({*_PERSON, *_EVIDENCE.values(), "third_party_company_name", "other_image", "remark"})
_PLAIN = frozenset({"type", "remark"})

ERAS: Mapping[str, Era] = MappingProxyType(
    {
        "2018-03": Era(frozenset(), frozenset(), image="image{}", most_images=4),
        "2018-11": Era(frozenset(range(1, 8)), _PLAIN, image="image{}", most_images=1),
        "2021": Era(frozenset(range(1, 7)), _PLAIN, image="images", most_images=None),
        "2025-09": Era(frozenset(_EVIDENCE), _SINCE_2025, _PERSON, _EVIDENCE),
        "2026-04": Era(frozenset(_SINCE_2026), _SINCE_2025, _PERSON, _SINCE_2026),
    }
)
"""The forms by the time from which they were documented (`jsms-api.md §7`)."""
LATEST = "2026-04"


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature as JSMS knows it; `status` is 1 approved, 2 rejected, 0 waiting by analogy (§7).

    `is_default` and `in_use` are None when JSMS does not say.
    """

    sign_id: int
    sign: str
    status: int
    is_default: bool | None
    in_use: bool | None


class Signatures:
    """The endpoints of `jsms-api.md §7`; only one signature of an app can wait for its audit at a time."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def create(
        self, form: SignatureForm, *, era: str = LATEST, before_attempt: BeforeAttempt | None = None
    ) -> int:
        """The id of the signature that was applied for; InvalidInput when the form is not one of that era.

        >>> licence = Image("licence.png", Path("licence.png").read_bytes())
        >>> form = SignatureForm(sign="极光旗舰店", type=1, remark="our shop", images=(licence,))
        >>> sign_id = client.signatures.create(form, era="2018-11")
        """
        body = filled_in(form, era)
        call = Call("POST", "/sign", sign_id_of, body.data, body.content_type)
        return self._transport.send(call, before_attempt)

    def update(
        self,
        sign_id: int,
        form: SignatureForm,
        *,
        era: str = LATEST,
        before_attempt: BeforeAttempt | None = None,
    ) -> None:
        """Applies again for a rejected signature under its id; a POST, as in every sample (§9 row 19)."""
        body = filled_in(form, era)
        call = Call("POST", f"/sign/{sign_id:d}", same_signature(sign_id), body.data, body.content_type)
        self._transport.send(call, before_attempt)

    def get(self, sign_id: int, *, before_attempt: BeforeAttempt | None = None) -> Signature:
        """The signature with the status of its audit."""
        call = Call("GET", f"/sign/{sign_id:d}", signature(sign_id))
        return self._transport.send(call, before_attempt)

    def delete(self, sign_id: int, *, before_attempt: BeforeAttempt | None = None) -> None:
        """Deletes the signature; the default one is refused with 50105."""
        self._transport.send(Call("DELETE", f"/sign/{sign_id:d}", replies.nothing), before_attempt)


def filled_in(form: SignatureForm, era: str) -> Body:
    """The form as that era wants it; InvalidInput names everything that does not fit."""
    rules = ERAS.get(era)
    if rules is None:
        raise InvalidInput(
            f"there is no form of {era} for signatures", help=f"Choose from {', '.join(ERAS)}."
        )
    if problems := list(_problems(form, rules)):
        raise InvalidInput(
            f"the form of {era} for signatures {'; '.join(problems)}", help="Correct it; nothing was sent."
        )
    pictures = [(rules.image.format(index), image) for index, image in enumerate(form.images)]
    return as_form([*_parts(form), *pictures])


def sign_id_of(value: object) -> int:
    """The id in the answer to an application."""
    return positive(fields(value).get("sign_id"))


def same_signature(sign_id: int) -> Callable[[object], None]:
    """Reads an answer that must name that signature."""
    return lambda value: must(sign_id_of(value) == sign_id)


def signature(sign_id: int) -> Callable[[object], Signature]:
    """Reads that signature (`jsms-api.md §7`)."""

    def read(value: object) -> Signature:
        same_signature(sign_id)(value)
        reply = fields(value)
        return Signature(
            sign_id=sign_id,
            sign=text(reply.get("sign")),
            status=number(reply.get("status")),
            is_default=_flag(reply.get("is_default")),
            in_use=_flag(reply.get("use_status")),
        )

    return read


def _problems(form: SignatureForm, rules: Era) -> Iterator[str]:
    given = {name for name in _FIELDS if getattr(form, name) is not None}
    for name in sorted(given - rules.fields):
        yield f"has no field {_wire_name(name)}"
    if "type" in given & rules.fields and form.type not in rules.types:
        yield f"has no type {form.type}"
    for needed in (*rules.required, rules.evidence.get(form.type or 0)):
        if needed is not None and needed not in given:
            yield f"needs {_wire_name(needed)}"
    if rules.most_images is not None and len(form.images) > rules.most_images:
        yield f"takes {rules.most_images or 'no'} pictures as images"


def _parts(form: SignatureForm) -> Iterator[tuple[str, str | Image]]:
    yield "sign", form.sign
    for name in _FIELDS:
        match getattr(form, name):
            case None:
                continue
            case Secret() as private:
                yield _wire_name(name), private.reveal()
            case Image() as image:
                yield _wire_name(name), image
            case value:
                yield _wire_name(name), f"{value}"


def _wire_name(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(map(str.capitalize, rest))


_FIELDS = tuple(one.name for one in fields_of(SignatureForm) if one.name not in ("sign", "images"))


def _flag(value: object) -> bool | None:
    """0 and 1 as JSMS writes them, or a boolean."""
    match value:
        case None | bool():
            return value
        case "0" | "1":
            return value == "1"
    raise Unusable
