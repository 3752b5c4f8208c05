"""``cashless terminals``: what wallets and gateways call a merchant."""

import getpass

import click

from cashless.commands.session import answer, json_option, ledger, table
from merchants import register
from merchants import terminals as room

_COLUMNS = {
    "provider": "Tổ chức",
    "number": "Mã điểm bán",
    "merchant": "Người bán",
    "name": "Tên",
    "opened_at": "Mở lúc",
    "closed_at": "Đóng lúc",
    "asked_by": "Người khai",
    "approved_by": "Người duyệt",
}


@click.group()
def terminals() -> None:
    """Mã điểm bán: the codes by which wallets and gateways name a merchant."""


@terminals.command()
@click.argument("merchant")
@click.argument("provider")
@click.argument("number")
@json_option
def add(merchant: str, provider: str, number: str, as_json: bool) -> None:
    """Hear payments that name NUMBER at PROVIDER for MERCHANT.

    For a provider without a BIN: VNPAY's vnp_TmnCode or merchantCode, ZaloPay's app_id, ShopeePay's
    merchant_ext_id or store_ext_id, VNPT's MERCHANT_SERVICE_ID, MoMo's partnerCode or storeId.

    At a provider with a BIN, where money can be transferred to a number, it is heard only once a
    second person approved it: cashless terminals approve.
    """
    with ledger() as db:
        found = register.find(db, merchant)
        heard = room.add(db, found.id, provider, number, getpass.getuser())
    said = {"merchant": found.code, "provider": provider, "number": number, "heard": heard}
    answer(said, as_json, _line)


@terminals.command()
@click.argument("provider")
@click.argument("number")
@json_option
def approve(provider: str, number: str, as_json: bool) -> None:
    """Let terminal NUMBER of PROVIDER be heard, as another person than the one who added it."""
    with ledger() as db:
        room.approve(db, provider, number, getpass.getuser())
    said = {"provider": provider, "number": number, "heard": True}
    answer(said, as_json, lambda it: f"Đã duyệt / approved {it['provider']}: {it['number']}")


@terminals.command()
@click.argument("provider")
@click.argument("number")
@json_option
def close(provider: str, number: str, as_json: bool) -> None:
    """Close terminal NUMBER of PROVIDER. Late money that names it still finds its merchant."""
    with ledger() as db:
        room.close(db, provider, number)
    said = {"provider": provider, "number": number, "closed": True}
    answer(said, as_json, lambda it: f"Đã đóng / closed {it['provider']}: {it['number']}")


@terminals.command("list")
@click.argument("merchant", required=False)
@json_option
def list_(merchant: str | None, as_json: bool) -> None:
    """List the terminals of all merchants, or of MERCHANT."""
    with ledger() as db:
        rows = room.listing(db, register.find(db, merchant).id if merchant else None)
    empty = "Chưa có mã điểm bán nào. / No terminal yet: cashless terminals add --help"
    answer(rows, as_json, lambda it: table(it, _COLUMNS, empty))


def _line(said: dict[str, object]) -> str:
    waits = "" if said["heard"] else "  chờ người thứ hai duyệt / a second person has to approve it"
    return f"{said['provider']}: {said['number']} → {said['merchant']}{waits}"
