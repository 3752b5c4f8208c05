"""Differences: one question for each reason why webhook, statement and book disagree.

Each question gives rows of the same columns. A payment is judged for the day it counts for; its
pairs with lines of statements were made when the file was imported. A day is covered for an account
when a file of movements tells that day of it (files of one account) or of its provider (all other
files), and only then does silence mean anything. What no file tells is a difference once the
layout's horizon is over; until then it waits.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import TextClause, text


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something is told: the question that finds it, what it means, and what to do."""

    question: TextClause
    meaning: str
    meaning_vi: str


_COLUMNS = """{provider} AS provider, {payment} AS payment, {statement} AS statement,
  {line} AS line, {account} AS account, {day} AS business_date, {amount} AS amount,
  {other} AS other_amount"""
_NONE: Final[Mapping[str, str]] = {
    "payment": "NULL::bigint",
    "statement": "NULL::bigint",
    "line": "NULL::integer",
    "other": "NULL::bigint",
}
_OF_PAYMENT: Final[Mapping[str, str]] = {
    **_NONE,
    "provider": "p.provider",
    "payment": "p.id",
    "account": "p.account",
    "day": "p.business_date",
    "amount": "p.amount",
}
_OF_PAIR: Final[Mapping[str, str]] = {
    **_OF_PAYMENT,
    "statement": "s.statement_id",
    "line": "s.line",
    "other": "s.amount",
}
_OF_LINE: Final[Mapping[str, str]] = {
    **_OF_PAIR,
    "provider": "t.provider",
    "payment": "x.payment_id",
    "account": "s.account",
    "day": "s.business_date",
    "amount": "s.amount",
    "other": "NULL::bigint",
}
_DAYS = """{day} BETWEEN :first AND :last
  AND (CAST(:provider AS text) IS NULL OR {provider} = :provider)"""
_OWN = "NOT EXISTS (SELECT FROM witness w WHERE w.payment_id = p.id)"
_COUNTS = """NOT EXISTS (SELECT FROM match m WHERE m.payment_id = p.id AND m.rule = 'annulled'
  AND NOT EXISTS (SELECT FROM match y WHERE y.payment_id = m.payment_id AND y.seq > m.seq))"""
_OF_FILE = """EXISTS (SELECT FROM connection c
  WHERE c.id = p.connection_id AND c.protocol = 'statement')"""
_UNHEARD = """NOT EXISTS (SELECT FROM late_telling h WHERE h.payment_id = p.id)
  AND NOT EXISTS (SELECT FROM witness w WHERE w.tells_of = p.id)"""
_PAIRED = """FROM statement_pair x JOIN statement_line s USING (statement_id, line)
  JOIN statement t ON t.id = x.statement_id AND t.role = 'lines'
  JOIN payment p ON p.id = x.payment_id"""
LAYOUTS = """layouts AS (SELECT * FROM json_to_recordset(:layouts)
  AS l (layout text, scope text, horizon_days integer))"""
COVERED = """SELECT FROM statement t JOIN layouts l USING (layout)
    WHERE t.provider = p.provider AND t.role = 'lines'
      AND p.business_date BETWEEN t.first_day AND t.last_day
      AND (l.scope = 'provider'
        OR EXISTS (SELECT FROM statement_span n WHERE n.statement_id = t.id
                   AND n.account IN (p.account, p.virtual_account)
                   AND p.business_date BETWEEN n.first_day AND n.last_day)
        OR NOT EXISTS (SELECT FROM statement_span n WHERE n.statement_id = t.id)
           AND EXISTS (SELECT FROM statement_line s WHERE s.statement_id = t.id
                       AND s.account IN (p.account, p.virtual_account)))"""
_UNTOLD = f"""
FROM payment p JOIN connection c ON c.id = p.connection_id AND c.protocol <> 'statement'
WHERE {_OWN} AND NOT EXISTS (SELECT FROM statement_pair x JOIN statement t ON t.id = x.statement_id
    WHERE x.payment_id = p.id AND t.role = 'lines')
  AND EXISTS ({COVERED} AND :today - p.business_date {{comparison}} l.horizon_days)"""
