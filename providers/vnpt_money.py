"""VNPT Money (VNPT Pay) in two envelopes of one message, about orders that we create.

``confirm_json`` (default) is the integration of version 1.0.6, ``confirm_form`` the older one. What
is signed, what it wants to hear and what is uncertain is written in ``_vnpt.py``. A payment to a
stall's printed code of VNPT itself is told in no public format: a stall's code is a VietQR code,
and the bank or a statement tells of it.

VNPT holds the money and pays it out to the merchant's bank account afterwards, so it settles
later. Its code in the transfer network is 971011; some public lists swap it with Viettel Money's.
"""

from providers import _vnpt
from providers._protocol import Provider

PROVIDER = Provider(
    name="vnpt_money",
    title="VNPT Money",
    bins=("971011",),
    settles="later",
    protocols=(_vnpt.PROTOCOL, _vnpt.FORM_PROTOCOL),
)
