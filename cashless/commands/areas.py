"""``cashless areas``: what a ward's code or name means, today and before the reform."""

import click

from cashless.commands.session import answer, json_option, table
from merchants import areas as room
from merchants.areas import Area

_COLUMNS = {
    "code": "Mã",
    "life": "Đời",
    "name": "Tên",
    "valid_from": "Từ",
    "valid_to": "Đến",
    "into": "Nhập vào",
}


@click.group()
def areas() -> None:
    """Phường, xã: wards and communes. A code alone is no key; 30742 has had three lives."""


@areas.command()
@click.argument("written")
@json_option
def find(written: str, as_json: bool) -> None:
    """Say which ward or commune of today WRITTEN means: a code, a name, or an old ward's name."""
    area = room.named(written)
    said = {**_shape(area), "full_name": room.full_name(area)}
    answer(said, as_json, lambda it: f"{it['code']}  {it['full_name']}")


@areas.command()
@click.argument("code")
@json_option
def lives(code: str, as_json: bool) -> None:
    """List what CODE has meant, oldest first."""
    rows = [_shape(one) for one in room.lives(code)]
    empty = "Không có mã này trong danh mục. / This code is not in the list."
    answer(rows, as_json, lambda it: table(it, _COLUMNS, empty))


def _shape(area: Area) -> dict[str, object]:
    return {
        "code": area.code,
        "life": area.life,
        "name": area.written,
        "level": area.level,
        "province": area.province,
        "valid_from": area.valid_from,
        "valid_to": area.valid_to,
        "into": area.into,
    }
