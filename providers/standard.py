"""A bank that has no webhook of its own and takes ours: one dialect for all of them.

It is written down for the bank in docs/how-to/connect-a-bank-without-a-protocol.md, what the seal
covers in ``_standard.py`` and what a message says in ``_standard_data.py``. ``standard_v1``
(default) has a key that the bank shares with us, ``standard_v1a`` a key pair of the bank. Each bank
has a connection of its own, whose secret ``bin`` says which bank may speak over it; that is why the
provider itself has no BIN. The bank speaks of its own accounts, so the money is there at once.
"""

from providers import _standard
from providers._protocol import Provider

PROVIDER = Provider(
    name="standard",
    title="Standard Webhooks",
    bins=(),
    settles="instant",
    protocols=(_standard.V1, _standard.V1A),
)
