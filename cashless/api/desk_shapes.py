"""The shapes of the clerk's desk in the API."""

from typing import Final

import marshmallow as ma
from marshmallow import fields
from marshmallow.validate import Length, OneOf, Range, Regexp

from cashless.api.shape import Shape
from providers import everyone
from webhooks.suspense import REASONS

_PRINTABLE: Final = Regexp(r"^[ -~\u00c0-\u024f\u1e00-\u1ef9\u0300-\u036f]*$")
_NUMBER_MOST: Final = 10**18 - 1


def _why() -> fields.String:
    return fields.String(required=True, validate=[Length(3, 200), _PRINTABLE])


class SuggestionShape(Shape):
    """Somebody who may be the one, why, and why the rules did not take them."""

    merchant = fields.String(required=True)
    name = fields.String(required=True)
    status = fields.String(required=True)
    order = fields.String(required=True, allow_none=True)
    place = fields.String(required=True, allow_none=True)
    rule = fields.String(required=True)
    why_vi = fields.String(required=True)
    why_en = fields.String(required=True)
    why_not_vi = fields.String(required=True)
    why_not_en = fields.String(required=True)


class WaitingShape(Shape):
    """A payment in suspense; ``seen`` goes back with an act, so that it is about what was seen."""

    id = fields.Integer(required=True)
    provider = fields.String(required=True)
    provider_txn_id = fields.String(required=True)
    kind = fields.String(required=True)
    amount = fields.Integer(required=True)
    account = fields.String(required=True, allow_none=True)
    memo = fields.String(required=True)
    occurred_at = fields.AwareDateTime(required=True)
    business_date = fields.Date(required=True)
    seen = fields.Integer(required=True)
    age_days = fields.Integer(required=True)
    reason = fields.String(required=True)
    reason_vi = fields.String(required=True)
    reason_en = fields.String(required=True)
    suggestions = fields.List(fields.Nested(SuggestionShape), required=True)


class TellingShape(Shape):
    """What a provider told of a payment, once."""

    amount = fields.Integer(required=True)
    account = fields.String(required=True, allow_none=True)
    memo = fields.String(required=True)
    occurred_at = fields.AwareDateTime(required=True)
    business_date = fields.Date(required=True)


class ConflictShape(Shape):
    """A payment that was told twice, both tellings side by side."""

    id = fields.Integer(required=True)
    payment = fields.Integer(required=True)
    provider = fields.String(required=True)
    provider_txn_id = fields.String(required=True)
    kind = fields.String(required=True)
    noted_at = fields.AwareDateTime(required=True)
    merchant = fields.String(required=True, allow_none=True)
    differs = fields.List(fields.String(), required=True)
    first = fields.Nested(TellingShape, required=True)
    second = fields.Nested(TellingShape, required=True)


class ProposalShape(Shape):
    """What somebody wanted done at the desk, and what became of it."""

    id = fields.Integer(required=True)
    act = fields.String(required=True)
    payment = fields.Integer(required=True)
    conflict = fields.Integer(required=True, allow_none=True)
    merchant = fields.String(required=True, allow_none=True)
    order = fields.String(required=True, allow_none=True)
    reference = fields.String(required=True, allow_none=True)
    amount = fields.Integer(required=True)
    why = fields.String(required=True)
    needs_second = fields.Boolean(required=True)
    proposed_by = fields.String(required=True)
    proposed_at = fields.AwareDateTime(required=True)
    end_why = fields.String(required=True, allow_none=True)
    ended_by = fields.String(required=True, allow_none=True)
    ended_at = fields.AwareDateTime(required=True, allow_none=True)
    state = fields.String(
        required=True,
        validate=OneOf(["done", "approved", "declined", "expired", "waiting"]),
        metadata={"description": "waiting: a second person must approve it."},
    )


class Waits(Shape):
    """What of suspense to list: up to ``limit`` payments after the one numbered ``after``."""

    provider = fields.String(load_default=None, validate=OneOf(sorted(everyone())))
    place = fields.String(load_default=None, validate=Regexp(r"^[A-Z0-9][A-Z0-9-]{0,19}$"))
    reason = fields.String(load_default=None, validate=OneOf(sorted(REASONS)))
    older_than = fields.Integer(load_default=0, validate=Range(0, 3650))
    after = fields.Integer(load_default=0, validate=Range(0, _NUMBER_MOST))
    limit = fields.Integer(load_default=50, validate=Range(1, 100))


class _Taken(Shape):
    class Meta:
        """A name that is not here is an error, and the description says so."""

        unknown = ma.RAISE


class NewAct(_Taken):
    """What is to be done with a payment: an assignment has a merchant, a return a reference."""

    act = fields.String(required=True, validate=OneOf(["assign", "return", "undo"]))
    why = _why()
    merchant = fields.String(load_default=None, validate=Regexp(r"^M[A-HJKMNP-Z2-9]{7}$"))
    order = fields.String(load_default=None, validate=Regexp(r"^[A-Z0-9]{1,20}$"))
    reference = fields.String(load_default=None, validate=[Length(1, 64), _PRINTABLE])
    seen = fields.Integer(load_default=None, strict=True, validate=Range(0, 32767))


class NewDecision(_Taken):
    """Which telling is right, and why."""

    stands = fields.String(required=True, validate=OneOf(["first", "second"]))
    why = _why()


class NewEnd(_Taken):
    """What becomes of a proposal, and why."""

    verdict = fields.String(required=True, validate=OneOf(["approved", "declined"]))
    why = _why()
