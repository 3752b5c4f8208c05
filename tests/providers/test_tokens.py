"""A token ends by itself, belongs to one connection, and says nothing but who called."""

import json
import re
from base64 import b64encode
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from providers._protocol import Delivery, Known, Question, Refused
from providers._tokens import (
    AUTHORIZATION,
    LIFETIME_SECONDS,
    SECRET_FORMS,
    bearer,
    require_token,
    token_talk,
)

AT = datetime(2026, 1, 8, 3, 56, tzinfo=UTC)
SECRETS = {"username": "bank", "password": "mật:khẩu", "tokenKey": "test-token-key"}
TALK = token_talk("token_generate")
ASKED = TALK.speak("", 0, SECRETS, AT)


def call(header: str, at: datetime = AT) -> Delivery:
    return Delivery("POST", "", "", ((AUTHORIZATION, header),), b"", at)


TOKEN = bearer(SECRETS, AT)[1]


def test_credentials_give_a_token_that_opens() -> None:
    assert TALK.ask(ASKED, SECRETS) == Question()
    reply = TALK.tell(ASKED, SECRETS, Known())
    body = json.loads(reply.body)
    assert (reply.status, body["token_type"], body["expires_in"]) == (200, "Bearer", 300)
    assert f"Bearer {body['access_token']}" == TOKEN
    require_token(call(TOKEN), SECRETS)


def test_a_token_lives_five_minutes_and_no_second_longer() -> None:
    last = AT + timedelta(seconds=LIFETIME_SECONDS)
    require_token(call(TOKEN, last), SECRETS)
    for later in (1, 60, 10**8):
        with pytest.raises(Refused, match="stale"):
            require_token(call(TOKEN, last + timedelta(seconds=later)), SECRETS)
        require_token(call(TOKEN, last + timedelta(seconds=later)), SECRETS, None)


@pytest.mark.parametrize("name", SECRETS)
def test_a_token_belongs_to_its_connection_and_ends_with_its_password(name: str) -> None:
    for other in (f"{SECRETS[name]}0", "x"):
        with pytest.raises(Refused, match="token_invalid"):
            require_token(call(TOKEN), SECRETS | {name: other})
    with pytest.raises(Refused, match="secret_missing"):
        require_token(call(TOKEN), SECRETS | {name: ""})


def test_a_user_name_holds_no_colon_which_would_end_it() -> None:
    form = SECRET_FORMS["username"]
    assert re.fullmatch(form, "bank-1@x")
    for wrong in ("bank:x", "", "bank x", "ngân", "x" * 65):
        assert not re.fullmatch(form, wrong)


def test_every_changed_sign_is_refused() -> None:
    for place, sign in enumerate(TOKEN):
        for other in {"0", "a", "_", ".", " ", sign.swapcase()} - {sign}:
            with pytest.raises(Refused, match="token_invalid"):
                require_token(call(TOKEN[:place] + other + TOKEN[place + 1 :]), SECRETS)


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer .",
        TOKEN.lower(),
        TOKEN.replace("Bearer", "bearer"),
        TOKEN.replace("Bearer ", ""),
        TOKEN.replace("Bearer ", "Bearer  "),
        TOKEN.replace("Bearer", "Basic"),
        f"{TOKEN} ",
        f"{TOKEN},{TOKEN}",
        f"{TOKEN}\n",
        TOKEN[:-1],
        f"{TOKEN}0",
        TOKEN[:-64] + TOKEN[-64:].upper(),
        "Bearer " + b64encode(b"999999999999").decode() + "." + "0" * 64,
    ],
)
def test_another_form_is_no_token(header: str) -> None:
    with pytest.raises(Refused, match="token_invalid"):
        require_token(call(header), SECRETS)


def test_a_token_that_is_missing_or_doubled_is_refused() -> None:
    with pytest.raises(Refused, match="header_missing"):
        require_token(replace(call(TOKEN), headers=()), SECRETS)
    with pytest.raises(Refused, match="header_doubled"):
        require_token(replace(call(TOKEN), headers=2 * ((AUTHORIZATION, TOKEN),)), SECRETS)


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Basic",
        "Basic " + b64encode(b"bank:x").decode(),
        "Basic " + b64encode("bank:mật:khẩu ".encode()).decode(),
        "Basic " + b64encode("bank:mật:khẩu".encode()).decode().rstrip("="),
        "basic " + b64encode("bank:mật:khẩu".encode()).decode(),
        "Basic bank:mật:khẩu",
        TOKEN,
    ],
)
def test_wrong_credentials_get_no_token(header: str) -> None:
    with pytest.raises(Refused, match="credentials_wrong"):
        TALK.tell(call(header), SECRETS, Known())
    refusal = TALK.refuse(call(header), SECRETS)
    assert refusal.status == 401
    assert b"token" not in refusal.body


def test_a_token_is_the_same_for_the_same_moment_and_another_one_later() -> None:
    assert bearer(SECRETS, AT) == bearer(SECRETS, AT)
    assert bearer(SECRETS, AT) != bearer(SECRETS, AT + timedelta(seconds=1))
    assert SECRETS["password"] not in TOKEN
