"""``cashless providers``: what each provider speaks, and a genuinely signed sample of it."""

import shlex
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import click

from cashless.clock import business_date, now
from cashless.commands.provider_new import new
from cashless.commands.session import answer, database, json_option, read_settings, table
from cashless.errors import Invalid, NotFound
from cashless.settings import vault_key
from cashless.simulator.lines import Line, transaction_id
from providers import everyone, find
from providers._matrix import facts
from providers._protocol import (
    KINDS,
    Delivery,
    Notification,
    Protocol,
    Provider,
    Refused,
    Talk,
)
from webhooks import single
from webhooks.directory import Directory


@click.group()
def providers() -> None:
    """Tổ chức thanh toán: the providers and their protocols."""


providers.add_command(new)


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
@click.option("--kind", type=click.Choice(KINDS), default="credit", show_default=True)
@click.option("--talk", help="Ask instead of telling: one of the protocol's talks, about --order.")
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

    `providers show NAME` names its secrets, kinds and talks. With --deliver it goes through the
    webhook door of this home at once, without a running server, and the answer that the provider
    would hear is printed.
    """
    url, token, talk = (given.pop(option) for option in ("url", "deliver", "talk"))
    spoken = _protocol(find(name), protocol)
    secrets = _secrets(spoken, pairs)
    if talk is None:
        given["txn"] = given["txn"] or _transaction(name, spoken)
        delivery = _spoken(lambda at: spoken.sign(_sample(**given), secrets, at))
    else:
        asked = _talk(spoken, talk)
        order, amount = given["order"] or "", given["amount"]
        delivery = _spoken(lambda at: asked.speak(order, amount, secrets, at))
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


def _spoken(speak: Callable[[datetime], Delivery]) -> Delivery:
    try:
        return speak(now())
    except Refused as error:
        raise Invalid(
            "secret_malformed",
            f"A secret does not have the form its protocol wants: {error}.",
            f"Một bí mật không đúng dạng mà giao thức yêu cầu: {error}.",
        ) from error


def _talk(protocol: Protocol, name: str) -> Talk:
    if name in protocol.talks:
        return protocol.talks[name]
    known = ", ".join(protocol.talks) or "không có / none"
    raise Invalid(
        "talk_unknown",
        f"{protocol.name} has no talk {name!r}. Known: {known}.",
        f"{protocol.name} không có lời hỏi {name!r}. Hiện có: {known}.",
    )


def _transaction(provider: str, protocol: Protocol) -> str:
    """Make an id of the form that the protocol carries, another one each second."""
    at = now()
    return transaction_id(Line(provider, protocol.name), at, at.microsecond)


def _signed(delivery: Delivery, url: str) -> dict[str, Any]:
    return {
        "method": delivery.method,
        "operation": delivery.operation,
        "query": delivery.query,
        "headers": dict(delivery.headers),
        "body": delivery.body.decode(),
        "curl": _curl(delivery, url),
    }


def _sample(txn: str, **given: Any) -> Notification:  # noqa: ANN401  as click gave them
    at = now().replace(microsecond=0)
    day: date = business_date(at)
    return Notification(
        provider_txn_id=txn,
        kind=given["kind"],
        amount=given["amount"],
        occurred_at=at,
        business_date=day,
        account=given["account"],
        virtual_account=None,
        order_ref=given["order"],
        memo=given["memo"],
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
    operation = f"/{delivery.operation}" if delivery.operation else ""
    query = f"?{delivery.query}" if delivery.query else ""
    parts = ["curl", "-i", "-X", delivery.method, url + operation + query]
    for name, value in delivery.headers:
        parts += ["-H", f"{name}: {value}"]
    if delivery.body:
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
    return {
        "name": protocol.name,
        **facts(protocol),
        "secrets": dict(protocol.secrets),
        "speaking_secrets": dict(protocol.speaking_secrets),
        "weak": protocol.weak,
        "unsigned": list(protocol.unsigned),
        "kinds": list(protocol.kinds),
        "methods": list(protocol.methods),
        "content_types": list(protocol.content_types),
        "operations": list(protocol.operations),
        "talks": {name: talk.purpose for name, talk in protocol.talks.items()},
        "results": {code: str(standing) for code, standing in protocol.results.items()},
        "sources": list(protocol.axes.sources),
        "window_seconds": protocol.window_seconds,
        "retry_horizon_seconds": protocol.retry_horizon_seconds,
        "amount_unit": protocol.amount_unit,
        "amount_form": protocol.amount_form,
        "time_format": protocol.time_format,
        "body_limit": protocol.body_limit,
    }


def _lines(shown: dict[str, Any]) -> str:
    bins = ", ".join(shown["bins"]) or "không có / none"
    parts = [f"{shown['title']} ({shown['name']}), BIN {bins}"]
    for protocol in find(shown["name"]).protocols:
        parts.append(f"\n  {protocol.name}")
        parts.extend(f"    {name:16} {text}" for name, text in facts(protocol).items())
    return "\n".join(parts)
