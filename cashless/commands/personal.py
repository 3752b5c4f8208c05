"""``cashless personal``: numbers of merchants as people, masked unless there is a reason."""

import getpass
from typing import Any

import click

from cashless.commands.session import answer, json_option, ledger, read_settings, table
from cashless.errors import Invalid
from cashless.settings import vault_key
from merchants import consents, register
from merchants import personal as room
from merchants.consents import Consent
from merchants.personal import Look, Officer

_TITLES = {
    "tax_code": "mã số thuế / tax code",
    "old_tax_code": "mã số thuế cũ / old tax code",
    "id_card": "số căn cước / ID card",
    "phone": "điện thoại / phone",
    "registration_number": "số giấy chứng nhận / certificate",
}
_LOOKS = {"at": "Lúc", "who": "Ai", "act": "Việc", "kind": "Số nào", "why": "Lý do"}
_CONSENTS = {
    "purpose": "Mục đích",
    "is_given": "Đồng ý",
    "text_version": "Bản lời",
    "witness": "Trước ai",
    "at": "Lúc",
}

_why = click.option("--why", required=True, help="The reason; the merchant can read it.")


@click.group()
def personal() -> None:
    """Dữ liệu cá nhân: numbers of merchants, sealed; every look at them is written down."""


@personal.command()
@click.argument("merchant")
@click.option("--tax-code", help="Mã số thuế; since 1 July 2025 a household has the owner's ID.")
@click.option("--old-tax-code", help="The ten digits that were valid until 30 June 2025.")
@click.option("--id-card", help="Số căn cước, 12 digits.")
@click.option("--phone", help="Số điện thoại, for example 0912 345 678.")
@click.option("--registration-number", help="Number of the business certificate.")
@_why
@json_option
def note(merchant: str, why: str, as_json: bool, **given: str | None) -> None:
    """Keep numbers of MERCHANT, each checked; all of them or none."""
    numbers = {kind: value for kind, value in given.items() if value is not None}
    if not numbers:
        raise Invalid(
            "personal_datum_missing",
            "Name at least one number, for example --phone.",
            "Hãy ghi ít nhất một số, ví dụ --phone.",
        )
    with ledger() as db:
        whose = register.find(db, merchant)
        room.note(db, whose, numbers, _officer(why))
        shown = _shown(db, whose)
    answer(shown, as_json, _lines)


@personal.command()
@click.argument("merchant")
@json_option
def show(merchant: str, as_json: bool) -> None:
    """Show the numbers of MERCHANT masked, and who else gave the same ones."""
    with ledger() as db:
        shown = _shown(db, register.find(db, merchant))
    answer(shown, as_json, _lines)


@personal.command()
@click.argument("merchant")
@click.argument("kind", type=click.Choice(tuple(room.KINDS)))
@_why
@json_option
def reveal(merchant: str, kind: str, why: str, as_json: bool) -> None:
    """Show one number of MERCHANT in full, with a reason; the look is written down."""
    with ledger() as db:
        number = room.reveal(db, register.find(db, merchant), kind, _officer(why))
    answer({"kind": kind, "number": number}, as_json, lambda it: str(it["number"]))


@personal.command()
@click.argument("merchant")
@json_option
def looks(merchant: str, as_json: bool) -> None:
    """List who touched the personal data of MERCHANT, when and why."""
    with ledger() as db:
        rows = [_look(one) for one in room.looks(db, register.find(db, merchant))]
    empty = "Chưa ai xem. / Nobody has looked."
    answer(rows, as_json, lambda it: table(it, _LOOKS, empty))


@personal.command()
@click.argument("merchant")
@_why
@json_option
def export(merchant: str, why: str, as_json: bool) -> None:
    """Give MERCHANT all that is kept of the person: numbers in full, and every look."""
    with ledger() as db:
        said = room.export(db, register.find(db, merchant), _officer(why))
    answer(said, as_json, _exported)


@personal.command()
@click.argument("merchant")
@_why
@json_option
def forget(merchant: str, why: str, as_json: bool) -> None:
    """Remove the numbers of MERCHANT. The book and the looks stay, as law asks."""
    with ledger() as db:
        kinds = room.forget(db, register.find(db, merchant), _officer(why))
    said = {"merchant": merchant.upper(), "forgotten": kinds}
    listed = ", ".join(kinds) or "không có gì / nothing"
    answer(said, as_json, lambda _: f"Đã xóa / forgotten: {listed}")


@personal.command()
@click.argument("merchant")
@click.option("--purpose", type=click.Choice(consents.PURPOSES), help="What is agreed to.")
@click.option("--given/--withdrawn", "is_given", default=True, show_default=True)
@click.option("--witness", help="Before whom; you, when left out.")
@json_option
def consent(
    merchant: str, purpose: str | None, is_given: bool, witness: str | None, as_json: bool
) -> None:
    """Write what MERCHANT agrees to; without --purpose only show what counts now."""
    with ledger() as db:
        whose = register.find(db, merchant)
        if purpose is not None:
            who = witness or getpass.getuser()
            consents.record(db, whose, purpose, who, is_given=is_given)
        rows = [_consent(one) for one in consents.current(db, whose)]
    empty = "Chưa có đồng ý nào. / No consent yet."
    answer(rows, as_json, lambda it: table(it, _CONSENTS, empty))


def _officer(why: str) -> Officer:
    return Officer(getpass.getuser(), why, vault_key(read_settings()))


def _shown(db: Any, whose: register.Merchant) -> dict[str, Any]:  # noqa: ANN401  a connection
    return {
        "merchant": whose.code,
        "name": whose.name,
        "numbers": room.shown(db, whose, vault_key(read_settings())),
        "same_person": room.same_person(db, whose),
    }


def _lines(shown: dict[str, Any]) -> str:
    numbers = [f"  {_TITLES[kind]:32} {value}" for kind, value in shown["numbers"].items()]
    same = [f"  cùng người / same person         {code}" for code in shown["same_person"]]
    none = ["  chưa khai số nào / no number given"]
    return "\n".join([f"{shown['merchant']}  {shown['name']}", *(numbers or none), *same])


def _exported(said: dict[str, Any]) -> str:
    numbers = [f"  {_TITLES[kind]:32} {value}" for kind, value in said["numbers"].items()]
    told = table(said["looks"], _LOOKS, "-")
    return "\n".join([f"{said['merchant']}  {said['name']}", *numbers, "", told])


def _look(one: Look) -> dict[str, Any]:
    return {"at": one.at, "who": one.who, "act": one.act, "kind": one.kind, "why": one.why}


def _consent(one: Consent) -> dict[str, Any]:
    return {
        "purpose": one.purpose,
        "is_given": one.is_given,
        "text_version": one.text_version,
        "witness": one.witness,
        "at": one.at,
    }
