"""VietinBank (Vietnam Joint Stock Commercial Bank for Industry and Trade), by its own notices.

What is signed, why it is weak all the same, what the bank wants to hear and what is uncertain is
written in ``_vietinbank.py``. The money is in the merchant's account before the call is made, so it
settles at once. The bank's own document labels it 970403, which is Sacombank's BIN.
"""

from providers import _vietinbank
from providers._protocol import Provider

PROVIDER = Provider(
    name="vietinbank",
    title="VietinBank",
    bins=("970415",),
    settles="instant",
    protocols=(_vietinbank.PROTOCOL,),
)
