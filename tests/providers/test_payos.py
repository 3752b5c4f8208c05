"""What is peculiar to payOS: names from the message, three spellings of nothing, a sample call."""

import json
from dataclasses import replace

import pytest

from providers._payos_data import data_of, digest
from providers._protocol import Refused
from tests.providers.cases import CASES, VECTORS, Row

PAYOS = json.loads((VECTORS / "sacombank.json").read_text(encoding="utf-8"))["protocols"]["payos"]
FIRST = next(case for case in CASES if case.id == "payos-sdk-008")


@pytest.mark.parametrize("row", PAYOS["digests"], ids=lambda row: row["id"])
def test_the_published_digests_are_ours(row: Row) -> None:
    assert digest(data_of({"data": row["data"]}), PAYOS["secrets"]) == row["digest"]


@pytest.mark.parametrize("nothing", [None, "", "null", "undefined"])
def test_nothing_has_three_spellings_and_one_meaning(nothing: str | None) -> None:
    body = json.loads(FIRST.delivery.body)
    body["data"] |= {"virtualAccountNumber": nothing}
    delivery = replace(FIRST.delivery, body=json.dumps(body).encode())
    assert FIRST.read(delivery) == FIRST.notifications


@pytest.mark.parametrize("outer", [{"code": "99"}, {"desc": "failed"}, {"success": False}])
def test_what_stands_outside_the_seal_is_not_looked_at(outer: Row) -> None:
    body = json.loads(FIRST.delivery.body) | outer
    delivery = replace(FIRST.delivery, body=json.dumps(body).encode())
    assert FIRST.read(delivery) == FIRST.notifications


def test_success_outside_the_seal_makes_no_money() -> None:
    unpaid = next(case for case in CASES if case.id == "payos-unpaid")
    assert json.loads(unpaid.delivery.body)["success"] is True
    assert unpaid.read() == ()


def test_booleans_and_sorted_lists_have_a_written_form_and_objects_none() -> None:
    secrets = {"checksumKey": "k"}
    written = digest({"b": True, "a": [{"z": "đ", "y": None}], "c": False}, secrets)
    assert written == digest({"a": '[{"y":null,"z":"đ"}]', "b": "true", "c": "false"}, secrets)
    with pytest.raises(Refused, match="malformed"):
        digest({"a": {"b": 1}}, secrets)


def test_a_field_cannot_be_cut_out_of_its_neighbour() -> None:
    body = json.loads(FIRST.delivery.body)
    data = body["data"]
    merged = data | {"accountNumber": f"{data['accountNumber']}&amount={data['amount']}"}
    del merged["amount"]
    delivery = replace(FIRST.delivery, body=json.dumps(body | {"data": merged}).encode())
    with pytest.raises(Refused, match="ambiguous"):
        FIRST.read(delivery)


def test_a_suffixed_reference_is_the_same_payment() -> None:
    body = json.loads(FIRST.delivery.body)
    body["data"] |= {"reference": "FT-REFERENCE\\BNK"}
    (heard,) = FIRST.read(FIRST.sealed(json.dumps(body).encode()))
    (said,) = FIRST.notifications
    assert (heard.provider_txn_id, heard.digest) == (said.provider_txn_id, said.digest)
