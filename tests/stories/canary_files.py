"""Files with faults: lists of merchants and statements whose every cell is a canary."""

import json

from tests.stories.canary_birds import ACCOUNT, BIRDS
from tests.stories.canary_town import Town
from tests.stories.canary_walks import ALL
from tests.webhooks.statements import files

_HEAD = "Chợ;Sạp;Tên;Ngành hàng;Tài khoản;Chủ tài khoản;Điện thoại;Căn cước;Mã số thuế"


def faulty(town: Town) -> None:
    """Bring in faulty files; what is told of them names rows and columns, not values."""
    path = town.folder / "list.csv"
    cells = [BIRDS[kind][0] for kind in ("account", "holder", "phone", "id_card", "tax_code")]
    shifted = ";".join(["RS", "RS-99", BIRDS["name"][0], "seafood", *cells[1:], cells[0]])
    wrong = ";".join(["NOWHERE", *(one + "x" for one in cells), *cells[:3]])
    path.write_text(f"{_HEAD}\n{shifted}\n{wrong}", encoding="utf-8")
    town.run("merchants import", str(path))
    for number, said in enumerate(_statements()):
        file = town.folder / f"faulty-{number}.json"
        file.write_bytes(said)
        town.run("statements import", str(file), "--provider", "agribank", "--layout", "sepay_list")
    town.run("personal note", town.things["merchant"], "--phone", ALL[0], "--why", "sửa lại")
    town.run("qr decode", " ".join(ALL))


def _statements() -> tuple[bytes, ...]:
    row = {"account_number": ACCOUNT, "transaction_content": BIRDS["memo"][0]}
    return (
        files.sepay({**row, "amount_in": f"{ACCOUNT}.5"}),
        files.sepay({**row, "transaction_date": BIRDS["phone"][0]}),
        json.dumps(ALL).encode(),
    )
