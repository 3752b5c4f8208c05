"""The published codes: verdict, fields, errors, warnings and check sums as they are listed."""

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from cashless.vietqr.payload import Transfer, decode, encode

VECTORS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[2] / "vectors/vietqr_vectors.json").read_text(encoding="utf-8")
)
VALID = [one for one in VECTORS if one["scheme"] == "vietqr" and one["valid"]]
WRITTEN = {
    *("payload_format", "point_of_initiation", "currency", "country", "napas", "additional"),
    *("amount", "mcc", "merchant_name", "merchant_city"),
}


def transfer_of(fields: dict[str, Any]) -> Transfer:
    """Turn decoded fields back into what was to be written."""
    napas, additional = fields["napas"], fields.get("additional", {})
    return Transfer(
        bin=napas["bin"],
        account=napas["account"],
        amount=int(fields["amount"]) if "amount" in fields else None,
        purpose=additional.get("purpose"),
        terminal=additional.get("terminal_label"),
        name=fields.get("merchant_name"),
        city=fields.get("merchant_city"),
        mcc=fields.get("mcc"),
    )


def not_a_transfer(vector: dict[str, Any]) -> str:
    """Say why a valid vector cannot be what Transfer writes; empty if it can."""
    fields, payload = vector["fields"], vector["payload"]
    reasons = {
        "another service": fields["napas"]["service"] != "QRIBFTTA",
        "other objects": not set(fields) <= WRITTEN
        or not set(fields.get("additional", {})) <= {"purpose", "terminal_label"},
        "another order": payload.index("5303704") < payload.index("0010A000000727"),
        "an amount ending in a point": fields.get("amount", "").endswith("."),
        "a lower-case check sum": "crc_lowercase" in vector["warnings"],
        "accents": not payload.isascii(),
    }
    return next((reason for reason, holds in reasons.items() if holds), "")


def test_every_published_transfer_is_reproduced_byte_for_byte() -> None:
    ours = [one for one in VALID if not not_a_transfer(one)]
    assert [encode(transfer_of(one["fields"])) for one in ours] == [one["payload"] for one in ours]
    assert len(ours) == 21


def test_the_published_codes_we_do_not_write_are_counted_by_reason() -> None:
    assert Counter(filter(None, map(not_a_transfer, VALID))) == {
        "another service": 11,
        "other objects": 10,
        "another order": 2,
        "an amount ending in a point": 1,
        "a lower-case check sum": 1,
        "accents": 1,
    }


@pytest.mark.parametrize("vector", VECTORS, ids=range(len(VECTORS)))
def test_published_codes_are_accepted_and_refused_as_they_should_be(vector: dict[str, Any]) -> None:
    found = decode(vector["payload"])
    assert (found.valid, found.scheme) == (vector["valid"], vector["scheme"])


@pytest.mark.parametrize("vector", [one for one in VECTORS if one["valid"]])
def test_the_fields_of_good_codes_are_read_by_name(vector: dict[str, Any]) -> None:
    assert decode(vector["payload"]).fields == vector["fields"]


@pytest.mark.parametrize("vector", VECTORS, ids=range(len(VECTORS)))
def test_what_is_wrong_is_exactly_what_was_published(vector: dict[str, Any]) -> None:
    found = decode(vector["payload"])
    assert said(found.errors, vector["errors"]) == set(vector["errors"])
    assert found.fields == vector["fields"]


@pytest.mark.parametrize("vector", VECTORS, ids=range(len(VECTORS)))
def test_the_check_sum_is_the_published_one(vector: dict[str, Any]) -> None:
    seal = decode(vector["payload"]).seal
    published = (vector["crc_given"], vector["crc_computed"], vector["crc_ok"])
    # Signs that are no hexadecimal digits are published with what they should have been.
    is_none = published[0] is None
    assert (seal.given, seal.computed, seal.holds) == ((None,) * 3 if is_none else published)


@pytest.mark.parametrize("vector", VECTORS, ids=range(len(VECTORS)))
def test_what_is_odd_is_what_was_published_and_a_little_more(vector: dict[str, Any]) -> None:
    extra = {
        # Objects that the standard keeps for later: unknown ids are accepted with a warning.
        *("unknown_id@65", "unknown_id@70", "unknown_id@62.24"),
        # Not in the published lists at all, and each in a code that is refused anyhow.
        *("other_account@37", "amount_over_limit@54", "lengths_in_bytes@root"),
    }
    found = said(decode(vector["payload"]).warnings, vector["warnings"])
    assert set(vector["warnings"]) <= found
    assert found - set(vector["warnings"]) <= extra


def said(flaws: tuple[Any, ...], published: Sequence[str] = ()) -> set[str]:
    """Name flaws as the vectors do: code and path, or the code alone where they leave the path."""
    return {one.code if one.code in published else f"{one.code}@{one.path}" for one in flaws}
