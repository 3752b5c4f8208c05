"""Explain a match: the rule, what it compared, and the runner-up, as data and as sentences.

The explanation is a row's own words from the moment of the match; nothing is matched again here.
Matches from before rules were numbered have no set and no runner-up.
"""

from collections.abc import Mapping
from typing import Any, Final

import orjson
from sqlalchemy import Connection, text

_MATCHES = text(
    """
SELECT m.seq, m.rule, m.rule_set, me.code AS merchant, m.order_code AS order, m.explanation,
       m.matched_by, m.matched_at
FROM match m LEFT JOIN merchant me ON me.id = m.merchant_id
WHERE m.payment_id = :id ORDER BY m.seq
"""
)
_RULES: Final[Mapping[str, tuple[str, str]]] = {
    "order_field": ("mã phiếu thu trong tin báo", "the provider's order field"),
    "reference": ("mã phiếu thu trong nội dung", "our reference in the memo"),
    "virtual_account": ("tài khoản ảo", "the virtual account"),
    "account": ("tài khoản nhận", "the receiving account"),
    "suspense": ("chưa rõ của ai", "suspense"),
    "waiting": ("chờ khoản gốc", "waiting for its credit"),
    "original": ("khoản gốc", "the credit it names"),
    "assigned": ("người xem giao", "a person"),
    "returned": ("đã trả lại", "it went back"),
}
_SAYS: Final[Mapping[str, tuple[str, str]]] = {
    "nothing": ("không thấy ai", "finds nobody"),
    "agrees": ("cũng vậy", "agrees"),
    "other": ("người khác", "another merchant"),
    "merchant": ("người bán", "the merchant"),
}


def explained(db: Connection, payment: int) -> list[dict[str, Any]]:
    """Return every match of a payment: rule, set, what was compared, the runner-up, sentences."""
    return [_shape(row) for row in db.execute(_MATCHES, {"id": payment})]


def sentences(rule: str, explanation: str) -> tuple[str, str]:
    """Say why a match was made, in Vietnamese and in English."""
    said = orjson.loads(explanation)
    after = said.pop("runner_up", [])
    compared = ", ".join(f"{name}={_value(value)}" for name, value in said.items())
    parts = [[_named(rule, at) + (f" ({compared})" if compared else "")] for at in (0, 1)]
    for one in after:
        for at in (0, 1):
            parts[at].append(f"{_named(one['rung'], at)}: {_beside(one, at)}")
    return "; ".join(parts[0]), "; ".join(parts[1])


def _shape(row: Any) -> dict[str, Any]:  # noqa: ANN401  a row of _MATCHES
    said = orjson.loads(row.explanation)
    vi, en = sentences(row.rule, row.explanation)
    told = {**row._mapping, "runner_up": said.pop("runner_up", []), "explanation": said}
    return {**told, "said_vi": vi, "said": en}


def _named(rule: str, at: int) -> str:
    return _RULES.get(rule, (rule, rule))[at]


def _beside(one: Mapping[str, str], at: int) -> str:
    says = one["says"]
    return " ".join(filter(None, (_SAYS.get(says, (says, says))[at], one.get("merchant"))))


def _value(value: object) -> str:
    return "/".join(str(one) for one in value) if isinstance(value, list) else str(value)
