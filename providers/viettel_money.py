"""Viettel Money through its payment gateway 2.0, whose orders we create.

What is signed, what each of the three calls wants to hear and what is uncertain is written in
``_viettel.py``. A payment to a stall's printed code of Viettel itself is told in no public format:
a stall's code is a VietQR code, and the bank or a statement tells of it.

Viettel holds the money and pays it out to the merchant's bank account afterwards, so it settles
later. Its code in the transfer network is 971005; some public lists swap it with VNPT Money's.
"""

from providers import _viettel_result
from providers._protocol import Provider

PROVIDER = Provider(
    name="viettel_money",
    title="Viettel Money",
    bins=("971005",),
    settles="later",
    protocols=(_viettel_result.PROTOCOL,),
)
