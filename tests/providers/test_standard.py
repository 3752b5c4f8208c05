"""How the dialect of our own is sealed: lists of seals, forms of keys, ids and timestamps."""

import base64
import json
import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from providers._codecs import write_base64
from providers._keys import ed25519_is_genuine, ed25519_sign
from providers._protocol import Delivery, Refused
from tests.house.sources import ROOT
from tests.providers.cases import CASES, TURNED, Case, read, with_header

ID, STAMP, SEAL = "webhook-id", "webhook-timestamp", "webhook-signature"


def case(name: str) -> Case:
    return next(one for one in CASES if one.id == name)


HMAC, PAIR = case("standard-v1-credit"), case("standard-v1a-credit")
both = pytest.mark.parametrize("one", [HMAC, PAIR], ids=str)


def listed(one: Case, seals: Iterable[str]) -> Delivery:
    return with_header(one.delivery, SEAL, " ".join(seals))


def resealed(one: Case, id_: str, stamp: str, body: bytes) -> Delivery:
    """Put a genuine seal on any id and timestamp, well formed or not."""
    text = f"{id_}.{stamp}.".encode() + body
    if one is HMAC:
        key = base64.b64decode(one.secrets["secret"][6:])
        seal = f"v1,{write_base64(_hmac(key, text))}"
    else:
        key = base64.b64decode(one.speaking["privateKey"][5:])
        seal = f"v1a,{write_base64(ed25519_sign(key, text))}"
    moved = with_header(replace(one.delivery, body=body), ID, id_)
    return with_header(with_header(moved, STAMP, stamp), SEAL, seal)


def _hmac(key: bytes, text: bytes) -> bytes:
    """HMAC from its definition (RFC 2104), so that the test has a reader of its own."""
    padded = key.ljust(64, b"\0")
    inner = sha256(bytes(byte ^ 0x36 for byte in padded) + text).digest()
    return sha256(bytes(byte ^ 0x5C for byte in padded) + inner).digest()


def test_the_published_vector_has_the_published_seal() -> None:
    published = case("standard-published")
    assert published.delivery.header(SEAL) == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    with pytest.raises(Refused, match="bank"):
        published.read()
    for changed in (b'{"test":2432232314}', b'{"test": 2432232315}', b""):
        with pytest.raises(Refused, match="signature"):
            published.read(replace(published.delivery, body=changed))


def test_the_key_pair_is_that_of_the_published_test() -> None:
    private, public = (
        base64.b64decode(key[5:])
        for key in (PAIR.speaking["privateKey"], PAIR.secrets["publicKey"])
    )
    published = bytes.fromhex(
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bac"
        "c61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
    )
    assert ed25519_sign(private, b"") == published
    assert ed25519_is_genuine(public, b"", published)
    assert not ed25519_is_genuine(public, b"0", published)


@both
def test_a_genuine_seal_on_id_and_timestamp_of_another_form_is_refused(one: Case) -> None:
    id_, stamp = (one.delivery.header(name) for name in (ID, STAMP))
    assert one.read(resealed(one, id_, stamp, one.delivery.body)) == one.notifications
    for odd in ("", "a.b", f"{id_}.{stamp}", "a b", "đ", "a" * 65, "a\n", "msg/1", "../x"):
        with pytest.raises(Refused, match="malformed"):
            one.read(resealed(one, odd, stamp, one.delivery.body))
    for odd in (f"{stamp}.0", f"{stamp}.9", "1.767844560e9", f" {stamp}", f"+{stamp}", f"{stamp}0"):
        with pytest.raises(Refused, match="time_invalid"):
            one.read(resealed(one, id_, odd, one.delivery.body))
    for odd in (
        "",
        "now",
        stamp[:9],
        f"-{stamp[1:]}",
        "١٧٦٧٨٤٤٥٦٠",
        f"{stamp}\n",
        f"0x{stamp[2:]}",
    ):
        with pytest.raises(Refused, match="time_invalid"):
            one.read(resealed(one, id_, odd, one.delivery.body))


@both
def test_id_and_timestamp_are_signed(one: Case) -> None:
    stamp = int(one.delivery.header(STAMP))
    for name, other in ((ID, "msg_other"), (STAMP, str(stamp + 1))):
        with pytest.raises(Refused, match="signature"):
            one.read(with_header(one.delivery, name, other))


