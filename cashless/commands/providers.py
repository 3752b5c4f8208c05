"""``cashless providers``: what each provider speaks, and a genuinely signed sample of it."""

import shlex
from datetime import date
from typing import Any

import click

from cashless.clock import business_date, now
from cashless.commands.session import answer, json_option, table
from cashless.errors import Invalid
from providers import everyone, find
from providers._protocol import Delivery, Notification, Protocol, Provider


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
@json_option
def sign(
    name: str,
    protocol: str | None,
    pairs: tuple[str, ...],
    url: str,
    as_json: bool,
    **fields: Any,  # noqa: ANN401
) -> None:
    """Print a genuinely signed sample delivery of provider NAME as a curl command."""
    spoken = _protocol(find(name), protocol)
    secrets = dict(pair.partition("=")[::2] for pair in pairs)
    missing = [wanted for wanted in spoken.secrets if wanted not in secrets]
    if missing:
        raise Invalid(
            "secret_missing",
            f"Give --secret NAME=VALUE for: {', '.join(missing)}.",
            f"Hãy thêm --secret TÊN=GIÁ_TRỊ cho: {', '.join(missing)}.",
        )
    delivery = spoken.sign(_sample(**fields), secrets, now())
    said = {
        "method": delivery.method,
        "query": delivery.query,
        "headers": dict(delivery.headers),
        "body": delivery.body.decode(),
        "curl": _curl(delivery, url),
    }
    answer(said, as_json, lambda it: str(it["curl"]))


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
