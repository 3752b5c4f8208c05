"""An amount is read in its one declared form and unit, or not at all."""

import pytest

from providers._fields import AMOUNT_UNITS
from tests.providers.cases import MONEY, TURNED, Case
from tests.providers.documents import Path, leaves, tree_of, written_literally

money = pytest.mark.parametrize("case", MONEY, ids=str)

# What no amount may be, as it would stand in the message, by the form that the protocol declares.
IMPOSSIBLE = {
    "number": ("-1", "-0", '"{}"', "{}.0", "{}.5", "{}E+1"),
    "signed": ("-0", '"{}"', "{}.0", "{}.5", "{}E+1"),
    "decimal": ("-1", "-0", "-0.0", '"{}"', "{}.5"),
    "digits": ("-1", "+{}", "0{}", " {}", "{} ", "{}.0", "{}.5", "{},0", "{}E+1", "0x{}", "５", ""),
}
NEVER = ("0", "1000000000001", "0.5", "true", "null", "[1]", "{{}}", '"5e4"', "NaN", "9" * 5000)


@money
def test_a_genuine_call_with_an_impossible_amount_is_never_money(case: Case) -> None:
    amount = case.notifications[0].amount * AMOUNT_UNITS[case.protocol.amount_unit]
    tree = tree_of(case.plain.decode())
    places = [path for path, value in leaves(tree) if _is_amount(case, value, amount)]
    assert places
    for wrong in (*NEVER, *IMPOSSIBLE[case.protocol.amount_form], *_indivisible(case, amount)):
        said = wrong.format(amount)
        for path in places:
            with pytest.raises(TURNED):
                case.read(case.sealed(_written_as(case, tree, path, said).encode()))


def test_an_amount_in_hundredths_that_is_no_whole_dong_is_never_money() -> None:
    counted = {case.protocol.name for case in MONEY if case.protocol.amount_unit == "hundredths"}
    assert "gateway_v2_1" in counted


def _is_amount(case: Case, value: object, amount: int) -> bool:
    if case.protocol.amount_form == "digits":
        return value == str(amount)
    return not isinstance(value, bool) and value in (amount, -amount)


def _indivisible(case: Case, amount: int) -> tuple[str, ...]:
    return () if AMOUNT_UNITS[case.protocol.amount_unit] == 1 else (str(amount + 1),)


def _written_as(case: Case, tree: object, path: Path, said: str) -> str:
    """Write an amount as the message would: digits stand in a text, or bare in a form."""
    in_text = case.protocol.amount_form == "digits" and case.plain[:1] == b"{"
    quoted = said if said.startswith('"') or not in_text else f'"{said}"'
    return written_literally(tree, path, quoted)
