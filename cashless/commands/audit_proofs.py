"""``cashless audit root|verify``: what others keep, and what they check with it."""

import sys
from pathlib import Path
from typing import Any

import click

from cashless import strict_json
from cashless.clock import now
from cashless.commands.session import answer, as_text, json_option, ledger, read_settings
from cashless.errors import Invalid
from cashless.ledger import evidence, publishing
from cashless.ledger.root import Root
from cashless.settings import root_key
from cashless.strict_json import StrictJsonError

_file = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("root")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Also write it to a file.")
@click.option("--last", is_flag=True, help="Print the last one instead of signing a new one.")
@json_option
def publish_root(output: Path | None, last: bool, as_json: bool) -> None:
    """Sign one root over the heads of all books, keep it, and print it to be handed on.

    The running platform does so once a day by itself; --last prints that one. Whoever keeps the
    printed root can check any exported book against it, and the platform can no longer change what
    it covers without it showing.
    """
    with ledger() as db:
        made = (
            publishing.newest(db)
            if last
            else publishing.publish(db, root_key(read_settings()), now())
        )
    told = {"said": made.said, "signature": made.signature.hex()}
    if output is not None:
        output.write_text(as_text(told), encoding="utf-8")
    answer(told, as_json, lambda _: _root_lines(made))


@click.command()
@click.argument("file", type=_file)
@click.option("--key", multiple=True, help="Public key (hex) that may sign; any when left out.")
@click.option("--kept", type=_file, help="The root you kept (`audit root -o`); must be the same.")
@json_option
def verify(file: Path, key: tuple[str, ...], kept: Path | None, as_json: bool) -> None:
    """Check FILE, an exported book or receipt, without any database; exit 1 when it does not hold.

    Every hash is computed again, the balances are added up again, and the path from the book to the
    signed root is walked. FILE comes from `ledger export --format proof` or `ledger receipt`.
    """
    read = _read(file)
    found = evidence.check(read, key)
    if kept is not None and not evidence.same_root(read, _read(kept)):
        found.faults.append("root: not the one you kept")
    said = {
        "ok": found.ok,
        "format": found.format,
        "book": found.book,
        "entries": found.entries,
        "root": found.root,
        "published_at": found.published_at,
        "key": found.key,
        "after_root": found.after_root,
        "faults": found.faults,
    }
    answer(said, as_json, _verdict)
    if not found.ok:
        sys.exit(1)


_DEPTH_MOST = 8


def _read(file: Path) -> object:
    try:
        return strict_json.loads(file.read_bytes(), max_depth=_DEPTH_MOST)
    except StrictJsonError as error:
        raise Invalid(
            "evidence_unreadable",
            f"{file.name} is no exported book or receipt ({error.code}).",
            f"{file.name} không phải sổ hoặc biên nhận đã xuất ({error.code}).",
        ) from error


def _verdict(said: dict[str, Any]) -> str:
    head = f"Sổ / book {said['book']}: {said['entries']} bút toán / entries"
    covered = (
        f"  mã gốc / root {said['root']}, {said['published_at']}, khóa / key {said['key']}"
        if said["root"]
        else "  chưa có mã gốc / no root"
    )
    later = (
        f"  sau mã gốc, chưa được chứng / after the root, not proven by it: {said['after_root']}"
    )
    faults = [f"  SAI / WRONG  {one}" for one in said["faults"]]
    verdict = "Khớp tất cả. / All of it fits." if said["ok"] else "KHÔNG KHỚP. / IT DOES NOT FIT."
    return "\n".join([head, covered, later, *faults, verdict])


def _root_lines(made: Root) -> str:
    told = made.told
    return "\n".join(
        [
            f"Mã gốc / root {told['number']}",
            f"  {told['books']} sổ / books, {told['entries']} bút toán / entries",
            f"  {told['root']}",
            f"  chữ ký / signature {made.signature.hex()}",
            f"  khóa / key {told['key']}",
        ]
    )
