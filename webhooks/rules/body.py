"""What a rule set says: which rungs stand in which order, and how far each one goes.

A set is a JSON object ``{"ladder": [{"rung": name, parameter: value, ...}, ...]}``. A parameter
that is left out has the value of set 1. Days are whole, 0 to 3650, and null is for ever; they are
counted from the end of a thing to the moment the provider names for the payment, so that the order
in which payments come changes nothing.

    order_field      the provider's order field
    reference        our reference in the memo
    virtual_account  the virtual account, never below ``account``
    account          the receiving account; always there, and last

What no set can say, because no parameter exists for it: that an account need not be the merchant's,
that an amount decides, that of two answers one is taken, that a paid order is passed over (the
balances would depend on which payment came first).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from hashlib import sha256
from typing import Any, Final

import orjson

from cashless.errors import Invalid
from cashless.strict_json import StrictJsonError, loads
from cashless.vietqr.reference import MANGLINGS

DAYS_MOST: Final = 3650


@dataclass(frozen=True, slots=True)
class Rung:
    """One rung and how far it goes; a parameter of another rung has no meaning here."""

    name: str
    weak: bool = True
    manglings: tuple[str, ...] = MANGLINGS
    expired_days: int | None = None
    cancelled_days: int | None = None
    closed_days: int | None = None
    revoked_stand_days: int | None = None


_PARAMETERS: Final[Mapping[str, tuple[str, ...]]] = {
    "order_field": ("weak", "expired_days", "cancelled_days"),
    "reference": ("manglings", "expired_days", "cancelled_days"),
    "virtual_account": ("closed_days",),
    "account": ("closed_days", "revoked_stand_days"),
}
RUNGS: Final = tuple(_PARAMETERS)
_INVARIANT: Final = frozenset({"amount", "binding", "tolerance", "ambiguous", "unbound", "paid_up"})


@dataclass(frozen=True, slots=True)
class RuleSet:
    """A numbered set; the ladder from the surest rung to the weakest."""

    number: int
    ladder: tuple[Rung, ...]

    @property
    def watches_stands(self) -> bool:
        """Tell whether the stands of an account have to be looked at."""
        return any(rung.revoked_stand_days is not None for rung in self.ladder)

    @property
    def body(self) -> str:
        """The set in its one written form, which its digest covers."""
        rungs = [{"rung": one.name, **parameters(one)} for one in self.ladder]
        return orjson.dumps({"ladder": rungs}, option=orjson.OPT_SORT_KEYS).decode()

    @property
    def digest(self) -> bytes:
        """The hash of the written form."""
        return sha256(self.body.encode()).digest()


FIRST: Final = RuleSet(1, tuple(Rung(name) for name in RUNGS))
"""The ladder as it stood before rules were data."""


def parameters(rung: Rung) -> dict[str, Any]:
    """Return what a rung's parameters say, by name."""
    return {name: getattr(rung, name) for name in _PARAMETERS[rung.name]}


def read(text: str | bytes, number: int = 0) -> RuleSet:
    """Read a set as a person wrote it.

    Raises ``Invalid("rules_unreadable" | "rules_invariant" | "rules_rung_unknown" |
    "rules_rung_misplaced" | "rules_value_invalid")``.
    """
    said = _document(text)
    if not isinstance(said, dict) or not isinstance(said.get("ladder"), list):
        raise _unreadable('it is an object {"ladder": [...]}')
    _only(said, ("ladder",))
    ladder = tuple(_rung(one) for one in said["ladder"])
    _require_order([rung.name for rung in ladder])
    return RuleSet(number, ladder)


@lru_cache(maxsize=64)
def kept(number: int, body: str) -> RuleSet:
    """Return a set from its row; the settler asks for every batch and reads each set once."""
    return read(body, number)


def changed(rules: RuleSet, settings: Iterable[str], order: str | None = None) -> RuleSet:
    """Return a set like another: with ``rung.parameter=value`` set, in the order of rungs named.

    Raises as ``read`` does.
    """
    said = {rung.name: {"rung": rung.name, **parameters(rung)} for rung in rules.ladder}
    names = [name.strip() for name in order.split(",")] if order else list(said)
    chosen = {name: said.get(name, {"rung": name}) for name in names}
    for setting in settings:
        place, _, value = setting.partition("=")
        name, _, key = place.strip().partition(".")
        if name not in chosen:
            raise _unreadable(f"{setting!r} speaks of no rung of the ladder")
        chosen[name][key] = _document(value)
    return read(orjson.dumps({"ladder": [chosen[name] for name in names]}))


