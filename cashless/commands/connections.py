"""``cashless connections``: which provider may post here, with which secrets."""

from datetime import timedelta
from typing import Any

import click

from cashless.commands.session import answer, json_option, ledger, read_settings, table
from cashless.errors import Invalid
from cashless.settings import vault_key
from webhooks import connection_changes as changes
from webhooks import connections as room
from webhooks.connection_changes import Wanted
from webhooks.sources import RULES

_secret_option = click.option(
    "--secret", "pairs", multiple=True, metavar="KEY=VALUE", help="May be repeated."
)
_source_option = click.option(
    "--source", "sources", multiple=True, metavar="NETWORK", help="Address it may call from."
)
_rule_option = click.option(
    "--source-rule", type=click.Choice(RULES), help="What happens to calls from elsewhere."
)
_account_option = click.option(
    "--account", "accounts", multiple=True, metavar="NUMBER", help="Account it may speak of."
)


@click.group()
def connections() -> None:
    """Kết nối: credentials and endpoint of one provider."""


@connections.command()
@click.argument("provider")
@click.option("--protocol", help="One of the provider's protocols; the first when left out.")
@_secret_option
@_source_option
@_rule_option
@_account_option
@json_option
def add(
    provider: str,
    protocol: str | None,
    pairs: tuple[str, ...],
    as_json: bool,
    **given: Any,  # noqa: ANN401  click hands over one value of each option's type
) -> None:
    """Connect PROVIDER and print the path it posts to. The token is shown this once.

    `cashless providers show PROVIDER` names the secrets. Secrets that the provider itself has
    published as samples make a sandbox.
    """
    settings = read_settings()
    with ledger() as db:
        opened = room.add(db, vault_key(settings), provider, _secrets(pairs), protocol)
        changes.change(db, opened.id, Wanted(**given))
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
        "trust": "Độ tin",
        "created_at": "Tạo lúc",
        "closed_at": "Đóng lúc",
    }
    empty = "Chưa có kết nối nào. / No connection yet: cashless connections add --help"
    answer(rows, as_json, lambda it: table(it, columns, empty))


@connections.command()
@click.argument("connection", type=click.IntRange(1, 2**62))
@json_option
def show(connection: int, as_json: bool) -> None:
    """Show CONNECTION: sources, accounts, and when its secrets verify. Never a secret itself."""
    with ledger() as db:
        shown = changes.show(db, connection)
    answer(shown, as_json, _shown)


@connections.command("set")
@click.argument("connection", type=click.IntRange(1, 2**62))
@_source_option
@_rule_option
@_account_option
@json_option
def set_(
    connection: int,
    sources: tuple[str, ...],
    source_rule: str | None,
    accounts: tuple[str, ...],
    as_json: bool,
) -> None:
    """Set where CONNECTION may call from and which accounts it may speak of.

    What is given replaces what was there; `--source ""` and `--account ""` empty the list.
    """
    wanted = Wanted(_list(sources), source_rule, _list(accounts))
    with ledger() as db:
        changes.change(db, connection, wanted)
        shown = changes.show(db, connection)
    answer(shown, as_json, _shown)


@connections.command()
@click.argument("connection", type=click.IntRange(1, 2**62))
@_secret_option
@click.option("--overlap-hours", type=click.IntRange(0, 720), default=24, show_default=True)
@json_option
def rotate(connection: int, pairs: tuple[str, ...], overlap_hours: int, as_json: bool) -> None:
    """Give CONNECTION new secrets. The ones before verify for the overlap, older ones no more."""
    key, overlap = vault_key(read_settings()), timedelta(hours=overlap_hours)
    with ledger() as db:
        until = changes.rotate(db, key, connection, _secrets(pairs), overlap)
    said = {"id": connection, "old_secrets_until": until}
    answer(
        said,
        as_json,
        lambda it: f"Bí mật cũ dùng đến / old secrets until {it['old_secrets_until']}",
    )


@connections.command()
@click.argument("connection", type=click.IntRange(1, 2**62))
@json_option
def close(connection: int, as_json: bool) -> None:
    """Close CONNECTION: its address answers no more. What came over it stays."""
    with ledger() as db:
        changes.close(db, connection)
    said = {"id": connection, "closed": True}
    answer(said, as_json, lambda it: f"Đã đóng kết nối / closed connection {it['id']}")


def _list(given: tuple[str, ...]) -> tuple[str, ...] | None:
    return tuple(one for one in given if one) if given else None


def _shown(shown: dict[str, Any]) -> str:
    lines = "\n".join(f"{name:12} {value}" for name, value in shown.items())
    if shown["trust"] == "signed":
        return lines
    return (
        f"{lines}\nKênh yếu: khoản tiền chỉ chắc chắn khi được xác nhận; hãy đặt --source và"
        " --account.\nWeak: payments are final once they are confirmed; set --source and --account."
    )


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
