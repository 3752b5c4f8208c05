"""What one morning of the demo came to: figures for a program, a table for a person."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from cashless.clock import business_date
from cashless.commands.demo_home import House
from cashless.db.engine import transaction
from cashless.money import format_dong
from cashless.reports import reconcile
from cashless.reports.invariants import check
from cashless.simulator import statements
from cashless.simulator.faults import BY_NAME, FAULTS, KEPT
from cashless.simulator.people import Market
from cashless.simulator.plan import Plan
from cashless.simulator.sender import Journal
from cashless.simulator.stage import Stage
from cashless.simulator.verdict import Verdict, judge, wait_until_settled
from providers import find


@dataclass(frozen=True, slots=True)
class Morning:
    """A morning that was played: who stood there, what was planned, what was answered."""

    market: Market
    stage: Stage
    plan: Plan
    journal: Journal


def came_of(house: House, morning: Morning) -> dict[str, Any]:
    """Wait until all is settled, and return the figures, the invariants, and whether all is well.

    ``amount`` is đồng posted to merchants; ``wrong`` lists what did not come as planned.
    """
    settled = wait_until_settled(house.engine)
    listed = statements.hand_in(house.engine, morning.stage, morning.plan)
    settled = wait_until_settled(house.engine) and settled
    with transaction(house.engine) as db:
        verdict = judge(db, morning.stage, morning.plan)
        findings = check(db)
        compared = _reconciled(db, morning)
    invariants = {
        number: {"ok": one.ok, "figures": dict(one.figures)}
        for number, one in sorted(findings.items(), key=lambda item: int(item[0][1:]))
    }
    holds = all(one.ok for one in findings.values())
    wrong = [*_unexpected(morning), *verdict.wrong, *([] if settled else ["payments still wait"])]
    if verdict.amount != morning.plan.amount:
        wrong.append(f"planned to post {morning.plan.amount} đồng, posted {verdict.amount}")
    return {
        **_figures(morning, verdict),
        "faults": _faults(morning, verdict),
        "reconciled": {"lines": listed, **compared},
        "wrong": wrong,
        "audit": {"invariants": invariants, "ok": holds},
        "invariants": invariants,
        "ok": holds and not wrong,
    }


def _figures(morning: Morning, verdict: Verdict) -> dict[str, Any]:
    turned = {name for name, one in BY_NAME.items() if one.answer != KEPT}
    return {
        "merchants": len(morning.market.stallholders),
        "deliveries": len(morning.journal.sent),
        "payments": verdict.payments,
        "posted": verdict.posted,
        "suspense": verdict.suspense,
        "conflicts": verdict.conflicts,
        "refused": morning.journal.good(turned),
        "amount": verdict.amount,
        "by_provider": verdict.by_provider,
        "orders": verdict.orders,
        "exceptions": verdict.exceptions,
    }


def _faults(morning: Morning, verdict: Verdict) -> dict[str, dict[str, int]]:
    planned = Counter(call.fault for call in morning.plan.calls)
    good = {one.name: morning.journal.good([one.name]) for one in FAULTS if one.is_told}
    return {
        one.name: {"planned": planned[one.name], "as_planned": good.get(one.name, verdict.found)}
        for one in FAULTS
    }


def _reconciled(db: Connection, morning: Morning) -> dict[str, Any]:
    """Lay calls, lists and books of the morning side by side; count the differences by reason."""
    days = {business_date(sale.at) for sale in morning.plan.calls}
    asked = reconcile.Asked(min(days), max(days), max(days))
    found = reconcile.reconcile(db, asked)
    return {"differences": {one["reason"]: one["count"] for one in found["reasons"]}}


def _unexpected(morning: Morning) -> list[str]:
    return [
        f"{one.post.fault or 'sale'} at {one.post.provider} was answered {one.status}"
        for one in morning.journal.unexpected[:20]
    ]


def lines(said: Mapping[str, Any]) -> str:
    """Lay the figures out for a person."""
    verdict = "Mọi thứ đúng. / All is well." if said["ok"] else "CÓ ĐIỀU SAI. / SOMETHING IS WRONG."
    return "\n".join(
        [
            _rows("Một buổi sáng ở chợ / one market morning", _totals(said)),
            _rows("Theo tổ chức thanh toán / by provider", _providers(said)),
            _rows("Phiếu thu / orders", _orders(said)),
            _rows("Trục trặc, xử lý đúng / faults, come as planned", _came_wrong(said)),
            _rows("Đối soát với sao kê / reconciled with statements", _compared(said)),
            _rows("Cam kết / invariants", _invariants(said)),
            *(f"  ! {line}" for line in said["wrong"]),
            f"{verdict}  ({said['seconds']} s, seed {said['seed']})",
        ]
    )


_ORDER_WORDS: Mapping[str, str] = {
    "paid": "đã trả",
    "open": "đang chờ",
    "expired": "hết hạn",
    "cancelled": "đã hủy",
    "underpaid": "trả thiếu",
    "overpaid": "trả dư",
    "duplicate": "trả hai lần",
    "late": "trả muộn",
}


def _orders(said: Mapping[str, Any]) -> dict[str, int]:
    counted = {**said["orders"], **said["exceptions"]}
    return {f"{_ORDER_WORDS[name]} / {name}": count for name, count in counted.items()}


def _came_wrong(said: Mapping[str, Any]) -> dict[str, str]:
    return {
        f"{BY_NAME[name].title_vi} / {BY_NAME[name].title}": f"{one['as_planned']}/{one['planned']}"
        for name, one in said["faults"].items()
    }


def _compared(said: Mapping[str, Any]) -> dict[str, object]:
    told = said["reconciled"]
    lined = {f"dòng / lines, {find(name).title}": count for name, count in told["lines"].items()}
    return {**lined, **{f"lệch / differs: {name}": n for name, n in told["differences"].items()}}


def _invariants(said: Mapping[str, Any]) -> dict[str, str]:
    return {
        number: "đúng / ok" if one["ok"] else f"SAI / BROKEN {one['figures']}"
        for number, one in said["invariants"].items()
    }


def _totals(said: Mapping[str, Any]) -> dict[str, object]:
    return {
        "người bán / merchants": said["merchants"],
        "lần gửi / deliveries": said["deliveries"],
        "khoản tiền / payments": said["payments"],
        "đã vào sổ / posted": said["posted"],
        "chưa rõ của ai / suspense": said["suspense"],
        "mâu thuẫn / conflicts": said["conflicts"],
        "bị từ chối / refused": said["refused"],
        "số tiền vào sổ / amount posted": format_dong(said["amount"]),
    }


def _providers(said: Mapping[str, Any]) -> dict[str, str]:
    return {
        find(name).title: f"{one['payments']:>5}  {format_dong(one['amount']):>16}"
        for name, one in said["by_provider"].items()
    }


def _rows(title: str, rows: Mapping[str, object]) -> str:
    return "\n".join([title, *(f"  {name:<52} {value:>24}" for name, value in rows.items()), ""])
