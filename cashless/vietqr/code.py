"""A payment code as a value: what is in it, no matter in which order it was written.

Nothing that a sound payload says is lost here: objects with a name have a field
of that name, all others (card schemes, foreign account templates, reserved and
unreserved templates) stand in ``others`` as id and untouched text. Only the
order of objects, which means nothing, is forgotten: fields are written in
rising order. Texts stay as they are written in the code, amounts too:
``50000.`` and ``23.72`` are legal forms, the second for a foreign currency.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from cashless.vietqr import emv, napas, tlv
from cashless.vietqr.emv import Inner, Row

Others = tuple[tuple[str, str], ...]
"""Objects without a name of their own: (id, text), ids rising, none twice."""

# One word per thing: what EMVCo calls a bill is an order here.
_WORDS: Final = {"bill_number": "order_number"}
_FORMAT: Final = ("00", "01")
_TEMPLATES: Final = ("62", "64")
_WRITTEN_FOR_US: Final = {"00", "63"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Beneficiary:
    """Object 38 of NAPAS: the bank's BIN, the account, card or merchant id, the service."""

    bin: str
    account: str
    service: str | None = napas.TO_ACCOUNT
    others: Others = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Additional:
    """Object 62; ``***`` in a field asks the payer to fill it in; ``order_number`` is 62.01."""

    order_number: str | None = None
    mobile_number: str | None = None
    store_label: str | None = None
    loyalty_number: str | None = None
    reference_label: str | None = None
    customer_label: str | None = None
    terminal_label: str | None = None
    purpose: str | None = None
    consumer_data_request: str | None = None
    others: Others = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """Object 64: the merchant's name and city in another language, in any script."""

    language: str | None = None
    merchant_name_alt: str | None = None
    merchant_city_alt: str | None = None
    others: Others = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """A payment code of any scheme; with a beneficiary it is a VietQR."""

    beneficiary: Beneficiary | None = None
    point_of_initiation: str | None = None
    mcc: str | None = None
    currency: str | None = napas.CURRENCY
    amount: str | None = None
    tip_indicator: str | None = None
    fee_fixed: str | None = None
    fee_percent: str | None = None
    country: str | None = napas.COUNTRY
    merchant_name: str | None = None
    merchant_city: str | None = None
    postal_code: str | None = None
    additional: Additional | None = None
    language_template: Language | None = None
    others: Others = ()


def objects(code: Code) -> Iterator[tuple[str, str]]:
    """Give the root objects of a code in rising order, without the check sum.

    ValueError if an object is empty or longer than 99 characters.
    """
    yield _FORMAT
    named = [*_filled(code, _PRIMITIVE), *_templates(code), *code.others]
    yield from sorted(named, key=lambda one: one[0])


def opened(root: Mapping[str, str], inner: Inner) -> Code:
    """Return the code that sound objects say."""
    is_napas = napas.is_napas(inner)
    hidden = {*emv.ROOT, *_WRITTEN_FOR_US, *([napas.TAG] if is_napas else [])}
    return Code(
        **_named(root, _PRIMITIVE),
        beneficiary=_beneficiary(inner[napas.TAG]) if is_napas else None,
        additional=Additional(**_inside(inner["62"], emv.ADDITIONAL)) if "62" in inner else None,
        language_template=Language(**_inside(inner["64"], emv.LANGUAGE)) if "64" in inner else None,
        others=_others(root, hidden),
    )


_PRIMITIVE: Final = {
    name: row for name, row in emv.ROOT.items() if name not in {_FORMAT[0], *_TEMPLATES}
}


def _templates(code: Code) -> Iterator[tuple[str, str]]:
    if code.beneficiary is not None:
        yield napas.TAG, _account(code.beneficiary)
    if code.additional is not None:
        yield "62", _template(code.additional, emv.ADDITIONAL)
    if code.language_template is not None:
        yield "64", _template(code.language_template, emv.LANGUAGE)


def _template(part: Additional | Language, rows: Mapping[str, Row]) -> str:
    return tlv.write(sorted([*_filled(part, rows), *part.others]))


def _account(part: Beneficiary) -> str:
    beneficiary = tlv.write((("00", part.bin), ("01", part.account)))
    known = (("00", napas.GUID), ("01", beneficiary), ("02", part.service))
    return tlv.write((*known, *part.others))


def _filled(part: object, rows: Mapping[str, Row]) -> Iterator[tuple[str, str]]:
    for name, row in rows.items():
        value = getattr(part, _WORDS.get(row.name, row.name))
        if value is not None:
            yield name, value


def _beneficiary(template: Mapping[str, str]) -> Beneficiary:
    inside, _ = tlv.read(template["01"])
    return Beneficiary(
        bin=inside["00"],
        account=inside["01"],
        service=template.get("02"),
        others=_others(template, {"00", "01", "02"}),
    )


def _inside(template: Mapping[str, str], rows: Mapping[str, Row]) -> dict[str, Any]:
    return _named(template, rows) | {"others": _others(template, rows)}


def _named(found: Mapping[str, str], rows: Mapping[str, Row]) -> dict[str, Any]:
    return {_WORDS.get(row.name, row.name): found.get(name) for name, row in rows.items()}


def _others(found: Mapping[str, str], hidden: Iterable[str]) -> Others:
    return tuple(sorted((name, text) for name, text in found.items() if name not in hidden))
