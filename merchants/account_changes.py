"""Changing the account behind a merchant's codes: four eyes, a day to object, a proof by payment.

This is the one attack that pays, so no single person can do it and nothing happens at once:

1. somebody *requests* the change with a reason; the new account is heard of from now on, but stands
   in no code, and the merchant's own page says what was asked;
2. another person *approves* it (the database refuses the one who requested);
3. ``COOL_OFF`` must pass, in which the merchant can *freeze* the change from the page;
4. a test payment must have reached the new account after the approval;
5. only then it can be *activated*: the new account stands in codes, the old one is closed but still
   watched, so that late money is caught, and its stands no longer count as genuine. An account that
   comes *beside* the old one goes the same way, and the old one stays open.

Each step is a row that nobody can change, and the database refuses an account in codes without its
activation, and an activation without an approval a day before. A holder with another name than the
old one's must be accepted in words by the person who approves.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from cashless.clock import now
from cashless.errors import Conflict, Forbidden, Invalid, NotFound
from cashless.reason import require_why
from cashless.vietqr.text import ascii_text
from merchants import accounts
from merchants.register import Merchant

COOL_OFF: Final = timedelta(hours=24)
"""How long after the approval the merchant can object."""


_ADD = text(
    "INSERT INTO account_change (merchant_id, old_account_id, new_account_id, requested_by,"
    " requested_at, why, keeps_old) VALUES (:merchant, :old, :new, :who, :at, :why, :keeps_old)"
    " RETURNING id"
)
_STEP = text(
    "INSERT INTO account_change_step (change_id, stage, step, requested_by, who, why, at)"
    " VALUES (:change, :stage, :step, :requested_by, :who, :why, :at)"
)
_READ = """
SELECT c.id, m.id AS merchant_id, m.code AS merchant, c.old_account_id, c.new_account_id,
       o.bin || ':' || o.number AS old_account, o.holder AS old_holder,
       n.bin || ':' || n.number AS new_account, n.holder AS new_holder,
       c.requested_by, c.requested_at, c.why, c.keeps_old,
       a.who AS approved_by, a.at AS approved_at,
       e.step AS ended_as, e.who AS ended_by, e.at AS ended_at,
       EXISTS (SELECT FROM match x JOIN payment p ON p.id = x.payment_id
               WHERE x.merchant_id = m.id AND p.kind = 'credit' AND p.kept_at > a.at
                 AND ((p.provider = n.provider AND n.number IN (p.account, p.virtual_account))
                   OR (p.provider = 'standard'
                       AND n.bin || ':' || n.number IN (p.account, p.virtual_account)))) AS proven
FROM account_change c
JOIN merchant m ON m.id = c.merchant_id
JOIN receiving_account o ON o.id = c.old_account_id
JOIN receiving_account n ON n.id = c.new_account_id
LEFT JOIN account_change_step a ON a.change_id = c.id AND a.stage = 1
LEFT JOIN account_change_step e ON e.change_id = c.id AND e.stage = 2
"""
_FIND = text(f"{_READ} WHERE c.id = :id")
_OPEN = text(f"{_READ} WHERE e.step IS NULL ORDER BY c.id")
_OPEN_OF = text(f"{_READ} WHERE e.step IS NULL AND c.merchant_id = :merchant ORDER BY c.id")
_CLOSE = text("UPDATE receiving_account SET closed_at = :at WHERE id = :id")
_USE = text("UPDATE receiving_account SET usable = true WHERE id = :id")


@dataclass(frozen=True, slots=True)
class Change:
    """A change of a receiving account as it stands; times in UTC."""

    id: int
    merchant_id: int
    merchant: str
    old_account_id: int
    new_account_id: int
    old_account: str
    old_holder: str
    new_account: str
    new_holder: str
    requested_by: str
    requested_at: datetime
    why: str
    keeps_old: bool
    approved_by: str | None
    approved_at: datetime | None
    ended_as: str | None
    ended_by: str | None
    ended_at: datetime | None
    proven: bool

    @property
    def state(self) -> str:
        """requested, approved, activated, refused or frozen."""
        return self.ended_as or ("approved" if self.approved_at else "requested")

    @property
    def same_holder(self) -> bool:
        """Whether both accounts bear the same name, accents and case apart."""
        return _folded(self.old_holder) == _folded(self.new_holder)

    @property
    def ready_at(self) -> datetime | None:
        """When the days of objection are over; None before the approval."""
        return self.approved_at + COOL_OFF if self.approved_at else None


@dataclass(frozen=True, slots=True)
class Actor:
    """Who takes a step, and why (3 to 200 characters)."""

    who: str
    why: str

    def __post_init__(self) -> None:
        """Keep the reason in one line, or refuse one that is none: ``Invalid("why_missing")``."""
        object.__setattr__(self, "why", require_why(self.why))


@dataclass(frozen=True, slots=True)
class NewAccount:
    """The account that is asked for: ``BIN:NUMBER``, its holder; ``beside`` the old one or not."""

    written: str
    holder: str
    beside: bool = False


def request(db: Connection, merchant: Merchant, written: str, holder: str, actor: Actor) -> Change:
    """Ask for the merchant's codes to point to another account. Raises as ``ask`` does."""
    return ask(db, merchant, NewAccount(written, holder), actor)


