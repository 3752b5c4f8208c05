"""``cashless providers new``: the two files of one more provider, with blanks to fill.

The module works from the start (a keyed seal over the raw body), so that its tests can run while it
is being written; what only a person can know is marked BLANK, and a test names each blank left.
"""

import json
import re
from dataclasses import asdict
from importlib import import_module, invalidate_caches, resources
from pathlib import Path
from typing import Any

import click

import providers as registry
from cashless.clock import business_date, now
from cashless.commands.session import answer, json_option
from cashless.errors import Conflict, Invalid
from providers import everyone
from providers._protocol import Delivery, Notification, Outcome, Protocol, Reply

_NAME = re.compile(r"[a-z][a-z0-9]*([_-][a-z0-9]+)*")
_TEMPLATE = "provider_template.txt"


@click.command()
@click.argument("name")
@click.option("--title", help="How people write the name; made from NAME when left out.")
@json_option
def new(name: str, title: str | None, as_json: bool) -> None:
    """Write the two files of a new provider NAME: its module and its vectors.

    Works in a source tree. What only you can know is marked BLANK; `make test` names every blank
    that is left. docs/how-to/add-a-provider.md tells what to do with them.
    """
    if not _NAME.fullmatch(name):
        raise Invalid(
            "provider_name_invalid",
            "Name a provider in small letters, digits and hyphens, for example demo-bank.",
            "Hãy đặt tên bằng chữ thường, chữ số và gạch nối, ví dụ demo-bank.",
        )
    module = name.replace("-", "_")
    written = _write(module, title or name.replace("-", " ").replace("_", " ").title())
    said = {"name": module, "files": [str(path) for path in written]}
    answer(said, as_json, _lines)


def _write(name: str, title: str) -> list[Path]:
    code, vectors = _places(name)
    if code.exists() or vectors.exists():
        raise Conflict(
            "provider_exists",
            f"There is a provider {name!r} already.",
            f"Đã có tổ chức thanh toán {name!r}.",
        )
    template = resources.files(__package__).joinpath(_TEMPLATE).read_text(encoding="utf-8")
    code.write_text(template.format(name=name, title=title), encoding="utf-8")
    invalidate_caches()
    everyone.cache_clear()
    (protocol,) = import_module(f"{registry.__name__}.{name}").PROVIDER.protocols
    text = json.dumps(_vectors(name, protocol), ensure_ascii=False, indent=1)
    vectors.write_text(text + "\n", encoding="utf-8")
    return [code, vectors]


def _places(name: str) -> tuple[Path, Path]:
    room = Path(registry.__file__).parent
    vectors = room.parent / "tests" / "vectors" / "providers"
    if not vectors.is_dir():
        raise Invalid(
            "source_tree_missing",
            "A provider is added in a source tree of the project, which has tests/vectors.",
            "Chỉ thêm tổ chức thanh toán trong mã nguồn của dự án, nơi có tests/vectors.",
        )
    return room / f"{name}.py", vectors / f"{name}.json"


def _vectors(name: str, protocol: Protocol) -> dict[str, Any]:
    secrets = dict.fromkeys(protocol.secrets, f"invented secret of {name}")
    at = now().replace(microsecond=0)
    said = Notification(
        provider_txn_id=f"{name.upper().replace('_', '')}000001",
        kind="credit",
        amount=50_000,
        occurred_at=at,
        business_date=business_date(at),
        account="7704205001234",
        virtual_account=None,
        order_ref=None,
        memo="tien ca",
        payer=None,
    )
    delivery = protocol.sign(said, secrets, at)
    return {
        "provider": name,
        "protocols": {
            protocol.name: {
                "secrets": secrets,
                "replies": {
                    str(one): _reply(protocol.acknowledge(one, delivery, secrets))
                    for one in Outcome
                },
                "deliveries": [_row(name, delivery, said)],
            }
        },
    }


def _row(name: str, delivery: Delivery, said: Notification) -> dict[str, Any]:
    told = asdict(said)
    told |= {name: told[name].isoformat() for name in ("occurred_at", "business_date")}
    return {
        "id": f"{name.replace('_', '-')}-001",
        "origin": "constructed",
        "source": "BLANK: where the message was seen, or by which rule it was made",
        "method": delivery.method,
        "query": delivery.query,
        "headers": [list(header) for header in delivery.headers],
        "body": delivery.body.decode(),
        "plain": None,
        "seal": dict(delivery.headers).get("x-signature"),
        "received_at": delivery.received_at.isoformat(),
        "result": "notifications",
        "notifications": [told],
    }


def _reply(reply: Reply) -> dict[str, Any]:
    headers = [list(header) for header in reply.headers]
    return {"status": reply.status, "headers": headers, "body": reply.body.decode()}


def _lines(said: dict[str, Any]) -> str:
    files = "\n".join(f"  {name}" for name in said["files"])
    return (
        f"Đã viết / written:\n{files}\n"
        "Điền các chỗ BLANK rồi chạy make test. / Fill the blanks, then run make test.\n"
        "docs/how-to/add-a-provider.md"
    )
