"""An officer of the market at the desk, the registration on it, and forms sent with a photo."""

import html
import re

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from cashless.vietqr.payload import Transfer, encode
from cashless.web.form_guard import token
from cashless.web.signed_in import FORM
from tests.cashless.web.visitors import SignedIn, signed_in
from tests.market import KEY
from tests.merchants.registering import NUMBER, Office
from tests.people import Crowd, crowd

__all__ = ["crowd"]

OWN = encode(Transfer(bin="970405", account=NUMBER))
OTHER = encode(Transfer(bin="970436", account="1019876543210"))


@pytest.fixture
def officer(app: Flask, crowd: Crowd) -> SignedIn:
    """An officer of the market at the desk."""
    return signed_in(app, crowd.sign_in("board"))


@pytest.fixture
def office(crowd: Crowd) -> Office:
    return Office(crowd.market)


def at(office: Office, step: str) -> str:
    return f"/office/RS/onboarding/{office.number}/{step}"


def told(answer: TestResponse) -> str:
    """Return the page as text."""
    return html.unescape(answer.text)


def held(answer: TestResponse, name: str) -> str:
    """Return what stands in a field."""
    found = re.search(rf'id="{name}" name="{name}" value="([^"]*)"', answer.text)
    assert found is not None, name
    return html.unescape(found[1])


def show(officer: SignedIn, path: str, data: bytes, **fields: str) -> TestResponse:
    """Send a form with a photo the way a browser does (the client's own way uses files)."""
    form = {"form_token": token(KEY, officer.token or "", FORM), **fields}
    head = '--edge\r\nContent-Disposition: form-data; name="{}"{}\r\n\r\n'
    parts = [head.format(name, "") + f"{value}\r\n" for name, value in form.items()]
    last = head.format("photo", '; filename="IMG.png"')
    body = "".join([*parts, last]).encode() + data + b"\r\n--edge--\r\n"
    return officer.client.post(path, data=body, content_type="multipart/form-data; boundary=edge")
