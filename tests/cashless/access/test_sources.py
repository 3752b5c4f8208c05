"""One caller is one network: an address of IPv4, or the half of an IPv6 that is given to one."""

import pytest

from cashless.access import backoff
from cashless.access.sources import network
from cashless.web.turnstile import Turnstile
from tests.market import KEY

HERE = "2001:db8:1:2::7"


@pytest.mark.parametrize(
    "same",
    [
        (HERE, "2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:0DB8:0001:0002::1", f"{HERE}%eth0"),
        ("203.0.113.7", "::ffff:203.0.113.7"),
        ("?", "?"),
    ],
)
def test_addresses_of_one_network_are_one_source(same: tuple[str, ...]) -> None:
    assert len({network(one) for one in same}) == 1
    assert len({backoff.keys(KEY, b"somebody", one) for one in same}) == 1


def test_other_networks_are_other_sources() -> None:
    others = (HERE, "2001:db8:1:3::7", "203.0.113.7", "203.0.113.8", "", "?")
    assert len({network(one) for one in others}) == len(others)


def test_a_turnstile_counts_a_network_of_ipv6_as_one() -> None:
    gate, passed = Turnstile(1, 2, lambda: 0.0), 0
    for number in range(5):
        if gate._may_pass(f"2001:db8:1:2::{number}"):
            passed += 1
    assert passed == 2