def ask(db: Connection, merchant: Merchant, wanted: NewAccount, actor: Actor) -> Change:
    """Ask for another account, in place of the old one or beside it.

    Raises ``Conflict("account_change_open" | "account_taken")``, ``NotFound("account_missing")``
    and what reading an account raises.
    """
    accounts.lock(db, merchant.id)
    if open_of(db, merchant.id):
        raise Conflict(
            "account_change_open",
            "A change of this merchant's account is already under way.",
            "Người bán này đang có một yêu cầu đổi tài khoản chưa xong.",
        )
    old = accounts.choose(db, merchant.id)
    new = accounts.add(db, merchant.id, wanted.written, wanted.holder, usable=False)
    row = {"merchant": merchant.id, "old": old.id, "new": new.id, "who": actor.who}
    row |= {"keeps_old": wanted.beside}
    number = db.execute(_ADD, {**row, "at": now(), "why": actor.why}).scalar_one()
    return find(db, int(number))


def approve(db: Connection, number: int, actor: Actor, *, other_holder: bool = False) -> Change:
    """Approve a requested change, as another person than the one who asked.

    Raises ``Forbidden("account_change_own")``, ``Conflict("account_change_over")``,
    ``Invalid("holder_differs")`` when the names differ and ``other_holder`` does not accept it.
    """
    change = _still_open(db, number)
    if actor.who == change.requested_by:
        raise Forbidden(
            "account_change_own",
            "Who asked for a change cannot approve it. Ask a second person.",
            "Người yêu cầu không được tự duyệt. Hãy nhờ người thứ hai.",
        )
    if not (change.same_holder or other_holder):
        raise Invalid(
            "holder_differs",
            "The new account bears another name. Check the papers, then accept it in words.",
            "Tài khoản mới mang tên khác. Hãy kiểm tra giấy tờ rồi xác nhận khác tên.",
        )
    return _step(db, change, "approved", actor)


def activate(db: Connection, number: int, actor: Actor, at: datetime | None = None) -> Change:
    """Let the codes point to the new account, and close the old one unless both stay.

    Raises ``Conflict("account_change_not_approved" | "account_change_too_early" |
    "account_change_unproven" | "account_change_over")``.
    """
    change, moment = _still_open(db, number), at or now()
    for code, holds, words, words_vi in (
        (
            "account_change_not_approved",
            change.approved_at is not None,
            "A second person has to approve this change first.",
            "Phải có người thứ hai duyệt yêu cầu này trước.",
        ),
        (
            "account_change_too_early",
            change.ready_at is not None and moment >= change.ready_at,
            "The merchant still has time to object: 24 hours after the approval.",
            "Chưa hết 24 giờ để người bán phản đối kể từ lúc duyệt.",
        ),
        (
            "account_change_unproven",
            change.proven,
            "No test payment has reached the new account since the approval.",
            "Chưa có khoản chuyển thử nào tới tài khoản mới kể từ lúc duyệt.",
        ),
    ):
        if not holds:
            raise Conflict(code, words, words_vi)
    ended = _step(db, change, "activated", actor, moment)
    db.execute(_USE, {"id": change.new_account_id})
    if not change.keeps_old:
        db.execute(_CLOSE, {"id": change.old_account_id, "at": moment})
    return ended


def end(db: Connection, number: int, step: str, actor: Actor) -> Change:
    """Refuse a change (an officer) or freeze it (the merchant); nothing then points elsewhere."""
    change = _still_open(db, number)
    ended = _step(db, change, step, actor)
    db.execute(_CLOSE, {"id": change.new_account_id, "at": now()})
    return ended


def find(db: Connection, number: int) -> Change:
    """Return a change. Raises ``NotFound("account_change_unknown")``."""
    row = db.execute(_FIND, {"id": number}).one_or_none()
    if row is None:
        raise NotFound(
            "account_change_unknown",
            f"There is no change number {number}.",
            f"Không có yêu cầu đổi tài khoản số {number}.",
        )
    return Change(*row)


def listing(db: Connection) -> list[Change]:
    """Return the changes that are not ended, oldest first."""
    return [Change(*row) for row in db.execute(_OPEN)]


def open_of(db: Connection, merchant: int) -> list[Change]:
    """Return the merchant's change that is not ended, if there is one."""
    return [Change(*row) for row in db.execute(_OPEN_OF, {"merchant": merchant})]


def _still_open(db: Connection, number: int) -> Change:
    change = find(db, number)
    accounts.lock(db, change.merchant_id)
    change = find(db, number)
    if change.ended_as is None:
        return change
    raise Conflict(
        "account_change_over",
        f"This change has ended: {change.ended_as}.",
        "Yêu cầu này đã kết thúc.",
    )


def _step(
    db: Connection, change: Change, step: str, actor: Actor, at: datetime | None = None
) -> Change:
    stage = 1 if step == "approved" else 2
    row = {"change": change.id, "stage": stage, "step": step, "requested_by": change.requested_by}
    try:
        with db.begin_nested():
            db.execute(_STEP, {**row, "who": actor.who, "why": actor.why, "at": at or now()})
    except IntegrityError as error:
        raise Conflict(
            "account_change_over",
            "This step was already taken by somebody.",
            "Bước này đã có người thực hiện.",
        ) from error
    return find(db, change.id)


def _folded(name: str) -> str:
    return "".join(ascii_text(name).upper().split())
