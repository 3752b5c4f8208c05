"""The shapes of the API: what is taken, where an unknown name is an error, and what is given.

Amounts are whole numbers of đồng; ``1.0``, ``"1"`` and ``true`` are none. Times are ISO 8601
in UTC.
"""

from typing import Any, Final

import marshmallow as ma
from marshmallow import fields
from marshmallow.validate import Length, OneOf, Range, Regexp

_CODE: Final = Regexp(r"^M[A-HJKMNP-Z2-9]{7}$")
_PRINTABLE: Final = Regexp(r"^[ -~\u00c0-\u024f\u1e00-\u1ef9]*$")
_MOST: Final = 499_999_999
_WEEK: Final = 7 * 24 * 60


def _said(text: str, **more: object) -> dict[str, Any]:
    return {"description": text, **more}


class MerchantShape(ma.Schema):
    """A merchant and the stall held today."""

    code = fields.String(required=True, metadata=_said("The merchant's code."))
    name = fields.String(required=True)
    category = fields.String(required=True, metadata=_said("What is sold."))
    kind = fields.String(required=True)
    status = fields.String(required=True)
    stall = fields.String(required=True, allow_none=True)
    place = fields.String(required=True, allow_none=True)


class AccountShape(ma.Schema):
    """A receiving account that stands in codes."""

    bin = fields.String(required=True, metadata=_said("Six digits of the bank."))
    number = fields.String(required=True)
    holder = fields.String(required=True)
    provider = fields.String(required=True, allow_none=True)


class PlaceShape(ma.Schema):
    """A market or a street."""

    code = fields.String(required=True)
    kind = fields.String(required=True, validate=OneOf(["market", "street"]))
    name = fields.String(required=True)
    market_class = fields.Integer(required=True, allow_none=True, strict=True)


class StandShape(ma.Schema):
    """A printed code and its life."""

    token = fields.String(required=True)
    merchant = fields.String(required=True)
    stall = fields.String(required=True, allow_none=True)
    payload = fields.String(required=True)
    check_word = fields.String(required=True)
    state = fields.String(
        required=True, validate=OneOf(["issued", "tested", "waiting", "out_of_use", "revoked"])
    )
    issued_at = fields.AwareDateTime(required=True)
    tested_at = fields.AwareDateTime(required=True, allow_none=True)
    revoked_at = fields.AwareDateTime(required=True, allow_none=True)


class OrderShape(ma.Schema):
    """An amount asked for once, and what has come for it."""

    code = fields.String(required=True)
    merchant = fields.String(required=True)
    amount = fields.Integer(required=True, strict=True)
    paid = fields.Integer(required=True, strict=True)
    status = fields.String(required=True, validate=OneOf(["open", "paid", "expired", "cancelled"]))
    exception = fields.String(
        required=True, validate=OneOf(["none", "underpaid", "overpaid", "late", "duplicate"])
    )
    note = fields.String(required=True)
    payload = fields.String(required=True, metadata=_said("The VietQR payload of the code."))
    created_at = fields.AwareDateTime(required=True)
    expires_at = fields.AwareDateTime(required=True)


class NewOrder(ma.Schema):
    """What is asked for."""

    class Meta:
        """A name that is not here is an error, and the description says so."""

        unknown = ma.RAISE

    merchant = fields.String(required=True, validate=_CODE)
    amount = fields.Integer(
        required=True, strict=True, validate=Range(1, _MOST), metadata=_said("Đồng.")
    )
    minutes = fields.Integer(load_default=15, strict=True, validate=Range(1, _WEEK))
    note = fields.String(load_default="", validate=[Length(max=100), _PRINTABLE])


class IdempotencyKey(ma.Schema):
    """The caller's name for one act: the same key again gives the same answer."""

    key = fields.String(
        required=True,
        data_key="Idempotency-Key",
        validate=Regexp(r"^[A-Za-z0-9_-]{8,64}$"),
        metadata=_said("Your own name for this one act."),
    )


class Paging(ma.Schema):
    """Which page of a list: up to ``limit`` things after the code ``after``."""

    after = fields.String(load_default="", validate=Regexp(r"^[A-Z0-9-]{0,20}$"))
    limit = fields.Integer(load_default=50, validate=Range(1, 100))


class MerchantPaging(Paging):
    """Which page of the merchants, of one place where one is named."""

    place = fields.String(load_default=None, validate=Regexp(r"^[A-Z0-9][A-Z0-9-]{0,19}$"))


class ProblemShape(ma.Schema):
    """What went wrong (RFC 9457), with a stable code and a sentence in both languages."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    code = fields.String(required=True)
    detail = fields.String(required=True)
    detail_vi = fields.String(required=True)
    errors = fields.Dict()


def listed(shape: type[ma.Schema]) -> type[ma.Schema]:
    """Return the shape of a list: its items, and the code to go on after, if there are more."""
    items = fields.List(fields.Nested(shape), required=True)
    after = fields.String(required=True, allow_none=True)
    name = f"{shape.__name__.removesuffix('Shape')}List"
    return ma.Schema.from_dict({"items": items, "next": after}, name=name)
