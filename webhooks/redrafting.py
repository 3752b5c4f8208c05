"""Draft the entries of a match anew, from the match and from what the books hold before it.

The path and the desk draft when they decide; a replay has the decision and drafts from it alone.
"""

from collections.abc import Sequence

from sqlalchemy import Connection

from cashless.ledger.entry import Draft
from webhooks import annulled
from webhooks.match import Match
from webhooks.pairing import left
from webhooks.post import (
    drafts,
    release,
    sent_back,
    still_unclaimed,
    taken_back,
    told_otherwise,
    undone,
    withdrawn,
)
from webhooks.written import written


def redraft(db: Connection, said: Match) -> Sequence[Draft]:
    """Return the entries that follow from a match, in books that stand where they stood then."""
    if said.rule == annulled.ANNULLED:
        return [annulled.draft(db, said)]
    if said.holder is not None and said.credit_id is not None:
        order = said.order.code if said.order else None
        return taken_back(said, left(db, said.credit_id, said.holder.merchant_id, order))
    if said.seq == 1 or annulled.AGAIN in said.explanation:
        return drafts([said])
    if said.holder is None:
        return _of_nobody(db, said)
    is_credit = said.payment.kind == "credit"
    return [release(said), *drafts([said])] if is_credit else withdrawn(said)


def _of_nobody(db: Connection, said: Match) -> Sequence[Draft]:
    """Draft what a person undid, corrected or sent back, or a second look that found nobody."""
    facts = said.explanation
    if said.rule == "returned":
        return [sent_back(said)]
    if "undoes" not in facts:
        return [still_unclaimed(said)]
    before = written(db, said.payment.id, int(str(facts["undoes"])))
    if "was" in facts:
        return told_otherwise(said, int(str(facts["was"])), before)
    return undone(said, before)
