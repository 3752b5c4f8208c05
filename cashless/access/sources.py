"""Where a caller comes from, as far as limits count it: what one caller cannot change at will.

An address of IPv4, or the first 64 bits of one of IPv6: whoever has one address of such a network
has all of them, and would be a new caller with each.
"""

from ipaddress import IPv6Address, ip_address


def network(address: str) -> str:
    """Return what counts as one caller; what is no address counts as it is written."""
    try:
        read = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if not isinstance(read, IPv6Address):
        return str(read)
    if read.ipv4_mapped is not None:
        return str(read.ipv4_mapped)
    return f"{read.packed[:8].hex()}/64"
