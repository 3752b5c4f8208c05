"""The first three steps as their pages send and show them: fields, photo, what may be chosen.

``Sent`` is a step on its way: what was typed, what is wrong with which field, what stopped all of
it. A photo is read and forgotten; what it said takes the place of the typed fields.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final

from flask import Request

from cashless.access import contact
from cashless.access.acting import carried_out
from cashless.clock import business_date, now
from cashless.errors import Problem
from cashless.reports.source import Rows
from cashless.vietqr.banks import Bank, bank, every_bank
from cashless.web import upload
from merchants import accounts, answers, consent_text, own_code
from merchants.categories import CATEGORIES
from merchants.consents import TEXT_VERSION
from merchants.obstacles import speaking, spots

_SEEN_DIGITS: Final = 9
_CONFLICT: Final = 409
Word = Callable[[Rows], None]


@dataclass(frozen=True, slots=True)
class Sent:
    """A step: what was typed, its stored form, what is wrong where, and what stopped all of it."""

    step: str
    typed: Mapping[str, str]
    seen: int = 0
    values: Mapping[str, str] = field(default_factory=dict)
    wrong: Mapping[str, Problem] = field(default_factory=dict)
    problem: Problem | None = None

    @property
    def status(self) -> int:
        """The status of the page that shows it."""
        problems = [*self.wrong.values(), *([self.problem] if self.problem else [])]
        return problems[0].status if problems else 200

    @property
    def is_behind(self) -> bool:
        """Tell whether somebody else saved meanwhile."""
        return self.problem is not None and self.problem.code == "registration_changed"

    def read(self, values: Mapping[str, str], wrong: Mapping[str, Problem]) -> "Sent":
        """Return it with its stored form and what is wrong with it."""
        return replace(self, values=values, wrong=wrong)

    def stopped(self, problem: Problem) -> "Sent":
        """Return it with what stopped it."""
        return replace(self, problem=problem)

    def misread(self, problem: Problem, files: Mapping[str, Any]) -> "Sent":
        """Return it with what is wrong with the photo, or with the text that was pasted."""
        name = "photo" if files.get("photo") else "payload"
        return replace(self, wrong={name: problem})


def typed(step: str, form: Mapping[str, str]) -> Sent:
    """Return what a form says of a step."""
    given = {name: form.get(name, "") for name in (*answers.STEPS[step], *_BESIDE[step])}
    if step == "where":
        given["stall"] = given["stall_code"].strip() or given["stall"]
    seen = form.get("seen", "")
    is_number = seen.isascii() and seen.isdigit() and len(seen) <= _SEEN_DIGITS
    return Sent(step, given, int(seen) if is_number else 0)


def has_code(request: Request) -> bool:
    """Tell whether a photo or a pasted text came with a form."""
    return bool(request.files.get("photo") or request.form.get("payload", "").strip())


def with_photo(sent: Sent, request: Request) -> Sent:
    """Let the photo, else the pasted text, say what was not typed.

    Raises what reading the picture and the code raises.
    """
    given = upload.taken(request)
    if sent.step == "where" and given.photo:
        return replace(sent, typed={**sent.typed, "stall": own_code.stall_in_photo(given.photo)})
    if sent.step != "account" or not (given.photo or given.text):
        return sent
    found = own_code.in_photo(given.photo) if given.photo else own_code.read(given.text)
    said = {
        "bin": found.bin,
        "number": found.number,
        "holder": sent.typed["holder"] or found.name,
        "read_from": "photo" if given.photo else "text",
    }
    return replace(sent, typed={**sent.typed, **said})


def written(said: Mapping[str, str]) -> dict[str, str]:
    """Return a step's answers as people write them, to be shown in its fields."""
    phone = said.get("phone")
    return {**said, **({"phone": contact.shown_phone(phone)} if phone else {})}


def offered(db: Rows, place: str, step: str) -> dict[str, Any]:
    """Return what a step's page offers to choose from."""
    return _OFFERED[step](db, place)


def looked_over(said: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """Return all answers as the page of the fourth step shows them."""
    who, where, account = said["who"], said["where"], said["account"]
    return {
        "who": {**written(who), "kind": answers.KINDS[who["kind"]]},
        "where": {
            **where,
            "category": CATEGORIES[where["category"]],
            "since": date.fromisoformat(where["since"]),
        },
        "account": {**account, "bank": bank(account["bin"])},
        "clauses": [one for one in consent_text.current() if who[one.purpose]],
        "version": who["registration"],
    }


def _of_who(_db: Rows, _place: str) -> dict[str, Any]:
    return {
        "kinds": answers.KINDS,
        "clauses": consent_text.current(),
        "version": TEXT_VERSION,
    }


def _of_where(db: Rows, place: str) -> dict[str, Any]:
    return {"spots": spots(db, place, business_date(now())), "categories": CATEGORIES}


def _of_account(db: Rows, _place: str) -> dict[str, Any]:
    with carried_out(db):
        tell = speaking(db)
    heard = {one.bin for one in every_bank() if accounts.provider_of(one.bin) in tell}
    named = sorted(every_bank(), key=_named)
    return {
        "heard": [one for one in named if one.bin in heard],
        "silent": [one for one in named if one.bin not in heard],
    }


def _named(one: Bank) -> str:
    return one.short_name.casefold()


_BESIDE: Final[Mapping[str, tuple[str, ...]]] = {
    "who": (),
    "where": ("stall_code",),
    "account": ("payload",),
}
"""Fields of a step's form that are no answers of their own."""
_OFFERED: Final[Mapping[str, Callable[[Rows, str], dict[str, Any]]]] = {
    "who": _of_who,
    "where": _of_where,
    "account": _of_account,
}
