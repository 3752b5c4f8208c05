"""Four eyes: acts at the desk, and above an amount the word of a second person.

Every act at the desk is written down as a proposal first. Below the amount that
CASHLESS_FOUR_EYES_DONG sets it is done at once; at or above, it is tried, to see that nothing
speaks against it, and waits until another person approves or declines it. The same proposal by the
same person about the same match is the one that is there already, so a double click acts once.

Whoever is signed in writes the proposal and its end as that person, under row-level security; what
follows from them is posted by the program.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from sqlalchemy import Connection

from cashless.access.acting import as_program
from cashless.errors import Conflict, Forbidden
from merchants import register
from webhooks import conflicts, desk, proposals
from webhooks.desk import Standing, Target, Word
from webhooks.proposals import Proposal, Stake, Wish

LIMIT: Final = "FOUR_EYES_DONG"
"""The name under which an application keeps from how many đồng on a second person must agree."""
_CODE_MOST: Final = 40


def ask(db: Connection, wish: Wish, who: str, limit: int) -> Proposal:
    """Do what somebody wants, or propose it when it is about ``limit`` đồng or more.

    Raises what the act raises (``webhooks.desk``, ``webhooks.conflicts``), and
    ``Conflict("payment_moved_on" | "proposal_waiting")``.
    """
    with db.begin_nested():
        with as_program(db):
            wish = _whole(db, wish)
            standing, amount = _about(db, wish)
        before = _same(db, wish, standing, who)
        if before is not None:
            return before
        _require_seen(wish, standing)
        needs_second = amount >= limit
        if needs_second:
            _require_none_waiting(db, standing)
            _tried(db, wish, who)
        made = proposals.add(db, wish, standing, Stake(who, amount, needs_second))
        if not needs_second:
            proposals.end(db, made, "done", Word(wish.why, who))
            with as_program(db):
                _ACTS[wish.act](db, wish, Word(wish.why, who))
        return proposals.find(db, made.id)


def approve(db: Connection, number: int, who: str, why: str) -> Proposal:
    """Approve a proposal as another person than its author, and do it.

    Raises what the act raises, ``NotFound("proposal_unknown")``, ``Forbidden("proposal_own")``,
    ``Conflict("proposal_over" | "proposal_expired")``.
    """
    with db.begin_nested():
        found = _open(db, number)
        if who == found.proposed_by:
            raise Forbidden(
                "proposal_own",
                "Who proposed this cannot approve it. Ask a second person.",
                "Người đề nghị không được tự duyệt. Hãy nhờ người thứ hai.",
            )
        proposals.end(db, found, "approved", Word(why, who))
        wish = _wish(found)
        with as_program(db):
            _ACTS[found.act](db, wish, Word(found.why, found.proposed_by, who))
        return proposals.find(db, number)


def decline(db: Connection, number: int, who: str, why: str) -> Proposal:
    """Decline a proposal, or take the own one back.

    Raises ``NotFound("proposal_unknown")``, ``Conflict("proposal_over" | "proposal_expired")``.
    """
    with db.begin_nested():
        proposals.end(db, _open(db, number), "declined", Word(why, who))
        return proposals.find(db, number)


def _about(db: Connection, wish: Wish) -> tuple[Standing, int]:
    """Lock the payment a wish is about, and say how much is at stake."""
    if wish.conflict is None:
        standing = desk.locked(db, wish.payment)
        return standing, standing.payment.amount
    # One that was decided is found too, so that a double click is known.
    payment, amount = conflicts.about(db, wish.conflict)
    standing = desk.locked(db, payment)
    return standing, max(amount, standing.payment.amount)


def _same(db: Connection, wish: Wish, standing: Standing, who: str) -> Proposal | None:
    """Return the very proposal, where its author has sent it before and saw the same match."""
    names = ("act", "conflict", "merchant", "order", "reference")
    wanted = {name: getattr(wish, name) for name in names}
    for found in proposals.of_state(db, standing, wish.seen):
        is_same = all(getattr(found, name) == value for name, value in wanted.items())
        if is_same and found.proposed_by == who and found.state in {"waiting", "done", "approved"}:
            return found
    return None


def _require_seen(wish: Wish, standing: Standing) -> None:
    if wish.seen is not None and wish.seen != standing.seq:
        raise Conflict(
            "payment_moved_on",
            "Somebody else has acted on this payment meanwhile. Look at it again.",
            "Đã có người khác xử lý khoản tiền này. Hãy xem lại.",
        )


def _require_none_waiting(db: Connection, standing: Standing) -> None:
    """Refuse a second proposal about a payment while one waits; its author may take it back."""
    for found in proposals.of_state(db, standing):
        if found.state == "waiting":
            raise Conflict(
                "proposal_waiting",
                f"Proposal {found.id} about this payment waits for a second person.",
                f"Đề nghị số {found.id} về khoản tiền này đang chờ người thứ hai.",
            )


def _tried(db: Connection, wish: Wish, who: str) -> None:
    """Do the act and take it back at once, so that what speaks against it is said now."""
    with as_program(db):
        attempt = db.begin_nested()
        try:
            _ACTS[wish.act](db, wish, Word(wish.why, who))
        finally:
            attempt.rollback()


def _open(db: Connection, number: int) -> Proposal:
    """Lock the payment of a proposal that waits."""
    found = proposals.find(db, number)
    with as_program(db):
        desk.locked(db, found.payment)
    found = proposals.find(db, number)
    if found.state == "expired":
        raise Conflict(
            "proposal_expired",
            "The payment has moved on since this was proposed: it has expired.",
            "Khoản tiền đã thay đổi từ khi có đề nghị: đề nghị hết hiệu lực.",
        )
    if found.state != "waiting":
        raise proposals.over(found.state)
    return found


def _wish(found: Proposal) -> Wish:
    return Wish(
        found.act,
        found.why,
        found.payment,
        found.merchant,
        found.order,
        found.reference,
        found.conflict,
    )


def _whole(db: Connection, wish: Wish) -> Wish:
    """Return the wish as it is kept: codes as they are written here, the reference in one line.

    Raises ``NotFound("merchant_unknown")``, ``Invalid("reference_missing")``.
    """
    if wish.act == "assign":
        order = (wish.order or "").strip().upper()[:_CODE_MOST] or None
        return replace(wish, merchant=register.find(db, wish.merchant or "").code, order=order)
    if wish.act == "return":
        return replace(wish, reference=desk.require_reference(wish.reference or ""))
    return wish


def _assign(db: Connection, wish: Wish, word: Word) -> None:
    desk.give(db, wish.payment, Target(wish.merchant or "", wish.order), word)


def _give_back(db: Connection, wish: Wish, word: Word) -> None:
    desk.give_back(db, wish.payment, wish.reference or "", word)


def _undo(db: Connection, wish: Wish, word: Word) -> None:
    desk.undo(db, wish.payment, word)


def _decide(db: Connection, wish: Wish, word: Word) -> None:
    conflicts.decide(db, wish.conflict or 0, wish.act, word)


_ACTS: Final[Mapping[str, Callable[[Connection, Wish, Word], None]]] = {
    "assign": _assign,
    "return": _give_back,
    "undo": _undo,
    "first": _decide,
    "second": _decide,
}
