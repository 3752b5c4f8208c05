"""Breaking in at the door: guessing, asking who is known, a stolen cookie, a false recovery.

Each test is somebody's evening: what is tried, and what came of it.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from flask import Flask
from sqlalchemy import event, text

from cashless.access import invitations, passwords, people
from cashless.access.contact import read
from cashless.access.credentials import Desk, Given
from cashless.access.people import Card
from cashless.app import create_app
from cashless.db.engine import transaction
from cashless.errors import Problem
from cashless.settings import Settings
from cashless.web import form_guard
from tests.cashless.web.visitors import COOKIE, SignedIn, fill, signed_in
from tests.market import KEY, Market, at_once, market, market_engine, market_url
from tests.people import PASSWORD, Crowd, crowd, long_waits

__all__ = ["crowd", "long_waits", "market", "market_engine", "market_url"]

GUESS = "đoán mò thôi mà"


@pytest.fixture
def app(market: Market, tmp_path: Path) -> Flask:
    return create_app(market.engine, Settings(home=tmp_path, vault_key_given=KEY))


@pytest.fixture
def guessed(crowd: Crowd) -> dict[str, str]:
    """Numbers that a stranger might try: what is behind each is for nobody to learn."""
    with transaction(crowd.market.engine) as db:
        people.add(db, Card("chưa đặt mật khẩu", read("0988888888")), KEY)
        people.close(db, crowd.everybody["city"])
    return {
        "nobody": "0999999999",
        "no number": "'; DROP TABLE person; --",
        "an owner": crowd.number_of("owner"),
        "an officer": crowd.number_of("board"),
        "somebody who left": crowd.number_of("city"),
        "somebody who never came": "0988888888",
    }


@contextmanager
def overheard(market: Market, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Write down every statement to the database and every password that is computed."""
    done: list[str] = []
    compare = Argon2id.verify_phc_encoded

    def computed(given: bytes, kept: str) -> None:
        done.append(kept.rpartition("$")[0].rpartition("$")[0])
        compare(given, kept)

    def asked(*told: object) -> None:
        done.append(str(told[2]))

    monkeypatch.setattr(passwords, "Argon2id", SimpleNamespace(verify_phc_encoded=computed))
    event.listen(market.engine, "before_cursor_execute", asked)
    try:
        yield done
    finally:
        event.remove(market.engine, "before_cursor_execute", asked)


