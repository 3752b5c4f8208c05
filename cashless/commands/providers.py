"""``cashless providers``: what each provider speaks, and a genuinely signed sample of it."""

import shlex
from datetime import date
from typing import Any

import click

from cashless.clock import business_date, now
from cashless.commands.session import answer, database, json_option, read_settings, table
from cashless.errors import Invalid, NotFound
from cashless.settings import vault_key
from providers import everyone, find
from providers._protocol import Delivery, Notification, Protocol, Provider, Refused, Secrets
from webhooks import single
from webhooks.directory import Directory


@click.group()
def providers() -> None:
    """Tổ chức thanh toán: the providers and their protocols."""


@providers.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List the providers."""
    rows = [
        {
            "name": provider.name,
            "title": provider.title,
            "bins": ", ".join(provider.bins),
            "settles": provider.settles,
            "protocols": ", ".join(protocol.name for protocol in provider.protocols),
        }
        for provider in everyone().values()
    ]
    columns = {
        "name": "Tên",
        "title": "Tổ chức",
        "bins": "BIN",
        "settles": "Tiền về",
        "protocols": "Giao thức",
    }
    answer(rows, as_json, lambda it: table(it, columns, "-"))


@providers.command()
@click.argument("name")
@json_option
def show(name: str, as_json: bool) -> None:
    """Show what provider NAME signs, wants to hear, and which secrets it needs."""
    provider = find(name)
    answer(_shown(provider), as_json, _lines)


@providers.command()
@click.argument("name")
@click.option("--protocol", help="One of the provider's protocols; the first when left out.")
@click.option("--secret", "pairs", multiple=True, metavar="KEY=VALUE", help="Sandbox secrets.")
@click.option("--amount", type=click.IntRange(1, 10**12), default=50_000, show_default=True)
@click.option("--account", default="7704205001234", show_default=True, help="Receiving account.")
@click.option("--memo", default="mua ca", show_default=True, help="Transfer content.")
@click.option("--order", help="The provider's order field, where it has one.")
@click.option("--txn", help="Transaction id; made from the time when left out.")
@click.option("--url", default="http://127.0.0.1:8080/webhooks/TOKEN", show_default=True)
@click.option("--deliver", metavar="TOKEN", help="Hand it to that connection's door, here and now.")
@json_option
def sign(
    name: str,
    protocol: str | None,
    pairs: tuple[str, ...],
    as_json: bool,
    **given: Any,  # noqa: ANN401  click hands over one value of each option's type
) -> None:
    """Print a genuinely signed sample delivery of provider NAME as a curl command.

    With --deliver it goes through the webhook door of this home at once, without a running server,
    and the answer that the provider would hear is printed.
    """
    url, token = given.pop("url"), given.pop("deliver")
    spoken = _protocol(find(name), protocol)
    delivery = _spoken(spoken, _sample(**given), _secrets(spoken, pairs))
    if token is None:
        answer(_signed(delivery, url), as_json, lambda it: str(it["curl"]))
    else:
        answer(_delivered(token, delivery), as_json, _heard)


def _secrets(protocol: Protocol, pairs: tuple[str, ...]) -> dict[str, str]:
    secrets = dict(pair.partition("=")[::2] for pair in pairs)
    wanted = [*protocol.secrets, *protocol.speaking_secrets]
    missing = [name for name in wanted if not secrets.get(name)]
    if missing:
        raise Invalid(
            "secret_missing",
            f"Give --secret NAME=VALUE for: {', '.join(missing)}.",
            f"Hãy thêm --secret TÊN=GIÁ_TRỊ cho: {', '.join(missing)}.",
        )
    return secrets


def _spoken(protocol: Protocol, said: Notification, secrets: Secrets) -> Delivery:
    try:
        return protocol.sign(said, secrets, now())
    except Refused as error:
        raise Invalid(
            "secret_malformed",
            f"A secret does not have the form its protocol wants: {error}.",
            f"Một bí mật không đúng dạng mà giao thức yêu cầu: {error}.",
        ) from error


def _signed(delivery: Delivery, url: str) -> dict[str, Any]:
    return {
        "method": delivery.method,
        "query": delivery.query,
        "headers": dict(delivery.headers),
        "body": delivery.body.decode(),
        "curl": _curl(delivery, url),
    }


def _sample(
    amount: int, account: str, memo: str, order: str | None, txn: str | None
) -> Notification:
    at = now().replace(microsecond=0)
    day: date = business_date(at)
    return Notification(
        provider_txn_id=txn or str(int(at.timestamp() * 1000)),
        kind="credit",
        amount=amount,
        occurred_at=at,
        business_date=day,
        account=account,
        virtual_account=None,
        order_ref=order,
        memo=memo,
        payer=None,
    )


def _delivered(token: str, delivery: Delivery) -> dict[str, Any]:
    settings = read_settings()
    with database() as engine:
        connection = Directory(engine, vault_key(settings)).find(token)
        if connection is None:
            raise NotFound(
                "connection_unknown",
                "No connection has this token; `cashless connections add` prints it once.",
                "Không có kết nối nào mang mã này; `cashless connections add` chỉ in ra một lần.",
            )
        reply = single.answer(engine, connection, delivery, "cashless providers sign")
    return {
        "status": reply.status,
        "headers": dict(reply.headers),
        "body": reply.body.decode(errors="replace"),
    }


def _heard(said: dict[str, Any]) -> str:
    return f"HTTP {said['status']}\n{said['body']}".rstrip()


def _curl(delivery: Delivery, url: str) -> str:
    query = f"?{delivery.query}" if delivery.query else ""
    parts = ["curl", "-i", "-X", delivery.method, url + query]
    for name, value in delivery.headers:
        parts += ["-H", f"{name}: {value}"]
    parts += ["--data-binary", delivery.body.decode()]
    return shlex.join(parts)


def _protocol(provider: Provider, name: str | None) -> Protocol:
    for protocol in provider.protocols:
        if name in {None, protocol.name}:
            return protocol
    known = ", ".join(protocol.name for protocol in provider.protocols)
    raise Invalid(
        "protocol_unknown",
        f"{provider.title} speaks {known}.",
        f"{provider.title} dùng giao thức {known}.",
    )


def _shown(provider: Provider) -> dict[str, Any]:
    return {
        "name": provider.name,
        "title": provider.title,
        "bins": list(provider.bins),
        "settles": provider.settles,
        "protocols": [_axes(protocol) for protocol in provider.protocols],
    }


def _axes(protocol: Protocol) -> dict[str, Any]:
    names = (
        "name proof success_rule amount_unit time_format window_seconds retry retry_horizon_seconds"
        " body_limit weak evidence source"
    )
    return {
        **{name: getattr(protocol, name) for name in names.split()},
        "secrets": dict(protocol.secrets),
        "methods": list(protocol.methods),
        "content_types": list(protocol.content_types),
        "kinds": list(protocol.kinds),
        "unsigned": list(protocol.unsigned),
    }


def _lines(shown: dict[str, Any]) -> str:
    parts = [f"{shown['title']} ({shown['name']}), BIN {', '.join(shown['bins'])}"]
    for axes in shown["protocols"]:
        parts.append(f"\n  {axes['name']}")
        wanted = "; ".join(f"{name}: {what}" for name, what in axes["secrets"].items())
        parts.append(f"    secrets: {wanted}")
        others = (f"    {name}: {value}" for name, value in axes.items() if name != "secrets")
        parts.extend(others)
    return "\n".join(parts)
