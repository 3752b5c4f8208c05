"""Passkeys: what a genuine one opens, and everything that must open nothing."""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import text

from cashless.access import challenges, devices, grants, invitations, passkeys, people
from cashless.access.acting import acting
from cashless.access.challenges import Bond
from cashless.access.grants import Wish
from cashless.access.passkeys import Cabinet, Given
from cashless.access.webauthn import Site
from cashless.clock import now
from cashless.db.engine import transaction
from cashless.errors import Conflict, Forbidden, Invalid, NotFound, Problem, Unavailable
from tests.cashless.access.authenticator import PRESENT, VERIFIED, Authenticator
from tests.market import KEY, Market, at_once
from tests.people import Crowd

BROWSER = Bond("sign-in", "cookie of this browser")
HERE = "203.0.113.7"


@dataclass
class Stage:
    """The cabinet, and a person with an authenticator."""

    crowd: Crowd
    name: str = "owner"
    authenticator: Authenticator = field(default_factory=Authenticator)

    @property
    def cabinet(self) -> Cabinet:
        transact = partial(transaction, self.crowd.market.engine)
        return Cabinet(transact, KEY, Site("http://localhost"))

    def asked(self, bond: Bond = BROWSER) -> dict[str, Any]:
        return self.cabinet.site.ask([], self.cabinet.challenge(bond))

    def add(self, bond: Bond | None = None) -> None:
        """Add the authenticator to its person."""
        own, person = bond or Bond("add", "device"), self.crowd.everybody[self.name]
        owner, challenge = self.cabinet.owner(person), self.cabinet.challenge(own)
        written = self.authenticator.make(self.cabinet.site.ask_new(owner, [], challenge))
        self.cabinet.add(person, Given(written, own, HERE), "điện thoại")

    def answer(self, bond: Bond = BROWSER, **wrong: Any) -> Given:  # noqa: ANN401  fields
        return Given(self.authenticator.get(self.asked(bond), **wrong), bond, HERE, "Android")

    def person_of(self, token: str) -> int:
        with transaction(self.crowd.market.engine) as db:
            device = devices.find(db, token)
        assert device is not None
        return device.person_id


@pytest.fixture
def stage(crowd: Crowd) -> Stage:
    made = Stage(crowd)
    made.add()
    return made


def refusal(stage: Stage, given: Given) -> Problem:
    with pytest.raises((Invalid, Unavailable)) as told:
        stage.cabinet.sign_in(given)
    return told.value


def test_a_passkey_signs_in_its_person_without_a_word(stage: Stage) -> None:
    token = stage.cabinet.sign_in(stage.answer())
    assert stage.person_of(token) == stage.crowd.everybody["owner"].id
    with transaction(stage.crowd.market.engine) as db:
        (kept,) = passkeys.listing(db, stage.person_of(token))
    assert (kept.name, kept.used_at is not None) == ("điện thoại", True)


def test_for_an_officer_it_is_two_factors_in_one(crowd: Crowd) -> None:
    officer = Stage(crowd, "auditor")
    officer.add()
    with transaction(crowd.market.engine) as db:
        db.execute(text("UPDATE credential SET totp = NULL"))
    token = officer.cabinet.sign_in(officer.answer())
    assert officer.person_of(token) == crowd.everybody["auditor"].id
    ((idle,),) = crowd.market.rows("SELECT idle_for FROM device ORDER BY id DESC LIMIT 1")
    assert idle == devices.IDLE_SHORT


def test_the_same_answer_does_not_count_twice(stage: Stage) -> None:
    given = stage.answer()
    assert stage.cabinet.sign_in(given)
    assert refusal(stage, given).code == "passkey_refused"


def test_the_same_answer_at_the_same_moment_counts_once(stage: Stage) -> None:
    given = stage.answer()

    def come(_: int) -> bool:
        try:
            return bool(stage.cabinet.sign_in(given))
        except Problem:
            return False

    assert sum(at_once(4, come)) == 1


def test_another_answer_to_a_spent_challenge_is_refused(stage: Stage) -> None:
    asked = stage.asked()
    for one, opens in (
        (stage.authenticator.get(asked), True),
        (stage.authenticator.get(asked), False),
    ):
        given = Given(one, BROWSER, HERE)
        if opens:
            assert stage.cabinet.sign_in(given)
        else:
            assert refusal(stage, given).code == "passkey_refused"


