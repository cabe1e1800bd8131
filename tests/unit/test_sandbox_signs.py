"""Signatures: the forms of all eras, pictures, names, audits and the default one, over HTTP."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sandbox_client import Answer, Client, sandbox

from jsms_sync.sandbox.codes import Refusal
from jsms_sync.sandbox.forms import Part, read_form

PNG, JPEG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)), b"\xff\xd8\xff\xe0" + b"\r\n--X-\n" * 9
TYPE = "multipart/form-data; boundary=X"


@pytest.fixture
def client() -> Iterator[Client]:
    """A sandbox with manual audit."""
    with sandbox() as client:
        yield client


def form(fields: Mapping[str, str], *files: tuple[str, str, bytes]) -> bytes:
    """A form as browsers send it."""
    parts = [
        f'Content-Disposition: form-data; name="{name}"\r\n\r\n{text}'.encode()
        for name, text in fields.items()
    ]
    for name, filename, content in files:
        head = f'Content-Disposition: form-data; name="{name}"; filename="{filename}"\r\n'
        parts.append(f"{head}Content-Type: image/png\r\n\r\n".encode() + content)
    return b"".join(b"--X\r\n" + part + b"\r\n" for part in parts) + b"--X--\r\n"


def submit(
    client: Client, raw: bytes, path: str = "/v1/sign", method: str = "POST", **headers: str
) -> Answer:
    """An application."""
    return client.send(method, path, raw, **{"Content_Type": TYPE} | headers)


def apply(client: Client, sign: str = "极光", **fields: str) -> Answer:
    """An application without pictures."""
    return submit(client, form({"sign": sign} | fields))


def audit(client: Client, sign_id: int, status: int, reason: str | None = None) -> None:
    """Decides on a signature."""
    client.control("POST", f"signs/{sign_id}/audit", {"status": status, "reason": reason})


def test_a_signature_is_applied_for_and_read(client: Client) -> None:
    """The answer is an id of its own sequence; GET shows five fields, the flags as 0 and 1 (§7)."""
    created = apply(client, type="1", remark="注")
    assert (created.status, created.body) == (200, b'{"sign_id":4321}')
    read = client.send("GET", "/v1/sign/4321/")
    shown = '{"sign_id":4321,"sign":"极光","status":0,"is_default":0,"use_status":0}'
    assert read.body.decode() == shown
    assert client.send("GET", "/v1/sign/1").json == {
        "sign_id": 1,
        "sign": "极光沙箱",
        "status": 1,
        "is_default": 1,
        "use_status": 1,
    }


@pytest.mark.parametrize(
    ("fields", "files"),
    [
        ({}, [("image0", "a.png", PNG), ("image3", "b.jpg", JPEG)]),
        ({"type": "7", "remark": "备注"}, [("image0", "a.png", PNG)]),
        ({"type": "5"}, [("images", "a.png", PNG), ("images", "b.jpeg", JPEG)]),
        (
            {
                "type": "1",
                "legalPersonName": "张三",
                "legalPersonIdNumber": "1" * 18,
                "socialCreditCode": "9" * 18,
            },
            [("businessLicenseImage", "营业执照.png", PNG), ("idCardImage", "b.png", JPEG)],
        ),
        ({"type": "3", "thirdPartyCompanyName": "公司"}, [("icpAppScreenshot", "", PNG)]),
    ],
)
def test_the_forms_of_all_eras_are_taken(
    client: Client, fields: dict[str, str], files: list[tuple[str, str, bytes]]
) -> None:
    """Every documented field and picture of 2018 to 2026 is accepted and can be looked at."""
    assert submit(client, form({"sign": "极光"} | fields, *files)).status == 200
    shown = client.state()["signs"][1]
    assert (shown["type"], shown["remark"]) == (
        int(fields["type"]) if "type" in fields else None,
        fields.get("remark"),
    )
    assert shown["fields"] == {k: v for k, v in fields.items() if k not in ("type", "remark")}
    assert [(each["field"], each["size"]) for each in shown["images"]] == [
        (name, len(content)) for name, _, content in files
    ]


@pytest.mark.parametrize(
    "raw",
    [
        form({"sign": "极光"}).replace(b"\r\n", b"\n"),
        form({"sign": "极光"}).removesuffix(b"--X--\r\n"),
        b"preamble\r\n" + form({"sign": "极光"}),
        form({"sign": "极光"}, ("image0", "", b"")),
        form({"sign": "极光"}).replace(b'name="sign"', b"name=sign"),
        form({"sign": "极光"}).replace(b"\r\n\r\n", b"\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"),
    ],
)
def test_forms_by_hand_are_read(client: Client, raw: bytes) -> None:
    """Line feeds alone, no end, a preamble, no file chosen, no quotes, a type for each part: all are read."""
    assert submit(client, raw).status == 200
    assert client.state()["signs"][1]["sign"] == "极光"


def test_a_boundary_may_be_quoted_and_a_form_url_encoded(client: Client) -> None:
    """Without pictures the ordinary form of the web does too."""
    quoted = submit(client, form({"sign": "极光"}), Content_Type='multipart/form-data; boundary="X"')
    audit(client, quoted.json["sign_id"], 1)
    plain = submit(client, b"sign=%E6%9E%81%E5%85%89&type=", Content_Type="application/x-www-form-urlencoded")
    assert plain.json == {"sign_id": 4322}


@pytest.mark.parametrize(
    ("raw", "content_type", "code"),
    [
        (b"{}", "application/json", 50017),
        (b"{}", "", 50017),
        (b"", TYPE, 50003),
        (b"nothing of a form", TYPE, 50007),
        (b"--X\r\n\r\nx\r\n--X--", TYPE, 50007),
        (form({"sign": "极光"}), "multipart/form-data", 50007),
        (form({"sign": "极光"}), "multipart/form-data; boundary=Y", 50007),
        (form({}, ("sign", "a.png", PNG)), TYPE, 50104),
        (form({"sign": "极光"}).replace("极光".encode(), b"\xff\xfe"), TYPE, 50007),
        (b"%ff=1", "application/x-www-form-urlencoded", 50104),
        (b"\xff=1", "application/x-www-form-urlencoded", 50007),
    ],
)
def test_what_is_no_form_is_refused(client: Client, raw: bytes, content_type: str, code: int) -> None:
    """Another type is 50017, an empty body 50003, an unreadable one 50007."""
    assert submit(client, raw, Content_Type=content_type).code == code


@pytest.mark.parametrize("sign", ["", "极", "极光极光极光极光极", "极 光", "【极光】", "极光！", "a-b"])
def test_names_have_rules(client: Client, sign: str) -> None:
    """2 to 8 Chinese characters, letters or digits, else 50104."""
    assert apply(client, sign).code == 50104
    assert len(client.state()["signs"]) == 1


@pytest.mark.parametrize(
    ("name", "filename", "content", "code"),
    [
        ("image0", "a.png", b"text", 50101),
        ("image0", "a.gif", b"GIF89a", 50101),
        ("image0", "a.png", PNG + bytes(2 * 1024 * 1024), 50101),
        ("trademarkImage", "a.txt", PNG, None),
    ],
)
def test_pictures_have_rules(
    client: Client, name: str, filename: str, content: bytes, code: int | None
) -> None:
    """PNG or JPEG by what is in them, up to 2 MB, else 50101."""
    assert submit(client, form({"sign": "极光"}, (name, filename, content))).code == code


def test_a_picture_that_is_a_text_is_none(client: Client) -> None:
    """Base64 in a field for pictures is not a picture."""
    assert submit(client, form({"sign": "极光", "image0": "aGVsbG8="})).code == 50101
    assert submit(client, form({"sign": "极光", "image0": ""})).status == 200


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"type": "8"}, 50007),
        ({"type": "x"}, 50007),
        ({"remark": "字" * 101}, 50007),
        ({"remark": "字" * 100}, None),
    ],
)
def test_other_fields_have_rules(client: Client, fields: dict[str, str], code: int | None) -> None:
    """The type is one of seven, the remark has up to 100 characters."""
    assert apply(client, **fields).code == code


def test_one_waits_at_a_time(client: Client) -> None:
    """A second application, new or again, is 50103 until the first is decided."""
    apply(client)
    audit(client, 4321, 2, "不清晰")
    assert apply(client, "极光二号").json == {"sign_id": 4322}
    assert apply(client, "极光三号").code == 50103
    assert submit(client, form({"sign": "极光"}), "/v1/sign/4321").code == 50103
    audit(client, 4322, 1)
    assert apply(client, "极光三号").status == 200


@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_a_rejected_signature_is_applied_for_again(client: Client, method: str) -> None:
    """Its id stays, it is under audit again; others cannot be changed."""
    apply(client)
    again = form({"sign": "新极光", "type": "6"}, ("trademarkImage", "a.png", PNG))
    assert submit(client, again, "/v1/sign/4321", method).code == 50102
    audit(client, 4321, 2, "不清晰")
    assert client.state()["signs"][1]["reason"] == "不清晰"
    answer = submit(client, again, "/v1/sign/4321/", method)
    assert (answer.status, answer.body) == (200, b'{"sign_id":4321}')
    shown = client.state()["signs"][1]
    assert (shown["sign"], shown["status"], shown["type"], shown["reason"]) == ("新极光", 0, 6, None)
    assert submit(client, again, "/v1/sign/99", method).code == 50102


def test_a_signature_is_deleted(client: Client) -> None:
    """With an empty answer; its number is not given out again, and the default one stays (50105)."""
    apply(client)
    answer = client.send("DELETE", "/v1/sign/4321")
    assert (answer.status, answer.body, answer.headers["content-length"]) == (200, b"", "0")
    assert [client.send(method, "/v1/sign/4321").code for method in ("GET", "DELETE")] == [50102, 50102]
    assert apply(client).json == {"sign_id": 4322}
    assert client.send("DELETE", "/v1/sign/1").code == 50105


def test_the_default_signature_can_change(client: Client) -> None:
    """As in the console: an approved one becomes the default and is what messages carry."""
    apply(client)
    refused = client.send("POST", "/_sandbox/signs/4321/default")
    assert (refused.status, refused.json) == (400, {"error": "signature 4321 is not approved"})
    audit(client, 4321, 1)
    assert client.control("POST", "signs/4321/default") == {"sign_id": 4321, "is_default": 1}
    assert [each["is_default"] for each in client.state()["signs"]] == [0, 1]
    client.send("POST", "/v1/codes", {"mobile": "13812345678", "temp_id": 1})
    client.send("POST", "/v1/codes", {"mobile": "13812345678", "temp_id": 1, "sign_id": 1})
    assert [each["content"][:4] for each in client.control("GET", "outbox")] == ["【极光】", "【极光沙"]
    assert client.send("DELETE", "/v1/sign/1").status == 200


@pytest.mark.parametrize("call", ["audit", "default"])
def test_an_unknown_signature_cannot_be_decided_on(client: Client, call: str) -> None:
    """The sentence names the number."""
    answer = client.send("POST", f"/_sandbox/signs/99/{call}", {"status": 1} if call == "audit" else None)
    assert (answer.status, answer.json) == (404, {"error": "there is no signature 99"})


@pytest.mark.parametrize(("mode", "status"), [("approve", 1), ("reject", 2)])
def test_the_auditor_decides_on_signatures_too(mode: str, status: int) -> None:
    """At once, or after the delay on the sandbox's clock."""
    with sandbox(audit=mode) as client:
        apply(client)
        assert client.send("GET", "/v1/sign/4321").json["status"] == status
        client.clock("2027-03-01T01:00:00Z")
        client.control("PUT", "audit", {"mode": mode, "delay": 60})
        apply(client, "极光二号")
        assert client.control("GET", "clock")["next"] == "2027-03-01T01:01:00Z"
        assert client.send("GET", "/v1/sign/4322").json["status"] == 0
        client.control("PUT", "clock", {"advance": 60})
        assert client.send("GET", "/v1/sign/4322").json["status"] == status


