"""Registrations in plain SQL in the role of people: who sees them, and what follows from a word."""

from functools import partial

import pytest
from sqlalchemy import text

from cashless.access.acting import carried_out
from cashless.errors import Conflict, Forbidden
from merchants import onboarding, opening
from merchants.onboarding import Hand
from tests.cashless.access.test_row_security import person
from tests.market import KEY, Market
from tests.merchants.registering import Office
from tests.people import ROLES, Crowd

REGISTRATION = ("registration", "registration_draft", "registration_step")


def test_a_registration_is_seen_by_the_officers_of_its_place_and_later_by_the_owner(
    crowd: Crowd, market: Market
) -> None:
    office = Office(market)
    office.fill()
    found = {}
    for role in ROLES:
        with person(crowd, role) as db:
            asked = ", ".join(f"(SELECT count(*) FROM {t})" for t in REGISTRATION)  # noqa: S608  our own names
            found[role] = tuple(db.execute(text(f"SELECT {asked}")).one())
    assert {role for role, seen in found.items() if seen != (0, 0, 0)} == {"board"}
    assert found["board"] == (1, 3, 3)
    office.place = "VT"
    office.start()
    with person(crowd, "board") as db:
        assert db.execute(text("SELECT count(*) FROM registration")).scalar_one() == 1


def test_a_word_is_the_own_and_nothing_follows_from_one_the_database_refuses(
    crowd: Crowd, market: Market
) -> None:
    office = Office(market)
    office.fill(where={"stall": "RS-02", "new_stall": "y"})
    own, other = office.find(), crowd.everybody["operator"].code

    def confirm(role: str, who: str) -> None:
        with person(crowd, role) as db:
            word = partial(onboarding.note, registration=own, step="confirmed", who=who)
            with carried_out(db, word):
                opening.confirm(db, own, Hand(crowd.everybody[role].id, who, KEY))

    for role, who in (
        ("board", other),
        ("owner", crowd.everybody["owner"].code),
        ("operator", other),
    ):
        with pytest.raises(Forbidden, match="not_yours"):
            confirm(role, who)
    assert market.count("merchant") == (2,)
    confirm("board", crowd.everybody["board"].code)
    assert market.count("merchant") == (3,)


def test_what_fails_as_the_program_leaves_neither_a_word_nor_the_program_s_role(
    crowd: Crowd, market: Market
) -> None:
    office = Office(market)
    office.start()
    found, code = office.find(), crowd.everybody["board"].code
    word = partial(onboarding.note, registration=found, step="confirmed", who=code)
    with person(crowd, "board") as db:
        with pytest.raises(Conflict, match="registration_incomplete"), carried_out(db, word):
            opening.confirm(db, found, Hand(None, code, KEY))
        assert db.execute(text("SELECT current_user")).scalar_one() == "cashless_person"
        with carried_out(db):
            assert db.execute(text("SELECT current_user")).scalar_one() == "cashless_app"
        assert db.execute(text("SELECT current_user")).scalar_one() == "cashless_person"
    assert market.count("registration_step") == (0,)


OPENED = "INSERT INTO registration (place_code, opened_at, opened_by, expires_at)"
WRITES = [
    ("board", f"{OPENED} VALUES ('VT', now(), :code, 'infinity')"),
    ("board", f"{OPENED} VALUES ('RS', now(), 'PSOMEONE', 'infinity')"),
    ("board", f"{OPENED[:-1]}, merchant_id) VALUES ('RS', now(), :code, 'infinity', :own)"),
    ("board", "UPDATE registration SET merchant_id = :own"),
    ("board", "DELETE FROM registration_draft"),
    ("board", "SELECT phone_mark FROM registration"),
    ("ward", f"{OPENED} VALUES ('RS', now(), :code, 'infinity')"),
    ("ward", "DELETE FROM registration_draft"),
]


@pytest.mark.parametrize("number", range(len(WRITES)))
def test_what_a_role_may_not_write_is_refused(crowd: Crowd, market: Market, number: int) -> None:
    role, statement = WRITES[number]
    row = {"code": crowd.everybody[role].code, "own": crowd.merchants["own"].id}
    with pytest.raises(Forbidden, match="not_yours"), person(crowd, role) as db:
        db.execute(text(statement), row)
