"""Stands: the printed codes of the stalls, which of them are genuine, and what became of them.

The row of a stand is what its paper says and is never changed; it can be revoked, once, with a
reason. That a stand has been *tested* is stored nowhere, it is read from the payments: the first
one that reached its account after it was issued, that no order asked for, and that went into the
merchant's own book. A stored mark would have to be written on the path of every payment and could
be wrong after a replay. It says that money paid to this account is heard of, which is what a test
is for; it cannot say that the payer scanned this very sheet. Providers tell whole seconds or
minutes of a clock that is not ours, so a minute before the issue still counts.

What proves a stand is asked of the database itself (``stand_proof``, migration 0011): it is so for
everybody, also for an officer who may not see a payment.

A stand whose account was closed, whose stall has another tenant or whose merchant stopped selling
is out of use without anybody revoking it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, text

from cashless.access.acting import not_yours
from cashless.clock import business_date, now
from cashless.errors import Conflict, NotFound
from cashless.ids import ALPHABET, check_character, random_text
from cashless.reason import require_why
from merchants import places

_TOKEN_LENGTH: Final = 16
_GROUP: Final = 4

_SELECT: Final = """
SELECT k.token, k.merchant_id, m.code AS merchant, m.name, m.status AS merchant_status, k.stall_id,
       s.code AS stall, p.name AS place_name, k.account_id, a.bin, a.number, a.holder, k.payload,
       k.check_word, k.issued_at, k.issued_by, k.reason, k.print_number,
       earlier.token AS replaces, k.revoked_at, k.revoked_by, k.revoke_reason,
       a.closed_at IS NULL AS account_open,
       k.stall_id IS NULL OR EXISTS (
         SELECT FROM tenancy t WHERE t.stall_id = k.stall_id AND t.merchant_id = k.merchant_id
           AND t.during @> CAST(:day AS date)) AS held,
       proof.occurred_at AS tested_at, proof.id AS tested_payment
