"""The shapes of what the API takes: an unknown name is an error, and so is what only looks right.

``1.0``, ``"1"`` and ``true`` are no amounts; a text is in the letters that Vietnamese is written
with, has no space at its ends, and is matched whole: no line break slips in behind it. Days are
days of Vietnam.
"""

import re
from typing import Any, Final

import marshmallow as ma
from marshmallow import fields
from marshmallow.validate import Length, OneOf, Range, Validator

from cashless.api.shape import Shape
from merchants.categories import CATEGORIES
from merchants.orders import EXPIRES_MINUTES
from merchants.register import KINDS


class Fits(Validator):
    """A pattern that the whole text must fit; the usual one lets a line break follow.

    The description reads the pattern from ``regex``.
    """

    def __init__(self, pattern: str) -> None:
        """Keep the pattern."""
        self.regex = re.compile(pattern)

    def __call__(self, value: str) -> str:
        """Return the text, or refuse it."""
        if self.regex.fullmatch(value) is None:
            raise ma.ValidationError("String does not match expected pattern.")
        return value


_SIGN: Final = "!-~\u00c0-\u024f\u1e00-\u1ef9"
_CODE: Final = Fits(r"^M[A-HJKMNP-Z2-9]{7}$")
_PLACE: Final = Fits(r"^[A-Z0-9][A-Z0-9-]{0,19}$")
_STALL: Final = Fits(r"^[A-Z0-9][A-Z0-9-]{0,29}$")
_NOTE: Final = Fits(f"^[ {_SIGN}]*$")
_NAME: Final = Fits(f"^[{_SIGN}](?:[ {_SIGN}]{{0,118}}[{_SIGN}])?$")
_WHY: Final = Fits(f"^[{_SIGN}][ {_SIGN}]{{1,198}}[{_SIGN}]$")
_MOST: Final = 499_999_999
_WEEK: Final = 7 * 24 * 60


def said(text: str, **more: object) -> dict[str, Any]:
    """Return what the description says beside a field."""
    return {"description": text, **more}


class Strict(Shape):
    """A body in which a name that is not known is an error."""

    class Meta:
        """The description says so, too."""

        unknown = ma.RAISE


class NewAccount(Strict):
    """A receiving account: the merchant's own, at a bank or wallet."""

    bin = fields.String(
        required=True, validate=Fits(r"^[0-9]{6}$"), metadata=said("Six digits of the bank.")
    )
    number = fields.String(required=True, validate=Fits(r"^[A-Za-z0-9]{1,19}$"))
    holder = fields.String(required=True, validate=_NAME, metadata=said("As the bank writes it."))


class NewAccountChange(NewAccount):
    """Another account that is proposed, and why."""

    why = fields.String(required=True, validate=_WHY)


class NewMerchant(Strict):
    """Who is to be registered, at which stall."""

    name = fields.String(required=True, validate=_NAME)
    category = fields.String(required=True, validate=OneOf(list(CATEGORIES)))
    kind = fields.String(load_default="household", validate=OneOf(list(KINDS)))
    place = fields.String(required=True, validate=_PLACE)
    stall = fields.String(required=True, validate=_STALL)
    account = fields.Nested(NewAccount, load_default=None, allow_none=True)


class MerchantPatch(Strict):
    """What is to be changed; what is not named stays."""

    name = fields.String(validate=_NAME)
    category = fields.String(validate=OneOf(list(CATEGORIES)))
    kind = fields.String(validate=OneOf(list(KINDS)))


class Reason(Strict):
    """Why, for those who read it later."""

    why = fields.String(required=True, validate=_WHY)


class Nothing(Strict):
    """An empty object: the address says it all."""


class NewStands(Strict):
    """A reason asks for new sheets; without one live stands are given again."""

    why = fields.String(load_default=None, allow_none=True, validate=_WHY)


class NewOrder(Strict):
    """What is asked for."""

    merchant = fields.String(required=True, validate=_CODE)
    amount = fields.Integer(
        required=True, strict=True, validate=Range(1, _MOST), metadata=said("Đồng.")
    )
    minutes = fields.Integer(load_default=EXPIRES_MINUTES, strict=True, validate=Range(1, _WEEK))
    note = fields.String(load_default="", validate=[Length(max=100), _NOTE])


class IdempotencyKey(Shape):
    """The caller's name for one act: the same key again gives the same answer."""

    key = fields.String(
        required=True,
        data_key="Idempotency-Key",
        validate=Fits(r"^[A-Za-z0-9_-]{8,64}$"),
        metadata=said("Your own name for this one act, kept for 72 hours."),
    )


class Seen(Shape):
    """What the caller has of an answer."""

    mark = fields.String(
        data_key="If-None-Match",
        metadata=said("An ETag seen before: 304 when nothing has changed."),
    )


class Version(Shape):
    """The version that a change is about."""

    mark = fields.String(
        required=True,
        data_key="If-Match",
        metadata=said("The ETag that was read: without one 428, when it is stale 412."),
    )


class Paging(Shape):
    """Which page of a list: up to ``limit`` things after the code ``after``."""

    after = fields.String(load_default="", validate=Fits(r"^[A-Z0-9-]{0,20}$"))
    limit = fields.Integer(load_default=50, validate=Range(1, 100))


class MerchantPaging(Paging):
    """Which page of the merchants, of one place where one is named."""

    place = fields.String(load_default=None, validate=_PLACE)


class StandFilter(Shape):
    """Which stands of a merchant."""

    revoked = fields.Boolean(
        load_default=False,
        truthy={"true"},
        falsy={"false"},
        metadata=said("Also those that were revoked."),
    )


class OrderFilter(Shape):
    """Which orders, and which page of them."""

    merchant = fields.String(load_default=None, validate=_CODE)
    status = fields.String(
        load_default=None, validate=OneOf(["open", "paid", "expired", "cancelled"])
    )
    since = fields.Date(data_key="from", load_default=None, format="%Y-%m-%d")
    until = fields.Date(data_key="to", load_default=None, format="%Y-%m-%d")
    after = fields.String(
        load_default=None,
        validate=Fits(r"^[A-Z0-9]{1,20}$"),
        metadata=said("Code of the last order of the page before."),
    )
    limit = fields.Integer(load_default=50, validate=Range(1, 100))
