"""A payment code written as a payload, and a payload read strictly.

Writing: objects in rising order, check sum in upper case. A ``Transfer`` is
what our stalls ask for, a ``Code`` is written as it is. What would not be read
back as the same value is refused, so ``decode(encode(code)).code == code`` always.

Reading: every length is followed to the last character, lengths count
characters, the check sum must hold, an object may not occur twice. What a
payer's app could take for another account or amount is an error, what banks
are seen to do without harm is a warning. A payload that is whole only when
lengths count bytes stays refused and is told so. White space around a payload
is an error too: ``links.payload_in`` strips what people paste and scan.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from cashless.errors import Invalid
from cashless.vietqr import emv, napas, schemes, seal, tlv
from cashless.vietqr.code import Code, objects, opened
from cashless.vietqr.emv import Inner
from cashless.vietqr.flaws import Flaw, flaw
from cashless.vietqr.seal import Seal, sealed
from cashless.vietqr.transfer import Transfer, code_of

__all__ = ["Code", "Decoded", "Transfer", "decode", "encode"]

_LENGTH_MAX: Final = 512
# PromptPay codes are for persons and have neither category nor name nor city.
_WITHOUT_MERCHANT: Final = {schemes.VIETQR, "promptpay"}
_NOT_COUNTED_IN_BYTES: Final = {"control_character", "overlong"}


@dataclass(frozen=True, slots=True)
class Decoded:
    """A payload as read: its scheme, its fields by name, what is wrong, what is odd.

    ``code`` is the whole content as a value, None if anything is wrong.
    """

    scheme: str
    fields: dict[str, object]
    errors: tuple[Flaw, ...]
    warnings: tuple[Flaw, ...]
    issuer: str = schemes.EMVCO
    seal: Seal = field(default_factory=Seal)
    code: Code | None = None

    @property
    def valid(self) -> bool:
        """Tell whether the code can be trusted: it has no errors."""
        return not self.errors

    def as_json(self) -> dict[str, object]:
        """Return the shape the command line prints."""
        return {
            "valid": self.valid,
            "scheme": self.scheme,
            "issuer": self.issuer,
            "fields": self.fields,
            "errors": [one.as_json() for one in self.errors],
            "warnings": [one.as_json() for one in self.warnings],
        }


def encode(wanted: Transfer | Code, *, as_read: bool = False) -> str:
    """Return the payload of a transfer to a bank account, or of any other code.

    ``as_read`` writes a VietQR of somebody else even where NAPAS asks for more
    in its service (a merchant's name and category, a reference for cash).

    Raises Invalid with the code bin_invalid, account_invalid, amount_invalid,
    purpose_invalid, terminal_invalid or mcc_invalid for a Transfer, and
    code_invalid for a Code that ``decode`` would refuse or read differently.
    """
    code = code_of(wanted) if isinstance(wanted, Transfer) else wanted
    try:
        payload = sealed(tlv.write(objects(code)))
    except (ValueError, TypeError) as error:
        raise _unwritable(str(error), str(error)) from error
    found = decode(payload)
    flaws = found.errors or (() if as_read else _demands(payload))
    if flaws:
        raise _unwritable(flaws[0].message, flaws[0].message_vi)
    if found.code != code:
        raise _unwritable(
            "An object stands where it would be read as another one.",
            "Có trường đặt sai chỗ nên sẽ bị đọc thành trường khác.",
        )
    return payload


def decode(payload: str) -> Decoded:
    """Read a payload; never raises, all that is wrong stands in ``errors``."""
    unread = _unreadable(payload)
    if unread:
        return Decoded("unknown", {}, (unread,), ())
    root, inner, broken = _opened(payload)
    given, scheme = seal.read(payload), schemes.scheme(inner)
    errors = dict.fromkeys((*broken, *_errors(root, inner), *seal.errors(given, root)))
    wrong = {one.path for one in errors}
    warnings = dict.fromkeys((*seal.warnings(given), *_warnings(root, inner, scheme)))
    odd = [one for one in warnings if one.path not in wrong]
    if errors and not payload.isascii() and _is_sound_in_bytes(payload, given):
        odd.append(flaw("lengths_in_bytes", "root"))
    return Decoded(
        scheme,
        _fields(root, inner, scheme),
        tuple(errors),
        tuple(odd),
        schemes.issuer(root, inner),
        given,
        None if errors else opened(root, inner),
    )


def _opened(text: str) -> tuple[dict[str, str], Inner, list[Flaw]]:
    """Return root objects, the objects of the templates among them, and broken places."""
    root, broken = tlv.read(text)
    read = {name: tlv.read(root[name], name) for name in root if emv.is_template(name)}
    flaws = [*broken, *(one for _, found in read.values() for one in found)]
    return root, {name: objects_ for name, (objects_, _) in read.items()}, flaws


def _errors(root: dict[str, str], inner: Inner) -> Iterator[Flaw]:
    yield from emv.errors(root, inner)
    if napas.is_napas(inner):
        yield from napas.errors(root, inner)


def _warnings(root: dict[str, str], inner: Inner, scheme: str) -> Iterator[Flaw]:
    yield from emv.warnings(root, inner)
    if scheme == schemes.VIETQR:
        yield from napas.warnings(root, inner)
    if scheme not in _WITHOUT_MERCHANT:
        yield from emv.absent(root)


def _fields(root: dict[str, str], inner: Inner, scheme: str) -> dict[str, object]:
    fields = emv.fields(root, inner)
    if scheme == schemes.VIETQR:
        fields.pop(napas.TAG, None)
        fields["napas"] = napas.fields(inner)
    return fields


def _unreadable(payload: str) -> Flaw | None:
    if len(payload) > _LENGTH_MAX:
        return flaw("too_long", "root")
    try:
        payload.encode()
    except UnicodeEncodeError:
        return flaw("not_utf8", "root")
    return None


def _is_sound_in_bytes(payload: str, given: Seal) -> bool:
    """Read again with one sign for each UTF-8 byte, so that lengths count bytes.

    Limits are meant for characters, and bytes above 7F look like control characters here.
    """
    root, inner, broken = _opened(payload.encode().decode("latin-1"))
    errors = (*broken, *_errors(root, inner), *seal.errors(given, root))
    return all(one.code in _NOT_COUNTED_IN_BYTES for one in errors) and payload.isprintable()


def _demands(payload: str) -> tuple[Flaw, ...]:
    root, inner, _ = _opened(payload)
    return tuple(napas.demands(root, inner)) if napas.is_napas(inner) else ()


def _unwritable(message: str, message_vi: str) -> Invalid:
    return Invalid(
        "code_invalid",
        f"This payment code cannot be written: {message}",
        f"Không thể tạo mã thanh toán này: {message_vi}",
    )