_BOOKED = """
LEFT JOIN LATERAL (
  SELECT CASE p.kind WHEN 'credit' THEN coalesce((SELECT m.amount FROM match m
      WHERE m.payment_id = p.id ORDER BY m.seq DESC LIMIT 1), p.amount) ELSE -p.amount END AS due,
    count(*) AS moves, sum(
    CASE WHEN t.debit ~ '^(Assets:(?!Returned)|Expenses:)' THEN t.amount ELSE 0 END
    - CASE WHEN t.credit ~ '^(Assets:(?!Returned)|Expenses:)' THEN t.amount ELSE 0 END) AS moved
  FROM entry e JOIN transfer t USING (book_id, seq) WHERE e.payment_id = p.id) AS b ON true"""

# A later file of the same layout is silent of a line, although it tells what was before and after
# it in that account, or begins with the same balance and tells that day.
_TOLD_NO_MORE = """
FROM statement_line s JOIN statement t ON t.id = s.statement_id AND t.role = 'lines'
LEFT JOIN statement_pair x USING (statement_id, line)
WHERE EXISTS (SELECT FROM statement u
    WHERE u.id > t.id AND u.role = 'lines' AND u.provider = t.provider AND u.layout = t.layout
      AND s.business_date BETWEEN u.first_day AND u.last_day
      AND CASE WHEN s.exact THEN
        EXISTS (SELECT FROM statement_line b WHERE b.statement_id = u.id
                AND b.account IS NOT DISTINCT FROM s.account AND b.occurred_at <= s.occurred_at)
        AND EXISTS (SELECT FROM statement_line b WHERE b.statement_id = u.id
                AND b.account IS NOT DISTINCT FROM s.account AND b.occurred_at >= s.occurred_at)
      ELSE EXISTS (SELECT FROM statement_span n
        LEFT JOIN statement_span o ON o.statement_id = t.id AND o.account = n.account
          AND s.line BETWEEN o.first_line AND o.last_line
        WHERE n.statement_id = u.id AND n.account = s.account AND n.last_day >= s.business_date
          AND (n.first_day < s.business_date
               OR n.first_day = s.business_date AND n.opening = o.opening)) END)
  AND NOT EXISTS (SELECT FROM statement_line e JOIN statement v ON v.id = e.statement_id
    WHERE e.key = s.key AND e.statement_id > s.statement_id AND v.provider = t.provider
      AND v.layout = t.layout AND (e.kind = 'credit') = (s.kind = 'credit'))"""


def _select(columns: Mapping[str, str], rest: str, *, layouts: bool = False) -> TextClause:
    head = f"WITH {LAYOUTS}\n" if layouts else ""
    days = _DAYS.format(**columns)
    shown = _COLUMNS.format(**columns)
    return text(f"{head}SELECT {shown} {rest} AND {days} ORDER BY 6, 2, 3, 4")


UNTOLD_YET = _select(_OF_PAYMENT, _UNTOLD.format(comparison="<"), layouts=True)
"""What no file tells yet, within the horizon."""

