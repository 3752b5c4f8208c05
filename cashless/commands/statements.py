"""``cashless statements``: providers' settlement files, imported whole or not at all."""

import getpass
from pathlib import Path
from typing import Any

import click

from cashless.commands.payments import number
from cashless.commands.session import answer, database, json_option, ledger, table
from cashless.db.engine import transaction
from cashless.errors import Invalid
from cashless.ledger.cause import reason
from cashless.money import format_dong
from providers import find
from webhooks.settle import drain
from webhooks.statements import choice, desk, owner
from webhooks.statements import withdraw as room
from webhooks.statements.keep import File, Kept, keep
from webhooks.statements.layout import Layout, everything
from webhooks.statements.line import Fault, Reading
from webhooks.statements.read import read

_FAULTS = {"line": "Dòng", "column": "Cột", "message_vi": "Lỗi", "message": "Fault"}
_COLUMNS = {
    "id": "Số",
    "provider": "Tổ chức",
    "layout": "Mẫu",
    "first_day": "Từ ngày",
    "last_day": "Đến ngày",
    "lines": "Dòng",
    "paired": "Đã ghép",
    "posted": "Ghi từ sao kê",
    "file_name": "Tệp",
    "withdrawn_at": "Rút lại",
}
_LINES = {
    "line": "Dòng",
    "business_date": "Ngày",
    "kind": "Loại",
    "dong": "Số tiền",
    "account": "Tài khoản",
    "reference": "Số tham chiếu",
    "payment": "Khoản tiền",
    "rule": "Ghép theo",
}
_LAYOUTS = {"name": "Tên", "title": "Mẫu", "providers": "Tổ chức", "assumed": "Giả định / assumed"}
_SHOWN_MOST = 200


@click.group()
def statements() -> None:
    """Sao kê: providers' settlement files, laid beside what their webhooks told."""


@statements.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--provider", required=True, help="Whose file it is: cashless providers list.")
@click.option("--layout", help="Its column map: cashless statements layouts; found out if absent.")
@click.option("--checksum-key", help="The key of the record checksums, where the file has them.")
@click.option("--dry-run", is_flag=True, help="Only read and check; nothing is written.")
@json_option
def import_(
    *,
    file: Path,
    provider: str,
    layout: str | None,
    checksum_key: str | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Nhập sao kê: import the settlement FILE of a provider, all of it or nothing.

    Every fault is named by line and column; exit code 2 and nothing written when there is one.
    What no webhook has told is posted from the statement. The same file again changes nothing.
    """
    raw = file.read_bytes()
    whose = find(provider).name
    chosen = choice.choose(raw, file.name, whose, layout)
    reading = read(raw, chosen, checksum_key)
    kept = None
    if not dry_run and not reading.faults:
        kept = _kept(File(raw, file.name, whose, chosen, getpass.getuser()), reading)
    answer(_said(chosen, reading, kept), as_json, _told)
    if reading.faults:
        raise Invalid(
            "statement_faulty",
            f"{len(reading.faults)} faults; nothing was imported.",
            f"Có {len(reading.faults)} lỗi; chưa nhập gì cả.",
        )


@statements.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List the statements that were imported, newest first."""
    with ledger() as db:
        rows = desk.listing(db)
    empty = "Chưa nhập sao kê nào. / No statement yet."
    answer(rows, as_json, lambda it: table(it, _COLUMNS, empty))


@statements.command()
@click.argument("statement")
@json_option
def show(statement: str, as_json: bool) -> None:
    """Show one STATEMENT by its number: each line and the payment it tells of."""
    with ledger() as db:
        found = desk.show(db, number(statement))
    answer(found, as_json, _lined)


@statements.command()
@click.argument("statement")
@click.option("--why", required=True, help="Why it is in the wrong place; it is kept.")
@json_option
def withdraw(statement: str, why: str, as_json: bool) -> None:
    """Rút lại: take STATEMENT out again, because it was imported in the wrong place.

    What it alone told is taken back by new entries, its lines count no more, and the same file may
    be imported where it belongs. The file and all rows stay as evidence.
    """
    with ledger() as db:
        done = room.withdraw(db, number(statement), reason(getpass.getuser(), why))
    said = {"statement": done.statement, "annulled": list(done.annulled), "stay": done.stay}
    answer(said, as_json, _withdrawn)


@statements.command()
@json_option
def layouts(as_json: bool) -> None:
    """List the stored layouts, and what of each is assumed because nobody publishes it."""
    rows = [
        {
            "name": one.name,
            "title": one.title,
            "role": one.role,
            "form": one.form,
            "providers": list(one.providers),
            "assumed": list(one.assumed),
            "source": one.source,
        }
        for one in everything().values()
    ]
    answer(rows, as_json, lambda it: table([_flat(row) for row in it], _LAYOUTS, ""))


def _kept(file: File, reading: Reading) -> Kept:
    with database() as engine:
        with transaction(engine) as db:
            owner.require(db, file.provider, reading)
            kept = keep(db, file, reading)
        drain(engine)
    return kept


def _said(layout: Layout, reading: Reading, kept: Kept | None) -> dict[str, Any]:
    return {
        "statement": kept.id if kept else None,
        "repeated": kept.repeated if kept else False,
        "layout": layout.name,
        "lines": len(reading.lines),
        "passed_over": reading.passed_over,
        "amount_in": sum(line.amount for line in reading.lines if line.signed > 0),
        "amount_out": sum(line.amount for line in reading.lines if line.signed < 0),
        "pairs": dict(kept.pairs) if kept else {},
        "confirmed": kept.confirmed if kept else 0,
        "unchecked": list(reading.unchecked),
        "faults": [_shape(one) for one in reading.faults],
    }


def _shape(one: Fault) -> dict[str, Any]:
    return {name: getattr(one, name) for name in ("line", "column", "code", *_WORDS)}


_WORDS = ("message", "message_vi")


def _told(said: dict[str, Any]) -> str:
    pairs = ", ".join(f"{rule} {count}" for rule, count in sorted(said["pairs"].items()))
    parts = [
        f"Mẫu / layout           {said['layout']}",
        f"Dòng / lines           {said['lines']} (+{said['passed_over']} không có tiền / no money)",
        f"Tiền vào / money in    {format_dong(said['amount_in'])}",
        f"Tiền ra / money out    {format_dong(said['amount_out'])}",
    ]
    if said["unchecked"]:
        parts.append(f"Chưa kiểm / unproven   {', '.join(said['unchecked'])} (--checksum-key)")
    if said["statement"] is not None:
        parts.append(f"Sao kê / statement     {said['statement']}: {pairs}")
    if said["repeated"]:
        parts.append("Tệp này đã nhập trước đây; không đổi gì. / Imported before; nothing changed.")
    if said["faults"]:
        parts.append(table(said["faults"][:_SHOWN_MOST], _FAULTS, ""))
    return "\n".join(parts)


def _withdrawn(said: dict[str, Any]) -> str:
    gone = len(said["annulled"])
    return (
        f"Đã rút sao kê / withdrawn {said['statement']}: hủy ghi / annulled {gone},"
        f" giữ lại / stay {said['stay']}"
    )


def _lined(found: dict[str, Any]) -> str:
    told = [{**line, "dong": format_dong(line["amount"])} for line in found["told"]]
    return "\n".join([table([found], _COLUMNS, ""), "", table(told, _LINES, "")])


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    providers = ", ".join(row["providers"]) or "mọi tổ chức / any"
    return {**row, "providers": providers, "assumed": "; ".join(row["assumed"])}
