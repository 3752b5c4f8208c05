"""Tellings: a person says that two of them are two payments, or that two payments are one transfer.

The path binds tellings by what they say (``webhooks.witnesses``), and a person knows better.
*Separating* takes a witness from its payment: it arrives and is settled as a payment of its own,
and the two are never bound to each other again by the path. *Joining* annuls one of two payments
and notes it as a witness of the other. Either is a row with the reason; each undoes the other.
"""

from typing import Any

from sqlalchemy import Connection, text

from cashless.clock import now
from cashless.errors import Conflict, Invalid, NotFound
from cashless.ledger.cause import Reason
from webhooks import annulled

_SEPARATE = text(
    """
INSERT INTO separation (payment_id, tells_of, why, separated_by, separated_at)
SELECT payment_id, tells_of, :why, :who, greatest(CAST(:at AS timestamptz), noted_at) FROM witness
WHERE payment_id = :id RETURNING tells_of
"""
)
_ARRIVE = text("INSERT INTO arrival (payment_id) VALUES (:id) ON CONFLICT DO NOTHING")
_BEARS = text(
    "SELECT payment_id, tells_of FROM witness WHERE payment_id = ANY (:ids) OR tells_of = :id"
)
_JOIN = text(
    """
INSERT INTO witness (payment_id, tells_of, rule, noted_at, why, noted_by)
SELECT :id, :of, 'person', greatest(CAST(:at AS timestamptz), (SELECT max(separated_at)
  + interval '1 microsecond' FROM separation WHERE payment_id = :id)), :why, :who
"""
)


def separate(db: Connection, payment: int, reason: Reason) -> int:
    """Make a witness a payment of its own; return the payment that it told of until now.

    It waits to be settled like any other. Raises ``NotFound("payment_unknown")`` and
    ``Conflict("not_a_witness")``.
    """
    _require_known(payment, annulled.locked(db, [payment]))
    said = {"id": payment, "why": reason.why, "who": reason.who, "at": now()}
    found = db.execute(_SEPARATE, said).scalar()
    if found is None:
        raise Conflict(
            "not_a_witness",
            f"Payment {payment} is no witness of another: it is a payment of its own.",
            f"Khoản tiền số {payment} đang là khoản riêng, không phải lần báo thêm.",
        )
    db.execute(_ARRIVE, {"id": payment})
    return int(found)


def join(db: Connection, payment: int, of: int, reason: Reason) -> None:
    """Make a payment a witness of another, which stays; its entries are taken back by new ones.

    Raises ``NotFound("payment_unknown")``, ``Invalid("join_unequal")``,
    ``Conflict("join_bound" | "payment_waits" | "annul_taken_back")``.
    """
    found = annulled.locked(db, sorted({payment, of}))
    _require_known(payment, found)
    _require_known(of, found)
    _require_equal(found[payment], found[of])
    bound = db.execute(_BEARS, {"ids": [payment, of], "id": payment}).first()
    if bound is not None or found[of].rule == annulled.ANNULLED:
        raise Conflict(
            "join_bound",
            "One of the two bears witness already, or others tell of the one that would go.",
            "Một trong hai đã là lần báo thêm, hoặc có lần báo khác của khoản sẽ gộp.",
        )
    facts = {"why": reason.why, "by": reason.who, "tells_of": of}
    annulled.annul(db, [payment], facts, reason.who)
    said = {"id": payment, "of": of, "why": reason.why, "who": reason.who, "at": now()}
    db.execute(_JOIN, said)


def _require_known(payment: int, found: dict[int, Any]) -> None:
    if payment not in found:
        raise NotFound(
            "payment_unknown",
            f"There is no payment {payment}.",
            f"Không có khoản tiền số {payment}.",
        )


def _require_equal(one: annulled.Standing, other: annulled.Standing) -> None:
    mine, theirs = one.payment, other.payment
    if mine.id == theirs.id or (mine.amount, mine.kind) != (theirs.amount, theirs.kind):
        raise Invalid(
            "join_unequal",
            "Two tellings of one transfer have the same amount and direction, and are not one row.",
            "Hai lần báo của một lần chuyển phải cùng số tiền, cùng chiều, và là hai dòng.",
        )