FROM stand k
JOIN merchant m ON m.id = k.merchant_id
JOIN receiving_account a ON a.id = k.account_id
LEFT JOIN stall s ON s.id = k.stall_id
LEFT JOIN place p ON p.code = s.place_code
LEFT JOIN stand earlier ON earlier.id = k.replaces
LEFT JOIN LATERAL stand_proof(k.id) proof ON true
"""
_FIND: Final = text(f"{_SELECT} WHERE k.token = ANY (:tokens)")
_LIST: Final = text(
    f"{_SELECT} WHERE (CAST(:place AS text) IS NULL OR p.code = :place)"
    " AND (CAST(:merchant AS bigint) IS NULL OR k.merchant_id = :merchant)"
    " AND (:revoked OR k.revoked_at IS NULL)"
    f" ORDER BY p.code NULLS LAST, {places.WALKED}, m.id, k.id"
)
_REVOKE: Final = text(
    "UPDATE stand SET revoked_at = :at, revoked_by = :by, revoke_reason = :why"
    " WHERE token = :token AND revoked_at IS NULL RETURNING token"
)


@dataclass(frozen=True, slots=True)
class Stand:
    """A printed code: whose it is, what stands on the paper, and its life; times in UTC."""

    token: str
    merchant_id: int
    merchant: str
    name: str
    merchant_status: str
    stall_id: int | None
    stall: str | None
    place_name: str | None
    account_id: int
    bin: str
    number: str
    holder: str
    payload: str
    check_word: str
    issued_at: datetime
    issued_by: str
    reason: str
    print_number: int = 1
    replaces: str | None = None
    revoked_at: datetime | None = None
    revoked_by: str | None = None
    revoke_reason: str | None = None
    account_open: bool = True
    held: bool = True
    tested_at: datetime | None = None
    tested_payment: int | None = None

    @property
    def last_four(self) -> str:
        """The end of the account number, as it stands on the paper."""
        return self.number[-4:]

    @property
    def written(self) -> str:
        """The token as a person reads it: four groups of four."""
        return written(self.token)

    @property
    def state(self) -> str:
        """Return revoked, out_of_use, waiting, tested or issued; the last two may be paid to.

        A stand waits while its merchant is not live yet (``opening``).
        """
        in_use = self.account_open and self.held
        states = (
            ("revoked", self.revoked_at is not None),
            ("waiting", in_use and self.merchant_status == "pending"),
            ("out_of_use", not in_use or self.merchant_status != "active"),
            ("tested", self.tested_at is not None),
            ("issued", True),
        )
        return next(name for name, holds in states if holds)

    @property
    def is_payable(self) -> bool:
        """Tell whether a shopper may pay to it."""
        return self.state in {"tested", "issued"}


def new_token() -> str:
    """Return a new token: 15 unpredictable signs (74 bits) and one that checks them.

    It is public, because it is printed, but cannot be guessed; an inspector can type it.
    """
    signs = random_text(_TOKEN_LENGTH - 1)
    return signs + check_character(signs)


def written(token: str) -> str:
    """Write a token in groups of four, as it is printed."""
    return "-".join(token[at : at + _GROUP] for at in range(0, len(token), _GROUP))


def find(db: Connection, token: str) -> Stand:
    """Return the stand of a token, in any case, with or without hyphens.

    Raises ``NotFound("stand_unknown")``, alike for a typing error and for what was never issued.
    """
    wanted = re.sub(r"[\s-]", "", token).upper()
    found = find_all(db, [wanted]) if _is_token(wanted) else {}
    if wanted not in found:
        raise NotFound(
            "stand_unknown",
            "There is no such stand. Compare each sign with the one that is printed.",
            "Không có bảng QR này. Hãy so từng ký tự với mã in trên bảng.",
        )
    return found[wanted]


def find_all(db: Connection, tokens: Sequence[str]) -> dict[str, Stand]:
    """Return the stands of several tokens, by token; those that are not there are left out."""
    rows = db.execute(_FIND, {"tokens": list(tokens), "day": business_date(now())})
    return {row.token: _stand(row) for row in rows}


def listing(db: Connection, place: str | None = None, *, revoked: bool = False) -> list[Stand]:
    """Return the stands of a market or street (or all) in walking order, revoked ones if wanted.

    Raises ``NotFound("place_unknown")``.
    """
    code = places.find(db, place).code if place else None
    return _listed(db, {"place": code, "merchant": None, "revoked": revoked})


def of_merchant(db: Connection, merchant: int, *, revoked: bool = False) -> list[Stand]:
    """Return a merchant's stands in walking order, revoked ones if wanted."""
    return _listed(db, {"place": None, "merchant": merchant, "revoked": revoked})


def revoke(db: Connection, token: str, why: str, by: str) -> Stand:
    """Put a stand out of use, because of ``why``; money that still comes is caught as before.

    Raises ``NotFound("stand_unknown")``, ``Invalid("why_missing")``, ``Conflict("stand_revoked")``,
    and ``Forbidden("not_yours")`` for a person who only sees it.
    """
    reason, found = require_why(why), find(db, token)
    row = {"token": found.token, "at": now(), "by": by, "why": reason}
    if db.execute(_REVOKE, row).one_or_none() is None:
        found = find(db, found.token)
        if found.revoked_at is None:
            raise not_yours()
        raise Conflict(
            "stand_revoked",
            f"Stand {found.written} was revoked before: {found.revoke_reason}.",
            f"Bảng QR {found.written} đã thu hồi từ trước: {found.revoke_reason}.",
        )
    return find(db, found.token)


def _listed(db: Connection, wanted: dict[str, Any]) -> list[Stand]:
    rows = db.execute(_LIST, {**wanted, "day": business_date(now())})
    return [_stand(row) for row in rows]


def _is_token(text_: str) -> bool:
    signs = len(text_) == _TOKEN_LENGTH and set(text_) <= set(ALPHABET)
    return signs and check_character(text_[:-1]) == text_[-1]


def _stand(row: Any) -> Stand:  # noqa: ANN401  a row of the queries above
    return Stand(*row)