@both
def test_no_sign_can_move_from_the_body_into_the_timestamp(one: Case) -> None:
    stamp = one.delivery.header(STAMP)
    digits = one.sealed(b"5" + one.plain)
    moved = with_header(replace(digits, body=one.plain), STAMP, f"{stamp}.5")
    with pytest.raises(Refused, match="time_invalid"):
        one.read(moved)


@both
def test_one_of_at_most_five_seals_is_enough(one: Case) -> None:
    seal = one.delivery.header(SEAL)
    version, text = seal.split(",")
    wrong = f"{version},{write_base64(bytes(len(base64.b64decode(text))))}"
    for place in range(5):
        seals = [wrong] * 5
        seals[place] = seal
        assert one.read(listed(one, seals)) == one.notifications
    with pytest.raises(Refused, match="signature"):
        one.read(listed(one, [wrong] * 5))
    with pytest.raises(Refused, match="malformed"):
        one.read(listed(one, [wrong] * 5 + [seal]))


@both
def test_one_odd_part_spoils_the_list(one: Case) -> None:
    seal = one.delivery.header(SEAL)
    version, text = seal.split(",")
    odd = (
        *("", ",", "v1", "v1,", f",{text}", text, f"{version}={text}", f"{version},{text},"),
        *(f"{version}, {text}", f"{version};{text}", f"{version.upper()},{text}", "v1,ab!!cd=="),
        *(f"{version},{text.rstrip('=')}", f"{version},{text}=", f"{version},{text[4:]}"),
        *(f"{version},{text}\n", f"\t{seal}", f"{version},{'A' * 1024}", "none,YWJj", "v-1,YWJj"),
        *(f"{version},{base64.b64decode(text).hex()}", f"{version},{text.replace('=', '%3D')}"),
    )
    for part in odd:
        for seals in ((part, seal), (seal, part), (part,)):
            with pytest.raises(Refused):
                one.read(listed(one, seals))


@both
def test_base64_has_one_spelling(one: Case) -> None:
    version, text = one.delivery.header(SEAL).split(",")
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    end = text.rstrip("=")[-1]
    same = {
        text.replace(f"{end}=", f"{letter}=")
        for letter in alphabet
        if base64.b64decode(text.replace(f"{end}=", f"{letter}=")) == base64.b64decode(text)
    }
    assert len(same) in {4, 16}
    for spelling in (same - {text}) | {text.replace("+", "-").replace("/", "_")}:
        with pytest.raises(Refused):
            one.read(listed(one, [f"{version},{spelling}"]))


@both
def test_changing_only_the_version_never_makes_a_seal(one: Case) -> None:
    version, text = one.delivery.header(SEAL).split(",")
    for other in ("v0", "v1", "v1a", "v2", "v1b", "v99", "none", "", "V1", "v01"):
        if other != version:
            with pytest.raises(Refused):
                one.read(listed(one, [f"{other},{text}"]))


def test_what_is_public_of_a_key_pair_is_no_shared_key() -> None:
    """The oldest trick: seal with HMAC and the public key as its key."""
    public = base64.b64decode(PAIR.secrets["publicKey"][5:])
    id_, stamp = (PAIR.delivery.header(name) for name in (ID, STAMP))
    seal = write_base64(_hmac(public, f"{id_}.{stamp}.".encode() + PAIR.delivery.body))
    for version in ("v1", "v1a"):
        with pytest.raises(Refused):
            PAIR.read(listed(PAIR, [f"{version},{seal}"]))


def test_a_call_of_one_protocol_is_no_call_of_the_other() -> None:
    for one, other in ((HMAC, PAIR), (PAIR, HMAC)):
        with pytest.raises(Refused):
            read(other.protocol, one.delivery, {**HMAC.secrets, **PAIR.secrets})


