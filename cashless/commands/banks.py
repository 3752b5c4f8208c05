"""``cashless banks``: the list of banks, and how another list differs from it."""

import re
from collections import Counter
from typing import IO, Any

import click

from cashless.commands.session import answer, json_option, table
from cashless.errors import Invalid
from cashless.vietqr import bank_list
from cashless.vietqr import banks as bank_room
from cashless.vietqr.banks import Bank

_MONTH = re.compile(r"20[0-9]{2}-(?:0[1-9]|1[0-2])")
_SAID = {
    "new": "mới / new",
    "renamed": "đổi tên / renamed",
    "conflict": "mâu thuẫn / conflict",
    "other_name": "tên khác / other name",
    "outdated": "tên cũ / outdated",
    "missing": "không có / missing",
    "unreadable": "hỏng / unreadable",
}
_KINDS = {
    "bank": "ngân hàng / bank",
    "wallet": "ví điện tử / wallet",
    "digital_brand": "thương hiệu số / digital brand",
    "finance_company": "công ty tài chính / finance company",
    "policy_bank": "ngân hàng chính sách / policy bank",
}


@click.group()
def banks() -> None:
    """Banks and wallets by BIN: names, renames, conflicts."""


@banks.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List the banks, by BIN."""
    rows = [_shape(one) for one in bank_room.every_bank()]
    columns = {"bin": "BIN", "short_name": "Tên ngắn", "name": "Tên"}
    answer(rows, as_json, lambda it: table(it, columns, "-"))


@banks.command()
@click.argument("bin_", metavar="BIN")
@json_option
def show(bin_: str, as_json: bool) -> None:
    """Show the bank of a BIN, what it was called, where lists disagree, who says so."""
    answer(_shape(bank_room.bank_with(bin_)), as_json, _lines)


@banks.command()
@click.argument("file", type=click.File("rb"))
@click.option("--write", is_flag=True, help="Write what is new or renamed into our list.")
@click.option("--source", help="Short name of the list and, behind =, what it is (for --write).")
@click.option("--seen", help="Month in which the list was current, yyyy-mm (for --write).")
@json_option
def refresh(
    file: IO[bytes], write: bool, source: str | None, seen: str | None, as_json: bool
) -> None:
    """Compare the JSON list in FILE with ours: new, renamed, conflicts, missing.

    Nothing is written without --write, and conflicts never are.
    """
    theirs = bank_list.read(file.read())
    found = bank_list.compare(bank_room.every_bank(), theirs)
    written = bank_list.write(bank_room.FILE, theirs, *_provenance(source, seen)) if write else 0
    shown = {
        "rows": len(theirs),
        "counts": Counter(one.kind for one in found),
        "differences": [one.as_json() for one in found],
        "written": written,
    }
    answer(shown, as_json, _differences)


def _provenance(source: str | None, seen: str | None) -> tuple[tuple[str, str], str]:
    name, _, what = (source or "").partition("=")
    if not (name and what and seen and _MONTH.fullmatch(seen)):
        raise Invalid(
            "bank_source_missing",
            "Say where the list comes from: --source NAME=DESCRIPTION --seen yyyy-mm.",
            "Hãy cho biết danh sách lấy từ đâu: --source TÊN=MÔ-TẢ --seen yyyy-mm.",
        )
    return (name, what), seen


def _shape(one: Bank) -> dict[str, Any]:
    return {
        "bin": one.bin,
        "short_name": one.short_name,
        "name": one.name,
        "kind": one.kind,
        "can_receive": one.can_receive,
        "former_names": one.former_names,
        "other_bins": one.other_bins,
        "notes": [{"en": en, "vi": vi} for en, vi in one.notes],
        "sources": {name: bank_room.sources()[name] for name in one.sources},
    }


def _lines(shown: dict[str, Any]) -> str:
    lines = [
        f"{shown['bin']}  {shown['short_name']}  ({_KINDS.get(shown['kind'], shown['kind'])})",
        shown["name"],
        *(f"Tên trước đây / formerly: {name}" for name in shown["former_names"]),
        *(f"BIN khác / other BIN: {bin_}" for bin_ in shown["other_bins"]),
        *(f"{note['vi']}\n  {note['en']}" for note in shown["notes"]),
        "Nguồn / sources:",
        *(f"  {name}: {what}" for name, what in shown["sources"].items()),
    ]
    return "\n".join(lines)


def _differences(shown: dict[str, Any]) -> str:
    rows = [one | {"kind": _SAID[one["kind"]]} for one in shown["differences"]]
    columns = {
        "kind": "Khác biệt",
        "bin": "BIN",
        "ours": "Của ta / ours",
        "theirs": "Của họ / theirs",
        "other_bin": "BIN ta biết / our BIN",
    }
    said = table(rows, columns, "Hai danh sách giống nhau. / The lists agree.")
    return f"{said}\nĐã ghi {shown['written']} dòng. / {shown['written']} rows written."
