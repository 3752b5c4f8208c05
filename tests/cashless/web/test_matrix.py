"""Every route, every role, the own thing, another one's and one that is not there.

The table below says who may; the addresses come from the application itself, so a route without a
line fails. Then the same with the application's own checks switched off: the database still lets
nobody see an amount or change a row.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

import pytest
from flask import Flask
from sqlalchemy import text

from cashless.access import devices, grants, invitations, people
from cashless.access.contact import read
from cashless.access.grants import Wish
from cashless.access.people import Card
from cashless.db.engine import transaction
from cashless.ids import random_text
from cashless.web import formats
from cashless.web import signed_in as door
from merchants import account_changes, personal
from merchants.account_changes import Actor
from merchants.personal import Officer
from tests.cashless.web.visitors import signed_in
from tests.market import KEY
from tests.people import PASSWORD, ROLES, SUMS, Crowd, crowd, pay

__all__ = ["crowd"]

EVERYBODY: Final = frozenset(ROLES)
OPEN: Final = {
    "static": "/static/market.css",
    "public.home": "/",
    "public.order": "/p/NOORDER",
    "public.status": "/p/NOORDER/status",
    "public.feed": "/p/NOORDER/feed",
    "public.picture": "/p/NOORDER/code.png",
    "public.app": "/p/NOORDER/app/vcb",
    "stands.ask": "/s",
    "stands.page": "/s/NOSTAND",
    "stands.check": "/s/NOSTAND",
    "stands.picture": "/s/NOSTAND/code.png",
    "stands.app": "/s/NOSTAND/app/vcb",
    "merchant.page": "/m/M1/noseal",
    "merchant.ask": "/m/M1/noseal/orders",
    "merchant.freeze": "/m/M1/noseal/freeze",
    "merchant.messages": "/m/M1/noseal/messages",
    "merchant.today": "/m/M1/noseal/today",
    "merchant.feed": "/m/M1/noseal/feed",
    "city.page": "/city",
    "city.as_json": "/city/adoption.json",
    "city.as_csv": "/city/adoption.csv",
    "health.alive": "/healthz",
    "health.ready": "/readyz",
    "webhooks.take": "/webhooks/notoken",
    "webhooks.take_operation": "/webhooks/notoken/ipn",
    "sign_in.ask": "/sign-in",
    "sign_in.enter": "/sign-in",
    "sign_in.invited": "/invitation/notoken",
    "sign_in.accept": "/invitation/notoken",
}
"""Routes that are open to whoever has the address: endpoint → an example."""

Named = Callable[[Crowd, str], dict[str, object]]


def _merchant(crowd: Crowd, whose: str) -> dict[str, object]:
    return {"merchant": crowd.merchants[whose].code if whose in crowd.merchants else "MNOBODY"}


def _place(_crowd: Crowd, whose: str) -> dict[str, object]:
    return {"place": {"own": "RS", "other": "VT"}.get(whose, "NOWHERE")}


def _provider(_crowd: Crowd, whose: str) -> dict[str, object]:
    return {"provider": {"own": "agribank", "other": "momo"}.get(whose, "nobody")}


def _owner_of(crowd: Crowd, whose: str) -> tuple[int, str]:
    """Return somebody new who owns that merchant's stall, and how to reach that person."""
    contact = read(f"{random_text(8)}@example.vn")
    with transaction(crowd.market.engine) as db:
        person = people.add(db, Card(random_text(5), contact), KEY)
        wish = Wish("owner", "chú Hùng", "được giao", crowd.merchants[whose].id)
        grants.add(db, person.id, wish)
    return person.id, contact.value


def _visitor(crowd: Crowd, whose: str) -> dict[str, object]:
    """Let an owner of that market stand at the office."""
    place = _place(crowd, whose)
    return {**place, "contact": _owner_of(crowd, whose)[1]} if whose in crowd.merchants else place


def _helper(crowd: Crowd, whose: str) -> dict[str, object]:
    if whose not in crowd.merchants:
        return {**_merchant(crowd, whose), "number": 0}
    person, _ = _owner_of(crowd, whose)
    with transaction(crowd.market.engine) as db:
        wish = Wish("helper", "chị Tư", "phụ bán", crowd.merchants[whose].id)
        number = grants.add(db, person, wish)
    return {**_merchant(crowd, whose), "number": number}


def _recovery(crowd: Crowd, whose: str) -> dict[str, object]:
    if whose not in crowd.merchants:
        return {**_place(crowd, whose), "number": 0}
    person, _ = _owner_of(crowd, whose)
    with transaction(crowd.market.engine) as db:
        number = invitations.open_recovery(db, person, "PFIRST", "đã xem căn cước")
    return {**_place(crowd, whose), "number": number}


