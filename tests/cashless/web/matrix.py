"""Who may take which route: the table of the matrix, and the things that routes are about.

For a thing there are three cases: one's own, another one's, and one that is not there. Where a
route is about a single row (a recovery, a change of account), each request gets a row of its own.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import text

from cashless.access import devices, grants, invitations, people
from cashless.access.contact import read
from cashless.access.grants import Wish
from cashless.access.people import Card
from cashless.clock import now
from cashless.db.engine import transaction
from cashless.ids import random_text
from merchants import account_changes, onboarding, print_run
from merchants.account_changes import Actor
from merchants.consents import TEXT_VERSION
from tests.market import KEY, credit
from tests.merchants.registering import Office
from tests.people import BANKS, PASSWORD, ROLES, Crowd

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
    "stands.drawing": "/s/NOSTAND/code.svg",
    "stands.app": "/s/NOSTAND/app/vcb",
    "merchant.page": "/m/M1/noseal",
    "merchant.ask": "/m/M1/noseal/orders",
    "merchant.freeze": "/m/M1/noseal/freeze",
    "merchant.messages": "/m/M1/noseal/messages",
    "merchant.today": "/m/M1/noseal/today",
    "merchant.feed": "/m/M1/noseal/feed",
    "proof.status": "/proof/1/noseal/status",
    "proof.feed": "/proof/1/noseal/feed",
    "city.page": "/city",
    "city.as_json": "/city/adoption.json",
    "city.as_csv": "/city/adoption.csv",
    "api-docs.openapi_json": "/api/openapi.json",
    "health.alive": "/healthz",
    "health.ready": "/readyz",
    "webhooks.take": "/webhooks/notoken",
    "webhooks.take_operation": "/webhooks/notoken/ipn",
    "sign_in.ask": "/sign-in",
    "sign_in.enter": "/sign-in",
    "sign_in.invited": "/invitation/notoken",
    "sign_in.accept": "/invitation/notoken",
    "passkey.enter": "/sign-in/passkey",
}
"""Routes that are open to whoever has the address: endpoint → an example."""

Named = Callable[[Crowd, str], dict[str, object]]


def _merchant(crowd: Crowd, whose: str) -> dict[str, object]:
    return {"merchant": crowd.merchants[whose].code if whose in crowd.merchants else "MNOBODY"}


def _place(_crowd: Crowd, whose: str) -> dict[str, object]:
    return {"place": {"own": "RS", "other": "VT"}.get(whose, "NOWHERE")}


def _ward(_crowd: Crowd, whose: str) -> dict[str, object]:
    return {"ward": {"own": "30742", "other": "30760"}.get(whose, "99999")}


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


def _draft(crowd: Crowd, whose: str) -> dict[str, object]:
    """Open a registration at that market, with nothing said in it."""
    place = _place(crowd, whose)
    if whose not in crowd.merchants:
        return {**place, "number": 0, "step": "who"}
    with transaction(crowd.market.engine) as db:
        found = onboarding.start(db, str(place["place"]), "PSOMEONE")
    return {**place, "number": found.id, "step": "who"}


def _numbered(crowd: Crowd, whose: str) -> dict[str, object]:
    """Open a registration, and name it without a step."""
    named = _draft(crowd, whose)
    return {"place": named["place"], "number": named["number"]}


def _whole(crowd: Crowd, whose: str) -> dict[str, object]:
    """Open a registration in which all is said: an officer has only to confirm it."""
    named = _numbered(crowd, whose)
    if whose in crowd.merchants:
        office = Office(crowd.market, int(str(named["number"])), str(named["place"]))
        office.save("who", phone=f"09{named['number']:0>8}")
        office.save("where", stall=f"{named['place']}-{named['number']}", new_stall="yes")
        office.save("account", number=f"77042{named['number']}")
    return named


def _waiting(crowd: Crowd, whose: str) -> dict[str, object]:
    """Let a merchant have come by a registration, and a payment have reached the stand."""
    found = crowd.merchants.get(whose)
    if found is not None:
        with transaction(crowd.market.engine) as db:
            if onboarding.of_merchant(db, found.id) is None:
                number = onboarding.start(db, str(found.place), "PSOMEONE").id
                come = text("UPDATE registration SET merchant_id = :merchant WHERE id = :id")
                db.execute(come, {"id": number, "merchant": found.id})
                print_run.issue(db, print_run.Wish("chú Hùng", KEY, merchant=found.code))
        account = {"own": BANKS[0], "other": BANKS[1]}[whose].partition(":")[2]
        number = 1000 + crowd.market.count("payment")[0]
        said = credit("agribank", number, amount=1_000, account=account, occurred_at=now())
        crowd.market.hear("agribank", said)
        crowd.market.settle()
    return _merchant(crowd, whose)


def _device(crowd: Crowd, whose: str) -> dict[str, object]:
    """Name the newest device: one's own, or that of somebody who has just signed in."""
    if whose == "other":
        with transaction(crowd.market.engine) as db:
            devices.add(db, _owner_of(crowd, "other")[0], "iPhone", short=False)
    ((newest,),) = crowd.market.rows("SELECT coalesce(max(id), 0) FROM device")
    return {"number": newest if whose != "absent" else 0}


