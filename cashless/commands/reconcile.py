"""``cashless reconcile``: webhook, statement and book side by side."""

from datetime import date
from typing import Any

import click

from cashless.clock import business_date, now
from cashless.commands.days import parse_day
from cashless.commands.session import answer, json_option, ledger, table
from cashless.money import format_dong
from cashless.reports import reconcile as room
from cashless.reports.differences import REASONS
from providers import find

_DAYS = {
    "provider": "Tổ chức",
    "business_date": "Ngày",
    "webhook_count": "Thông báo",
    "webhook_dong": "đồng",
    "statement_count": "Sao kê",
    "statement_dong": "đồng",
    "book_count": "Sổ",
    "book_dong": "đồng",
}
_FOUND = {
    "reason": "Lý do",
    "business_date": "Ngày",
    "age_days": "Tuổi",
    "provider": "Tổ chức",
    "dong": "Số tiền",
    "other_dong": "Bên kia",
    "payment": "Khoản tiền",
    "statement": "Sao kê",
    "line": "Dòng",
    "merchant": "Người bán",
}
_REASONS = {"reason": "Lý do", "count": "Số", "dong": "Số tiền", "ages": "Tuổi (ngày)"}
_SHOWN_MOST = 200


@click.command()
@click.option("--day", help="One day, yyyy-mm-dd; yesterday if nothing is given.")
@click.option("--from", "first", help="First day, yyyy-mm-dd.")
@click.option("--to", "last", help="Last day, yyyy-mm-dd; the first one if absent.")
@click.option("--provider", help="Only this provider.")
@json_option
def reconcile(
    day: str | None, first: str | None, last: str | None, provider: str | None, as_json: bool
) -> None:
    """Đối soát: what webhooks told, what statements say, what the books hold, and each difference.

    Nothing is changed; import statements first (cashless statements import). A payment that the
    day's statement lacks is a difference once the provider's horizon is over.
    """
    today = business_date(now())
    begun = parse_day(day or first) if day or first else date.fromordinal(today.toordinal() - 1)
    ended = parse_day(last) if last and not day else begun
    whose = find(provider).name if provider else None
    with ledger() as db:
        said = room.reconcile(db, room.Asked(begun, ended, today, whose))
    answer(said, as_json, _lines)


def _lines(said: dict[str, Any]) -> str:
    parts = [table([_dong(row) for row in said["days"]], _DAYS, "Không có gì. / Nothing.")]
    if said["differences"]:
        sums = [
            {**row, "dong": format_dong(row["amount"]), "ages": _ages(row["ages"])}
            for row in said["reasons"]
        ]
        parts += ["", table(sums, _REASONS, "")]
        parts += ["", *(_meaning(row["reason"]) for row in said["reasons"])]
        parts += ["", table([_dong(row) for row in said["differences"][:_SHOWN_MOST]], _FOUND, "")]
    else:
        parts += ["", "Không có chênh lệch. / No difference."]
    for row in said["uncovered"]:
        parts.append(
            f"Chưa có sao kê / no statement: {row['provider']} {row['business_date']:%d/%m/%Y},"
            f" {row['payments']} khoản, {format_dong(row['amount'])}"
        )
    if said["waiting"]["count"]:
        parts.append(f"Còn trong hạn / within the horizon: {said['waiting']['count']}")
    return "\n".join(parts)


def _dong(row: dict[str, Any]) -> dict[str, Any]:
    """Write a row's amounts as people read them."""
    written = {
        name.replace("other_amount", "other_dong").replace("amount", "dong"): format_dong(value)
        for name, value in row.items()
        if name.endswith("amount") and value is not None
    }
    return {**row, **written}


def _ages(ages: dict[str, int]) -> str:
    return ", ".join(f"{name}: {count}" for name, count in ages.items() if count)


def _meaning(reason: str) -> str:
    known = {name: (one.meaning, one.meaning_vi) for name, one in REASONS.items()}
    meaning, meaning_vi = (known | {room.GAP: room.GAP_MEANING})[reason]
    return f"{reason}: {meaning_vi} / {meaning}"
