"""``cashless qr stand``: print the stands of a merchant or of a whole market.

A run is planned, drawn and read back, kept in the register, and only then released: there is no
sheet in anybody's hand that the register does not know, and none registered that does not scan.
"""

import getpass
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from cashless.clock import business_date
from cashless.commands.session import answer, database, json_option, read_settings
from cashless.db.engine import transaction
from cashless.errors import Invalid
from cashless.settings import Settings, vault_key
from cashless.vietqr import stand as drawing
from cashless.vietqr import stand_logos
from cashless.vietqr.banks import bank
from merchants import print_run
from merchants.print_run import Run, Wish
from merchants.stands import Stand


@click.command()
@click.argument("merchant", required=False)
@click.option("--market", help="Code of a market or street: all its stalls, in walking order.")
@click.option(
    "-o", "output", type=click.Path(dir_okay=False, path_type=Path), required=True, help="The PDF."
)
@click.option(
    "--layout",
    default="a6",
    show_default=True,
    help="a6, a5, a4; a4x2, a4x4, a4x8 to cut; sticker, card, tent, lanyard.",
)
@click.option(
    "--account", help="BIN:NUMBER of one of the merchant's accounts; the first if absent."
)
@click.option("--reprint", is_flag=True, help="Make new stands; the old ones are revoked.")
@click.option("--why", help="The reason for printing again; it is kept.")
@click.option(
    "--logo",
    "logos",
    multiple=True,
    metavar="[SLOT=]FILE",
    help="A PNG or JPEG you are licensed to print: in the middle of the code (at most a fifth of"
    " its side), or in the slot vietqr, network or bank:BIN. Can be given several times.",
)
@click.option("--help-line", help="The last line on the stand; where to check it, if absent.")
@json_option
def stand(as_json: bool, output: Path, layout: str, help_line: str | None, **given: Any) -> None:  # noqa: ANN401  click's options
    """Print the stand of MERCHANT, or of a whole --market, into a PDF with a manifest beside it.

    A stall that has a stand gets the same sheet again; with --reprint --why it gets a new one.
    """
    settings, logos = read_settings(), stand_logos.load(given.pop("logos"))
    wish, beside = _wish(settings, output, given), output.with_suffix(".csv")
    with database() as engine, _beside(output) as draft:
        with transaction(engine) as db:
            run = print_run.plan(db, wish)
        sheets = [_sheet(one.stand, help_line or _where(settings)) for one in run.sheets]
        began = time.monotonic()
        with _progress() as tell:
            manifest = drawing.print_stands(sheets, layout, draft, logos=logos, progress=tell)
        seconds = time.monotonic() - began
        draft.with_suffix(".csv").write_bytes(manifest.csv())
        with transaction(engine) as db:
            print_run.keep(db, run.sheets)
        draft.replace(output)
        draft.with_suffix(".csv").replace(beside)
    said = {
        "file": str(output),
        "manifest": str(beside),
        "layout": layout,
        **_counts(run),
        "pages": manifest.pages,
        "bytes": manifest.size_bytes,
        "seconds": round(seconds, 2),
        "pages_per_second": round(manifest.pages / max(seconds, 0.001)),
    }
    answer(said, as_json, _lines)


def _wish(settings: Settings, output: Path, given: dict[str, Any]) -> Wish:
    """Read whom and why. Raises ``click.UsageError`` for what does not go together."""
    reprint, why = given.pop("reprint"), given.pop("why")
    if (given["merchant"] is None) == (given["market"] is None):
        raise click.UsageError("Name one MERCHANT, or a --market.")
    if reprint != (why is not None):
        raise click.UsageError("--reprint and --why go together.")
    if output.suffix.lower() != ".pdf":
        raise click.UsageError("Name the output file .pdf.")
    return Wish(
        by=getpass.getuser(),
        key=vault_key(settings),
        merchant=given["merchant"],
        place=given["market"],
        account=given["account"],
        why=why,
    )


@contextmanager
def _beside(output: Path) -> Iterator[Path]:
    """Yield where to draft, in a folder beside the place of the file; it is gone afterwards."""
    folder = output.absolute().parent
    try:
        with tempfile.TemporaryDirectory(dir=folder, prefix=".stands-") as at:
            yield Path(at, output.name)
    except OSError as error:
        raise Invalid(
            "stand_file_unwritable",
            f"{output} cannot be written: {error.strerror}.",
            f"Không ghi được {output}: {error.strerror}.",
        ) from error


def _where(settings: Settings) -> str:
    """Return where a shopper checks the number of a stand."""
    parts = urlsplit(settings.base_url)
    return f"Kiểm tra bảng · Check: {parts.netloc}{parts.path}/s"


def _sheet(one: Stand, help_line: str) -> drawing.Stand:
    return drawing.Stand(
        public_token=one.written,
        check_word=one.check_word,
        merchant_name=one.name,
        stall=one.stall or "",
        place_name=one.place_name or "",
        bank_name=bank(one.bin).short_name,
        bank_bin=one.bin,
        last_digits=one.last_four,
        payload=one.payload,
        issued_on=business_date(one.issued_at),
        help_line=help_line,
        holder_name=one.holder,
        print_number=one.print_number,
        reason=one.reason if one.print_number > 1 else "",
    )


@contextmanager
def _progress() -> Iterator[drawing.Progress]:
    """Show a bar on a terminal; nothing when nobody watches."""
    label = "Vẽ và đọc lại / drawing, reading back"
    is_watched = sys.stderr.isatty()
    with click.progressbar(length=1, label=label, file=sys.stderr, hidden=not is_watched) as bar:

        def tell(done: int, total: int) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        yield tell


def _counts(run: Run) -> dict[str, object]:
    return {
        "stands": len(run.sheets),
        "new": sum(sheet.is_new for sheet in run.sheets),
        "revoked": len({token for sheet in run.sheets for token in sheet.ended}),
        "left_out": list(run.left_out),
    }


def _lines(said: dict[str, Any]) -> str:
    left_out: Sequence[str] = said["left_out"]
    missing = "\n".join(f"  chưa có tài khoản / no account: {name}" for name in left_out)
    return (
        f"{said['file']}  {said['stands']} bảng / stands, {said['pages']} trang / pages,"
        f" {said['bytes'] / 1000:,.0f} kB,"
        f" {said['seconds']} s ({said['pages_per_second']} trang/s)\n"
        f"  mới / new: {said['new']}, thu hồi / revoked: {said['revoked']}\n"
        f"  danh sách / manifest: {said['manifest']}" + (f"\n{missing}" if missing else "")
    )
