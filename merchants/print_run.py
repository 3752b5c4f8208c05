"""Print runs: which stands a run has to draw, and keeping those that are new.

A run is planned, drawn, and only then kept, so that no sheet is registered that was not proven to
scan, and no transaction waits for a drawing. Without a reason to print anew, a live stand is drawn
again exactly as it was: a run can be repeated after a paper jam. With one, each gets a new sheet
that revokes the old one. A stall whose tenant has changed gets a new stand as well, and those of
earlier tenants that were left hanging end with that. Who shares a stall by shift has a stand each.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from cashless.clock import business_date, now
from cashless.db.batch import rows_json
from cashless.errors import Conflict, Invalid, NotFound
from cashless.reason import require_why
from cashless.vietqr.payload import Transfer, encode
from cashless.vietqr.stand import check_word
from merchants import categories, places, register, stands
from merchants.stands import Stand

FIRST: Final = "in lần đầu"
_TENANT: Final = "sạp đã có người bán khác"
_TERMINAL_MAX: Final = 25
_TOLD_MOST: Final = 5

_ROWS: Final = """
SELECT m.id AS merchant_id, m.code AS merchant, m.name, m.status, m.category, s.id AS stall_id,
       s.code AS stall, p.name AS place_name, a.id AS account_id, a.bin, a.number, a.holder,
       k.token AS live, k.account_id AS live_account, k.print_number,
       ARRAY(SELECT f.token FROM stand f WHERE f.stall_id = s.id AND f.revoked_at IS NULL
             AND NOT EXISTS (SELECT FROM tenancy h WHERE h.stall_id = s.id
               AND h.merchant_id = f.merchant_id AND h.during @> CAST(:day AS date))
             ORDER BY f.id) AS left_hanging
FROM merchant m
LEFT JOIN tenancy t ON t.merchant_id = m.id AND t.during @> CAST(:day AS date)
LEFT JOIN stall s ON s.id = t.stall_id
LEFT JOIN place p ON p.code = s.place_code
LEFT JOIN LATERAL (
  SELECT r.id, r.bin, r.number, r.holder FROM receiving_account r
  WHERE r.merchant_id = m.id AND r.closed_at IS NULL AND r.usable
    AND (CAST(:account AS text) IS NULL OR r.bin || ':' || r.number = :account)
  ORDER BY r.id LIMIT 1) a ON true
LEFT JOIN stand k ON k.revoked_at IS NULL AND k.merchant_id = m.id
  AND k.stall_id IS NOT DISTINCT FROM s.id
WHERE m.code = :merchant OR p.code = :place
"""
_CANDIDATES: Final = text(f"{_ROWS} ORDER BY {places.WALKED}, m.id")
_END: Final = text(
    """
UPDATE stand SET revoked_at = :at, revoked_by = :by, revoke_reason = e.why
FROM json_to_recordset(:rows) AS e (token text, why text)
WHERE stand.token = e.token AND revoked_at IS NULL
"""
)
_ADD: Final = text(
    """
INSERT INTO stand (token, merchant_id, stall_id, account_id, payload, check_word, issued_at,
                   issued_by, reason, print_number, replaces, after_payment)
SELECT n.token, n.merchant_id, n.stall_id, n.account_id, n.payload, n.check_word, n.issued_at,
       n.issued_by, n.reason, n.print_number, (SELECT id FROM stand WHERE stand.token = n.replaces),
       newest_payment()
FROM json_to_recordset(:rows) AS n (token text, merchant_id bigint, stall_id bigint,
  account_id bigint, payload text, check_word text, issued_at timestamptz, issued_by text,
  reason text, print_number integer, replaces text)
"""
)
_COLUMNS: Final = (
    *("token", "merchant_id", "stall_id", "account_id", "payload", "check_word", "issued_at"),
    *("issued_by", "reason", "print_number", "replaces"),
)


@dataclass(frozen=True, slots=True)
class Wish:
    """What to print: for a merchant or a whole place; ``why`` asks for new sheets.

    ``by`` is the person who prints, ``key`` the register's secret behind the check words.
    """

    by: str
    key: bytes
    merchant: str | None = None
    place: str | None = None
    account: str | None = None
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """One stand of a run; a new one ends the merchant's own (``ends``) and those left hanging."""

    stand: Stand
    is_new: bool = False
    ends: str | None = None
    left_hanging: tuple[str, ...] = ()

    @property
    def ended(self) -> dict[str, str]:
        """The tokens of the stands that end, and why: the reason of this one, another tenant."""
        own = {self.ends: self.stand.reason} if self.ends else {}
        return own | dict.fromkeys(self.left_hanging, _TENANT)


@dataclass(frozen=True, slots=True)
class Run:
    """The sheets to draw in walking order, and active merchants of the place without an account."""

    sheets: tuple[Sheet, ...]
    left_out: tuple[str, ...] = ()


def plan(db: Connection, wish: Wish) -> Run:
    """Return what is to be drawn; nothing is written yet.

    Merchants who do not sell are no part of a place's run. Raises
    ``NotFound("merchant_unknown" | "place_unknown" | "account_missing")``,
    ``Invalid("why_missing" | "stands_none")``, ``Conflict("merchant_closed" | "stand_stale")``.
    """
    there = _candidates(db, wish)
    rows = _ready(there)
    why = None if wish.why is None else require_why(wish.why)
    again = [row.live for row in rows if why is None and row.live]
    kept = stands.find_all(db, again)
    _require_current(rows, kept)
    at = now()
    sheets = (
        Sheet(kept[row.live])
        if row.live in kept
        else _new(_drafted(row, wish, why or FIRST, at), row)
        for row in rows
    )
    return Run(tuple(sheets), tuple(_named(row) for row in there if row.account_id is None))


