"""The story of one payment, told from the rows its steps left.

Nothing is logged for it: each sentence is a row. What has no row has not happened.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from cashless.clock import VIETNAM
from cashless.money import format_dong
from webhooks import payments
from webhooks.explaining import sentences

_DELIVERIES = text(
    """
SELECT d.received_at, d.source, d.outcome, d.reply_status
FROM delivery d
JOIN payment p ON p.delivery_id = d.id AND p.delivery_day = d.day
WHERE p.id = :id
"""
)
_REPEATS = text(
    """
SELECT count(*) FROM delivery d JOIN payment p ON p.id = :id
JOIN delivery f ON f.day = p.delivery_day AND f.id = p.delivery_id
WHERE d.digest = f.digest AND d.connection_id = f.connection_id AND d.day >= f.day
  AND d.outcome = 'duplicate'
"""
)
_MATCHES = text(
    """
SELECT m.seq, m.rule, m.order_code, m.explanation, m.matched_by, m.matched_at,
       me.name AS merchant_name, me.code AS merchant
FROM match m LEFT JOIN merchant me ON me.id = m.merchant_id
WHERE m.payment_id = :id ORDER BY m.seq
"""
)
_ENTRIES = text(
    """
SELECT b.code AS book, e.seq, e.kind, e.posted_at, t.debit, t.credit, t.amount
FROM entry e JOIN book b ON b.id = e.book_id
JOIN transfer t ON t.book_id = e.book_id AND t.seq = e.seq
WHERE e.payment_id = :id ORDER BY e.posted_at, b.code, e.seq, t.line
"""
)
_MESSAGES = text("SELECT created_at FROM message WHERE payment_id = :id ORDER BY id")


def tell(db: Connection, payment_id: int) -> dict[str, Any]:
    """Return the payment and its sentences in order: ``{"payment": ..., "story": [...]}``.

    Raises ``NotFound("payment_unknown")``.
    """
    payment = payments.show(db, payment_id)
    told = [
        *_arrival(db, payment),
        *(_witness(row) for row in payments.witnesses(db, payment_id)),
        *(_match(row) for row in db.execute(_MATCHES, {"id": payment_id})),
        *(_entry(row) for row in db.execute(_ENTRIES, {"id": payment_id})),
        *(
            _sentence(row.created_at, "Đã báo cho người bán.", "The merchant was told.")
            for row in db.execute(_MESSAGES, {"id": payment_id})
        ),
    ]
    return {"payment": payment, "story": told}


def _arrival(db: Connection, payment: dict[str, Any]) -> list[dict[str, Any]]:
    id_, amount = payment["id"], format_dong(payment["amount"])
    told = [
        _sentence(
            row.received_at,
            f"{payment['provider']} báo {amount}, mã {payment['provider_txn_id']};"
            f" đã kiểm chữ ký, lưu, trả lời HTTP {row.reply_status}.",
            f"{payment['provider']} told of {amount}, id {payment['provider_txn_id']}; verified,"
            f" kept, answered HTTP {row.reply_status}.",
        )
        for row in db.execute(_DELIVERIES, {"id": id_})
    ]
    repeats = db.execute(_REPEATS, {"id": id_}).scalar_one()
    if repeats:
        told.append(
            _sentence(
                None,
                f"Báo lặp lại {repeats} lần, mỗi lần trả lời như cũ.",
                f"It was told {repeats} more times and answered the same each time.",
            )
        )
    return told


def _witness(row: dict[str, Any]) -> dict[str, Any]:
    return _sentence(
        row["noted_at"],
        f"{row['provider']} ({row['protocol']}) cũng báo khoản này, mã {row['provider_txn_id']};"
        " chỉ ghi sổ một lần.",
        f"{row['provider']} ({row['protocol']}) told of it too, id {row['provider_txn_id']};"
        " it is posted once.",
    )


def _match(row: Any) -> dict[str, Any]:  # noqa: ANN401  a row of _MATCHES
    whose = f"{row.merchant_name} ({row.merchant})" if row.merchant else "chưa rõ của ai / suspense"
    vi, en = sentences(row.rule, row.explanation)
    return _sentence(
        row.matched_at,
        f"Khớp theo {row.rule}: {whose}. {vi}.",
        f"Matched by {row.rule} ({row.matched_by}). {en}.",
    )


def _entry(row: Any) -> dict[str, Any]:  # noqa: ANN401  a row of _ENTRIES
    moved = f"{row.debit} ← {row.credit} {format_dong(row.amount)}"
    return _sentence(
        row.posted_at,
        f"Ghi sổ {row.book} bút toán {row.seq} ({row.kind}): {moved}.",
        f"Posted in book {row.book} as entry {row.seq}.",
    )


def _sentence(at: datetime | None, said_vi: str, said: str) -> dict[str, Any]:
    moment = at.astimezone(VIETNAM).strftime("%d/%m/%Y %H:%M:%S.%f")[:-3] if at else None
    return {"at": moment, "vi": said_vi, "en": said}
