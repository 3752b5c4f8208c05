"""A small run of the campaign of ``python -m bench mutants``, and proof that it finds something."""

from dataclasses import replace
from typing import Never

from bench import mutants
from providers._protocol import Verified
from tests.providers.cases import MONEY

COUNT = 4_000


def test_no_mutant_changes_money_and_none_breaks_a_reader() -> None:
    figures = mutants.measure(COUNT, seed=7)
    assert sum(figures["all"].values()) == COUNT
    assert (figures["all"]["changed"], figures["all"]["unhandled"], figures["found"]) == (0, 0, [])
    assert set(figures["protocols"]) == {case.protocol.name for case in MONEY}


def test_a_protocol_that_proves_nothing_is_found_out() -> None:
    case = next(one for one in MONEY if one.protocol.name == "ipn_v2")
    body = case.delivery.body.replace(str(case.notifications[0].amount).encode(), b"999", 1)
    mutant = replace(case.delivery, body=body)
    assert mutants.judged(case, mutant) == "refused"

    def believing(delivery, _secrets, _window) -> Verified:
        signed = case.protocol.verify(case.delivery, case.secrets, None).fields
        return Verified({**signed, "amount": 999}, delivery)

    careless = replace(case, protocol=replace(case.protocol, verify=believing))
    assert mutants.judged(careless, mutant) == "changed"


def test_an_error_that_escapes_is_found_out() -> None:
    def breaking(_delivery, _secrets, _window) -> Never:
        raise KeyError("amount")

    case = MONEY[0]
    broken = replace(case, protocol=replace(case.protocol, verify=breaking))
    assert mutants.judged(broken, case.delivery).startswith("unhandled")
