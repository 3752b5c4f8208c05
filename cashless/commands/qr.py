"""``cashless qr``: payment codes."""

from pathlib import Path

import click

from cashless.commands import orders as order_room
from cashless.commands import qr_decode, stand_print
from cashless.commands.session import answer, json_option, ledger
from cashless.errors import Invalid
from cashless.money import parse_amount
from cashless.vietqr import image, stand_logos
from cashless.vietqr import logo as logo_
from merchants import orders


@click.group()
def qr() -> None:
    """Mã QR: static codes, order codes, images."""


@qr.command()
@click.argument("merchant")
@click.option(
    "--account", help="BIN:NUMBER of one of the merchant's accounts; the first if absent."
)
@json_option
def static(merchant: str, account: str | None, as_json: bool) -> None:
    """Make the static code of MERCHANT: their own account, no amount, for many payments."""
    with ledger() as db:
        payload = orders.static_payload(db, merchant, account)
    said = {"merchant": merchant.upper(), "payload": payload}
    answer(said, as_json, lambda it: f"{image.terminal(it['payload'])}\n{it['payload']}")


@qr.command()
@click.argument("merchant")
@click.argument("amount")
@click.option(
    "--expires", type=int, default=orders.EXPIRES_MINUTES, show_default=True, help="Minutes."
)
@click.option("--note", default="", help="What it is for; shown on the pay page.")
@json_option
def order(merchant: str, amount: str, expires: int, note: str, as_json: bool) -> None:
    """Ask MERCHANT's shopper for AMOUNT đồng, once: an order with its own code."""
    asked = parse_amount(amount)
    with ledger() as db:
        shown = order_room.shape(orders.add(db, merchant, asked, expires, note))
    answer(shown, as_json, lambda it: f"{image.terminal(it['payload'])}\n{order_room.lines(it)}")


@qr.command("image")
@click.argument("payload")
@click.option("-o", "output", type=click.Path(dir_okay=False, path_type=Path), required=True)
@click.option(
    "--logo",
    type=click.Path(path_type=Path),
    help="A PNG or JPEG you are licensed to use, for the middle of a .png: a fifth of its side.",
)
@json_option
def image_(payload: str, output: Path, logo: Path | None, as_json: bool) -> None:
    """Draw PAYLOAD into a .svg or .png file."""
    draw = _DRAWN.get(output.suffix.lower())
    if draw is None:
        raise Invalid(
            "image_format_unknown",
            "Name the output file .svg or .png.",
            "Hãy đặt tên tệp có đuôi .svg hoặc .png.",
        )
    if logo is not None and draw is not image.png:
        raise click.UsageError("A logo goes into a .png file.")
    drawn = draw(payload) if logo is None else logo_.png(payload, stand_logos.open_logo(logo))
    output.write_bytes(drawn)
    said = {"file": str(output), "bytes": len(drawn)}
    answer(said, as_json, lambda it: f"{it['file']} ({it['bytes']} bytes)")


qr.add_command(qr_decode.decode_)
qr.add_command(stand_print.stand)


def _svg(payload: str) -> bytes:
    return image.svg(payload).encode()


_DRAWN = {".svg": _svg, ".png": image.png}
