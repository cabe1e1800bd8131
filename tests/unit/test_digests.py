"""The keyed digests."""

from itertools import permutations
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jsms_sync.model.digests import ENTRY, Digester, hkdf, pack, unpack, without
from jsms_sync.model.privacy import Mobile, Params, Secret
from jsms_sync.model.records import DIGEST

digests = st.binary(min_size=DIGEST, max_size=DIGEST)
members = st.dictionaries(digests, digests, max_size=20)
params = st.dictionaries(st.text(max_size=5), st.text(max_size=5), max_size=4)


def digester(secret: str = "a secret", lineage: str = "lineage") -> Digester:
    """A digester under a key of its own."""
    return Digester(Secret(secret), lineage)


@pytest.mark.parametrize(
    ("secret", "salt", "info", "first_block"),
    [
        pytest.param(
            "0b" * 22,
            "000102030405060708090a0b0c",
            "f0f1f2f3f4f5f6f7f8f9",
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf",
            id="A.1",
        ),
        pytest.param(
            bytes(range(0x50)).hex(),
            bytes(range(0x60, 0xB0)).hex(),
            bytes(range(0xB0, 0x100)).hex(),
            "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c",
            id="A.2",
        ),
        pytest.param(
            "0b" * 22,
            "",
            "",
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d",
            id="A.3",
        ),
    ],
)
def test_hkdf_is_that_of_rfc_5869(secret: str, salt: str, info: str, first_block: str) -> None:
    """The first 32 bytes of the test vectors with SHA-256 of RFC 5869, appendix A."""
    assert hkdf(bytes.fromhex(secret), bytes.fromhex(salt), bytes.fromhex(info)).hex() == first_block


def test_another_secret_or_lineage_is_another_key() -> None:
    """Key id and digests change with the secret and with the lineage, and with nothing else."""
    keys = [digester(), digester("another"), digester(lineage="another")]
    assert len({key.key_id for key in keys}) == 3
    assert len({key.mobile(Mobile("13812345678")) for key in keys}) == 3
    assert len({key.params(Params({"a": "b"})) for key in keys}) == 3
    assert (digester().key_id, digester().params(Params())) == (keys[0].key_id, keys[0].params(Params()))


def test_digests_have_their_length_and_give_nothing_away() -> None:
    """A digest is 8 bytes, and neither number nor secret shows in it or in the key id."""
    digest = digester().mobile(Mobile("13812345678"))
    assert len(digest) == len(digester().params(Params({"code": "1234"}))) == DIGEST
    assert b"138" not in digest
    assert len(digester().key_id) == 16


@given(params)
def test_the_order_of_parameters_does_not_matter(values: dict[str, str]) -> None:
    """The same parameters have the same digest, in whatever order they were written."""
    same = {digester().params(Params(dict(items))) for items in permutations(values.items())}
    assert len(same) == 1


@given(params, params)
def test_other_parameters_have_another_digest(one: dict[str, str], other: dict[str, str]) -> None:
    """Names and values never run into each other."""
    equal = digester().params(Params(one)) == digester().params(Params(other))
    assert equal == (one == other)


@given(members)
def test_unpacking_undoes_packing(all_of_them: dict[bytes, bytes]) -> None:
    """Packed members come back, each taking one entry."""
    packed = pack(all_of_them)
    assert unpack(packed) == all_of_them
    assert len(packed) == len(all_of_them) * ENTRY


@given(members, st.randoms())
def test_packing_tells_nothing_of_the_order(all_of_them: dict[bytes, bytes], random: Random) -> None:
    """The same members are the same bytes, in whatever order they were gathered."""
    shuffled = list(all_of_them.items())
    random.shuffle(shuffled)
    assert pack(dict(shuffled)) == pack(all_of_them)


@given(members, st.sets(digests))
def test_without_leaves_out_exactly_those(all_of_them: dict[bytes, bytes], numbers: set[bytes]) -> None:
    """What is left is everybody else, with their parameters; unknown numbers change nothing."""
    left_out = {*numbers, *list(all_of_them)[::2]}
    assert without(all_of_them, left_out) == {k: v for k, v in all_of_them.items() if k not in left_out}