def differences(old: RuleSet, new: RuleSet) -> list[tuple[str, str, str]]:
    """Name what differs between two sets: the parameter, its old and its new value."""
    before, after = _flat(old), _flat(new)
    names = [*before, *(name for name in after if name not in before)]
    return [
        (name, before.get(name, "-"), after.get(name, "-"))
        for name in names
        if before.get(name) != after.get(name)
    ]


def _document(text: str | bytes) -> object:
    try:
        return loads(text.encode() if isinstance(text, str) else text)
    except StrictJsonError as error:
        raise _unreadable(str(error)) from error


def _flat(rules: RuleSet) -> dict[str, str]:
    said = {"ladder": " > ".join(rung.name for rung in rules.ladder)}
    for rung in rules.ladder:
        for name, value in parameters(rung).items():
            said[f"{rung.name}.{name}"] = orjson.dumps(value).decode()
    return said


def _rung(said: object) -> Rung:
    if not isinstance(said, dict):
        raise _unreadable("each rung is an object")
    name = said.get("rung")
    if name not in RUNGS:
        raise Invalid(
            "rules_rung_unknown",
            f"There is no rung {name!r}; there are: {', '.join(RUNGS)}.",
            f"Không có bậc {name!r}; chỉ có: {', '.join(RUNGS)}.",
        )
    _only(said, ("rung", *_PARAMETERS[name]))
    given = {key: _value(f"{name}.{key}", key, said[key]) for key in said if key != "rung"}
    return Rung(name, **given)


def _value(place: str, key: str, value: object) -> Any:  # noqa: ANN401  a value of a parameter
    read_ = _READ[next(one.type for one in fields(Rung) if one.name == key)]
    try:
        return read_(value)
    except (TypeError, ValueError) as error:
        raise Invalid(
            "rules_value_invalid",
            f"{place} must be {error}.",
            f"Giá trị của {place} không hợp lệ: {error}.",
        ) from error


def _days(value: object) -> int | None:
    if value is None or (type(value) is int and 0 <= value <= DAYS_MOST):
        return value
    raise ValueError(f"null (for ever) or 0 to {DAYS_MOST} days")


def _truth(value: object) -> bool:
    if isinstance(value, bool):
        return value
    raise ValueError("true or false")


def _manglings(value: object) -> tuple[str, ...]:
    """Read the kinds of damage that are forgiven; a memo without gaps is glued together."""
    if isinstance(value, list) and all(one in MANGLINGS for one in value):
        if "gaps" in value and "glued" not in value:
            raise ValueError('with "glued" where it has "gaps": without its gaps a memo is glued')
        return tuple(one for one in MANGLINGS if one in value)
    raise ValueError(f"a list of: {', '.join(MANGLINGS)}")


_READ: Final[Mapping[Any, Callable[[object], Any]]] = {
    int | None: _days,
    bool: _truth,
    tuple[str, ...]: _manglings,
}


def _only(said: Iterable[str], known: tuple[str, ...]) -> None:
    for key in said:
        if key in _INVARIANT:
            raise Invalid(
                "rules_invariant",
                f"No set may speak of {key!r}: accounts are always bound, amounts never decide,"
                " what is ambiguous goes to a person, a paid order is found.",
                f"Không bộ quy tắc nào được nói về {key!r}: tài khoản luôn phải của người bán, số"
                " tiền không bao giờ quyết định, trường hợp mơ hồ phải có người xem.",
            )
        if key not in known:
            raise _unreadable(f"{key!r} is not known here; known: {', '.join(known)}")


def _require_order(names: list[str]) -> None:
    placed = len(set(names)) == len(names) and names[-1:] == ["account"]
    if not placed:
        raise Invalid(
            "rules_rung_misplaced",
            "Each rung stands once, and `account` is there, as the last.",
            "Mỗi bậc chỉ có một lần, và bậc `account` phải có, ở cuối.",
        )


def _unreadable(why: str) -> Invalid:
    return Invalid(
        "rules_unreadable",
        f"This is no rule set: {why}.",
        f"Đây không phải bộ quy tắc: {why}.",
    )
