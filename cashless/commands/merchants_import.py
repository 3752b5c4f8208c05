"""``cashless merchants import``: a market's list, checked whole, imported whole or not at all."""

import getpass
from pathlib import Path
from typing import Any

import click
from sqlalchemy import Connection

from cashless.clock import business_date, now
from cashless.commands.session import (
    answer,
    json_option,
    ledger,
    progress_to_terminal,
    read_settings,
    table,
)
from cashless.errors import Invalid
from cashless.settings import vault_key
from merchants import import_rows, imports, sheet, template
from merchants.import_rows import Fault, Reading
from merchants.imports import Checked
from merchants.personal import Officer

_COLUMNS = {"row": "Dòng", "column": "Cột", "message_vi": "Lỗi", "message": "Fault"}
_SHOWN_MOST = 200


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only check; nothing is written.")
@click.option(
    "--corrected",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the rows back as XLSX with a column that says what is wrong in each.",
)
@click.option("--why", default="nhập danh sách chợ", show_default=True, help="Kept with the data.")
@json_option
def import_(file: Path, dry_run: bool, corrected: Path | None, why: str, as_json: bool) -> None:
    """Import the merchants of a market from FILE (XLSX or CSV, UTF-8), all of them or none.

    `cashless merchants template` writes a file to fill in. Every fault is named by row and column;
    exit code 2 and nothing written when there is one. The same file again changes nothing.
    """
    rows = sheet.read(file.read_bytes())
    reading = import_rows.read(rows, business_date(now()))
    officer = Officer(getpass.getuser(), why, vault_key(read_settings()))
    with ledger() as db:
        checked = imports.check(db, reading.applicants)
        faults = sorted([*reading.faults, *checked.faults], key=lambda one: (one.row, one.column))
        if corrected is not None:
            corrected.write_bytes(template.corrected(rows, faults))
        if not faults and not dry_run:
            _write(db, checked, officer)
    said = _said(reading, checked, faults, written=not faults and not dry_run)
    said["rows"] = len(rows.rows) - 1
    answer(said, as_json, _lines)
    if faults:
        raise Invalid(
            "import_faulty",
            f"{len(faults)} faults; nothing was imported.",
            f"Có {len(faults)} lỗi; chưa nhập gì cả.",
        )


@click.command("template")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@json_option
def template_(file: Path, as_json: bool) -> None:
    """Write an XLSX FILE to fill in: its columns keep leading zeros."""
    file.write_bytes(template.blank())
    answer({"file": str(file)}, as_json, lambda it: f"Đã ghi / written: {it['file']}")


def _write(db: Connection, checked: Checked, officer: Officer) -> None:
    def told(done: int) -> None:
        progress_to_terminal(f"{done}/{len(checked.new)} dòng / rows ")

    imports.write(db, checked, officer, told)


def _said(
    reading: Reading, checked: Checked, faults: list[Fault], *, written: bool
) -> dict[str, Any]:
    return {
        "imported": checked.merchants if written else 0,
        "new_merchants": checked.merchants,
        "more_stalls": len(checked.new) - checked.merchants,
        "unchanged": checked.unchanged,
        "unknown_columns": list(reading.unknown_columns),
        "faults": [_shape(one) for one in faults],
    }


def _shape(one: Fault) -> dict[str, Any]:
    return {
        "row": one.row,
        "column": one.column,
        "code": one.code,
        "message": one.message,
        "message_vi": one.message_vi,
    }


def _lines(said: dict[str, Any]) -> str:
    more = len(said["faults"]) - _SHOWN_MOST
    parts = [
        f"Dòng / rows             {said['rows']}",
        f"Người mới / merchants   {said['new_merchants']}",
        f"Sạp thêm / more stalls  {said['more_stalls']}",
        f"Đã nhập / imported      {said['imported']}",
        f"Giữ nguyên / unchanged  {said['unchanged']}",
    ]
    if said["unknown_columns"]:
        parts.append(f"Cột bỏ qua / columns left out: {', '.join(said['unknown_columns'])}")
    if said["faults"]:
        parts.append(table(said["faults"][:_SHOWN_MOST], _COLUMNS, ""))
    if more > 0:
        parts.append(f"… và {more} lỗi nữa (--corrected) / and {more} more")
    return "\n".join(parts)
