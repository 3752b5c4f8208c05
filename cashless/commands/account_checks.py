"""``cashless accounts told|checks``: what providers said of their own checks of a merchant."""

import dataclasses
import getpass
from datetime import datetime
from typing import Any

import click

from cashless.commands.session import answer, json_option, ledger, table
from merchants import provider_checks, register
from merchants.provider_checks import STANDINGS, Told

_COLUMNS = {
    "account": "Tài khoản",
    "provider": "Tổ chức",
    "said": "Tổ chức báo",
    "contract": "Hợp đồng",
    "told_on": "Ngày báo",
    "told_how": "Biết từ đâu",
    "noted_by": "Người ghi",
}
_EMPTY = "Chưa tổ chức nào báo gì. / No provider has said anything yet."


@click.command()
@click.argument("merchant")
@click.argument("account")
@click.argument("standing", type=click.Choice(list(STANDINGS)))
@click.option("--contract", default="", help="The provider's contract number.")
@click.option("--on", "day", type=click.DateTime(["%Y-%m-%d"]), required=True, help="Said when.")
@click.option("--how", required=True, help="How we know: a letter, a list, a call to whom.")
@json_option
def told(as_json: bool, merchant: str, account: str, **given: Any) -> None:  # noqa: ANN401  click
    """Keep what the provider of ACCOUNT said of its own checks (KYC) of MERCHANT.

    It is the provider's word, kept as said. This platform identifies nobody and does not claim to.
    """
    day: datetime = given["day"]
    said = Told(given["standing"], day.date(), given["how"], given["contract"])
    with ledger() as db:
        found = register.find(db, merchant)
        provider_checks.note(db, found, account, said, getpass.getuser())
        rows = provider_checks.of_merchant(db, found)
    answer([_shape(one) for one in rows], as_json, lambda it: table(it, _COLUMNS, _EMPTY))


@click.command()
@click.argument("merchant")
@json_option
def checks(merchant: str, as_json: bool) -> None:
    """List what providers said of their own checks (KYC) of MERCHANT; the last line counts."""
    with ledger() as db:
        rows = provider_checks.of_merchant(db, register.find(db, merchant))
    answer([_shape(one) for one in rows], as_json, lambda it: table(it, _COLUMNS, _EMPTY))


def _shape(one: provider_checks.ProviderCheck) -> dict[str, Any]:
    return {**dataclasses.asdict(one), "said": " / ".join(STANDINGS[one.standing])}
