"""Key pairs: only the other half makes a seal, and a key has one spelling."""

import base64
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

from providers._keys import ed25519_is_genuine, ed25519_sign, rsa_require, rsa_sign
from providers._protocol import Refused

RSA_KEY = rsa.generate_private_key(65537, 2048)
OTHER_KEY = rsa.generate_private_key(65537, 2048)
TEXT = "Thanh toán phở".encode()


def private_pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    form = serialization.PrivateFormat.PKCS8
    nothing = serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, form, nothing).decode()


def public_pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(serialization.Encoding.PEM, form).decode()


PRIVATE, PUBLIC = private_pem(RSA_KEY), public_pem(RSA_KEY)


@pytest.mark.parametrize("digest", ["sha1", "sha256"])
def test_a_seal_is_the_one_the_library_makes(digest: str) -> None:
    algorithm = {"sha1": hashes.SHA1(), "sha256": hashes.SHA256()}[digest]  # noqa: S303  old digest
    made = RSA_KEY.sign(TEXT, padding.PKCS1v15(), algorithm)
    assert rsa_sign(PRIVATE, TEXT, digest) == base64.b64encode(made).decode()
    rsa_require(PUBLIC, TEXT, rsa_sign(PRIVATE, TEXT, digest), digest)


def test_another_key_text_digest_or_padding_is_refused() -> None:
    pss = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.MAX_LENGTH)
    for seal in (
        rsa_sign(private_pem(OTHER_KEY), TEXT),
        rsa_sign(PRIVATE, TEXT + b" "),
        rsa_sign(PRIVATE, TEXT, "sha1"),
        base64.b64encode(RSA_KEY.sign(TEXT, pss, hashes.SHA256())).decode(),
        base64.b64encode(b"").decode(),
        base64.b64encode(bytes(256)).decode(),
    ):
        with pytest.raises(Refused, match="signature"):
            rsa_require(PUBLIC, TEXT, seal)


@pytest.mark.parametrize(
    "change",
    [
        lambda _: None,
        lambda seal: seal.encode(),
        lambda seal: f" {seal}",
        lambda seal: f"{seal}\n",
        lambda seal: seal.rstrip("="),
        lambda seal: seal.replace("+", " ").replace("/", " "),
        lambda seal: base64.b64decode(seal).hex(),
        lambda seal: [seal],
    ],
)
def test_a_seal_in_another_spelling_is_refused(change: Callable[[str], object]) -> None:
    seal = rsa_sign(PRIVATE, TEXT)
    assert "+" in seal or "/" in seal
    with pytest.raises(Refused):
        rsa_require(PUBLIC, TEXT, change(seal))


@pytest.mark.parametrize("cut", [0, 1, 100, -2])
def test_a_key_that_is_cut_reversed_or_not_alone_proves_nothing(cut: int) -> None:
    for pem in (PUBLIC, PRIVATE):
        for wrong in (pem[:cut], pem[::-1], f"{pem}0", f"x\n{pem}", pem + pem, f"{pem}\n\n"):
            with pytest.raises(Refused, match="key_unreadable"):
                rsa_require(wrong, TEXT, rsa_sign(PRIVATE, TEXT))
            with pytest.raises(Refused, match="key_unreadable"):
                rsa_sign(wrong, TEXT)


def test_a_key_of_another_kind_is_unreadable() -> None:
    curve = ec.generate_private_key(ec.SECP256R1())
    locked = RSA_KEY.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(b"x"),
    ).decode()
    for wrong in (private_pem(curve), locked, PUBLIC):
        with pytest.raises(Refused, match="key_unreadable"):
            rsa_sign(wrong, TEXT)
    for wrong in (public_pem(curve), PRIVATE):
        with pytest.raises(Refused, match="key_unreadable"):
            rsa_require(wrong, TEXT, rsa_sign(PRIVATE, TEXT))


def test_a_short_key_is_no_key() -> None:
    short = rsa.generate_private_key(65537, 1024)  # noqa: S505  that is the point
    with pytest.raises(Refused, match="key_unreadable"):
        rsa_sign(private_pem(short), TEXT)
    with pytest.raises(Refused, match="key_unreadable"):
        rsa_require(public_pem(short), TEXT, rsa_sign(PRIVATE, TEXT))


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("end", ["", "\n"])
def test_a_key_reads_with_either_newline_and_with_or_without_the_last(
    newline: str, end: str
) -> None:
    written = PUBLIC.strip().replace("\n", newline) + end
    rsa_require(written, TEXT, rsa_sign(PRIVATE, TEXT))


def test_the_other_curve_seals_and_tells() -> None:
    key = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    public = key.public_key().public_bytes_raw()
    seal = ed25519_sign(bytes(range(32)), TEXT)
    assert seal == key.sign(TEXT)
    assert ed25519_is_genuine(public, TEXT, seal)
    for wrong in (seal[:-1], seal[::-1], bytes(64), b""):
        assert not ed25519_is_genuine(public, TEXT, wrong)
    assert not ed25519_is_genuine(public, TEXT + b" ", seal)


@pytest.mark.parametrize("size", [0, 31, 33, 64])
def test_a_raw_key_of_another_size_is_unreadable(size: int) -> None:
    with pytest.raises(Refused, match="key_unreadable"):
        ed25519_sign(bytes(size), TEXT)
    with pytest.raises(Refused, match="key_unreadable"):
        ed25519_is_genuine(bytes(size), TEXT, bytes(64))
