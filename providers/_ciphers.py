"""Opening and closing encrypted bodies.

Only to be used behind a seal that has already been checked: the padding of an unproven text must
not be looked at, because the answer would tell a stranger about the plaintext.
"""

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.padding import PKCS7

from providers._protocol import Refused

_BLOCK = 16


def aes_cbc_open(key: bytes, iv: bytes, sealed: bytes) -> bytes:
    """Decrypt AES-CBC with PKCS#7 padding; Refused("decryption") if it does not open."""
    if len(sealed) % _BLOCK:
        raise Refused("decryption")
    opener = Cipher(algorithms.AES(key), modes.CBC(iv)).decryptor()
    padded = opener.update(sealed) + opener.finalize()
    strip = PKCS7(_BLOCK * 8).unpadder()
    try:
        return strip.update(padded) + strip.finalize()
    except ValueError as error:
        raise Refused("decryption") from error


def aes_cbc_close(key: bytes, iv: bytes, plain: bytes) -> bytes:
    """Encrypt with AES-CBC and PKCS#7 padding."""
    pad = PKCS7(_BLOCK * 8).padder()
    padded = pad.update(plain) + pad.finalize()
    closer = Cipher(algorithms.AES(key), modes.CBC(iv)).encryptor()
    return closer.update(padded) + closer.finalize()
