"""VietQR: the code at a stall, from an account number to a picture and back.

Here are the text a code may carry (``text``), the objects a payload is made
of (``tlv``), a code as a value (``code``, and the ``transfer`` that our stalls
ask for), written as a payload and read strictly (``payload``, with the rules in
``emv``, ``napas`` and ``seal`` and their sentences in ``flaws``), whose code it
is (``schemes``), the same in plain words (``explain``), what people paste and
photograph (``links``, ``photo``), our reference inside a bank's memo
(``reference``), the banks (``banks``), and pictures (``image``).

Not here: whose account it is and which order a code belongs to; that is the
business of ``merchants``. Nothing here touches the database or the network.

Everything is keyed on the six-digit BIN of a bank, never on its short code:
short codes collide between lists. Sources: NAPAS "Quy định về định dạng mã
VietQR trong dịch vụ chuyển nhanh NAPAS247" v1.0 (September 2021) and EMVCo
Merchant-Presented Mode v1.1.
"""
