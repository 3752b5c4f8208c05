"""Walks through the town: every page, call and command that exists, in every role and in none."""

import re
from collections.abc import Mapping
from typing import Final

from flask import Flask
from werkzeug.test import TestResponse

from cashless.clock import business_date, now
from cashless.web import form_guard
from tests.cashless.web.visitors import SignedIn, signed_in
from tests.docs.reference import leaves
from tests.market import KEY
from tests.people import ROLES
from tests.stories.canary_birds import BIRDS
from tests.stories.canary_town import MARKET, Town

EVERYBODY: Final = ("nobody", *ROLES)
ALL: Final = [value for values in BIRDS.values() for value in values]
_LINK: Final = re.compile(r'(?:href|src|action|content)="([^"]*[/?=][^"]*)"')
_OWN_FIELD: Final = re.compile(r'<input(?![^>]*type="hidden")[^>]*>')
"""A visible field gives back what its own visitor typed there: that is no leak."""
_FIELDS: Final = (
    *("contact", "name", "amount", "why", "code", "next", "payload", "password", "wanted"),
)
_CODES: Final[Mapping[str, str]] = {
    "public.": "order",
    "stands.": "stand",
    "merchant.": "merchant",
    "everybody.": "second",
    "onboarding.": "registration",
    "api.place": "market",
    "api.order": "order",
    "api.stand": "stand",
    "api.merchant": "merchant",
    "office.approve_recovery": "recovery",
    "office.approve_change": "change",
}
KEEPING: Final = frozenset({"onboarding.begun", "onboarding.save"})
"""Forms that are shown again with what was typed, to who typed it."""
_TYPED: Final = re.compile(r' value="[^"]*"|(?<=>)[^<]*(?=</textarea>)')
_LAST: Final = ("me.sign_out", "me.revoke_device", "merchant.freeze")


def pages(app: Flask, town: Town) -> None:
    """Open every page and ask every call there is, as nobody and in each role."""
    for role in EVERYBODY:
        client = signed_in(app, town.tokens.get(role))
        for endpoint, path in paths(app, town, "GET"):
            see(town, f"{role} {endpoint}", client.client.get(path, headers=_key(town, role)))


def mistakes(app: Flask, town: Town) -> None:
    """Send every form and call with values in wrong fields: no answer repeats one."""
    wrong = dict.fromkeys(_FIELDS, " ".join(ALL))
    for role in EVERYBODY:
        client = signed_in(app, town.tokens.get(role))
        for endpoint, path in paths(app, town, "POST"):
            if endpoint.startswith("api."):
                answer = _call(client, path, _key(town, role))
            else:
                answer = client.post(path, **wrong, **_guard(client, path))
            see(town, f"{role} {endpoint} wrong", answer, keeps=endpoint in KEEPING)


def see(town: Town, where: str, answer: TestResponse, *, keeps: bool = False) -> None:
    """Remember an answer: its text, its headers, and the addresses it leads to.

    A page that ``keeps`` what was typed gives it back in its fields, and nowhere else.
    """
    with answer:
        assert answer.status_code != 500, where
        text = answer.get_data().decode(errors="replace")
        text = _TYPED.sub("", text) if keeps else text
        town.saw(where, _OWN_FIELD.sub("", text))
        town.saw("header", str(answer.headers))
        town.saw("address", "\n".join(_LINK.findall(text)))


def paths(app: Flask, town: Town, method: str) -> list[tuple[str, str]]:
    """Return endpoint and path of every rule, with this town's things in it; the leaving last."""
    found = []
    for rule in app.url_map.iter_rules():
        if method in (rule.methods or ()) and rule.endpoint != "static":
            parts = re.split(r"<(?:\w+:)?(\w+)>", rule.rule)
            parts[1::2] = [_thing(town, rule.endpoint, one) for one in parts[1::2]]
            found.append((rule.endpoint, "".join(parts)))
    return sorted(found, key=lambda one: one[0] in _LAST)


def commands(town: Town) -> None:
    """Run every command that shows something."""
    for command, words in reads(town).items():
        town.run(command, *words)


