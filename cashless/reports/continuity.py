"""Continuity: where a teller gives the balance after each movement, the next one must follow.

Opening balance plus movements is the closing balance (invariant I12). A chain is what one
connection told of one account, in the order of time; movements of one instant are put in the order
in which their balances follow from each other. Where none follows, something is missing between two
tellings: the gap is located there, with the amount that went untold. A gap is filled when lines of
statements, or other connections' payments, between the two add up to it. Balances of weak
connections prove nothing and are left out.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import groupby, pairwise
from typing import Final

from sqlalchemy import Connection, text

_WINDOW: Final = """p.business_date BETWEEN coalesce(CAST(:first AS date), '-infinity')
  AND coalesce(CAST(:last AS date), 'infinity')
  AND (CAST(:provider AS text) IS NULL OR p.provider = :provider)"""
_SIGNED: Final = "CASE WHEN p.kind = 'credit' THEN p.amount ELSE -p.amount END"
_JUMPING = text(
    f"""
WITH told AS (
  SELECT p.connection_id, p.account, p.balance, {_SIGNED} AS signed, lag(p.balance)
    OVER (PARTITION BY p.connection_id, p.account ORDER BY p.occurred_at, p.id) AS before
  FROM payment p WHERE p.balance IS NOT NULL AND p.trust = 'signed' AND {_WINDOW})
SELECT count(*) AS tellings, count(DISTINCT (connection_id, account)) AS chains,
  coalesce(json_agg(DISTINCT jsonb_build_array(connection_id, account))
    FILTER (WHERE before + signed <> balance), '[]') AS jumping
FROM told
"""  # noqa: S608  only our own conditions are put together here
)
_CHAIN = text(
    f"""
SELECT p.id, p.provider, p.account, p.occurred_at, p.business_date, p.balance, {_SIGNED} AS signed
FROM payment p WHERE p.connection_id = :connection AND p.account IS NOT DISTINCT FROM :account
  AND p.balance IS NOT NULL AND p.trust = 'signed' AND {_WINDOW}
ORDER BY p.occurred_at, p.id
"""  # noqa: S608  as above
)
_UNTOLD = text(
    """
WITH inside AS (
  SELECT s.kind IN ('credit', 'return') AS came, s.amount, s.exact, s.occurred_at, s.business_date,
    s.key
  FROM statement_line s LEFT JOIN statement_pair x USING (statement_id, line)
  LEFT JOIN payment p ON p.id = x.payment_id
  WHERE s.account = :account AND p.connection_id IS DISTINCT FROM :connection
    AND NOT EXISTS (SELECT FROM witness w JOIN payment z ON z.id = w.payment_id
                    WHERE w.tells_of = p.id AND z.connection_id = :connection)
    AND CASE WHEN s.exact THEN s.occurred_at BETWEEN :after AND :before
             ELSE s.business_date BETWEEN :after_day AND :before_day END)
SELECT coalesce(sum(CASE WHEN came THEN amount ELSE -amount END), 0)::bigint
FROM (SELECT DISTINCT ON (key) * FROM inside) AS once
"""
)


@dataclass(frozen=True, slots=True)
class Telling:
    """One movement as it was told, with the balance after it; amounts in đồng."""

    id: int
    at: datetime
    day: date
    signed: int
    balance: int


@dataclass(frozen=True, slots=True)
class Gap:
    """Between two tellings something is missing: how much, above zero if money came."""

    provider: str
    account: str | None
    connection: int
    before: Telling
    after: Telling
    missing: int
    filled: bool = False


@dataclass(frozen=True, slots=True)
class Continuity:
    """How much was looked at, and the gaps that were located."""

    tellings: int
    chains: int
    gaps: tuple[Gap, ...]

    @property
    def open_gaps(self) -> tuple[Gap, ...]:
        """The gaps that nothing fills."""
        return tuple(gap for gap in self.gaps if not gap.filled)


def ordered(told: Sequence[Telling]) -> Iterator[Telling]:
    """Give tellings in time's order, those of one instant as their balances follow."""
    balance: int | None = None
    for _at, together in groupby(told, key=lambda one: one.at):
        left = list(together)
        while left:
            following = (one for one in left if one.balance - one.signed == balance)
            chosen = _head(left) if balance is None else next(following, left[0])
            left.remove(chosen)
            balance = chosen.balance
            yield chosen


def _head(left: Sequence[Telling]) -> Telling:
    """Of the first instant, begin with the telling that follows from none of the others."""
    balances = {one.balance for one in left}
    return next((one for one in left if one.balance - one.signed not in balances), left[0])


def jumps(told: Sequence[Telling]) -> Iterator[tuple[Telling, Telling, int]]:
    """Give the places where a balance does not follow: before, after, what is missing."""
    chain = list(ordered(told))
    for before, after in pairwise(chain):
        missing = after.balance - after.signed - before.balance
        if missing:
            yield before, after, missing


def check(
    db: Connection,
    first: date | None = None,
    last: date | None = None,
    provider: str | None = None,
) -> Continuity:
    """Check every chain of signed tellings, of some days and one provider where they are given."""
    asked = {"first": first, "last": last, "provider": provider}
    row = db.execute(_JUMPING, asked).one()
    gaps = [
        gap for connection, account in row.jumping for gap in _gaps(db, asked, connection, account)
    ]
    return Continuity(row.tellings, row.chains, tuple(gaps))


def _gaps(
    db: Connection, asked: Mapping[str, object], connection: int, account: str | None
) -> Iterable[Gap]:
    named = {**asked, "connection": connection, "account": account}
    rows = db.execute(_CHAIN, named).all()
    told = [
        Telling(row.id, row.occurred_at, row.business_date, row.signed, row.balance) for row in rows
    ]
    for before, after, missing in jumps(told):
        gap = Gap(rows[0].provider, account, connection, before, after, missing)
        yield replace(gap, filled=_untold(db, gap) == missing)


def _untold(db: Connection, gap: Gap) -> int:
    """Sum what statements tell between the two tellings and this connection did not."""
    asked = {
        "account": gap.account,
        "connection": gap.connection,
        "after": gap.before.at,
        "before": gap.after.at,
        "after_day": gap.before.day,
        "before_day": gap.after.day,
    }
    return int(db.execute(_UNTOLD, asked).scalar_one())
