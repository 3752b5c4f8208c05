"""Sources: the addresses that a connection lists, and calls that come from elsewhere.

Published address lists disagree and age, so a connection that has one records a call from elsewhere
and goes on; it turns such calls away only where its operator has said so. The address is that of
the caller as the server saw it; what a header says about it is not believed.
"""

from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from cashless.errors import Invalid

Network = IPv4Network | IPv6Network

RULES = ("record", "block")


def networks(written: Iterable[str]) -> tuple[Network, ...]:
    """Read addresses and networks. Raises ``Invalid("source_invalid")``."""
    try:
        return tuple(ip_network(one.strip()) for one in written)
    except ValueError as error:
        raise Invalid(
            "source_invalid",
            "Write a source as an address or network, for example 203.0.113.7 or 203.0.113.0/24.",
            "Hãy ghi nguồn dạng địa chỉ hoặc dải mạng, ví dụ 203.0.113.7 hoặc 203.0.113.0/24.",
        ) from error


def is_foreign(listed: Iterable[Network], source: str) -> bool:
    """Tell whether a call came from outside a list; an empty list takes every address."""
    known = tuple(listed)
    if not known:
        return False
    try:
        address = ip_address(source)
    except ValueError:
        return True
    mapped = getattr(address, "ipv4_mapped", None) or address
    return not any(mapped in network for network in known)