WRONG: dict[str, dict[str, Any]] = {
    "another origin": {"origin": "http://evil.example"},
    "our name inside another": {"origin": "http://localhost.evil.example"},
    "another port": {"origin": "http://localhost:8081"},
    "another scheme": {"origin": "https://localhost"},
    "another site's hash": {"site": "evil.example"},
    "nobody was verified": {"flags": PRESENT},
    "nobody was there": {"flags": VERIFIED},
    "in a frame": {"is_framed": True},
    "another key": {"key": Authenticator().key},
    "another person's handle": {"handle": b"x" * 32},
    "no handle": {"handle": b""},
    "an unknown passkey": {"credential_id": b"n" * 32},
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_not_genuine_opens_nothing(stage: Stage, wrong: str) -> None:
    stage.authenticator = replace(stage.authenticator, **WRONG[wrong])
    assert refusal(stage, stage.answer()).code == "passkey_refused"
    ((number,),) = stage.crowd.market.rows("SELECT count(*) FROM device")
    assert number == 0


@pytest.mark.parametrize(
    "written",
    ["", "{}", "[" * 9000, "null", '{"id": 1}', "x" * 20_000, '{"id":"AA","rawId":"AA"}', "\x00"],
)
def test_what_cannot_be_read_is_refused_alike(stage: Stage, written: str) -> None:
    assert refusal(stage, Given(written, BROWSER, HERE)).code == "passkey_refused"


@pytest.mark.parametrize("name", ["clientDataJSON", "authenticatorData", "signature"])
def test_no_part_of_an_answer_can_be_changed(stage: Stage, name: str) -> None:
    for wrong in ("", "AA", "!!", None):
        assert refusal(stage, stage.answer(**{name: wrong})).code == "passkey_refused"
        with transaction(stage.crowd.market.engine) as db:
            db.execute(text("DELETE FROM backoff"))


def test_a_challenge_counts_in_its_own_browser_for_its_own_purpose(stage: Stage) -> None:
    for other in (Bond("sign-in", "another cookie"), Bond("prove", BROWSER.secret)):
        given = replace(stage.answer(other), bond=BROWSER)
        assert refusal(stage, given).code == "passkey_refused"


def test_a_challenge_of_yesterday_or_of_nobody_is_refused(stage: Stage) -> None:
    old = challenges.made(KEY, BROWSER, now() - challenges.LIFE - timedelta(seconds=2))
    for challenge in (old, b"c" * 40, b"c" * 3, challenges.made(b"k" * 32, BROWSER, now())):
        written = stage.authenticator.get(stage.cabinet.site.ask([], challenge.ljust(16)))
        assert refusal(stage, Given(written, BROWSER, HERE)).code == "passkey_refused"
        with transaction(stage.crowd.market.engine) as db:
            db.execute(text("DELETE FROM backoff"))


def test_another_person_s_passkey_proves_nobody(stage: Stage) -> None:
    with transaction(stage.crowd.market.engine) as db:
        device = devices.find(db, stage.crowd.sign_in("board"))
    assert device is not None
    with pytest.raises(Invalid, match="passkey_refused"):
        stage.cabinet.prove(device, stage.answer(Bond("prove", "x")))


def test_a_removed_passkey_opens_nothing_and_never_comes_back(stage: Stage) -> None:
    person = stage.crowd.everybody["owner"]
    with transaction(stage.crowd.market.engine) as db:
        (kept,) = passkeys.listing(db, person.id)
        passkeys.remove(db, person.id, kept.id)
        with pytest.raises(NotFound, match="passkey_unknown"):
            passkeys.remove(db, person.id, kept.id)
    assert refusal(stage, stage.answer()).code == "passkey_refused"
    with pytest.raises(Invalid, match="passkey_refused"):
        replace(stage, name="board").add()


def test_who_was_closed_comes_in_with_no_passkey(stage: Stage) -> None:
    with transaction(stage.crowd.market.engine) as db:
        people.close(db, stage.crowd.everybody["owner"])
    assert refusal(stage, stage.answer()).code == "passkey_refused"


def test_a_counter_that_does_not_rise_is_a_copy_and_is_told(stage: Stage) -> None:
    person = stage.crowd.everybody["owner"]
    stage.authenticator.counter = 7
    assert stage.cabinet.sign_in(stage.answer())
    stage.authenticator.counter = 3
    assert refusal(stage, stage.answer()).code == "passkey_refused"
    with transaction(stage.crowd.market.engine) as db:
        assert people.acts(db, person.id, 1)[0].act == "passkey counter fell"
    stage.authenticator.counter = 8
    assert stage.cabinet.sign_in(stage.answer())


def test_guessing_with_passkeys_gets_slow(stage: Stage, long_waits: None) -> None:
    stage.authenticator = replace(stage.authenticator, key=Authenticator().key)
    codes = [refusal(stage, stage.answer()).code for _ in range(4)]
    assert codes == [*["passkey_refused"] * 3, "sign_in_wait"]


def test_a_recovery_ends_the_passkeys_of_a_lost_phone(stage: Stage) -> None:
    person = stage.crowd.everybody["owner"].id
    with transaction(stage.crowd.market.engine) as db:
        found = invitations.find(db, invitations.invite(db, person, "chú Hùng", "mất máy"))
        assert found is not None
        invitations.accept(db, found, "$argon2id$new", None)
    assert refusal(stage, stage.answer()).code == "passkey_refused"


def test_nobody_has_more_than_ten(crowd: Crowd) -> None:
    for _ in range(passkeys.MOST):
        Stage(crowd).add()
    with pytest.raises(Conflict, match="passkeys_full"):
        Stage(crowd).add()


def test_a_new_passkey_answers_our_challenge_of_this_device(crowd: Crowd) -> None:
    one, person = Stage(crowd), crowd.everybody["owner"]
    owner = one.cabinet.owner(person)
    challenge = one.cabinet.challenge(Bond("add", "another device"))
    written = one.authenticator.make(one.cabinet.site.ask_new(owner, [], challenge))
    with pytest.raises(Invalid, match="passkey_refused"):
        one.cabinet.add(person, Given(written, Bond("add", "device"), HERE), "máy")
    with pytest.raises(Invalid, match="passkey_name_invalid"):
        one.cabinet.add(person, Given(written, Bond("add", "another device"), HERE), " ")


def test_people_see_and_change_their_own_passkeys_only(stage: Stage) -> None:
    market, owner = stage.crowd.market, stage.crowd.everybody["owner"]
    number = market.rows("SELECT id FROM passkey")[0][0]
    with transaction(market.engine) as db, acting(db, stage.crowd.sign_in("auditor")):
        assert passkeys.listing(db, owner.id) == []
        with pytest.raises(NotFound, match="passkey_unknown"):
            passkeys.rename(db, owner.id, number, "của tôi")
    with transaction(market.engine) as db, acting(db, stage.crowd.sign_in("owner")):
        passkeys.rename(db, owner.id, number, "máy ở sạp")
        assert [one.name for one in passkeys.listing(db, owner.id)] == ["máy ở sạp"]
    for asked in ("SELECT public_key FROM passkey", "TABLE spent_challenge"):
        with (
            pytest.raises(Forbidden, match="not_yours"),
            transaction(market.engine) as db,
            acting(db, stage.crowd.tokens["owner"]),
        ):
            db.execute(text(asked))


def test_a_role_that_was_granted_later_counts_at_once(stage: Stage, market: Market) -> None:
    with transaction(market.engine) as db:
        grants.add(db, stage.crowd.everybody["owner"].id, Wish("operator", "chú Hùng", "trực"))
    stage.cabinet.sign_in(stage.answer())
    ((idle,),) = market.rows("SELECT idle_for FROM device ORDER BY id DESC LIMIT 1")
    assert idle == devices.IDLE_SHORT


@pytest.mark.parametrize(
    ("address", "is_fit"),
    [
        ("https://cho.example.vn", True),
        ("http://localhost:8080", True),
        ("http://127.0.0.1:8080", False),
        ("https://[::1]:8443", False),
        ("http://cho.example.vn", False),
    ],
)
def test_browsers_offer_passkeys_only_at_some_addresses(address: str, is_fit: bool) -> None:  # noqa: FBT001  a column of the table
    assert Site(address).is_fit is is_fit
