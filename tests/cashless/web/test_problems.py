"""What goes wrong is said in both languages, in the reader's form, and without our insides."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from cashless.log import Plain
from cashless.web import problems
from tests.cashless.web.conftest import page_of
from tests.market import Market

JSON = {"Accept": "application/json"}


def test_a_page_that_is_not_there_is_a_page(client: FlaskClient) -> None:
    answer = client.get("/nowhere")
    assert answer.status_code == 404
    said = answer.get_data(as_text=True)
    assert "Không có trang này" in said
    assert "There is no such page" in said
    assert "not_found" in said


def test_a_program_is_answered_in_json(client: FlaskClient) -> None:
    answer = client.get("/nowhere", headers=JSON)
    assert answer.get_json()["error"]["code"] == "not_found"
    assert set(answer.get_json()["error"]) == {"code", "message", "message_vi"}


def test_a_wrong_method_says_which_ones_are_right(client: FlaskClient, market: Market) -> None:
    answer = client.post("/city")
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]
    assert client.get(f"{page_of(market.register())}/orders").status_code == 405


def test_too_large_a_form_is_refused(client: FlaskClient, market: Market) -> None:
    path = page_of(market.register())
    answer = client.post(f"{path}/orders", data={"amount": "1" * 70_000})
    assert answer.status_code == 413
    assert "quá lớn" in answer.get_data(as_text=True)


def test_what_breaks_inside_stays_inside(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    def break_down() -> str:
        raise ZeroDivisionError("our secret")

    app.add_url_rule("/broken", view_func=break_down)
    answer = app.test_client().get("/broken")
    assert answer.status_code == 500
    assert "Lỗi của chúng tôi" in answer.get_data(as_text=True)
    assert "secret" not in answer.get_data(as_text=True)
    (said,) = [one for one in caplog.records if one.exc_info]
    told = Plain("serve").format(said)
    assert "ZeroDivisionError" in told
    assert "break_down" in told
    assert "secret" not in told
    assert answer.headers["Content-Security-Policy"]


def test_a_name_that_is_no_field_is_not_repeated() -> None:
    said = {"json": {"amount": ["x"], "TRAN VU QUYEN": ["Unknown field."], "items": {"0": ["x"]}}}
    told = {"json": {"amount": ["x"], "?": ["Unknown field."], "items": {"0": ["x"]}}}
    assert problems._named(said) == told
