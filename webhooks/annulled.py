"""Annul: take back all that a payment has in the books, because it was none.

A person has found that it is another telling of a payment that counts already, or that it came from
a statement in the wrong place. It gets one more match, by the rule ``annulled``, and one entry that
moves back whatever it moved in its book, marks included; what was there stays as it was. Told again
by somebody (``webhooks.told_again``), or separated again, it arrives once more and is matched and
posted anew.

A payment that others have taken money back from, or that still waits to be settled, is refused:
what rests on it comes first.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import Connection, text

from cashless.clock import now
from cashless.errors import Conflict
from cashless.ledger.chart import PLATFORM
from cashless.ledger.entry import Draft, Transfer
from cashless.ledger.post import post
from webhooks import post as post_room
from webhooks.match import Holder, Match, Payment
from webhooks.matches import write

ANNULLED: Final = "annulled"
AGAIN: Final = "told_again"
"""In the explanation of a match that follows an annulled one."""

_LOCK = text(
    "SELECT count(pg_advisory_xact_lock(hashtext('suspense'), CAST(id % 2147483648 AS integer)))"
    " FROM (SELECT unnest(CAST(:ids AS bigint[])) AS id ORDER BY id OFFSET 0) AS k"
)
_STANDING = text(
    """
SELECT p.id, p.provider, p.provider_txn_id, p.kind, p.amount, p.account, p.virtual_account,
       p.order_ref, p.memo, p.occurred_at, p.business_date, p.original,
       m.seq, m.merchant_id, h.code, h.status, m.rule, m.credit_id,
       m.amount IS NOT NULL AS is_corrected,
       EXISTS (SELECT FROM arrival a WHERE a.payment_id = p.id) AS waits,
       EXISTS (SELECT FROM match t WHERE t.credit_id = p.id AND t.rule <> 'annulled'
               AND NOT (t.payment_id = ANY (:ids)) AND NOT EXISTS
                 (SELECT FROM match y WHERE y.payment_id = t.payment_id AND y.seq > t.seq))
         AS is_taken
FROM payment p LEFT JOIN LATERAL (SELECT * FROM match x WHERE x.payment_id = p.id
                                  ORDER BY x.seq DESC LIMIT 1) m ON true
LEFT JOIN merchant h ON h.id = m.merchant_id
WHERE p.id = ANY (:ids) ORDER BY p.id
"""
)
_LOCK_BOOKS = text("SELECT id FROM book WHERE code = ANY (:codes) ORDER BY id FOR NO KEY UPDATE")
_MOVED = text(
    """
SELECT t.debit, t.credit, sum(t.amount)::bigint FROM entry e JOIN book b ON b.id = e.book_id
JOIN transfer t ON t.book_id = e.book_id AND t.seq = e.seq
WHERE e.payment_id = :payment AND b.code = :book GROUP BY 1, 2 ORDER BY 1, 2
"""
)
_UNPAIRED = text("DELETE FROM unpaired WHERE payment_id = ANY (:ids)")
_LAST = text(
    "SELECT payment_id, max(seq) FROM match WHERE payment_id = ANY (:ids) GROUP BY payment_id"
)


@dataclass(frozen=True, slots=True)
class Standing:
    """A payment and its last match; None as the match's number where it has none."""

    payment: Payment
    seq: int | None
    holder: Holder | None
    rule: str | None
    credit_id: int | None
    is_corrected: bool
    waits: bool
    is_taken: bool


def locked(db: Connection, ids: Sequence[int]) -> dict[int, Standing]:
    """Let nobody else act on payments until this transaction ends, and say how they stand."""
    db.execute(_LOCK, {"ids": ids})
    return {row.id: _standing(row) for row in db.execute(_STANDING, {"ids": ids})}


def annul(db: Connection, ids: Sequence[int], facts: Mapping[str, Any], who: str) -> list[Match]:
    """Annul payments, all or none; ``facts`` say why. One that is annulled already stays so.

    Raises ``Conflict("payment_waits" | "annul_corrected" | "annul_taken_back")``.
    """
    found = [one for one in locked(db, ids).values() if one.rule != ANNULLED]
    for one in found:
        _require_free(one)
    made = [_match(one, facts) for one in found]
    books = {PLATFORM, *(one.holder.book for one in made if one.holder)}
    db.execute(_LOCK_BOOKS, {"codes": sorted(books)})
    told = [draft(db, one) for one in made]
    write(db, made, who)
    post(db, told, now())
    db.execute(_UNPAIRED, {"ids": [one.payment.id for one in made]})
    return made


def draft(db: Connection, said: Match) -> Draft:
    """Draft the entry that moves back all that a payment has moved in the book of its match."""
    book = said.holder.book if said.holder else PLATFORM
    net = Counter[tuple[str, str]]()
    for debit, credit, amount in db.execute(_MOVED, {"payment": said.payment.id, "book": book}):
        net[debit, credit] += amount
    left = {sides: amount - net[sides[::-1]] for sides, amount in net.items()}
    moved = [Transfer(*sides, amount) for sides, amount in left.items() if amount > 0]
    return post_room.annulled(said, moved)


def numbered(db: Connection, matches: Sequence[Match]) -> tuple[Match, ...]:
    """Number the matches of payments that had some before behind those."""
    asked = {"ids": [one.payment.id for one in matches]}
    last: dict[int, int] = {row[0]: row[1] for row in db.execute(_LAST, asked)}
    return tuple(_behind(one, last.get(one.payment.id, 0)) for one in matches)


def _behind(one: Match, last: int) -> Match:
    told = {**one.explanation, AGAIN: last}
    return replace(one, seq=last + 1, explanation=told) if last else one


def _standing(row: Any) -> Standing:  # noqa: ANN401  a row of _STANDING
    holder = Holder(row.merchant_id, row.code, row.status) if row.merchant_id else None
    state = (row.seq, holder, row.rule, row.credit_id)
    how = (row.is_corrected, row.waits, row.is_taken)
    return Standing(Payment(*row[:12]), *state, *how)


def _match(one: Standing, facts: Mapping[str, Any]) -> Match:
    made = Match(one.payment, (one.seq or 0) + 1, ANNULLED, dict(facts), one.holder)
    return replace(made, credit_id=one.credit_id)


def _require_free(one: Standing) -> None:
    number = one.payment.id
    if one.waits or one.seq is None:
        raise Conflict(
            "payment_waits",
            f"Payment {number} is not settled yet; try again in a moment.",
            f"Khoản tiền số {number} chưa xử lý xong; hãy thử lại sau giây lát.",
        )
    if one.is_corrected:
        raise Conflict(
            "annul_corrected",
            f"What was told of payment {number} was decided by a person: it stays. Correct the"
            " book instead.",
            f"Khoản tiền số {number} đã có người quyết định nội dung: phải giữ lại. Hãy điều chỉnh"
            " sổ.",
        )
    if one.is_taken:
        raise Conflict(
            "annul_taken_back",
            f"Money was taken back from payment {number}: it stays. Correct the book instead.",
            f"Đã có khoản hoàn từ khoản tiền số {number}: phải giữ lại. Hãy điều chỉnh sổ.",
        )
