"""``cashless connections``: which provider may post here, with which secrets."""

from typing import Any

import click

from cashless.commands.session import answer, json_option, ledger, read_settings, table
from cashless.errors import Invalid
from cashless.settings import vault_key
from webhooks import connections as room


@click.group()
def connections() -> None:
    """Kết nối: credentials and endpoint of one provider."""


@connections.command()
@click.argument("provider")
@click.option("--protocol", help="One of the provider's protocols; the first when left out.")
@click.option("--secret", "pairs", multiple=True, metavar="KEY=VALUE", help="May be repeated.")
@json_option
def add(provider: str, protocol: str | None, pairs: tuple[str, ...], as_json: bool) -> None:
    """Connect PROVIDER and print the path it posts to. The token is shown this once.

    `cashless providers show PROVIDER` names the secrets. Secrets that the provider itself has
    published as samples make a sandbox.
    """
    settings = read_settings()
    with ledger() as db:
        opened = room.add(db, vault_key(settings), provider, _secrets(pairs), protocol)
    said = {
        "id": opened.id,
        "token": opened.token,
        "path": opened.path,
        "environment": opened.environment,
        "url": f"{settings.base_url}{opened.path}",
    }
    answer(said, as_json, _lines)


@connections.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List connections without their secrets."""
    with ledger() as db:
        rows = room.listing(db)
    columns = {
        "id": "Số",
        "provider": "Tổ chức",
        "protocol": "Giao thức",
        "environment": "Môi trường",
        "created_at": "Tạo lúc",
        "closed_at": "Đóng lúc",
    }
    empty = "Chưa có kết nối nào. / No connection yet: cashless connections add --help"
    answer(rows, as_json, lambda it: table(it, columns, empty))


def _secrets(pairs: tuple[str, ...]) -> dict[str, str]:
    """Read KEY=VALUE pairs. Raises ``Invalid("secret_unreadable")``; a value is never echoed."""
    secrets: dict[str, str] = {}
    for pair in pairs:
        name, sign, value = pair.partition("=")
        if not sign or not name or name in secrets:
            raise Invalid(
                "secret_unreadable",
                "Write each secret once as --secret NAME=VALUE.",
                "Hãy ghi mỗi bí mật một lần dạng --secret TÊN=GIÁ_TRỊ.",
            )
        secrets[name] = value
    return secrets


def _lines(said: dict[str, Any]) -> str:
    return (
        f"Kết nối / connection {said['id']} ({said['environment']})\n"
        f"  địa chỉ gửi / post to {said['url']}\n"
        f"  mã / token            {said['token']}  (chỉ hiện lần này / shown this once)"
    )
