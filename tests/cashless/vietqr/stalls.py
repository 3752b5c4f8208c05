"""Stalls that nobody holds, for tests and for the sample pages in docs/pictures.

``python -m tests.cashless.vietqr.stalls FOLDER`` prints one page of each kind
and saves it as a PNG, rendered as a printer would see it.
"""

import random
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pypdfium2

from cashless.ids import ALPHABET
from cashless.vietqr.payload import Transfer, encode
from cashless.vietqr.stand import Stand, check_word, print_stands

KEY = b"a key that guards nothing at all"
BANKS = (("970436", "Vietcombank"), ("970452", "KienLongBank"), ("971025", "MoMo"))
PEOPLE = (
    ("Tạp hóa Út Lành", "NGUYEN THI UT LANH"),
    ("Cá tươi Bảy Ẩn", "TRAN VAN AN"),
    ("Hộ kinh doanh Đặng Thị Ẵm – Rau củ quả sạch Rạch Giá", "DANG THI AM"),
    ("Quán cà phê Sương Sớm", "LE THI SUONG"),
    ("Bún cá Chị Tư", "PHAM THI TU"),
)
# Layout, dots per inch of the picture.
PICTURES = {"a6": 110, "a4x4": 55, "a4x8": 55, "sticker": 70, "card": 80, "lanyard": 70, "tent": 50}


def stand(number: int = 0, **changes: object) -> Stand:
    """Return the stand of an invented stall; the same number gives the same stand."""
    dice = random.Random(number)
    bin_, bank = BANKS[number % len(BANKS)]
    name, holder = PEOPLE[number % len(PEOPLE)]
    account = "".join(dice.choice("0123456789") for _ in range(13))
    stall = f"{'ABCDEFGH'[number // 125 % 8]}{number % 125 + 1}"
    payload = encode(Transfer(bin=bin_, account=account, terminal=stall))
    made = Stand(
        public_token="-".join("".join(dice.choices(ALPHABET, k=4)) for _ in range(4)),
        check_word=check_word(payload, KEY),
        merchant_name=name,
        stall=stall,
        place_name="Chợ Vĩnh Thanh, Rạch Giá",
        bank_name=bank,
        bank_bin=bin_,
        last_digits=account[-4:],
        payload=payload,
        issued_on=date(2026, 11, 23),
        help_line="Cần giúp · Help 0297 000 0000",
        holder_name=holder,
    )
    return replace(made, **changes)


def stands(count: int) -> list[Stand]:
    """Return that many stands."""
    return [stand(number) for number in range(count)]


def save_pictures(folder: Path, pictures: dict[str, int]) -> Iterator[Path]:
    """Save the first page of each layout as a PNG of so many dots per inch."""
    with tempfile.TemporaryDirectory() as scratch:
        for layout, dpi in pictures.items():
            printed = Path(scratch, "page.pdf")
            print_stands(stands(9), layout, printed)
            with pypdfium2.PdfDocument(printed) as document:
                picture = document[0].render(scale=dpi / 72).to_pil()
            path = folder / f"stand-{layout}.png"
            picture.quantize(64).save(path, optimize=True)
            yield path


if __name__ == "__main__":
    for saved in save_pictures(Path(sys.argv[1]), PICTURES):
        sys.stdout.write(f"{saved} {saved.stat().st_size}\n")
