"""MB (Military Commercial Joint Stock Bank), in two dialects of its own.

``mb_mms`` (default) tells that a shopper scanned a code of a terminal of the bank; ``mb_sync``
tells of every movement of an account, under a bearer token. Both are weak; what each covers, what
it wants to hear and what is uncertain is written in ``_mb_mms.py`` and ``_mb_sync.py``. The money
is in the merchant's account before the call is made, so it settles at once.
"""

from providers import _mb_mms, _mb_sync
from providers._protocol import Provider

PROVIDER = Provider(
    name="mb",
    title="MB",
    bins=("970422",),
    settles="instant",
    protocols=(_mb_mms.PROTOCOL, _mb_sync.PROTOCOL),
)
