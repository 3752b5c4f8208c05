"""``cashless ledger not-a-sale|correct|opening|payout``: what people do to a book by hand."""

import getpass
import re
from collections.abc import Sequence
from typing import Any

import click

from cashless.commands.days import parse_day
from cashless.commands.payments import number
from cashless.commands.session import answer, json_option
from cashless.commands.session import ledger as transaction
from cashless.errors import Conflict, Invalid
from cashless.ledger import hand, payouts
from cashless.ledger.cause import Reason, reason
from cashless.ledger.chart import accounts
from cashless.ledger.entry import Posted, Transfer
from cashless.ledger.hand import Correction, Opening
from cashless.ledger.payouts import Payout
from cashless.ledger.shortfall import Answer
from cashless.money import format_dong, parse_amount
from merchants import register
from providers import everyone, find

_why = click.option("--why", required=True, help="The reason; it is under the entry's hash.")
_day = click.option("--day", help="The day it counts for, yyyy-mm-dd; today when left out.")


@click.command("not-a-sale")
@click.argument("payment")
@click.option("--undo", is_flag=True, help="It is a sale after all.")
@_why
@json_option
def not_a_sale(payment: str, undo: bool, why: str, as_json: bool) -> None:
    """Mark PAYMENT as no revenue (family money, a loan, cash for a transfer), or take that back.

    The money stays where it arrived; a new entry moves it from Income:Sales to Income:NotSales.
    """
    act = hand.sale_again if undo else hand.not_sale
    with transaction() as db:
        posted = act(db, number(payment), _reason(why))
    answer(_told([posted]), as_json, _lines)


@click.command()
@click.argument("merchant")
@click.argument("debit")
@click.argument("credit")
@click.argument("amount")
@_day
@click.option("--about", type=click.IntRange(min=1), help="Number of the entry it is about.")
@_why
@json_option
def correct(
    *,
    merchant: str,
    debit: str,
    credit: str,
    amount: str,
    day: str | None,
    about: int | None,
    why: str,
    as_json: bool,
) -> None:
    """Correct MERCHANT's book by a new entry that moves AMOUNT from CREDIT to DEBIT.

    No entry is ever changed. For a day that was closed it counts on the first open day.
    """
    moved = Transfer(_account(debit), _other(debit, credit), parse_amount(amount))
    said = Correction(moved, parse_day(day), about)
    with transaction() as db:
        posted = hand.correct(db, register.find(db, merchant).code, said, _reason(why))
    answer(_told([posted]), as_json, _lines)


@click.command()
@click.argument("merchant")
@click.argument("account")
@click.argument("amount")
@_day
@click.option("--debt", is_flag=True, help="The amount is owed, not held.")
@_why
@json_option
def opening(
    *,
    merchant: str,
    account: str,
    amount: str,
    day: str | None,
    debt: bool,
    why: str,
    as_json: bool,
) -> None:
    """Say what ACCOUNT held before MERCHANT's book began: once for each account."""
    held = parse_amount(amount) * (-1 if debt else 1)
    said = Opening(_account(account), held, parse_day(day))
    with transaction() as db:
        posted = hand.open_balance(db, register.find(db, merchant).code, said, _reason(why))
    answer(_told([posted]), as_json, _lines)