def _change(crowd: Crowd, whose: str) -> dict[str, object]:
    if whose not in crowd.merchants:
        return {**_place(crowd, whose), "number": 0}
    found = crowd.merchants[whose]
    with transaction(crowd.market.engine) as db:
        for one in account_changes.open_of(db, found.id):
            account_changes.end(db, one.id, "refused", Actor("chú Hùng", "mở lại"))
        written = f"970405:77042{found.id:06}{random_text(4)}"
        actor = Actor("chú Hùng", "mất thẻ")
        asked = account_changes.request(db, found, written, "NGUYEN THI TU", actor)
    return {**_place(crowd, whose), "number": asked.id}


def _device(crowd: Crowd, whose: str) -> dict[str, object]:
    """Name the newest device: one's own, or that of somebody who has just signed in."""
    if whose == "other":
        with transaction(crowd.market.engine) as db:
            devices.add(db, _owner_of(crowd, "other")[0], "iPhone", short=False)
    ((newest,),) = crowd.market.rows("SELECT coalesce(max(id), 0) FROM device")
    return {"number": newest if whose != "absent" else 0}


def _person(crowd: Crowd, whose: str) -> dict[str, object]:
    return {"code": crowd.everybody["helper"].code if whose != "absent" else "PNOBODY2"}


def _nothing(_crowd: Crowd, _whose: str) -> dict[str, object]:
    return {}


@dataclass(frozen=True)
class Line:
    """Who may take a route for the own thing, who for any, how the thing is named, what is sent."""

    own: frozenset[str]
    every: frozenset[str] = frozenset()
    named: Named = _nothing
    sent: Mapping[str, str] = field(default_factory=dict)


def _roles(*names: str) -> frozenset[str]:
    return frozenset(names)


_CONTACT: Final = {"name": "Bé Hai", "contact": "0977777777"}
BEHIND: Final = {
    "me.me": Line(EVERYBODY),
    "me.sign_out": Line(EVERYBODY),
    "me.prove": Line(EVERYBODY),
    "me.proven": Line(EVERYBODY, sent={"password": PASSWORD}),
    "me.password": Line(EVERYBODY, sent={"password": PASSWORD, "wanted": PASSWORD}),
    "me.revoke_device": Line(EVERYBODY, named=_device),
    "work.stall": Line(_roles("owner", "helper"), _roles("operator", "auditor"), _merchant),
    "work.ask": Line(_roles("owner", "helper"), named=_merchant, sent={"amount": "20000"}),
    "work.privacy": Line(_roles("owner"), _roles("auditor"), _merchant),
    "work.helpers": Line(_roles("owner"), named=_merchant),
    "work.add_helper": Line(_roles("owner"), named=_merchant, sent=_CONTACT),
    "work.end_helper": Line(_roles("owner"), named=_helper),
    "office.office": Line(_roles("board"), named=_place),
    "office.open_recovery": Line(_roles("board"), named=_visitor, sent={"why": "mất điện thoại"}),
    "office.approve_recovery": Line(_roles("board"), named=_recovery),
    "office.approve_change": Line(_roles("board"), named=_change, sent={"why": "đã xem giấy tờ"}),
    "partner.partner": Line(_roles("partner"), _roles("operator", "auditor"), _provider),
    "everybody.everybody": Line(_roles("operator", "auditor")),
    "everybody.sign_out": Line(frozenset(), _roles("operator"), _person),
}
"""Routes for whoever is signed in: endpoint → who may."""

_SUMS: Final = frozenset(formats.count(amount) for amount in SUMS.values())
_FOREIGN: Final = frozenset({"77.777", "22.222", "55.555", "99.999"})
_ALL: Final = _SUMS | _FOREIGN | {"33.333", "11.111"}
SECRET: Final = {
    "owner": _FOREIGN,
    "helper": _FOREIGN | _SUMS,
    "partner": _SUMS | {"55.555"},
    "operator": _SUMS,
    "auditor": frozenset[str](),
}
"""Role → the amounts it sees nowhere; all of them where nothing is said."""
LOOK: Final = "gọi lại người bán về thuế"
_STATE: Final = """
SELECT (SELECT count(*) FROM "order"), (SELECT count(*) FROM person),
       (SELECT (count(*), count(revoked_at)) FROM role_grant)::text,
       (SELECT (count(*), count(approved_at)) FROM invitation)::text,
       (SELECT count(*) FROM account_change_step), (SELECT count(revoked_at) FROM device),
       (SELECT count(*) FROM person_act)
"""


@pytest.fixture
def town(crowd: Crowd) -> Crowd:
    """The crowd, money in the books, and a look at each merchant's numbers."""
    pay(crowd)
    with transaction(crowd.market.engine) as db:
        for one in crowd.merchants.values():
            personal.note(db, one, {"phone": "0912345678"}, Officer("cô Lan", LOOK, KEY))
    return crowd