REASONS: Final[Mapping[str, Reason]] = {
    "statement_only": Reason(
        _select(
            _OF_LINE,
            f"{_PAIRED} WHERE x.rule IN ('posted', 'id') AND {_OF_FILE} AND {_OWN} AND {_UNHEARD}",
        ),
        "Only the statement told it; it was posted from there. Ask why no webhook came.",
        "Chỉ sao kê có; đã ghi sổ từ sao kê. Hãy hỏi vì sao không có thông báo.",
    ),
    "webhook_only": Reason(
        _select(_OF_PAYMENT, _UNTOLD.format(comparison=">="), layouts=True),
        "The day's statement does not have it. The bank may have taken it back: ask.",
        "Sao kê của ngày không có. Có thể ngân hàng đã thu lại: hãy hỏi.",
    ),
    "amount_differs": Reason(
        _select(_OF_PAIR, f"{_PAIRED} WHERE p.amount <> s.amount"),
        "Webhook and statement tell different amounts; the webhook's is in the book.",
        "Thông báo và sao kê khác số tiền; sổ đang ghi theo thông báo.",
    ),
    "account_differs": Reason(
        _select(
            _OF_PAIR,
            f"{_PAIRED} WHERE s.account NOT IN (p.account, coalesce(p.virtual_account, p.account))"
            " AND (s.virtual_account = p.virtual_account) IS NOT TRUE",
        ),
        "Webhook and statement name different accounts.",
        "Thông báo và sao kê ghi hai tài khoản khác nhau.",
    ),
    "day_differs": Reason(
        _select(_OF_PAIR, f"{_PAIRED} WHERE p.business_date <> s.business_date"),
        "Webhook and statement count it for different days (midnight, weekend).",
        "Thông báo và sao kê tính cho hai ngày khác nhau (nửa đêm, cuối tuần).",
    ),
    "conflict": Reason(
        _select(
            {**_OF_PAYMENT, "other": "c.amount"},
            "FROM conflict c JOIN payment p ON p.id = c.payment_id WHERE NOT EXISTS"
            " (SELECT FROM conflict_decision d WHERE d.conflict_id = c.id)",
        ),
        "The webhook told it twice in different words; the first one is in the book.",
        "Thông báo hai lần không giống nhau; sổ đang ghi lần đầu.",
    ),
    "provider_differs": Reason(
        _select(
            _OF_LINE,
            "FROM statement_line s JOIN statement t ON t.id = s.statement_id"
            " AND t.role = 'differences' LEFT JOIN statement_pair x USING (statement_id, line)"
            " WHERE true",
        ),
        "The provider's own list of differences names it.",
        "Danh sách chênh lệch của tổ chức có khoản này.",
    ),
    "total_differs": Reason(
        _select(
            {**_OF_LINE, "payment": "NULL::bigint", "account": "NULL", "other": "d.amount"},
            "FROM statement_line s JOIN statement t ON t.id = s.statement_id AND t.role = 'totals'"
            " LEFT JOIN LATERAL (SELECT coalesce(sum(k.amount), 0)::bigint AS amount,"
            " count(*) AS count FROM (SELECT DISTINCT ON (n.key) n.amount FROM statement_line n"
            " JOIN statement u ON u.id = n.statement_id AND u.role = 'lines'"
            " AND u.provider = t.provider AND n.business_date = s.business_date) AS k) AS d ON true"
            " WHERE (s.amount, s.count) IS DISTINCT FROM (d.amount, d.count::integer)",
        ),
        "The provider's totals of the day are not the sum of its lines.",
        "Tổng của tổ chức trong ngày khác tổng các dòng.",
    ),
    "statement_gap": Reason(
        _select(
            {
                "provider": "n.provider",
                "payment": "NULL::bigint",
                "line": "n.first_line",
                "statement": "n.statement_id",
                "account": "n.account",
                "day": "n.first_day",
                "amount": "n.opening - n.before",
                "other": "n.before",
            },
            "FROM (SELECT m.*, t.provider, lag(m.closing) OVER o AS before,"
            " lag(m.last_day) OVER o AS before_day FROM statement_span m"
            " JOIN statement t ON t.id = m.statement_id WINDOW o AS"
            " (PARTITION BY t.provider, t.layout, m.account ORDER BY m.first_day, m.last_day,"
            " m.statement_id, m.first_line)) AS n"
            " WHERE n.before_day < n.first_day AND n.before <> n.opening",
        ),
        "It does not begin where the account's statement before it ended: one is missing.",
        "Số dư đầu khác số dư cuối của sao kê trước: thiếu một tệp ở giữa.",
    ),
    "told_no_more": Reason(
        _select(_OF_LINE, _TOLD_NO_MORE),
        "An earlier file told it, a later file of the same days does not: the bank corrected it.",
        "Tệp trước có, tệp sau của cùng ngày không còn: ngân hàng đã sửa sao kê.",
    ),
    "not_posted": Reason(
        _select(
            _OF_PAYMENT,
            f"FROM payment p {_BOOKED} WHERE {_OWN} AND b.moves = 0"
            " AND NOT EXISTS (SELECT FROM arrival a WHERE a.payment_id = p.id)",
        ),
        "It is kept and in no book: call the operator.",
        "Đã lưu nhưng không có trong sổ nào: hãy gọi người vận hành.",
    ),
    "book_differs": Reason(
        _select(
            {**_OF_PAYMENT, "other": "b.moved::bigint"},
            f"FROM payment p {_BOOKED} WHERE {_OWN} AND {_COUNTS} AND b.moves > 0"
            " AND b.moved <> b.due",
        ),
        "The book moved another amount than came: call the operator.",
        "Sổ ghi khác số tiền đã đến: hãy gọi người vận hành.",
    ),
}
