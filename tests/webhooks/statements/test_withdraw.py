"""A statement that was imported in the wrong place is withdrawn, and imported where it belongs."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine

from cashless.db.engine import connect, transaction
from cashless.errors import Conflict, NotFound
from cashless.ledger import hand
from cashless.ledger.cause import reason
from cashless.reports.invariants import Keys, check
from cashless.reports.reconcile import Asked, reconcile
from tests.market import KEY, MOMENT, Market, credit
from tests.webhooks.statements import files
from tests.webhooks.statements.files import ACCOUNT
from webhooks import suspense
from webhooks.replay import replay
from webhooks.statements import desk as statements
from webhooks.statements import layout
from webhooks.statements.keep import File, Kept, keep
from webhooks.statements.read import read
from webhooks.statements.withdraw import Withdrawn, withdraw

WHY = reason("cán bộ chợ", "nhập nhầm ngân hàng")
LINES = [":61:2607010701C50000,NTRFNONREF\n:86:mua ca"] * 2
RAW = files.mt940(*LINES)


@pytest.fixture
def twin(database_url: str) -> Iterator[Engine]:
    """An empty database to rebuild in."""
    made = connect(database_url, app_role=False)
    yield made
    made.dispose()


def hand_in(market: Market, provider: str, raw: bytes = RAW, name: str = "mt940") -> Kept:
    chosen = layout.find(name)
    with transaction(market.engine) as db:
        kept = keep(db, File(raw, "file", provider, chosen, "officer"), read(raw, chosen))
    market.settle()
    return kept


def take_back(market: Market, number: int) -> Withdrawn:
    with transaction(market.engine) as db:
        done = withdraw(db, number, WHY)
    market.settle()
    return done


def differences(market: Market) -> list[str]:
    day = MOMENT.date()
    with transaction(market.engine) as db:
        told = reconcile(db, Asked(day, day, day))
    return sorted(one["reason"] for one in told["differences"])


def require_kept(market: Market, twin: Engine) -> None:
    """Require every invariant, the raw deliveries as evidence, and a rebuild with equal hashes."""
    with transaction(market.engine) as db:
        found = check(db, Keys(frozenset(), KEY))
    assert {name: dict(one.figures) for name, one in found.items() if not one.ok} == {}
    with market.engine.begin() as source, twin.connect() as target:
        made = replay(source, target, KEY)
        target.rollback()
    assert (made.turned, made.books.where) == ((), [])


def test_a_file_of_the_wrong_provider_is_withdrawn_and_imported_in_the_right_place(
    market: Market, twin: Engine
) -> None:
    merchant = market.register(written=f"970405:{ACCOUNT}")
    wrong = hand_in(market, "sacombank")
    with transaction(market.engine) as db:
        assert len(suspense.listing(db)) == 2
    with pytest.raises(Conflict, match="statement_foreign"):
        hand_in(market, "agribank")
    done = take_back(market, wrong.id)
    assert (len(done.annulled), done.stay) == (2, 0)
    assert set(market.balances("platform").values()) == {0}
    with transaction(market.engine) as db:
        assert suspense.listing(db) == []
    assert differences(market) == []
    right = hand_in(market, "agribank")
    assert (right.repeated, dict(right.pairs)) == (False, {"posted": 2})
    assert -market.balances(merchant.code)["Income:Sales"] == 100_000
    assert differences(market) == ["statement_only"] * 2
    require_kept(market, twin)


def test_sales_are_taken_back_by_new_entries_marks_included(market: Market, twin: Engine) -> None:
    merchant = market.register(written=f"970405:{ACCOUNT}")
    kept = hand_in(market, "agribank")
    (payment,) = market.rows("SELECT min(id) FROM payment")[0]
    with transaction(market.engine) as db:
        hand.not_sale(db, payment, WHY)
    before = market.rows("SELECT hash FROM entry ORDER BY book_id, seq")
    take_back(market, kept.id)
    assert set(market.balances(merchant.code).values()) == {0}
    after = market.rows("SELECT hash FROM entry ORDER BY book_id, seq")
    assert after[: len(before)] == before
    assert market.rows("SELECT kind FROM entry ORDER BY book_id, seq DESC LIMIT 2") == [
        ("annulled",),
        ("annulled",),
    ]
    require_kept(market, twin)


@pytest.mark.parametrize("settled", [True, False])
def test_the_same_file_at_the_same_provider_counts_again(
    market: Market, twin: Engine, *, settled: bool
) -> None:
    merchant = market.register(written=f"970405:{ACCOUNT}")
    for _turn in range(3):
        kept = hand_in(market, "agribank")
        assert not kept.repeated
        assert -market.balances(merchant.code)["Income:Sales"] == 100_000
        if settled:
            assert differences(market) == ["statement_only"] * 2
        take_back(market, kept.id)
        assert market.balances(merchant.code)["Income:Sales"] == 0
    require_kept(market, twin)


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_webhook_of_the_same_id_keeps_or_revives_the_payment(
    market: Market, twin: Engine, when: str
) -> None:
    merchant = market.register(written=f"970405:{ACCOUNT}")
    kept = hand_in(market, "agribank", files.sepay({"id": "1"}), "sepay_list")
    told = credit("agribank", 1, account=ACCOUNT)
    if when == "before":
        market.hear("agribank", told)
    done = take_back(market, kept.id)
    if when == "after":
        assert market.balances(merchant.code)["Income:Sales"] == 0
        market.hear("agribank", told)
        market.settle()
    assert (len(done.annulled), done.stay) == ((0, 1) if when == "before" else (1, 0))
    assert -market.balances(merchant.code)["Income:Sales"] == 50_000
    assert market.hear("agribank", told) == ["duplicate"]
    market.settle()
    assert -market.balances(merchant.code)["Income:Sales"] == 50_000
    require_kept(market, twin)


def test_a_webhook_after_the_withdrawal_is_no_witness_of_what_is_gone(
    market: Market, twin: Engine
) -> None:
    merchant = market.register(written=f"970405:{ACCOUNT}")
    take_back(market, hand_in(market, "agribank").id)
    market.hear("agribank", credit("agribank", 1, account=ACCOUNT))
    market.settle()
    assert market.count("witness") == (0,)
    hand_in(market, "agribank")
    assert -market.balances(merchant.code)["Income:Sales"] == 100_000
    require_kept(market, twin)


def test_pairs_are_released_and_its_lines_are_silent(market: Market, twin: Engine) -> None:
    market.register(written=f"970405:{ACCOUNT}")
    market.hear("agribank", credit("agribank", 1, account=ACCOUNT, amount=60_000))
    market.settle()
    raw = files.sepay({"id": "1", "amount_in": "61000.00"})
    kept = hand_in(market, "agribank", raw, "sepay_list")
    assert differences(market) == ["amount_differs"]
    take_back(market, kept.id)
    assert differences(market) == []
    with transaction(market.engine) as db:
        (listed,) = statements.listing(db)
        shown = statements.show(db, kept.id)
    assert listed["withdrawn_by"] == "cán bộ chợ"
    assert len(shown["told"]) == 1
    require_kept(market, twin)


def test_what_is_withdrawn_already_or_unknown_or_rests_under_a_refund_is_refused(
    market: Market,
) -> None:
    market.register(written=f"970405:{ACCOUNT}")
    with pytest.raises(NotFound, match="statement_unknown"):
        take_back(market, 900)
    kept = hand_in(market, "agribank", files.sepay({"id": "1"}), "sepay_list")
    take_back(market, kept.id)
    with pytest.raises(Conflict, match="statement_withdrawn"):
        take_back(market, kept.id)
    again = hand_in(market, "agribank", files.sepay({"id": "1"}), "sepay_list")
    assert not again.repeated
    (payment,) = market.rows("SELECT id FROM payment")[0]
    with transaction(market.engine) as db:
        chosen = layout.find("sepay_list")
        raw = files.sepay({"id": "5"})
        keep(db, File(raw, "file", "agribank", chosen, "officer"), read(raw, chosen))
        waiting = statements.listing(db)[0]["id"]
    with pytest.raises(Conflict, match="payment_waits"), transaction(market.engine) as db:
        withdraw(db, waiting, WHY)
    assert payment
    assert market.broken() == {}


def test_an_id_that_leads_through_a_witness_to_another_provider_is_a_good_pair(
    market: Market, twin: Engine
) -> None:
    market.register(written=f"970405:{ACCOUNT}")
    secrets = {"bin": "970405", "secret": "whsec_aW52ZW50ZWQgc2VjcmV0IG9mIHRoZSBiYW5rIQ=="}
    bank = market.connect("standard", secrets)
    named = {"account": f"970405:{ACCOUNT}", "provider_txn_id": "970405:FT000001"}
    market.keep(bank.call(credit("agribank", 1, reference="FT26182000001", **named)))
    market.settle()
    first = hand_in(market, "agribank", files.sepay({"id": "1"}), "sepay_list")
    assert market.count("witness") == (1,)
    take_back(market, first.id)
    again = hand_in(market, "agribank", files.sepay({"id": "1"}), "sepay_list")
    assert dict(again.pairs) == {"id": 1}
    require_kept(market, twin)
