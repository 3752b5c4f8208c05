"""Seals with a key pair: RSA (PKCS#1 v1.5) and Ed25519, keys as PEM or raw base64.

Reading a key costs more than using it, so it is read once. A key that does not read is our own
fault in the settings: it proves nothing, so the call is Refused("key_unreadable"). A PEM is one
block and nothing beside it, because readers disagree about what stands around a block. An RSA key
of less than 2048 bits is no key.
"""

import re
from functools import lru_cache

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa

from providers._codecs import read_base64, write_base64
from providers._protocol import Refused

_HASHES = {"sha1": hashes.SHA1(), "sha256": hashes.SHA256()}  # noqa: S303  a provider's old digest
_RSA_BITS_LEAST = 2048

PEM = r"-----BEGIN ([A-Z ]+)-----\r?\n[A-Za-z0-9+/=\r\n]+\r?\n-----END \1-----(?:\r?\n)?"
"""Form of a key as PEM."""


def rsa_sign(private_pem: str, message: bytes, digest: str = "sha256") -> str:
    """Sign with an RSA private key; standard base64."""
    key = _rsa_private(private_pem)
    return write_base64(key.sign(message, padding.PKCS1v15(), _HASHES[digest]))


def rsa_require(public_pem: str, message: bytes, given: object, digest: str = "sha256") -> None:
    """Refuse a base64 signature that this RSA public key did not make."""
    key, seal = _rsa_public(public_pem), read_base64(given)
    try:
        key.verify(seal, message, padding.PKCS1v15(), _HASHES[digest])
    except InvalidSignature as error:
        raise Refused("signature") from error


def ed25519_sign(private_raw: bytes, message: bytes) -> bytes:
    """Sign with a raw Ed25519 private key of 32 bytes."""
    return _ed25519_private(private_raw).sign(message)


def ed25519_is_genuine(public_raw: bytes, message: bytes, seal: bytes) -> bool:
    """Tell whether the raw Ed25519 public key of 32 bytes made this seal."""
    try:
        _ed25519_public(public_raw).verify(seal, message)
    except InvalidSignature:
        return False
    return True


@lru_cache(64)
def _rsa_private(pem: str) -> rsa.RSAPrivateKey:
    try:
        key = serialization.load_pem_private_key(_block(pem), None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise Refused("key_unreadable") from error
    if not isinstance(key, rsa.RSAPrivateKey) or key.key_size < _RSA_BITS_LEAST:
        raise Refused("key_unreadable")
    return key


@lru_cache(64)
def _rsa_public(pem: str) -> rsa.RSAPublicKey:
    try:
        key = serialization.load_pem_public_key(_block(pem))
    except (ValueError, UnsupportedAlgorithm) as error:
        raise Refused("key_unreadable") from error
    if not isinstance(key, rsa.RSAPublicKey) or key.key_size < _RSA_BITS_LEAST:
        raise Refused("key_unreadable")
    return key


@lru_cache(64)
def _ed25519_private(raw: bytes) -> ed25519.Ed25519PrivateKey:
    try:
        return ed25519.Ed25519PrivateKey.from_private_bytes(raw)
    except ValueError as error:
        raise Refused("key_unreadable") from error


@lru_cache(64)
def _ed25519_public(raw: bytes) -> ed25519.Ed25519PublicKey:
    try:
        return ed25519.Ed25519PublicKey.from_public_bytes(raw)
    except ValueError as error:
        raise Refused("key_unreadable") from error


def _block(pem: str) -> bytes:
    if not re.fullmatch(PEM, pem):
        raise Refused("key_unreadable")
    return pem.encode("ascii")