def test_the_same_work_is_done_whoever_was_guessed(
    market: Market, guessed: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Time follows from work: the same statements in the same order, and one slow password."""
    desk = Desk(partial(transaction, market.engine), KEY)
    passwords.is_right("x", None)
    work = {}
    with overheard(market, monkeypatch) as done:
        for who, number in guessed.items():
            done.clear()
            with pytest.raises(Problem, match="sign_in_refused"):
                desk.sign_in(number, Given(GUESS, "123456", "203.0.113.7"))
            work[who] = tuple(done)
    assert sum(one.startswith("$argon2id$") for one in work["nobody"]) == 1
    assert {who: one for who, one in work.items() if one != work["nobody"]} == {}


def test_the_page_answers_the_same_whoever_was_guessed(app: Flask, guessed: dict[str, str]) -> None:
    answers = set()
    for number in guessed.values():
        told = fill(app.test_client(), "/sign-in", contact=number, password=GUESS, code="1")
        page = re.sub(r'value="[0-9a-f]{64}"', "", told.text)
        answers.add((told.status_code, page, tuple(name for name, _ in told.headers)))
    assert len(answers) == 1


def test_a_stranger_does_not_become_many_by_headers(
    crowd: Crowd, app: Flask, long_waits: None
) -> None:
    """Who may write any address into a header is still one source, and waits like one."""
    client, codes = app.test_client(), []
    client.set_cookie(form_guard.COOKIE, "c", path="/sign-in")
    guard = form_guard.token(KEY, "c", "/sign-in")
    for attempt in range(5):
        fields = {"form_token": guard, "contact": crowd.number_of("owner"), "password": GUESS}
        named = ("X-Forwarded-For", "X-Real-IP", "Forwarded", "CF-Connecting-IP", "Client-IP")
        headers = dict.fromkeys(named, f"198.51.100.{attempt}")
        codes.append(client.post("/sign-in", data=fields, headers=headers).status_code)
    assert codes == [400, 400, 400, 503, 503]


def test_a_whole_market_behind_one_address_is_not_locked_out_by_one_guesser(
    crowd: Crowd, app: Flask, long_waits: None
) -> None:
    for _ in range(5):
        fill(app.test_client(), "/sign-in", contact=crowd.number_of("owner"), password=GUESS)
    neighbour = {"contact": crowd.number_of("helper"), "password": PASSWORD}
    assert fill(app.test_client(), "/sign-in", **neighbour).location == "/me"


def stale(crowd: Crowd, app: Flask, role: str) -> SignedIn:
    """Give a thief the cookie of somebody who gave the password ten minutes ago."""
    thief = signed_in(app, crowd.sign_in(role))
    with transaction(crowd.market.engine) as db:
        db.execute(text("UPDATE device SET proven_at = now() - interval '10 minutes'"))
    return thief


SENSITIVE = {
    "owner": ("/my/{own}/helpers", "/me/passkeys", "/me/passkeys/1/remove"),
    "board": (
        "/office/RS/recoveries",
        "/office/RS/recoveries/1/approve",
        "/office/RS/changes/1/approve",
    ),
    "operator": ("/people/{code}/sign-out",),
}


@pytest.mark.parametrize("role", SENSITIVE)
def test_a_stolen_cookie_does_nothing_that_needs_the_person(
    crowd: Crowd, app: Flask, role: str, long_waits: None
) -> None:
    thief = stale(crowd, app, role)
    fields = {"name": "kẻ gian", "contact": "0966666666", "why": "chiếm máy", "passkey": "{}"}
    named = {"own": crowd.merchants["own"].code, "code": crowd.everybody["owner"].code}
    for path in SENSITIVE[role]:
        told = thief.post(path.format(**named), **fields)
        assert (told.status_code, told.location[:9]) == (303, "/me/prove"), path
    assert crowd.market.count("invitation", "passkey") == (0, 0)
    codes = [thief.post("/me/prove", password=GUESS, code="1").status_code for _ in range(5)]
    assert codes == [400, 400, 400, 503, 503]
    password = thief.post("/me/password", password=GUESS, wanted="mật khẩu của kẻ gian")
    assert password.status_code == 503


def test_proving_oneself_on_one_device_opens_no_other(crowd: Crowd, app: Flask) -> None:
    thief = stale(crowd, app, "owner")
    owner = signed_in(app, crowd.sign_in("owner"))
    assert owner.post("/me/prove", password=PASSWORD, next="/me").location == "/me"
    path = f"/my/{crowd.merchants['own'].code}/helpers"
    told = thief.post(path, name="kẻ gian", contact="0966666666")
    assert told.location == f"/me/prove?next={path}"


def test_the_cookie_from_before_the_proof_is_worth_nothing(crowd: Crowd, app: Flask) -> None:
    """A thief who copied the cookie earlier does not rise with the owner."""
    owner = signed_in(app, crowd.sign_in("owner"))
    thief = signed_in(app, owner.token)
    assert owner.post("/me/prove", password=PASSWORD).location == "/me"
    assert thief.get("/me").location == "/sign-in?next=/me"


def opened(crowd: Crowd, app: Flask, whom: str, officer: str = "board") -> tuple[int, str]:
    """Let an officer open a recovery; return the answer without what differs by chance."""
    told = signed_in(app, crowd.sign_in(officer)).post(
        "/office/RS/recoveries", contact=whom, why="mất điện thoại"
    )
    return told.status_code, re.sub(r"[0-9a-f]{64}", "", told.text)


def test_an_officer_learns_nobody_s_number_by_opening_recoveries(crowd: Crowd, app: Flask) -> None:
    strangers = ("0999999999", crowd.number_of("operator"), crowd.number_of("board"))
    answers = {opened(crowd, app, whom) for whom in strangers}
    assert {status for status, _ in answers} == {403}
    assert len(answers) == 1
    assert crowd.market.count("invitation") == (0,)


def waiting(crowd: Crowd, by: str = "board") -> int:
    with transaction(crowd.market.engine) as db:
        code = crowd.everybody[by].code
        return invitations.open_recovery(db, crowd.everybody["owner"].id, code, "mất máy")


def test_one_officer_alone_and_one_of_another_market_recover_nobody(
    crowd: Crowd, app: Flask
) -> None:
    crowd.add("far", "board", "VT")
    number = waiting(crowd)
    alone = signed_in(app, crowd.sign_in("board"))
    assert alone.post(f"/office/RS/recoveries/{number}/approve").status_code in {403, 404}
    far = signed_in(app, crowd.sign_in("far"))
    for place in ("RS", "VT"):
        assert far.post(f"/office/{place}/recoveries/{number}/approve").status_code == 404
    assert crowd.market.rows("SELECT approved_by FROM invitation") == [(None,)]


def test_two_officers_at_the_same_moment_make_one_letter(crowd: Crowd) -> None:
    crowd.add("second", "board", "RS")
    crowd.add("third", "board", "RS")
    number = waiting(crowd)

    def approve(place: int) -> str:
        who = crowd.everybody[("second", "third")[place]].code
        try:
            with transaction(crowd.market.engine) as db:
                return invitations.approve(db, number, who)
        except Problem as problem:
            return problem.code

    assert at_once(2, approve).count("recovery_over") == 1


def test_a_letter_ends_after_half_an_hour_and_with_its_first_use(crowd: Crowd, app: Flask) -> None:
    crowd.add("second", "board", "RS")
    number = waiting(crowd)
    stolen = crowd.sign_in("owner")
    with transaction(crowd.market.engine) as db:
        letter = invitations.approve(db, number, crowd.everybody["second"].code)
        ((left,),) = db.execute(text("SELECT expires_at - now() FROM invitation")).all()
    assert left == invitations.RECOVERY
    path, client = f"/invitation/{letter}", app.test_client()
    assert fill(client, path, password="cá lóc kho tộ buổi sớm").location == "/sign-in"
    assert client.get(path).status_code == 404
    assert signed_in(app, stolen).get("/me").status_code == 303
    late = waiting(crowd)
    with transaction(crowd.market.engine) as db:
        second = invitations.approve(db, late, crowd.everybody["second"].code)
        db.execute(text("UPDATE invitation SET expires_at = now() WHERE used_at IS NULL"))
    assert client.get(f"/invitation/{second}").status_code == 404
    assert client.get_cookie(COOKIE) is None