def reads(town: Town) -> dict[str, tuple[str, ...]]:
    """Return the commands that show something, each with this town's things."""
    things, day = town.things, business_date(now()).isoformat()
    merchant = dict.fromkeys(OF_MERCHANT, (things["merchant"],))
    named = {
        "areas find": ("Rạch Sỏi",),
        "areas lives": ("30742",),
        "banks show": ("970405",),
        "connections show": (things["connection"],),
        "deliveries show": (things["delivery"],),
        "markets show": (MARKET,),
        "orders show": (things["order"],),
        "stalls show": ("RS-01",),
        "people show": (things["owner"],),
        "providers show": ("agribank",),
        "providers sign": ("agribank",),
        "qr decode": ("00020101",),
        "reconcile": ("--day", day),
        "rules diff": ("1", "1"),
        "rules rehearse": ("1",),
        "rules show": ("1",),
        "stalls history": ("RS-01",),
        "stands show": (things["stand"],),
        "statements show": (things["statement"],),
    }
    payment = dict.fromkeys(("payments explain", "payments show", "story"), (things["payment"],))
    return dict.fromkeys(LISTS, ()) | merchant | payment | named


OF_MERCHANT: Final = (
    *("ledger closes", "ledger gauge", "ledger show", "merchants show", "qr static"),
    *("accounts checks", "categories history", "personal consent", "personal looks"),
    "personal show",
)
"""Commands that show something of one merchant."""

LISTS: Final = (
    *("categories list", "categories sources"),
    *("accounts list", "audit", "audit root", "banks list", "connections list", "db url"),
    *("deliveries list", "deliveries refused", "markets list", "merchants list", "payments list"),
    *("payments unconfirmed", "people list", "people roles", "polls list", "providers list"),
    *(
        "keys list",
        "report adoption",
        "rules list",
        "settle",
        "stands list",
        "statements layouts",
        "statements list",
    ),
    *("conflicts list", "proposals list", "suspense list", "terminals list"),
)
"""Commands that show something and need no word."""

ACTS: Final = frozenset(
    f"{group} {act}".strip()
    for group, acts in {
        "accounts": "activate approve change refuse add told",
        "audit": "rebuild verify",
        "banks": "refresh",
        "conflicts": "decide",
        "connections": "add close rotate set",
        "db": "shell upgrade",
        "demo": "",
        "init": "",
        "categories": "change",
        "keys": "revoke rotate",
        "rules": "draft switch-on",
        "ledger": "close correct export not-a-sale opening payout receipt slip",
        "markets": "add change zone",
        "merchants": "add import status template",
        "payments": "confirm join separate",
        "people": "add close grant invite key revoke sign-out",
        "personal": "export forget note reveal",
        "polls": "ask close",
        "proposals": "approve decline",
        "providers": "new",
        "qr": "image order stand",
        "screenshots": "",
        "serve": "",
        "simulate": "",
        "stalls": "hand-over leave shift",
        "stands": "revoke",
        "statements": "import withdraw",
        "suspense": "assign return undo",
        "terminals": "add close approve",
    }.items()
    for act in acts.split() or [""]
)
"""Commands that change something, or write a file for the merchant; some build this town."""


def leaf_commands() -> set[str]:
    """Return every command of the command line; a group that answers itself is one as well."""
    return {name.removeprefix("cashless ") for name, _command in leaves()}


def _thing(town: Town, endpoint: str, argument: str) -> str:
    """Return what stands in an address of an endpoint for an argument."""
    if argument in {"code", "token", "number"}:
        named = (town.things[name] for start, name in _CODES.items() if endpoint.startswith(start))
        return next(named, "1")
    fixed = {
        "step": "who",
        "place": MARKET,
        "provider": "agribank",
        "bank": "vcb",
        "operation": "ipn",
    }
    return town.things.get(argument) or fixed.get(argument) or "1"


def _key(town: Town, role: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {town.keys[role]}"} if role in town.keys else {}


def _call(client: SignedIn, path: str, key: dict[str, str]) -> TestResponse:
    sent = {"merchant": ALL, "amount": ALL[0], ALL[1]: ALL}
    return client.client.post(path, json=sent, headers={**key, "Idempotency-Key": "a" * 16})


def _guard(client: SignedIn, path: str) -> dict[str, str]:
    """Give an open form the cookie and the token that its page would have given."""
    open_forms = (re.match(r"/sign-in|/invitation|/m/[^/]+/[^/]+", path),)
    for found in filter(None, open_forms):
        client.client.set_cookie(form_guard.COOKIE, "cookie", path=found[0])
        return {form_guard.FIELD: form_guard.token(KEY, "cookie", found[0])}
    return {}
