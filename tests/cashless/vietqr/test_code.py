"""A code as a value: written and read back the same, or refused."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cashless.errors import Invalid
from cashless.vietqr import tlv
from cashless.vietqr.code import Additional, Beneficiary, Code, Language, Others
from cashless.vietqr.payload import decode, encode

VECTORS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[2] / "vectors/vietqr_vectors.json").read_text(encoding="utf-8")
)
VALID = [one["payload"] for one in VECTORS if one["valid"]]


def form(pattern: str) -> st.SearchStrategy[str]:
    return st.from_regex(pattern, fullmatch=True)


def text(longest: int) -> st.SearchStrategy[str]:
    """Any signs but control characters and halves of surrogate pairs."""
    return st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=longest)


def others(lowest: int, highest: int, most: int = 2) -> st.SearchStrategy[Others]:
    ids = st.integers(lowest, highest).map("{:02d}".format)
    objects = st.dictionaries(ids, text(9), max_size=most)
    return objects.map(lambda found: tuple(sorted(found.items())))


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


BIN, ACCOUNT = form("[0-9]{6}"), form("[0-9A-Za-z]{1,19}")
AMOUNT = st.integers(1, 10**12).map(str) | st.integers(1, 10**11).map("{}.".format)
FEES = st.sampled_from(
    [
        {},
        {"tip_indicator": "01"},
        {"tip_indicator": "02", "fee_fixed": "5000"},
        {"tip_indicator": "03", "fee_percent": "2.50"},
        {"tip_indicator": "03", "fee_percent": "00.01"},
    ]
)
ADDITIONAL = st.builds(
    Additional,
    order_number=maybe(text(6)),
    mobile_number=maybe(text(6)),
    loyalty_number=maybe(text(6)),
    purpose=maybe(text(6) | st.just("***")),
    consumer_data_request=maybe(st.sampled_from(["A", "ME", "EMA"])),
    others=others(10, 99),
).filter(lambda part: part != Additional())
LANGUAGES = st.builds(
    Language,
    language=form("[A-Za-z]{2}"),
    merchant_name_alt=text(25),
    merchant_city_alt=maybe(text(15)),
    others=others(3, 99),
)
NAMED = {
    "mcc": maybe(form("[0-9]{4}")),
    "merchant_name": maybe(text(25)),
    "merchant_city": maybe(text(15)),
    "postal_code": maybe(text(10)),
    "additional": maybe(ADDITIONAL),
    "language_template": maybe(LANGUAGES),
}
BENEFICIARIES = st.builds(
    Beneficiary,
    bin=BIN,
    account=ACCOUNT,
    service=st.sampled_from(["QRIBFTTA", "QRIBFTTC", "QRPUSH", "QRCASH", None, "QRNEW"]),
    others=others(3, 99, 1),
)
TEMPLATES = st.builds(
    lambda tag, mark, rest: (f"{tag:02d}", tlv.write([("00", mark), *rest])),
    st.integers(26, 51),
    text(12),
    others(1, 99),
)
ACCOUNTS = TEMPLATES | st.tuples(st.integers(2, 25).map("{:02d}".format), text(19))


def joined(code: Code, fees: dict[str, str], more: Others) -> Code:
    """Return the code with fees and objects; of two with one id the first is kept."""
    taken = {name: value for name, value in (*more, *code.others) if name != "38"}
    parts = {name: getattr(code, name) for name in Code.__slots__}
    return Code(**parts | fees | {"others": tuple(sorted(taken.items()))})


VIETQRS = st.builds(
    joined,
    st.builds(
        Code,
        beneficiary=BENEFICIARIES,
        point_of_initiation=st.sampled_from(["11", "12"]),
        amount=maybe(AMOUNT),
        **NAMED,
        others=others(65, 99),
    ),
    FEES,
    st.lists(ACCOUNTS, max_size=1).map(tuple),
)
FOREIGN = st.builds(
    joined,
    st.builds(
        Code,
        point_of_initiation=st.sampled_from(["11", "12", None]),
        currency=st.sampled_from(["764", "840", "156"]),
        country=form("[A-Z]{2}"),
        amount=maybe(st.sampled_from(["23.72", "1", "0.50", "99999999.999"])),
        **NAMED,
        others=others(65, 99),
    ),
    FEES,
    ACCOUNTS.filter(lambda one: one[0] != "38").map(lambda one: (one,)),
)


def fits(code: Code) -> bool:
    """Tell whether the code has room for what it says: 99 in a template, 512 in all."""
    said = refused(code)
    assert not said or "cannot hold" in said or "longer than" in said, said
    return not said


def refused(code: Code) -> str:
    """Return why the code is not written, or nothing if it is."""
    try:
        encode(code, as_read=True)
    except Invalid as refusal:
        return refusal.message
    return ""


@given((VIETQRS | FOREIGN).filter(fits))
def test_every_valid_code_is_read_back_as_it_was(code: Code) -> None:
    found = decode(encode(code, as_read=True))
    assert found.code == code
    assert found.errors == ()


LOOSE = st.none() | st.text(max_size=30) | st.sampled_from(["", "01", "704", "VN", "1.5", "12"])
PAIRS = st.lists(st.tuples(st.text("0123456789x", max_size=2), st.text(max_size=9)), max_size=3)


@given(
    st.builds(
        Code,
        beneficiary=maybe(
            st.builds(Beneficiary, bin=LOOSE, account=LOOSE, service=LOOSE, others=PAIRS.map(tuple))
        ),
        point_of_initiation=LOOSE,
        amount=LOOSE,
        currency=LOOSE,
        tip_indicator=LOOSE,
        fee_fixed=LOOSE,
        merchant_name=LOOSE,
        additional=maybe(st.builds(Additional, purpose=LOOSE, others=PAIRS.map(tuple))),
        language_template=maybe(st.builds(Language, language=LOOSE, merchant_name_alt=LOOSE)),
        others=PAIRS.map(tuple),
    )
)
def test_what_is_written_is_sound_and_everything_else_is_refused(code: Code) -> None:
    if not refused(code):
        assert decode(encode(code, as_read=True)).code == code


@pytest.mark.parametrize("payload", VALID)
def test_published_codes_lose_nothing_but_the_order_of_their_objects(payload: str) -> None:
    found = decode(payload)
    assert found.code is not None
    written = encode(found.code, as_read=True)
    assert decode(written).code == found.code
    assert decode(written).fields == found.fields
    assert sorted(written[:-4]) == sorted(payload[:-4])


def test_published_codes_in_rising_order_are_written_byte_for_byte() -> None:
    rising = [one for one in VALID if list(tlv.read(one)[0]) == sorted(tlv.read(one)[0])]
    told = [encode(code, as_read=True) for code in (decode(one).code for one in rising) if code]
    # Upper case is written where lower case was read; inside 62 and 64 order is free, too.
    assert [a for a, b in zip(told, rising, strict=True) if a != b[:-4] + b[-4:].upper()] == []
    assert len(rising) > 30
