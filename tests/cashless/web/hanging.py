"""A stand that hangs in a market, and somebody who looks at its page and shows it codes."""

import html
import io
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from cashless.db.engine import transaction
from merchants import places, print_run, register, stands
from merchants.places import Place
from merchants.print_run import Wish
from merchants.register import Application
from merchants.stands import Stand
from tests.market import KEY, Market


def hung_up(market: Market, name: str = "Chị Tư Cá Biển") -> Stand:
    """Register Chị Tư in the market of Rạch Sỏi and issue her stand."""
    wanted = Application(
        name, "seafood", "970405:7704205001234", "NGUYEN THI TU", place="RS", stall="RS-TS-012"
    )
    with transaction(market.engine) as db:
        places.add(db, [Place("RS", "market", "Chợ Rạch Sỏi", 2)])
        merchant = register.add(db, wanted)
        (stand,) = print_run.issue(db, Wish("chú Hùng", KEY, merchant=merchant.code))
    return stand


def withdrawn(market: Market, stand: Stand) -> None:
    """Revoke the stand."""
    with transaction(market.engine) as db:
        stands.revoke(db, stand.token, "bị dán đè", "chú Hùng")


def said(answer: TestResponse) -> str:
    """Return the page as text."""
    return html.unescape(answer.get_data(as_text=True)).replace("\u00a0", " ")


def seen(client: FlaskClient, stand: Stand) -> str:
    """Open the page of the stand."""
    answer = client.get(f"/s/{stand.token}")
    assert answer.status_code == 200
    return said(answer)


def shown(client: FlaskClient, stand: Stand, data: bytes, name: str = "photo.png") -> TestResponse:
    """Send a photo the way a browser does (the client's own way would use temporary files)."""
    head = f'Content-Disposition: form-data; name="photo"; filename="{name}"\r\n\r\n'
    body = b"--edge\r\n" + head.encode() + data + b"\r\n--edge--\r\n"
    content_type = "multipart/form-data; boundary=edge"
    return client.post(f"/s/{stand.token}", data=body, content_type=content_type)


def pasted(client: FlaskClient, stand: Stand, payload: str) -> TestResponse:
    """Send a text the way a browser does, with an empty field for the photo."""
    form = {"payload": payload, "photo": (io.BytesIO(b""), "")}
    return client.post(f"/s/{stand.token}", data=form)


def title(answer: TestResponse) -> str:
    """Return the headline of the verdict."""
    return said(answer).partition('id="verdict"')[2].partition("<h2>")[2].partition("</h2>")[0]


def files(app: Flask, page: bytes) -> dict[str, int]:
    """Return the static files that a page asks for, with their sizes."""
    folder = Path(app.static_folder or "")
    return {
        path.name: path.stat().st_size
        for path in folder.iterdir()
        if f"/static/{path.name}?".encode() in page
    }
