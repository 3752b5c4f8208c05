"""Sacombank, heard through payOS.

The bank publishes no webhook of its own. payOS makes payment links on the merchant's account and
speaks for it; which aggregator serves which bank is configuration and changes. What is signed,
what it wants to hear and what is uncertain is written in ``_payos.py``. The money is in the
merchant's account before the call is made, so it settles at once.
"""

from providers import _payos
from providers._protocol import Provider

PROVIDER = Provider(
    name="sacombank",
    title="Sacombank",
    bins=("970403",),
    settles="instant",
    protocols=(_payos.PROTOCOL,),
)
