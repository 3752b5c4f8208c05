"""BIDV (Bank for Investment and Development of Vietnam), by its bill collection in two phases.

The bank asks us what an order still wants before it takes the money, and tells us afterwards. What
is signed, why it is weak, what the bank wants to hear and what is uncertain is written in
``_bidv.py``. The money is in the collecting account before the call is made, so it settles at once.
"""

from providers import _bidv
from providers._protocol import Provider

PROVIDER = Provider(
    name="bidv",
    title="BIDV",
    bins=("970418",),
    settles="instant",
    protocols=(_bidv.PROTOCOL,),
)
