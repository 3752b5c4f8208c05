"""The shapes of what the API gives. Amounts are whole numbers of đồng; times are ISO 8601 in UTC.

What it takes is in ``wishes``. Both are named here, so that an operation needs one import.
"""

from functools import cache
from typing import Final

import marshmallow as ma
from marshmallow import fields
from marshmallow.validate import OneOf

from cashless.api.shape import Shape
from cashless.api.wishes import (
    IdempotencyKey,
    MerchantPaging,
    MerchantPatch,
    NewAccount,
    NewAccountChange,
    NewMerchant,
    NewOrder,
    NewStands,
    Nothing,
    OrderFilter,
    Paging,
    Reason,
    Seen,
    StandFilter,
    Version,
    said,
)
from merchants.stands import Stand

__all__ = (
    "IdempotencyKey",
    "MerchantPaging",
    "MerchantPatch",
    "NewAccount",
    "NewAccountChange",
    "NewMerchant",
    "NewOrder",
    "NewStands",
    "Nothing",
    "OrderFilter",
    "Paging",
    "Reason",
    "Seen",
    "StandFilter",
    "Version",
)
_LINK: Final = {"type": "string", "format": "uri-reference"}
_PAGE: Final = "Where a shopper sees whether the stand is genuine."
_PICTURE: Final = "The code as a picture, as long as it may be paid to."


class MerchantShape(Shape):
    """A merchant and the stall held today."""

    code = fields.String(required=True, metadata=said("The merchant's code."))
    name = fields.String(required=True)
    category = fields.String(required=True, metadata=said("What is sold."))
    kind = fields.String(required=True)
    status = fields.String(required=True)
    stall = fields.String(required=True, allow_none=True)
    place = fields.String(required=True, allow_none=True)


class AccountShape(Shape):
    """A receiving account that stands in codes."""

    bin = fields.String(required=True, metadata=said("Six digits of the bank."))
    number = fields.String(required=True)
    holder = fields.String(required=True)
    provider = fields.String(required=True, allow_none=True)


class PlaceShape(Shape):
    """A market or a street."""

    code = fields.String(required=True)
    kind = fields.String(required=True, validate=OneOf(["market", "street"]))
    name = fields.String(required=True)
    market_class = fields.Integer(required=True, allow_none=True, strict=True)


class StandShape(Shape):
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
    page = fields.Method("_page", required=True, metadata=said(_PAGE, **_LINK))
    png = fields.Method("_png", required=True, metadata=said(_PICTURE, **_LINK))
    svg = fields.Method("_svg", required=True, metadata=said(_PICTURE, **_LINK))

    def _page(self, stand: Stand) -> str:
        return f"/s/{stand.token}"

    def _png(self, stand: Stand) -> str:
        return f"/s/{stand.token}/code.png"

    def _svg(self, stand: Stand) -> str:
        return f"/s/{stand.token}/code.svg"


class OrderShape(Shape):
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
    payload = fields.String(required=True, metadata=said("The VietQR payload of the code."))
    created_at = fields.AwareDateTime(required=True)
    expires_at = fields.AwareDateTime(required=True)


class CaseShape(Shape):
    """What a payment is, and what to do about it, in English and Vietnamese."""

    case = fields.String(required=True)
    state = fields.String(required=True)
    entry = fields.String(required=True, metadata=said("The kind of its entry in the book."))
    means = fields.String(required=True)
    means_vi = fields.String(required=True)
    advice = fields.String(required=True)
    advice_vi = fields.String(required=True)


class OrderPaymentShape(Shape):
    """A payment that came for an order; who paid stands nowhere."""

    id = fields.Integer(required=True, strict=True)
    provider = fields.String(required=True)
    provider_txn_id = fields.String(required=True)
    kind = fields.String(required=True, metadata=said("credit, or what takes one back."))
    amount = fields.Integer(required=True, strict=True)
    rule = fields.String(required=True, metadata=said("How it was matched to the order."))
    occurred_at = fields.AwareDateTime(required=True)
    business_date = fields.Date(required=True)
    is_confirmed = fields.Boolean(
        required=True, metadata=said("false: of a weak protocol, and nothing else says so yet.")
    )
    cases = fields.List(
        fields.Nested(CaseShape), required=True, metadata=said("Late, too much, twice, and so on.")
    )


class ChangeShape(Shape):
    """What was changed about a merchant."""

    field = fields.String(required=True)
    was = fields.String(required=True)
    becomes = fields.String(required=True)
    who = fields.String(required=True)
    why = fields.String(required=True)
    at = fields.AwareDateTime(required=True)


class AccountChangeShape(Shape):
    """A change of a receiving account, and how far it has come."""

    id = fields.Integer(required=True, strict=True)
    merchant = fields.String(required=True)
    state = fields.String(
        required=True,
        validate=OneOf(["requested", "approved", "activated", "refused", "frozen"]),
    )
    old_account = fields.String(required=True)
    new_account = fields.String(required=True)
    new_holder = fields.String(required=True)
    same_holder = fields.Boolean(required=True)
    requested_by = fields.String(required=True)
    requested_at = fields.AwareDateTime(required=True)
    why = fields.String(required=True)
    approved_by = fields.String(required=True, allow_none=True)
    approved_at = fields.AwareDateTime(required=True, allow_none=True)
    ready_at = fields.AwareDateTime(
        required=True, allow_none=True, metadata=said("Until then the merchant may object.")
    )
    proven = fields.Boolean(
        required=True, metadata=said("Whether a payment has reached the new account since.")
    )
    ended_by = fields.String(required=True, allow_none=True)
    ended_at = fields.AwareDateTime(required=True, allow_none=True)


class KeyShape(Shape):
    """The key of the call."""

    name = fields.String(required=True)
    person = fields.String(required=True, metadata=said("Code of the person it acts for."))
    permissions = fields.List(fields.String(), required=True)
    made_at = fields.AwareDateTime(required=True)
    ends_at = fields.AwareDateTime(required=True)
    earlier_until = fields.AwareDateTime(
        required=True, allow_none=True, metadata=said("Until when the secret before it counts.")
    )
    calls = fields.Integer(required=True, strict=True, metadata=said("Calls in a window."))
    window = fields.Integer(required=True, strict=True, metadata=said("Seconds."))


class FaultShape(Shape):
    """One thing that is wrong in a call: where, and how."""

    pointer = fields.String(metadata=said("JSON pointer (RFC 6901) into the body."))
    parameter = fields.String(metadata=said("Name of a parameter of query or header."))
    code = fields.String(required=True)
    detail = fields.String(required=True)
    detail_vi = fields.String(required=True)


class ProblemShape(Shape):
    """What went wrong (RFC 9457), with a stable code and a sentence in both languages."""

    type = fields.String(required=True)
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    code = fields.String(required=True)
    detail = fields.String(required=True)
    detail_vi = fields.String(required=True)
    errors = fields.List(fields.Nested(FaultShape))


@cache
def listed(shape: type[ma.Schema]) -> type[ma.Schema]:
    """Return the shape of a list: its items, and the code to go on after, if there are more."""
    items = fields.List(fields.Nested(shape), required=True)
    after = fields.String(required=True, allow_none=True)
    name = f"{shape.__name__.removesuffix('Shape')}List"
    return Shape.from_dict({"items": items, "next": after}, name=name)
