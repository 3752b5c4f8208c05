"""Agribank (Vietnam Bank for Agriculture and Rural Development), heard through SePay.

The bank publishes no webhook of its own. SePay reads the account and speaks for it; that is
configuration, not nature: which aggregator serves which bank changes. What is signed, what it
wants to hear and what is uncertain is written in ``_sepay.py``. The money is in the merchant's
account before the call is made, so it settles at once.
"""

from providers import _sepay
from providers._protocol import Provider

PROVIDER = Provider(
    name="agribank",
    title="Agribank",
    bins=("970405",),
    settles="instant",
    protocols=(_sepay.PROTOCOL,),
)
