"""The vault: what is sealed opens with its key, at its place, whole; nothing else does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cashless.errors import Broken
from cashless.vault import seal, unseal

KEY, OTHER = bytes(range(32)), bytes(32)


@given(st.binary(max_size=2000), st.text(max_size=50))
def test_what_is_sealed_opens_again(plain: bytes, about: str) -> None:
    sealed = seal(KEY, plain, about)
    assert unseal(KEY, sealed, about) == plain
    assert len(plain) < 8 or plain not in sealed


@given(st.binary(min_size=1, max_size=200), st.data())
def test_one_flipped_bit_opens_nothing(plain: bytes, data: st.DataObject) -> None:
    sealed = bytearray(seal(KEY, plain, "connection:1"))
    place = data.draw(st.integers(0, len(sealed) * 8 - 1))
    sealed[place // 8] ^= 1 << place % 8
    with pytest.raises(Broken, match="vault_key_wrong"):
        unseal(KEY, bytes(sealed), "connection:1")


def test_another_key_or_another_place_opens_nothing() -> None:
    sealed = seal(KEY, b"secret", "connection:1")
    for key, about in ((OTHER, "connection:1"), (KEY, "connection:2"), (KEY, "")):
        with pytest.raises(Broken, match="vault_key_wrong"):
            unseal(key, sealed, about)


@pytest.mark.parametrize("cut", [0, 1, 11, 12, 27])
def test_a_value_cut_short_opens_nothing(cut: int) -> None:
    with pytest.raises(Broken, match="vault_key_wrong"):
        unseal(KEY, seal(KEY, b"secret", "x")[:cut], "x")


def test_the_same_secret_is_never_sealed_the_same_way() -> None:
    assert len({seal(KEY, b"secret", "x") for _ in range(200)}) == 200