@click.command()
@click.argument("merchant")
@click.argument("provider")
@click.argument("lump")
@click.option("--fee", default="0", help="What the provider kept, in đồng.")
@click.option("--reference", required=True, help="The provider's own name for this payout.")
@click.option("--payments", help="Numbers of the payments it pays; found when left out.")
@click.option("--dry-run", is_flag=True, help="Say which payments it pays and which are missing.")
@_day
@_why
@json_option
def payout(
    *,
    merchant: str,
    provider: str,
    lump: str,
    fee: str,
    reference: str,
    payments: str | None,
    dry_run: bool,
    day: str | None,
    why: str,
    as_json: bool,
) -> None:
    """Take in the lump sum LUMP that PROVIDER paid MERCHANT for many payments.

    Without --payments they are found: all that is due, or the one choice that adds up to lump sum
    and fee. When several choices do, or none, nothing is posted and the command says so.
    """
    kept = 0 if fee == "0" else parse_amount(fee)
    said = Payout(find(provider).name, parse_amount(lump), kept, parse_day(day), reference)
    with transaction() as db:
        book = register.find(db, merchant).code
        found = payouts.shortfall_of(db, book, said)
        if dry_run:
            missing = found.missing(payouts.dues(db, book, said.provider))
            answer(
                {"found": found.found, "choices": found.choices, "missing": missing},
                as_json,
                _shortfall,
            )
            return
        posted = payouts.settle_payout(db, book, said, _chosen(payments, found), _reason(why))
    answer(_told(posted), as_json, _lines)


def _chosen(written: str | None, found: Answer) -> Sequence[int]:
    if written:
        return [number(one) for one in re.split(r"[\s,]+", written.strip())]
    if found.found in {"all", "one"}:
        return found.choices[0]
    told, told_vi = _UNDECIDED[found.found]
    raise Conflict("payout_undecided", told, told_vi)


_UNDECIDED = {
    "several": (
        "Several choices of payments add up to it; name them with --payments.",
        "Có nhiều cách chọn khoản tiền cho đúng tổng; hãy nêu rõ bằng --payments.",
    ),
    "none": (
        "No choice of payments adds up to lump sum and fee.",
        "Không có cách chọn khoản tiền nào cho đúng tiền về cộng phí.",
    ),
    "beyond_bound": (
        "Not found within the bound of the search; name the payments with --payments.",
        "Chưa tìm ra trong giới hạn tìm kiếm; hãy nêu rõ bằng --payments.",
    ),
}


def _reason(why: str) -> Reason:
    return reason(getpass.getuser(), why)


def _account(name: str) -> str:
    known = accounts(everyone())
    if name in known:
        return name
    raise Invalid(
        "account_not_in_chart",
        f"{name} is no account of a book; see docs/reference/accounts.md.",
        f"Sổ không có tài khoản {name}; xem docs/reference/accounts.md.",
    )


def _other(debit: str, credit: str) -> str:
    if debit != credit:
        return _account(credit)
    raise Invalid("accounts_equal", "Name two accounts.", "Hãy nêu hai tài khoản khác nhau.")


def _told(posted: Sequence[Posted]) -> list[dict[str, Any]]:
    return [
        {
            "book": one.draft.book,
            "seq": one.seq,
            "kind": one.draft.kind,
            "business_date": one.draft.business_date,
            "original_date": one.draft.original_date,
            "transfers": [
                {"debit": t.debit, "credit": t.credit, "amount": t.amount}
                for t in one.draft.transfers
            ],
        }
        for one in posted
    ]


def _lines(told: list[dict[str, Any]]) -> str:
    return "\n".join(line for one in told for line in _entry_lines(one))


def _entry_lines(one: dict[str, Any]) -> list[str]:
    late = one["original_date"]
    dated = f" (thuộc ngày / belongs to {late:%d/%m/%Y})" if late else ""
    head = f"Sổ / book {one['book']}#{one['seq']} {one['kind']} {one['business_date']:%d/%m/%Y}"
    moved = [
        f"  {t['debit']} ← {t['credit']}  {format_dong(t['amount'])}" for t in one["transfers"]
    ]
    return [head + dated, *moved]


def _shortfall(told: dict[str, Any]) -> str:
    lines = [f"Kết quả / found: {told['found']}"]
    lines += [f"  gồm các khoản / payments: {_listed(one)}" for one in told["choices"]]
    if told["choices"]:
        lines.append(f"  còn thiếu / missing: {_listed(told['missing'])}")
    return "\n".join(lines)


def _listed(payments: Sequence[int]) -> str:
    return ", ".join(map(str, payments)) or "–"
