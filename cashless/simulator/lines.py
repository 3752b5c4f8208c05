"""Lines: a provider and one of its protocols, and how a payment is told over it.

What a format can carry (``Protocol.carries``) decides how ids, accounts, orders and memos are
written, so a new provider is told without a word here. Only two facts are kept about providers:
how often each receives a merchant's money (invented market shares), and which secret names the
receiver where the message has no other field for it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Final

from cashless.clock import business_date
from cashless.simulator import keys, memos
from cashless.simulator.shoppers import Sale
from cashless.vietqr.text import ascii_text
from providers import everyone, find
from providers._protocol import Notification, Protocol, Secrets

SHARES: Final[Mapping[str, int]] = {
    "kienlongbank": 14,
    "agribank": 14,
    "vietcombank": 13,
    "mb": 11,
    "bidv": 10,
    "vietinbank": 10,
    "sacombank": 7,
    "viettel_money": 4,
    "momo": 5,
}
"""Percent of merchants whose account is there (invented); the rest have 2."""
_OTHER_SHARE: Final = 2
_RECEIVER_SECRETS: Final = (
    "partnerCode",
    "appId",
    "tmnCode",
    "merchant_code",
    "MERCHANT_SERVICE_ID",
    "service_id",
)
_REFERENCE: Final = "JXABCDEFGHJK"
_EPOCH: Final = datetime(2020, 1, 1, tzinfo=UTC)
_RUN_STEP: Final = timedelta(milliseconds=10)
_RUN_DIGITS: Final = 10**8


@dataclass(frozen=True, slots=True)
class Line:
    """A provider and one of its protocols."""

    provider: str
    protocol: str

    @property
    def spoken(self) -> Protocol:
        """The protocol itself."""
        known = find(self.provider).protocols
        return next(protocol for protocol in known if protocol.name == self.protocol)

    @property
    def bin(self) -> str:
        """The bank code of accounts reported over this line; empty where terminals are."""
        return next(iter(find(self.provider).bins), "")

    @property
    def names_account(self) -> bool:
        """Whether a message names the receiving account itself."""
        return "account" in self.spoken.carries

    @property
    def receiver_secret(self) -> str | None:
        """The secret that names the receiver where no field of a message does."""
        if {"account", "virtual_account"} & self.spoken.carries.keys():
            return None
        return next((name for name in _RECEIVER_SECRETS if name in self.spoken.secrets), None)

    @property
    def carries_order(self) -> bool:
        """Whether the order field has room for our reference."""
        return self.spoken.takes_reference or _fits(self.spoken, "order_ref", _REFERENCE)

    @property
    def share(self) -> int:
        """How often merchants have their account here; other protocols than the first are rare."""
        is_first = find(self.provider).protocols[0] is self.spoken
        return SHARES.get(self.provider, _OTHER_SHARE) if is_first else 1


def lines() -> tuple[Line, ...]:
    """Return every protocol of every provider there is."""
    return tuple(
        Line(name, protocol.name)
        for name, provider in everyone().items()
        for protocol in provider.protocols
    )


def new_secrets(line: Line, receiver: str) -> dict[str, str]:
    """Make unguessable secrets of both sides, in the forms that the protocol wants."""
    secrets = keys.invented(line.spoken)
    if line.receiver_secret:
        secrets[line.receiver_secret] = receiver
    return secrets


def forged(line: Line, secrets: Secrets) -> dict[str, str]:
    """Return secrets that open nothing here, in the same forms; names of things stay."""
    stays = {line.receiver_secret, *keys.NAMES}
    kept = {name: value for name, value in secrets.items() if name in stays}
    return keys.invented(line.spoken) | kept


def account_number(line: Line, digits: str) -> str:
    """Return an invented account or terminal with those digits, as the line can name it."""
    if line.provider == "standard":
        return f"{keys.NAMES['bin']}:99{digits}"
    forms = (f"99{digits}",) if line.names_account else (f"SIM{digits}",)
    named = line.spoken.secret_forms.get(line.receiver_secret or "")
    if named and not re.fullmatch(named, forms[0]):
        return f"9{digits[:9]}"
    return next((one for one in forms if _fits(line.spoken, "account", one)), forms[0])


def transaction_id(line: Line, start: datetime, txn: int) -> str:
    """Return the provider's id of the payment with that number in a run begun at ``start``.

    Fifteen digits, because one format has room for no more: nine for the hundredths of a second
    at which the run began (they come round again after 104 days), six for the payment. A format
    that has room for fourteen goes without the first, and comes round after eleven days; one with
    ten keeps four digits of the run.
    """
    run = _RUN_DIGITS + (start - _EPOCH) // _RUN_STEP % (9 * _RUN_DIGITS)
    digits = f"{run}{txn:06d}"
    forms = (
        digits,
        f"{int(digits):032x}:FT{digits[1:]}",
        f"SIM{digits}",
        digits[1:],
        digits[5:],
        f"FT{digits}",
        f"FT{digits[1:]}S",
    )
    return next(form for form in forms if _fits(line.spoken, "provider_txn_id", form))


def notification(sale: Sale, start: datetime, code: str | None) -> Notification:
    """Say a sale in our terms, as far as its line can carry it; ``code`` is the order's."""
    line = Line(sale.account.provider, sale.account.protocol)
    txn = transaction_id(line, start, sale.txn)
    named = line.names_account or line.receiver_secret is not None
    return Notification(
        provider_txn_id=txn,
        kind="credit",
        amount=sale.amount,
        occurred_at=sale.at,
        business_date=business_date(sale.at),
        account=sale.account.number if named else None,
        virtual_account=_virtual(line, sale, code),
        order_ref=_order(line, txn, code),
        memo=_folded(line.spoken, memos.filled(sale.memo, code or "", sale.txn)),
        payer="****0000" if "payer" in line.spoken.carries else None,
    )


def _virtual(line: Line, sale: Sale, code: str | None) -> str | None:
    """Name the stall where nothing else does, else an account made for one order."""
    if not line.names_account:
        return sale.account.number if "virtual_account" in line.spoken.carries else None
    made = f"9{int(sha256((code or '').encode()).hexdigest()[:14], 16):017d}"[:18]
    wanted = code is not None and "virtual_account" in line.spoken.carries
    return made if wanted and _fits(line.spoken, "virtual_account", made) else None


def _order(line: Line, txn: str, code: str | None) -> str | None:
    if line.carries_order:
        return code
    digits = txn.rpartition("FT")[2].lstrip("0")
    return digits if "order_ref" in line.spoken.carries else None


def _folded(protocol: Protocol, memo: str) -> str:
    """Leave out what the format cannot carry, and cut what is too long."""
    form = re.compile(protocol.carries.get("memo", ""))
    kept = "".join(sign for sign in memo if form.fullmatch(sign)) if memo else ""
    if not form.fullmatch(kept):
        kept = ascii_text(kept)
    while kept and not form.fullmatch(kept):
        kept = kept[:-1]
    return kept


def _fits(protocol: Protocol, name: str, value: str) -> bool:
    return re.fullmatch(protocol.carries.get(name, ""), value) is not None
