"""Is a code that somebody sees at a stall the stand's own?

The register knows what was printed. A code that was scanned or photographed is read strictly and
compared with it, field by field, and the answer is one word with the differences behind it. What
the foreign code says in words is never repeated: whoever pastes a code over another one would have
our page say it. Only bank, the end of the account number and the amount are named.
"""

from collections.abc import Container, Iterable
from dataclasses import dataclass
from typing import Any, Final

from cashless.vietqr.payload import Decoded, decode
from cashless.vietqr.schemes import EMVCO, VIETQR
from merchants.stands import Stand

# From the best to the worst; of several codes the worst decides.
GENUINE: Final = "genuine"
SAME_ACCOUNT: Final = "same_account"
NO_PAYMENT: Final = "no_payment"
DAMAGED: Final = "damaged"
OTHER_SCHEME: Final = "other_scheme"
FOREIGN: Final = "foreign"
_ORDER: Final = (GENUINE, SAME_ACCOUNT, NO_PAYMENT, DAMAGED, OTHER_SCHEME, FOREIGN)
MIXED: Final = "mixed"
"""The stand's own code, and beside it one that is not."""
NOTHING: Final = "nothing"
"""No code at all."""

_WAY: Final = ("bank", "account", "service")
_MONEY: Final = (*_WAY, "amount")
_DIGITS_MOST: Final = 13


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that differs: what the register has and what the code says, None where absent."""

    field: str
    registered: str | None
    seen: str | None


@dataclass(frozen=True, slots=True)
class Sight:
    """One code as it was seen: one of the words above, who issues such codes, what differs."""

    kind: str
    issuer: str
    differences: tuple[Difference, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer for all codes of one photo or text."""

    kind: str
    sights: tuple[Sight, ...] = ()


def judge(stand: Stand, codes: Iterable[str], inverted: Container[str] = ()) -> Verdict:
    """Compare each code with the stand; ``inverted`` are those printed light on dark."""
    sights = tuple(_seen(stand, code, code in inverted) for code in dict.fromkeys(codes))
    kinds = {sight.kind for sight in sights}
    if not kinds:
        return Verdict(NOTHING)
    mixed = len(kinds) > 1 and GENUINE in kinds
    return Verdict(MIXED if mixed else max(kinds, key=_ORDER.index), sights)


def compare(stand: Stand, code: str) -> Sight:
    """Compare one code with what was printed on the stand."""
    if code == stand.payload:
        return Sight(GENUINE, "napas")
    read = decode(code)
    if read.scheme != VIETQR:
        # What neither is made of objects nor bears a mark is a link or a text, no way to pay.
        is_payment = "payload_format" in read.fields or read.issuer != EMVCO
        return Sight(OTHER_SCHEME if is_payment else NO_PAYMENT, read.issuer)
    if not read.valid:
        return Sight(DAMAGED, read.issuer)
    differences = _differences(_facts(decode(stand.payload)), _facts(read))
    if not any(one.field in _WAY for one in differences):
        return Sight(SAME_ACCOUNT, read.issuer, differences)
    money = tuple(one for one in differences if one.field in _MONEY)
    return Sight(FOREIGN, read.issuer, money)


def _seen(stand: Stand, code: str, is_inverted: bool) -> Sight:  # noqa: FBT001  one flag of a photo
    """Compare; our own code light on dark did not come from our printer."""
    found = compare(stand, code)
    if is_inverted and found.kind == GENUINE:
        return Sight(SAME_ACCOUNT, found.issuer, (Difference("contrast", None, None),))
    return found


def _differences(
    registered: dict[str, str | None], seen: dict[str, str | None]
) -> tuple[Difference, ...]:
    return tuple(
        Difference(field, registered[field], seen[field])
        for field in registered
        if registered[field] != seen[field]
    )


def _facts(read: Decoded) -> dict[str, str | None]:
    """Return what may differ, in the order in which it is told."""
    napas: Any = read.fields["napas"]
    additional: Any = read.fields.get("additional")
    told = additional if isinstance(additional, dict) else {}
    return {
        "bank": napas["bin"],
        "account": napas["account"],
        "service": napas["service"],
        "amount": _amount(read.fields.get("amount")),
        "purpose": told.get("purpose"),
        "terminal": told.get("terminal_label"),
    }


def _amount(written: object) -> str | None:
    """Return the whole đồng of an amount as digits; ``50000.`` is a way to write 50000."""
    digits = str(written or "").partition(".")[0].lstrip("0")
    return digits[:_DIGITS_MOST] or None