def ways(app: Flask) -> dict[str, tuple[str, str]]:
    """Return endpoint → (rule, method), as the application itself has them."""
    found = {}
    for rule in app.url_map.iter_rules():
        method = "POST" if "POST" in (rule.methods or ()) else "GET"
        found[rule.endpoint] = (rule.rule, method)
    return found


def path_of(rule: str, named: Mapping[str, object]) -> str:
    """Fill the things of an address in."""
    path = rule.replace("<int:", "<")
    for name, value in named.items():
        path = path.replace(f"<{name}>", str(value))
    return path


@dataclass(frozen=True)
class Taken:
    """What came of taking a route: the answer, and what the database held before and after."""

    status: int
    location: str
    shown: str
    before: object
    after: object


def take(app: Flask, town: Crowd, endpoint: str, who: tuple[str, str]) -> Taken:
    """Take a route in a role for somebody's thing."""
    role, whose = who
    line, (rule, method) = BEHIND[endpoint], ways(app)[endpoint]
    client = signed_in(app, town.sign_in(role))
    named = {name: str(value) for name, value in line.named(town, whose).items()}
    typed = {name: value for name, value in named.items() if name not in rule}
    code = {"code": town.code()} if role in grants.OFFICERS else {}
    before = town.market.rows(_STATE)
    path = path_of(rule, named)
    answer = (
        client.get(path) if method == "GET" else client.post(path, **line.sent, **typed, **code)
    )
    after = town.market.rows(_STATE)
    return Taken(answer.status_code, answer.location or "", answer.text, before, after)


def test_every_route_stands_in_the_table(app: Flask) -> None:
    assert set(ways(app)) == set(OPEN) | set(BEHIND)


def test_nobody_gets_behind_the_door_without_signing_in(app: Flask, town: Crowd) -> None:
    for endpoint, line in BEHIND.items():
        rule, method = ways(app)[endpoint]
        path = path_of(rule, line.named(town, "own"))
        for token in (None, "nobody-s-token"):
            client = signed_in(app, token)
            answer = client.get(path) if method == "GET" else client.post(path, **line.sent)
            assert answer.location.startswith("/sign-in?next=/"), endpoint


@pytest.mark.parametrize("role", ROLES)
def test_each_role_gets_what_is_declared(app: Flask, town: Crowd, role: str) -> None:
    wrong = []
    for endpoint, line in BEHIND.items():
        for whose in ("own", "other", "absent") if line.named is not _nothing else ("own",):
            forget_codes(town)
            may = (whose == "own" and role in line.own) or (
                whose != "absent" and role in line.every
            )
            taken = take(app, town, endpoint, (role, whose))
            if (taken.status in {200, 303}) != may or (not may and taken.status != 404):
                wrong.append(f"{endpoint} {whose}: {taken.status}")
    assert wrong == []


@pytest.mark.parametrize("role", ROLES)
def test_without_the_application_s_checks_the_database_refuses(
    app: Flask, town: Crowd, role: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "require", lambda *_: None)
    monkeypatch.setattr(door.Visit, "may", lambda *_: True)
    wrong = []
    for endpoint, line in BEHIND.items():
        for whose in ("own", "other"):
            may = role in line.every or (whose == "own" and role in line.own)
            if may or line.named is _nothing:
                continue
            taken = take(app, town, endpoint, (role, whose))
            leaked = [one for one in SECRET.get(role, _ALL) if one in taken.shown]
            if leaked or LOOK in taken.shown or taken.before != taken.after or taken.status >= 500:
                wrong.append(f"{endpoint} {whose}: {taken.status} {leaked} {taken}")
    assert wrong == []


def test_a_helper_sees_no_sum_even_without_checks(
    app: Flask, town: Crowd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door.Visit, "may", lambda *_: True)
    shown = {
        role: take(app, town, "work.stall", (role, "own")).shown for role in ("owner", "helper")
    }
    total = formats.count(SUMS["own"])
    assert (total in shown["owner"], total in shown["helper"]) == (True, False)
    assert "33.333" in shown["helper"]


def test_open_routes_do_not_look_at_who_comes(app: Flask, town: Crowd) -> None:
    tokens = [None, *(town.sign_in(role) for role in ROLES)]
    for endpoint, path in OPEN.items():
        _, method = ways(app)[endpoint]
        found = set()
        for token in tokens:
            client = signed_in(app, token).client
            with client.get(path) if method == "GET" else client.post(path) as answer:
                found.add(answer.status_code)
        assert len(found) == 1, endpoint


def forget_codes(town: Crowd) -> None:
    """Let the app's code of this half minute count again, and nobody wait."""
    with transaction(town.market.engine) as db:
        db.execute(text("UPDATE credential SET totp_step = 0"))
        db.execute(text("DELETE FROM backoff"))
