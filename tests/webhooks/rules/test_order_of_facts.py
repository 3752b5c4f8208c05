"""Under other rules, too, the order in which payments come changes no balance."""

from datetime import timedelta
from random import Random

from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from tests.market import MOMENT, Market
from tests.webhooks import test_any_order as any_order
from tests.webhooks.rules import test_kept

FORGETTING = (
    '{"ladder": [{"rung": "reference", "expired_days": 0, "manglings": ["case"]},'
    ' {"rung": "order_field", "expired_days": 0}, {"rung": "account", "closed_days": 1}]}'
)
few = hypothesis_settings(
    max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@few
@given(any_order.days, st.randoms(use_true_random=False))
def test_two_orders_of_the_same_facts_give_the_same_balances_under_forgetting_rules(
    market: Market, market_url: str, day: tuple[list[any_order.Fact], ...], chance: Random
) -> None:
    told, repeats = day
    ends = []
    for _ in range(2):
        opened = any_order._open(market, market_url)
        _forget(market)
        calls = [any_order._said(one, opened) for one in (*told, *repeats)]
        chance.shuffle(calls)
        any_order._tell(market, calls, chance)
        books = any_order._books(market)
        ends.append([market.balances(code) for code in books])
        assert market.broken() == {}
        rules = {number for (number,) in market.rows("SELECT DISTINCT rule_set FROM match")}
        assert rules == {2}
    assert ends[0] == ends[1]


def _forget(market: Market) -> None:
    """Let the smaller orders have ended two days ago, and switch such rules on."""
    market.rows(
        'UPDATE "order" SET created_at = :made, expires_at = :ended WHERE amount = 50000'
        " RETURNING 1",
        made=MOMENT - timedelta(days=3),
        ended=MOMENT - timedelta(days=2),
    )
    number = test_kept.draft(market, FORGETTING).number
    test_kept.rehearse(market, number)
    test_kept.switch_on(market, number)