@pytest.mark.parametrize("secret", [HMAC.secrets["secret"], f"whsec_{write_base64(b'k' * 64)}"])
def test_a_shared_key_has_24_to_64_bytes(secret: str) -> None:
    secrets = HMAC.secrets | {"secret": secret}
    assert re.fullmatch(HMAC.protocol.secret_forms["secret"], secret)
    sealed = HMAC.protocol.seal(HMAC.plain, secrets, HMAC.delivery.received_at)
    assert read(HMAC.protocol, sealed, secrets) == HMAC.notifications


@pytest.mark.parametrize(
    "secret",
    [
        f"whsec_{write_base64(b'k' * 23)}",
        HMAC.secrets["secret"].removeprefix("whsec_"),
        "whsec_",
        f"whsec_{write_base64(b'k' * 32).rstrip('=')}",
        f"whsec_ {write_base64(b'k' * 32)}",
        f"WHSEC_{write_base64(b'k' * 32)}",
        "whsec_" + "-" * 32,
        "a-word-that-is-easy-to-remember",
    ],
)
def test_a_shorter_key_or_another_spelling_is_no_key(secret: str) -> None:
    assert not re.fullmatch(HMAC.protocol.secret_forms["secret"], secret)
    secrets = HMAC.secrets | {"secret": secret}
    with pytest.raises(Refused, match=r"key_unreadable|malformed"):
        HMAC.protocol.seal(HMAC.plain, secrets, HMAC.delivery.received_at)
    with pytest.raises(Refused, match=r"key_unreadable|malformed"):
        read(HMAC.protocol, HMAC.delivery, secrets)


@pytest.mark.parametrize("size", [0, 31, 33, 64])
def test_a_half_of_a_key_pair_has_32_bytes(size: int) -> None:
    half = write_base64(b"k" * size)
    with pytest.raises(Refused, match=r"key_unreadable|malformed"):
        read(PAIR.protocol, PAIR.delivery, PAIR.secrets | {"publicKey": f"whpk_{half}"})
    with pytest.raises(Refused, match=r"key_unreadable|malformed"):
        PAIR.protocol.seal(PAIR.plain, {"privateKey": f"whsk_{half}"}, PAIR.delivery.received_at)
    assert not re.fullmatch(PAIR.protocol.secret_forms["publicKey"], f"whpk_{half}")


def test_the_private_half_is_never_among_the_secrets_of_a_connection() -> None:
    assert set(PAIR.secrets) == set(PAIR.protocol.secrets) == {"bin", "publicKey"}
    assert set(PAIR.speaking) == set(PAIR.protocol.speaking_secrets) == {"privateKey"}


def test_a_repeat_has_the_same_id_and_a_fresh_timestamp() -> None:
    later = HMAC.delivery.received_at + timedelta(hours=10)
    again = HMAC.protocol.seal(HMAC.plain, HMAC.secrets, later)
    assert again.header(ID) == HMAC.delivery.header(ID)
    assert again.header(STAMP) != HMAC.delivery.header(STAMP)
    assert HMAC.read(again) == HMAC.notifications


@both
def test_the_message_of_the_how_to_is_sealed_as_it_says(one: Case) -> None:
    page = (ROOT / "docs/how-to/connect-a-bank-without-a-protocol.md").read_text(encoding="utf-8")
    told = dict(re.findall(r"^([a-z][\w ()-]+): (.+)$", page, re.MULTILINE))
    body = told["body"].encode()
    sealed = resealed(one, told[ID], told[STAMP], body)
    assert sealed.header(SEAL) == told[f"{SEAL} ({one.protocol.name})"]
    assert {*one.secrets.values(), *one.speaking.values()} - {"970999"} <= set(told.values())
    (shown,) = re.findall(r"^```json\n(.+?)^```", page, re.MULTILINE | re.DOTALL)
    assert json.loads(shown) == json.loads(body)
    assert one.read(sealed)[0].provider_txn_id == "970999:FT26008123456"


@settings(max_examples=150, derandomize=True, deadline=None)
@given(header=st.text(max_size=200), value=st.sampled_from([ID, STAMP, SEAL]))
@example(header="v1,\ud800", value=SEAL)
@example(header="v1," * 400, value=SEAL)
def test_no_header_makes_anything_but_a_refusal(header: str, value: str) -> None:
    for one in (HMAC, PAIR):
        with pytest.raises(TURNED):
            one.read(with_header(one.delivery, value, header))