@pytest.mark.parametrize(("first", "is_default"), [(True, 1), (False, 0)])
def test_the_first_signature_of_an_app_is_its_default(first: bool, is_default: int) -> None:
    """Or, by a switch, is not; then the app still has none to send with."""
    with sandbox(signature=None, audit="approve") as client:
        client.control("PUT", "beliefs", {"first_sign_is_default": first})
        assert apply(client).json == {"sign_id": 4321}
        assert client.send("GET", "/v1/sign/4321").json["is_default"] == is_default
        answer = client.send("POST", "/v1/templates", {"template": "你好", "type": 2})
        assert answer.code == (None if first else 50046)


def test_signatures_have_switches(client: Client) -> None:
    """PUT, the codes that are not documented, types, fields and pictures can be judged otherwise."""
    client.control(
        "PUT",
        "beliefs",
        {
            "sign_put": False,
            "sign_not_rejected_code": 50007,
            "sign_types": [1],
            "sign_fields_required": ["legalPersonName", "idCardImage"],
            "wrong_sign_form_code": 50104,
            "images_are_looked_into": False,
            "sign_name": "[a-z]+",
        },
    )
    whole = {"sign": "abc", "type": "1", "legalPersonName": "张三"}
    assert apply(client, "abc", type="1").code == 50104
    assert submit(client, form(whole, ("idCardImage", "a.gif", b"x"))).code == 50101
    assert submit(client, form(whole, ("idCardImage", "a.JPG", b"x"))).status == 200
    assert submit(client, form(whole), "/v1/sign/4321", "PUT").code == 50018
    assert submit(client, form(whole), "/v1/sign/4321").code == 50007


@given(
    st.binary(max_size=80),
    st.sampled_from([TYPE, "multipart/mixed; boundary=X", "application/x-www-form-urlencoded"]),
)
def test_any_bytes_are_a_form_or_a_refusal(raw: bytes, content_type: str) -> None:
    """Reading a form has no third outcome."""
    try:
        outcome: object = {type(part) for part in read_form(content_type, b"--X\r\n" + raw)}
    except Refusal as refusal:
        outcome = refusal.code.number
    assert outcome in ({Part}, set(), 50003, 50007)


@given(st.binary(min_size=1, max_size=200), st.sampled_from(["a.png", "营业.png", ""]))
def test_files_arrive_byte_by_byte(content: bytes, filename: str) -> None:
    """Whatever is in a file, it is read as it was sent."""
    raw = form({"sign": "极光"}, ("image0", filename, content))
    if b"--X" not in content:
        parts = read_form(TYPE, raw)
        assert [part.content for part in parts] == ["极光".encode(), content]
