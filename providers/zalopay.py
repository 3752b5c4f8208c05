"""ZaloPay, the wallet, by the callback of an order (version 2).

What is signed, what it wants to hear and what is uncertain is written in ``_zalopay.py``. Static
codes with ZaloPay's mark are VietQR today and are heard from the bank behind them.

ZaloPay holds the money and pays it out to the merchant's bank account afterwards, so it settles
later. It has no code in the transfer network (its multi-purpose accounts 99ZP... live at BVBank),
so nobody can transfer to it and no receiving account is written with a BIN of it.
"""

from providers import _zalopay
from providers._protocol import Provider

PROVIDER = Provider(
    name="zalopay",
    title="ZaloPay",
    bins=(),
    settles="later",
    protocols=(_zalopay.PROTOCOL,),
)
