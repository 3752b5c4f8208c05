"""The city's page: how far markets and streets have come, and nothing of anybody's money.

It is given one function that returns the published figures, and has no other way to any row.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from flask import Blueprint, Response, jsonify, render_template

from cashless.reports.adoption import Adoption, everything
from cashless.reports.adoption_rows import adoption_csv, adoption_rows


@dataclass(frozen=True, slots=True)
class Rung:
    """A step of the ladder as the page explains it."""

    key: str
    name: str
    name_en: str
    meaning: str
    meaning_en: str


RUNGS: Final = (
    Rung(
        "equipped",
        "Có mã nhận tiền",
        "Equipped",
        "Người bán có ít nhất một tài khoản nhận tiền đang mở để in mã QR, trên tổng số người bán"
        " đang hoạt động.",
        "Merchants with at least one open receiving account behind a code, of all the active.",
    ),
    Rung(
        "paid",
        "Có phát sinh trong kỳ",
        "Paid in the period",
        "Người bán có ít nhất một khoản tiền đã vào sổ trong kỳ, trên tổng số người bán đang hoạt"
        " động.",
        "Merchants with at least one payment in their book in the period, of all the active.",
    ),
    Rung(
        "paid_today",
        "Có phát sinh hôm nay",
        "Paid today",
        "Người bán có ít nhất một khoản tiền đã vào sổ trong ngày cuối của kỳ, trên tổng số người"
        " bán đang hoạt động.",
        "Merchants with at least one payment on the last day of the period, of all the active.",
    ),
)


def blueprint(read: Callable[[], Adoption]) -> Blueprint:
    """Return the routes below ``/city``; ``read`` gives the figures as of now."""
    routes = Blueprint("city", __name__)

    @routes.get("/city")
    def page() -> str:
        found = read()
        return render_template("city.html", adoption=found, lines=everything(found), rungs=RUNGS)

    @routes.get("/city/adoption.json")
    def as_json() -> Response:
        return jsonify(adoption_rows(read()))

    @routes.get("/city/adoption.csv")
    def as_csv() -> Response:
        found = read()
        return sheet(adoption_csv(found), found, "adoption")

    return routes


def sheet(text: str, found: Adoption, title: str) -> Response:
    """Return figures as a file for a spreadsheet, named by its period."""
    name = f"{title}-{found.from_day.isoformat()}-{found.to_day.isoformat()}.csv"
    response = Response(text, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