def keep(db: Connection, sheets: Sequence[Sheet]) -> None:
    """Register the new stands of a run and revoke those they replace; all of it or nothing.

    Raises ``Conflict("stand_changed")`` when the register has changed since the plan.
    """
    new = [sheet for sheet in sheets if sheet.is_new]
    if not new:
        return
    whys = {token: why for sheet in new for token, why in sheet.ended.items()}
    ended = [{"token": token, "why": why} for token, why in whys.items()]
    rows = [{name: getattr(s.stand, name) for name in _COLUMNS} for s in new]
    by = new[0].stand.issued_by
    try:
        with db.begin_nested():
            done = db.execute(_END, {"rows": rows_json(ended), "at": now(), "by": by})
            db.execute(_ADD, {"rows": rows_json(rows)})
    except IntegrityError as error:
        raise _changed() from error
    if done.rowcount != len(ended):
        raise _changed()


def issue(db: Connection, wish: Wish) -> list[Stand]:
    """Plan and keep at once, for stands that are not drawn now; return them in walking order."""
    run = plan(db, wish)
    keep(db, run.sheets)
    return [sheet.stand for sheet in run.sheets]


def _candidates(db: Connection, wish: Wish) -> list[Any]:
    """Read the active merchants the run is for; one who was asked for by name must be ready."""
    merchant = register.find(db, wish.merchant) if wish.merchant else None
    asked = {
        "merchant": merchant.code if merchant else None,
        "place": places.find(db, wish.place).code if wish.place else None,
        "account": wish.account,
        "day": business_date(now()),
    }
    rows = db.execute(_CANDIDATES, asked).all()
    if merchant is not None:
        _require_ready(rows[0])
    return [row for row in rows if row.status == "active"]


def _ready(rows: Sequence[Any]) -> list[Any]:
    ready = [row for row in rows if row.account_id is not None]
    if not ready:
        raise Invalid(
            "stands_none",
            "Nobody there is active and has an open receiving account: nothing to print.",
            "Ở đó chưa có người bán nào đang hoạt động và có tài khoản nhận tiền để in bảng QR.",
        )
    return ready


def _require_ready(row: Any) -> None:  # noqa: ANN401  a row of the candidates
    if row.status != "active":
        raise Conflict(
            "merchant_closed",
            f"{row.name} is not active and gets no stand.",
            f"{row.name} không còn hoạt động nên không in bảng QR.",
        )
    if row.account_id is None:
        raise NotFound(
            "account_missing",
            "The merchant has no such open receiving account.",
            "Người bán không có tài khoản nhận tiền này đang mở.",
        )


def _require_current(rows: Sequence[Any], kept: dict[str, Stand]) -> None:
    """Refuse to draw a stand again that says another account than the register does now."""
    stale = [row for row in rows if row.live in kept and row.live_account != row.account_id]
    if stale:
        told = ", ".join(map(_named, stale[:_TOLD_MOST]))
        raise Conflict(
            "stand_stale",
            f"The stand of {told} says another account than the register does now."
            " Print it anew with a reason: --reprint --why '…'.",
            f"Bảng QR của {told} ghi tài khoản khác với sổ đăng ký hiện nay."
            " Hãy in lại kèm lý do: --reprint --why '…'.",
        )


def _new(drafted: Stand, row: Any) -> Sheet:  # noqa: ANN401  a candidate
    return Sheet(drafted, is_new=True, ends=row.live, left_hanging=tuple(row.left_hanging))


def _named(row: Any) -> str:  # noqa: ANN401  a candidate
    return f"{row.name} ({row.stall or row.merchant})"


def _drafted(row: Any, wish: Wish, why: str, at: datetime) -> Stand:  # noqa: ANN401  a candidate
    # A label that does not fit is left out, not cut: half a stall code is another stall.
    terminal = row.stall if len(row.stall or "") <= _TERMINAL_MAX else None
    mcc = categories.meaning(row.category, business_date(at)).mcc
    payload = encode(Transfer(bin=row.bin, account=row.number, terminal=terminal, mcc=mcc))
    return Stand(
        token=stands.new_token(),
        merchant_id=row.merchant_id,
        merchant=row.merchant,
        name=row.name,
        merchant_status=row.status,
        stall_id=row.stall_id,
        stall=row.stall,
        place_name=row.place_name,
        account_id=row.account_id,
        bin=row.bin,
        number=row.number,
        holder=row.holder,
        payload=payload,
        check_word=check_word(payload, wish.key),
        issued_at=at,
        issued_by=wish.by,
        reason=why,
        print_number=(row.print_number or 0) + 1,
        replaces=row.live,
    )


def _changed() -> Conflict:
    return Conflict(
        "stand_changed",
        "Stands, stalls or accounts have changed while the run was drawn. Run it again.",
        "Bảng QR, sạp hoặc tài khoản đã thay đổi trong lúc in. Hãy chạy lại lệnh.",
    )
