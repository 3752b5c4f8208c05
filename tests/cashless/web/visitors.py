"""Somebody with a browser of few skills: keeps cookies, sends back the form token of a page."""

import re
from dataclasses import dataclass

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from cashless.web.form_guard import token
from cashless.web.signed_in import FORM
from tests.market import KEY

COOKIE = "cashless_device"


@dataclass
class SignedIn:
    """A client with the device token of somebody, or of nobody."""

    client: FlaskClient
    token: str | None

    def get(self, path: str) -> TestResponse:
        """Open a page."""
        return self.client.get(path)

    def post(self, path: str, **fields: str) -> TestResponse:
        """Send a form as one of our own pages would."""
        guard = token(KEY, self.token or "", FORM)
        return self.client.post(path, data={"form_token": guard, **fields})


def signed_in(app: Flask, device: str | None) -> SignedIn:
    """Give a client that has this device token."""
    client = app.test_client()
    if device is not None:
        client.set_cookie(COOKIE, device)
    return SignedIn(client, device)


def fill(client: FlaskClient, path: str, **fields: str) -> TestResponse:
    """Open a page, fill its (only) form and send it."""
    page = client.get(path).text
    found = re.search(r'name="form_token" value="([0-9a-f]{64})"', page)
    assert found is not None, page
    return client.post(path, data={"form_token": found[1], **fields})