def _passkey(crowd: Crowd, whose: str) -> dict[str, object]:
    """Add a passkey: to the person who signed in last, or to somebody else."""
    if whose == "absent":
        return {"number": 0}
    newest = crowd.market.rows("SELECT person_id FROM device ORDER BY id DESC LIMIT 1")
    person = newest[0][0] if newest and whose == "own" else _owner_of(crowd, "other")[0]
    added = text(
        "INSERT INTO passkey (person_id, credential_id, public_key, name, counter)"
        " VALUES (:person, :id, :id, 'máy', 0) RETURNING id"
    )
    with transaction(crowd.market.engine) as db:
        number = db.execute(added, {"person": person, "id": os.urandom(32)}).scalar_one()
    return {"number": number}


def _person(crowd: Crowd, whose: str) -> dict[str, object]:
    return {"code": crowd.everybody["helper"].code if whose != "absent" else "PNOBODY2"}


def nothing(_crowd: Crowd, _whose: str) -> dict[str, object]:
    return {}


@dataclass(frozen=True)
class Line:
    """Who may take a route for the own thing, who for any, how it is named, what is sent.

    ``said`` are the statuses that whoever may take it hears.
    """

    own: frozenset[str]
    every: frozenset[str] = frozenset()
    named: Named = nothing
    sent: Mapping[str, str] = field(default_factory=dict)
    said: frozenset[int] = frozenset({200, 303})


def _roles(*names: str) -> frozenset[str]:
    return frozenset(names)


_NEW: Final = {
    "name": "Lê Văn Tám",
    "phone": "0977777776",
    "kind": "unregistered",
    "registration": TEXT_VERSION,
}
_REFUSED: Final = frozenset({400})
"""An empty answer of a passkey is refused inside, so who hears that was let in."""
_CONTACT: Final = {"name": "Bé Hai", "contact": "0977777777"}
BEHIND: Final = {
    "me.me": Line(EVERYBODY),
    "me.sign_out": Line(EVERYBODY),
    "me.prove": Line(EVERYBODY),
    "me.proven": Line(EVERYBODY, sent={"password": PASSWORD}),
    "me.password": Line(EVERYBODY, sent={"password": PASSWORD, "wanted": PASSWORD}),
    "me.revoke_device": Line(EVERYBODY, named=_device),
    "passkey.rename_passkey": Line(EVERYBODY, named=_passkey, sent={"name": "máy ở sạp"}),
    "passkey.remove_passkey": Line(EVERYBODY, named=_passkey),
    "passkey.add_passkey": Line(EVERYBODY, said=_REFUSED),
    "passkey.prove_passkey": Line(EVERYBODY, said=_REFUSED),
    "work.stall": Line(_roles("owner", "helper"), _roles("operator", "auditor"), _merchant),
    "work.ask": Line(_roles("owner", "helper"), named=_merchant, sent={"amount": "20000"}),
    "work.feed": Line(
        _roles("owner", "helper"),
        _roles("operator", "auditor"),
        _merchant,
        said=frozenset({204}),
    ),
    "work.privacy": Line(_roles("owner"), _roles("auditor"), _merchant),
    "work.helpers": Line(_roles("owner"), named=_merchant),
    "work.add_helper": Line(_roles("owner"), named=_merchant, sent=_CONTACT),
    "work.end_helper": Line(_roles("owner"), named=_helper),
    "office.office": Line(_roles("board"), named=_place),
    "office.open_recovery": Line(_roles("board"), named=_visitor, sent={"why": "mất điện thoại"}),
    "office.approve_recovery": Line(_roles("board"), named=_recovery),
    "office.approve_change": Line(_roles("board"), named=_change, sent={"why": "đã xem giấy tờ"}),
    "onboarding.registrations": Line(_roles("board"), named=_place),
    "onboarding.begin": Line(_roles("board"), named=_place),
    "onboarding.begun": Line(_roles("board"), named=_place, sent=_NEW),
    "onboarding.show": Line(_roles("board"), named=_draft),
    "onboarding.save": Line(
        _roles("board"), named=_draft, sent={**_NEW, "phone": "0977777775", "seen": "0"}
    ),
    "onboarding.look_over": Line(_roles("board"), named=_numbered),
    "onboarding.confirm": Line(_roles("board"), named=_whole, sent={"other_holder": "yes"}),
    "onboarding.prove": Line(_roles("board"), named=_numbered),
    "onboarding.heard": Line(_roles("board"), named=_numbered),
    "onboarding.invite": Line(_roles("board"), named=_numbered),
    "onboarding.give_up": Line(_roles("board"), named=_numbered),
    "area.areas": Line(_roles("city")),
    "area.area": Line(_roles("ward"), _roles("city"), _ward),
    "area.area_csv": Line(_roles("ward"), _roles("city"), _ward),
    "partner.partner": Line(_roles("partner"), _roles("operator", "auditor"), _provider),
    "everybody.everybody": Line(_roles("operator", "auditor")),
    "everybody.sign_out": Line(frozenset(), _roles("operator"), _person),
    "opening.opening": Line(_roles("owner"), named=_waiting),
    "opening.heard": Line(_roles("owner"), named=_waiting, sent={"heard": "yes"}),
}
"""Routes for whoever is signed in: endpoint → who may."""
