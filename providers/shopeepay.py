"""ShopeePay, the wallet (AirPay before), by its notice of a transaction's status.

What is signed, what it wants to hear and what is uncertain is written in ``_shopeepay.py``.

ShopeePay holds the money and pays it out to the merchant's bank account afterwards, so it settles
later. It has no code in the transfer network, so nobody can transfer to it and no receiving account
is written with a BIN of it.
"""

from providers import _shopeepay
from providers._protocol import Provider

PROVIDER = Provider(
    name="shopeepay",
    title="ShopeePay",
    bins=(),
    settles="later",
    protocols=(_shopeepay.PROTOCOL,),
)
