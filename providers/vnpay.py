"""VNPAY in two dialects: the payment gateway and the printed VNPAY-QR code.

``gateway_v2_1`` (default) tells the result of an order that we created; ``qr_mms`` tells that a
shopper scanned a code of a merchant. What is signed, what each wants to hear and what is uncertain
is written in ``_vnpay_gateway.py`` and ``_vnpay_qr.py``. They count money differently: hundredths
of a đồng in the gateway, whole đồng in the code.

VNPAY holds the money and pays it out to the merchant's bank account afterwards, so it settles
later. It has no code in the transfer network (its codes bear the identifier A000000775 instead),
so nobody can transfer to it and no receiving account is written with a BIN of it.
"""

from providers import _vnpay_gateway, _vnpay_qr
from providers._protocol import Provider

PROVIDER = Provider(
    name="vnpay",
    title="VNPAY",
    bins=(),
    settles="later",
    protocols=(_vnpay_gateway.PROTOCOL, _vnpay_qr.PROTOCOL),
)
