"""Seal what must not be read from a database dump: secrets of connections.

AES-256-GCM with a random 96-bit nonce in front (NIST SP 800-38D). The key comes from the settings
and never touches the database. ``about`` binds a sealed value to its place: moved to another
connection it no longer opens.
"""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from cashless.errors import Broken

_NONCE_BYTES = 12


def seal(key: bytes, plain: bytes, about: str) -> bytes:
    """Return nonce and ciphertext of ``plain``, bound to ``about``; ``key`` is 32 bytes."""
    nonce = os.urandom(_NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, about.encode())


def unseal(key: bytes, sealed: bytes, about: str) -> bytes:
    """Open what ``seal`` made, or raise ``Broken("vault_key_wrong")``."""
    nonce, cipher = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
    try:
        return AESGCM(key).decrypt(nonce, cipher, about.encode())
    except (InvalidTag, ValueError) as error:  # ValueError: the value was cut short
        raise Broken(
            "vault_key_wrong",
            "A stored secret does not open with this vault key: restore CASHLESS_VAULT_KEY or"
            " keys/vault.key of the home that made the database.",
            "Không mở được bí mật đã lưu bằng khóa này: hãy khôi phục CASHLESS_VAULT_KEY hoặc tệp"
            " keys/vault.key của thư mục đã tạo cơ sở dữ liệu.",
        ) from error
