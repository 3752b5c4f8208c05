"""What waits at the desk, made anew for each call: a payment, one given, a conflict, a proposal.

``whose`` is the merchant it would be given to; the absent one is not there.
"""

import itertools

from cashless.db.engine import transaction
from tests.market import credit
from tests.people import Crowd
from webhooks import desk, four_eyes
from webhooks.proposals import Wish

_numbers = itertools.count(5001)


def lost(crowd: Crowd, whose: str) -> dict[str, object]:
    """Let a payment come that is nobody's; give it with a merchant and a reference."""
    if whose == "absent":
        return {"number": 0, "merchant": "MABCDEFG", "reference": "UNC 1"}
    crowd.market.hear("momo", credit("momo", next(_numbers), amount=1_000))
    crowd.market.settle()
    ((newest,),) = crowd.market.rows("SELECT max(id) FROM payment")
    return {"number": newest, "merchant": crowd.merchants[whose].code, "reference": "UNC 1"}


def given(crowd: Crowd, whose: str) -> dict[str, object]:
    """Let a payment be assigned, so that it can be undone."""
    found = lost(crowd, whose)
    if whose != "absent":
        with transaction(crowd.market.engine) as db:
            desk.assign(db, int(str(found["number"])), str(found["merchant"]), "biên lai", "Lan")
    return {"number": found["number"]}


def conflict(crowd: Crowd, whose: str) -> dict[str, object]:
    """Let a payment be told twice in different words."""
    if whose == "absent":
        return {"number": 0}
    number = next(_numbers)
    for amount in (1_000, 2_000):
        crowd.market.hear("momo", credit("momo", number, amount=amount))
        crowd.market.settle()
    ((newest,),) = crowd.market.rows("SELECT max(id) FROM conflict")
    return {"number": newest}


def proposal(crowd: Crowd, whose: str) -> dict[str, object]:
    """Let somebody propose what a second person must approve."""
    if whose == "absent":
        return {"number": 0}
    found = lost(crowd, whose)
    wish = Wish("assign", "có biên lai", int(str(found["number"])), str(found["merchant"]))
    with transaction(crowd.market.engine) as db:
        return {"number": four_eyes.ask(db, wish, "Lan", 1).id}
