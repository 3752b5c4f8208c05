"""Result codes: a provider's table says how a payment stands; what it lacks is unknown.

An unknown code is never success. It is kept, acknowledged and listed to be asked about.
"""

from collections.abc import Mapping

from providers._protocol import Standing


def standing(table: Mapping[str, Standing], code: str) -> Standing:
    """Return how a payment with that code stands."""
    return table.get(code, Standing.UNKNOWN)
