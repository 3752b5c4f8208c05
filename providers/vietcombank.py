"""Vietcombank (Joint Stock Commercial Bank for Foreign Trade of Vietnam), by aggregators.

The bank publishes no webhook of its own. Casso or VietQR.VN reads the account and speaks for it;
that is configuration, not nature: which aggregator serves which bank changes. ``casso_v2``
(default) is signed; ``casso_v1`` has only a static header and ``vietqr_vn`` only a bearer token of
ours, so both are weak. What each signs, what the aggregator wants to hear and what is uncertain is
written in ``_casso.py``, ``_casso_v2.py``, ``_casso_v1.py`` and ``_vietqrvn.py``. The money is in
the merchant's account before the call is made, so it settles at once.
"""

from providers import _casso_v1, _casso_v2, _vietqrvn
from providers._protocol import Provider

PROVIDER = Provider(
    name="vietcombank",
    title="Vietcombank",
    bins=("970436",),
    settles="instant",
    protocols=(_casso_v2.PROTOCOL, _casso_v1.PROTOCOL, _vietqrvn.PROTOCOL),
)
