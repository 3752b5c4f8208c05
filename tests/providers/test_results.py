"""Result codes: only PAID is money, what no table names is unknown, each code has been heard."""

import re
from collections.abc import Iterable, Iterator
from itertools import combinations_with_replacement, product

import pytest

from providers import everyone
from providers._protocol import Protocol, Result, Standing
from tests.providers.cases import GENUINE, MONEY, TURNED, Case
from tests.providers.documents import leaves, put, text_of, tree_of

TABLED = [said for one in everyone().values() for said in one.protocols if said.result]
tabled = pytest.mark.parametrize("said", TABLED, ids=lambda said: said.name)
NOBODYS = ("987", "Zq9")  # codes that no table has


@pytest.mark.parametrize("case", [one for one in GENUINE if one.protocol.result], ids=str)
def test_a_call_is_money_exactly_when_it_is_paid(case: Case) -> None:
    assert bool(case.read()) == (standing(case).standing is Standing.PAID)


@tabled
def test_every_code_of_the_table_is_heard_and_only_paid_is_money(said: Protocol) -> None:
    made = [listened(*it) for it in spoken(said, sorted(parts(said.results)))]
    told = [(standing(case), bool(case.notifications)) for case in GENUINE if case.protocol is said]
    heard = set()
    for result, is_money in [*made, *told]:
        for code in codes_in(result) & said.results.keys():
            assert result.standing in {said.results[code], Standing.UNKNOWN, Standing.TEST}
            assert is_money == (result.standing is Standing.PAID)
            heard.add(code)
    assert heard == set(said.results)


@tabled
def test_a_code_that_no_table_has_is_unknown_and_no_money(said: Protocol) -> None:
    results = [listened(case, plain) for case, plain in spoken(said, NOBODYS)]
    unknown = [it for it in results if "987" in it[0].code or "Zq9" in it[0].code]
    assert unknown
    assert all(it.standing is Standing.UNKNOWN and not is_money for it, is_money in unknown)


def test_the_sample_of_payos_is_a_test_that_is_answered_and_not_booked() -> None:
    (sample,) = [case for case in GENUINE if case.id == "payos-sample"]
    (real,) = [case for case in GENUINE if case.id == "payos-order-123"]
    assert (standing(sample).standing, sample.read()) == (Standing.TEST, ())
    assert (standing(sample).code, standing(sample).order_ref) == ("00", "123")
    assert standing(real).standing is Standing.PAID


def test_a_paid_code_that_denies_success_is_unknown() -> None:
    (denied,) = [case for case in GENUINE if case.id == "klb-failed"]
    assert (standing(denied).code, standing(denied).standing) == ("00", Standing.UNKNOWN)


def standing(case: Case) -> Result:
    """What the call says of the standing."""
    assert case.protocol.result
    return case.protocol.result(case.protocol.verify(case.delivery, case.secrets, None))


def spoken(said: Protocol, codes: Iterable[str]) -> Iterator[tuple[Case, str]]:
    """Put every code, and every pair of them, where a paid message has a code of success."""
    (case, *_) = [one for one in MONEY if one.protocol is said]
    tree = tree_of(case.plain.decode())
    paid = parts(code for code, stands in said.results.items() if stands is Standing.PAID)
    places = [path for path, value in leaves(tree) if str(value) in paid | {"True"}]
    written_so = [*codes, *map(int, filter(str.isdigit, codes)), True, False]
    for first, second in combinations_with_replacement(places, 2):
        for one, other in product(written_so, repeat=2):
            changed = put(put(tree, first, one), second, other)
            yield case, text_of(changed)


def parts(codes: Iterable[str]) -> set[str]:
    """Cut composed codes into what stands in the single fields: RC07 and 1/00 hold 07, 1 and 00."""
    return {part for code in codes for part in (code, *re.findall("[0-9]+", code))}


def codes_in(result: Result) -> set[str]:
    """The code, and what it joins: two codes that contradict each other are told together."""
    return {result.code, *result.code.split("/")}


def listened(case: Case, plain: str) -> tuple[Result, bool]:
    """Seal and hear it: its result, and whether it is money."""
    said = case.protocol
    assert said.result
    try:
        verified = said.verify(case.sealed(plain.encode()), case.secrets, None)
        return said.result(verified), bool(said.parse(verified))
    except TURNED:
        return Result("", Standing.UNKNOWN), False


def test_a_tree_is_written_as_it_was_read() -> None:
    for text in ('{"a":"{\\"b\\":[1,2.0,null]}","c":["đ",true]}', "a=%20x&b=+&c=", '{"a":"[1}"}'):
        assert text_of(tree_of(text)) == text
