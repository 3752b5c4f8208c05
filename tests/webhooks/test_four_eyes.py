"""Four eyes at the desk: above an amount a second person, and everything once."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from cashless.db.engine import transaction
from cashless.errors import Conflict, Forbidden, Invalid, NotFound, Problem
from merchants import register
from merchants.register import Merchant
from tests.market import Market, account, at_once, credit
from webhooks import desk, four_eyes, payments, proposals, suspense
from webhooks.desk import Word
from webhooks.proposals import Proposal, Wish

LIMIT = 50_000
WHY = "người bán đưa biên lai"


def lost(market: Market, number: int = 1, amount: int = LIMIT) -> int:
    """Let a payment come that nobody claims; return its number."""
    market.hear("agribank", credit("agribank", number, amount=amount))
    market.settle()
    return int(market.rows("SELECT max(id) FROM payment")[0][0])


@pytest.fixture
def known(market: Market) -> Merchant:
    return market.register("Anh Năm", account("momo"))


def ask(market: Market, wish: Wish, who: str = "chị Lan") -> Proposal:
    with transaction(market.engine) as db:
        return four_eyes.ask(db, wish, who, LIMIT)


def assign(payment: int, merchant: Merchant, **more: int) -> Wish:
    return Wish("assign", WHY, payment, merchant.code, **more)


def approve(market: Market, number: int, who: str) -> Proposal:
    with transaction(market.engine) as db:
        return four_eyes.approve(db, number, who, "đã gọi người bán")


def state(market: Market, payment: int) -> str:
    with transaction(market.engine) as db:
        return str(payments.show(db, payment)["state"])


def test_below_the_amount_it_is_done_at_once_and_written_down(
    market: Market, known: Merchant
) -> None:
    payment = lost(market, amount=LIMIT - 1)
    done = ask(market, assign(payment, known))
    assert (done.state, done.ended_by, done.proposed_by) == ("done", "chị Lan", "chị Lan")
    assert state(market, payment) == "posted"
    assert market.count("proposal", "proposal_end") == (1, 1)
    assert market.broken() == {}


@pytest.mark.parametrize("act", ["assign", "return", "undo"])
def test_from_the_amount_on_a_second_person_must_agree(
    market: Market, known: Merchant, act: str
) -> None:
    payment = lost(market)
    if act == "undo":
        with transaction(market.engine) as db:
            desk.assign(db, payment, known.code, WHY, "chị Lan")
    told = {"merchant": known.code} if act == "assign" else {}
    told |= {"reference": "UNC 17"} if act == "return" else {}
    before = state(market, payment)
    proposed = ask(market, Wish(act, WHY, payment, **told))
    assert (proposed.state, state(market, payment)) == ("waiting", before)
    with pytest.raises(Forbidden) as own:
        approve(market, proposed.id, "chị Lan")
    assert own.value.code == "proposal_own"
    assert approve(market, proposed.id, "anh Tú").state == "approved"
    assert state(market, payment) == {"assign": "posted", "return": "returned"}.get(act, "suspense")
    told_of = market.rows("SELECT explanation, matched_by FROM match ORDER BY matched_at DESC")[0]
    assert '"agreed_by":"anh Tú"' in told_of[0]
    assert told_of[1] == "chị Lan"
    with pytest.raises(Conflict) as over:
        approve(market, proposed.id, "anh Tú")
    assert over.value.code == "proposal_over"
    assert market.broken() == {}


def test_the_database_itself_refuses_an_approval_by_the_author(
    market: Market, known: Merchant
) -> None:
    proposed = ask(market, assign(lost(market), known))
    row = {"id": proposed.id}
    with pytest.raises(IntegrityError, match="four_eyes"), transaction(market.engine) as db:
        db.execute(
            text(
                "INSERT INTO proposal_end (proposal_id, proposed_by, needs_second, verdict, why,"
                " ended_by) VALUES (:id, 'chị Lan', true, 'approved', 'tự duyệt', 'chị Lan')"
            ),
            row,
        )
    with pytest.raises(IntegrityError), transaction(market.engine) as db:
        db.execute(
            text(
                "INSERT INTO proposal_end (proposal_id, proposed_by, needs_second, verdict, why,"
                " ended_by) VALUES (:id, 'anh Tú', true, 'approved', 'giả tên', 'chị Lan')"
            ),
            row,
        )


def test_a_declined_proposal_does_nothing_and_leaves_the_way_free(
    market: Market, known: Merchant
) -> None:
    payment = lost(market)
    first = ask(market, assign(payment, known))
    with pytest.raises(Conflict) as waits:
        ask(market, Wish("return", WHY, payment, reference="UNC 1"), "anh Tú")
    assert waits.value.code == "proposal_waiting"
    with transaction(market.engine) as db:
        assert four_eyes.decline(db, first.id, "anh Tú", "sai người bán").state == "declined"
        assert proposals.waiting(db) == []
    assert state(market, payment) == "suspense"
    again = ask(market, assign(payment, known))
    assert again.id != first.id
    with transaction(market.engine) as db:
        assert [one.id for one in proposals.waiting(db)] == [again.id]


def test_a_proposal_expires_when_the_payment_moves_on(market: Market, known: Merchant) -> None:
    payment = lost(market)
    proposed = ask(market, assign(payment, known))
    with transaction(market.engine) as db:
        desk.give_back(db, payment, "UNC 17", Word("ngân hàng báo", "root"))
    with transaction(market.engine) as db:
        assert (proposals.find(db, proposed.id).state, proposals.waiting(db)) == ("expired", [])
    with pytest.raises(Conflict) as expired:
        approve(market, proposed.id, "anh Tú")
    assert expired.value.code == "proposal_expired"
    assert state(market, payment) == "returned"


def test_a_double_click_acts_once(market: Market, known: Merchant) -> None:
    small, large = lost(market, 1, LIMIT - 1), lost(market, 2)
    for payment in (small, large):
        wish = assign(payment, known, seen=1)
        found = at_once(4, lambda _, wish=wish: ask(market, wish))
        assert len({one.id for one in found}) == 1
    assert market.count("proposal", "match") == (2, 3)
    with pytest.raises(Conflict) as other:
        ask(market, assign(small, known, seen=1), "anh Tú")
    assert other.value.code == "payment_moved_on"


def test_of_two_people_at_once_the_second_is_told(market: Market, known: Merchant) -> None:
    payment = lost(market, amount=LIMIT - 1)
    wishes = [assign(payment, known), Wish("return", WHY, payment, reference="UNC 17")]

    def act(place: int) -> str:
        try:
            return ask(market, wishes[place % 2], f"người {place}").state
        except Problem as problem:
            return problem.code

    assert sorted(at_once(4, act)) == ["done", *["not_in_suspense"] * 3]
    assert market.count("proposal", "match") == (1, 2)
    assert market.broken() == {}


def test_of_two_who_approve_at_once_one_does(market: Market, known: Merchant) -> None:
    proposed = ask(market, assign(lost(market), known))

    def act(place: int) -> str:
        try:
            return approve(market, proposed.id, f"người {place}").state
        except Problem as problem:
            return problem.code

    said = sorted(at_once(3, act))
    assert said == ["approved", "proposal_over", "proposal_over"]
    assert market.count("match") == (2,)


def test_what_speaks_against_a_proposal_is_said_at_once(market: Market, known: Merchant) -> None:
    payment = lost(market)
    cases: list[tuple[Wish, str]] = [
        (Wish("assign", WHY, payment, "M-NOBODY"), "merchant_unknown"),
        (Wish("assign", WHY, payment), "merchant_unknown"),
        (Wish("assign", WHY, payment, known.code, "JXNOSUCH"), "order_unknown"),
        (Wish("assign", " ", payment, known.code), "why_missing"),
        (Wish("return", WHY, payment), "reference_missing"),
        (Wish("undo", WHY, payment), "nothing_to_undo"),
        (Wish("undo", WHY, payment + 1000), "payment_unknown"),
        (Wish("first", WHY, conflict=payment + 1000), "conflict_unknown"),
    ]
    for wish, code in cases:
        with pytest.raises((Invalid, NotFound, Conflict)) as refused:
            ask(market, wish)
        assert refused.value.code == code, wish
    with transaction(market.engine) as db:
        register.set_status(db, known.code, "closed")
    with pytest.raises(Invalid) as closed:
        ask(market, assign(payment, known))
    assert closed.value.code == "merchant_closed"
    assert market.count("proposal", "match", "entry") == (0, 1, 1)


def test_a_merchant_who_closes_meanwhile_is_not_given_what_was_proposed(
    market: Market, known: Merchant
) -> None:
    payment = lost(market)
    proposed = ask(market, assign(payment, known))
    with transaction(market.engine) as db:
        register.set_status(db, known.code, "closed")
    with pytest.raises(Invalid) as closed:
        approve(market, proposed.id, "anh Tú")
    assert closed.value.code == "merchant_closed"
    with transaction(market.engine) as db:
        assert proposals.find(db, proposed.id).state == "waiting"
        assert [row["id"] for row in suspense.listing(db)] == [payment]


def test_an_unknown_proposal_is_said_to_be_none(market: Market) -> None:
    with pytest.raises(NotFound) as unknown:
        approve(market, 4711, "anh Tú")
    assert unknown.value.code == "proposal_unknown"
