"""What people paste: the payload is taken out of its wrapping, and nothing else is changed."""

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cashless.vietqr.links import payload_in
from cashless.vietqr.payload import Transfer, encode

PLAIN = encode(Transfer("970452", "1234567890", 50_000, "50% ca kho", name="Ba Tu A/B"))
QUOTED = quote(PLAIN, safe="")


@pytest.mark.parametrize(
    "text",
    [
        PLAIN,
        f"  {PLAIN}\r\n",
        f"\N{ZERO WIDTH NO-BREAK SPACE}{PLAIN}\N{NO-BREAK SPACE}",
        QUOTED,
        f"vnpay://{QUOTED}?callbackurl=https%3A%2F%2Fexample.com",
        f"mb://applink?targetPage=QRPay&qrContent={QUOTED}",
        f"acbone://qr/pay?qrCode={QUOTED}#top",
        f"hydro://ZaloPay/{QUOTED}",
        f"intent://pay?data={QUOTED}#Intent;scheme=bank;end",
        f"VietinbankIPay://host.qrTransfer?x=1&payload={QUOTED}",
    ],
)
def test_the_payload_is_found(text: str) -> None:
    assert payload_in(text) == PLAIN


@pytest.mark.parametrize(
    "text",
    [
        "",
        "https://example.com/?a=1",
        "https://example.com",
        "://0002",
        "100%",
        "%30%30",
        "%ff",
        f"a {PLAIN}",
    ],
)
def test_what_wraps_no_payload_stays_as_it_is(text: str) -> None:
    assert payload_in(text) == text


def test_a_per_cent_sign_inside_a_sound_payload_stays() -> None:
    tricky = encode(Transfer("970452", "1234567890", 50_000, "giam 50%20 hom nay"))
    assert payload_in(tricky) == tricky


def test_a_payload_that_is_sound_neither_way_stays_as_it_is() -> None:
    spoilt = QUOTED[:-1] + ("0" if QUOTED[-1] != "0" else "1")
    assert payload_in(spoilt) == spoilt


@given(st.text() | st.text("0%2AF:/?&=# "))
def test_any_text_is_answered(text: str) -> None:
    assert isinstance(payload_in(text), str)
