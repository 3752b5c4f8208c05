"""The EMVCo rules that hold for every payment code, whatever its scheme.

Root objects, the additional data template 62, the language template 64 and
the account templates 26 to 51. A rule is a row: the object's id, the name we
give it, the form of its value, how long it may be. What depends on another
object (fees on the indicator 55, decimals on the currency) has a function.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from cashless.vietqr import tlv
from cashless.vietqr.flaws import Flaw, flaw

Inner = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Row:
    """One kind of object: our name, the form of the value, its longest length, the flaw."""

    name: str
    form: str = r".+"
    longest: int = tlv.LENGTH_MAX
    code: str = "bad_format"


_ANY: Final = Row("any")

# An amount has digits, perhaps one point, and something other than zero.
_AMOUNT: Final = r"(?=.*[1-9])[0-9]+(?:\.[0-9]*)?"
_PERCENT: Final = r"(?=.*[1-9])[0-9]{1,2}(?:\.[0-9]{1,2})?"

ROOT: Final = {
    "00": Row("payload_format", "01", 2, "bad_payload_format"),
    "01": Row("point_of_initiation", "1[12]", 2, "bad_point_of_initiation"),
    "52": Row("mcc", "[0-9]{4}", 4),
    "53": Row("currency", "[0-9]{3}", 3),
    "54": Row("amount", _AMOUNT, 13, "bad_amount"),
    "55": Row("tip_indicator", "0[123]", 2, "bad_tip_indicator"),
    "56": Row("fee_fixed", _AMOUNT, 13, "bad_amount"),
    "57": Row("fee_percent", _PERCENT, 5, "bad_amount"),
    "58": Row("country", "[A-Z]{2}", 2),
    "59": Row("merchant_name", longest=25),
    "60": Row("merchant_city", longest=15),
    "61": Row("postal_code", longest=10),
    "62": Row("additional"),
    "64": Row("language_template"),
}
ADDITIONAL: Final = {
    "01": Row("bill_number", longest=25),
    "02": Row("mobile_number", longest=25),
    "03": Row("store_label", longest=25),
    "04": Row("loyalty_number", longest=25),
    "05": Row("reference_label", longest=25),
    "06": Row("customer_label", longest=25),
    "07": Row("terminal_label", longest=25),
    "08": Row("purpose", longest=25),
    "09": Row("consumer_data_request", longest=3),
}
LANGUAGE: Final = {
    "00": Row("language", "[A-Za-z]{2}", 2),
    "01": Row("merchant_name_alt", longest=25),
    "02": Row("merchant_city_alt", longest=15),
}
_INSIDE: Final[Mapping[str, Mapping[str, Row]]] = {"62": ADDITIONAL, "64": LANGUAGE}
_MERCHANT_OBJECTS: Final = ("52", "59", "60")

_ACCOUNTS: Final = range(2, 52)
_ACCOUNT_TEMPLATES: Final = range(26, 52)
_RESERVED: Final = range(65, 80)
_RESERVED_ADDITIONAL: Final = range(12, 50)
_UNRESERVED: Final = range(80, 100)
_FEES: Final = {"56": "02", "57": "03"}
_DONG: Final = "704"
_CONTROL: Final = {"Cc", "Cs"}


def is_template(name: str) -> bool:
    """Tell whether the value of this root object must itself be objects."""
    return name in _INSIDE or int(name) in _ACCOUNT_TEMPLATES


def accounts(inner: Inner) -> dict[str, Mapping[str, str]]:
    """Return the account templates 26 to 51 among the opened templates."""
    return {name: objects for name, objects in inner.items() if int(name) in _ACCOUNT_TEMPLATES}


def is_account(name: str) -> bool:
    """Tell whether a root object names a way to pay: a card scheme or an account template."""
    return int(name) in _ACCOUNTS


def errors(root: Mapping[str, str], inner: Inner) -> Iterator[Flaw]:
    """Yield what EMVCo forbids, given root objects and the objects of templates."""
    yield from _beginning(root)
    yield from _missing(root, ("00", "53", "58"))
    if not any(is_account(name) for name in root):
        yield flaw("missing", "merchant_account(02-51)")
    yield from _ill_formed(root, ROOT, "")
    for name, rows in _INSIDE.items():
        yield from _ill_formed(inner.get(name, {}), rows, name)
    if "64" in inner:
        yield from _missing(inner["64"], ("00", "01"), "64")
    yield from _amount_errors(root)
    yield from _control_characters(root, inner)


def warnings(root: Mapping[str, str], inner: Inner) -> Iterator[Flaw]:
    """Yield what is odd but usable."""
    if root.get("01") == "12" and "54" not in root:
        yield flaw("dynamic_without_amount", "01")
    yield from _not_ascii({name: root[name] for name in ("59", "60") if name in root}, "")
    yield from _not_ascii(inner.get("62", {}), "62")
    yield from _unknown(root, inner)


def absent(root: Mapping[str, str]) -> Iterator[Flaw]:
    """Yield what a merchant code should have and this one lacks: category, name, city."""
    return (flaw("emvco_mandatory_absent", name) for name in _MERCHANT_OBJECTS if name not in root)


def fields(root: Mapping[str, str], inner: Inner) -> dict[str, object]:
    """Return the objects by name; those without a name by their id, the check sum not at all."""
    named: dict[str, object] = {}
    for name, value in root.items():
        row = ROOT.get(name)
        named[row.name if row else name] = _named(name, value, inner)
    named.pop("63", None)
    return named


def _named(template: str, value: str, inner: Inner) -> str | dict[str, str]:
    """Open the value of a template; one that is free to be anything stays as it is."""
    if template in inner:
        rows = _INSIDE.get(template, {})
        objects = inner[template].items()
        return {rows[name].name if name in rows else name: text for name, text in objects}
    return (_free_objects(value) if int(template) in _UNRESERVED else {}) or value


def _free_objects(value: str) -> dict[str, str]:
    """Return the objects of an unreserved template, or none if it is not made of objects."""
    objects, broken = tlv.read(value)
    return {} if broken else objects


def _beginning(root: Mapping[str, str]) -> Iterator[Flaw]:
    """The first object is the format mark; where not even one is read, this is no such code."""
    first = next(iter(root), None)
    if first is None:
        yield flaw("bad_payload_format", "00")
    elif first != "00":
        yield flaw("00_not_first", "00")


def _missing(objects: Mapping[str, str], names: tuple[str, ...], path: str = "") -> Iterator[Flaw]:
    return (flaw("missing", tlv.at(path, name)) for name in names if name not in objects)


def _ill_formed(objects: Mapping[str, str], rows: Mapping[str, Row], path: str) -> Iterator[Flaw]:
    for name, value in objects.items():
        row = rows.get(name, _ANY)
        if len(value) > row.longest:
            yield flaw("overlong", tlv.at(path, name))
        elif value and not re.fullmatch(row.form, value, re.DOTALL):
            yield flaw(row.code, tlv.at(path, name))


def _amount_errors(root: Mapping[str, str]) -> Iterator[Flaw]:
    for name, indicator in _FEES.items():
        if (root.get("55") == indicator) != (name in root):
            yield flaw("unexpected" if name in root else "missing", name)
    for name in ("54", "56"):
        if root.get("53") == _DONG and root.get(name, "").partition(".")[2]:
            yield flaw("vnd_has_decimals", name)


def _not_ascii(objects: Mapping[str, str], path: str) -> Iterator[Flaw]:
    return (
        flaw("non_ascii", tlv.at(path, name))
        for name, value in objects.items()
        if not value.isascii()
    )


def _control_characters(root: Mapping[str, str], inner: Inner) -> Iterator[Flaw]:
    """Look into every value that is not all printable, inside templates that were opened."""
    for name in (name for name, value in root.items() if not value.isprintable()):
        leaves = inner.get(name) or {"": root[name]}
        for part, text in leaves.items():
            if any(unicodedata.category(sign) in _CONTROL for sign in text):
                yield flaw("control_character", tlv.at(name, part) if part else name)


def _unknown(root: Mapping[str, str], inner: Inner) -> Iterator[Flaw]:
    for name, value in root.items():
        if int(name) in _RESERVED:
            yield flaw("unknown_id", name)
        if int(name) in _UNRESERVED and not _free_objects(value):
            yield flaw("unreserved_not_tlv", name)
    for name in inner.get("62", {}):
        if int(name) in _RESERVED_ADDITIONAL:
            yield flaw("unknown_id", f"62.{name}")
