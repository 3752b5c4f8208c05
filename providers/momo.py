"""MoMo, the wallet, in two dialects.

``ipn_v2`` (default) tells the result of an order that we created; ``static_qr_v1`` tells that a
shopper scanned a printed code. What is signed, what each wants to hear and what is uncertain is
written in ``_momo_ipn.py`` and ``_momo_static.py``.

MoMo holds the money and pays it out to the merchant's bank account afterwards, so it settles
later. Its code in the transfer network is 971025. Its multi-purpose account numbers (99MM...) live
at BVBank, 970454; that is BVBank's code, a transfer to it is heard as a bank transfer, and it does
not belong here.
"""

from providers import _momo_ipn, _momo_static
from providers._protocol import Provider

PROVIDER = Provider(
    name="momo",
    title="MoMo",
    bins=("971025",),
    settles="later",
    protocols=(_momo_ipn.PROTOCOL, _momo_static.PROTOCOL),
)
