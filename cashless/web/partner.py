"""A provider's engineer: the payments this provider told us of, and nobody else's.

What is needed to answer "did you get it?": the provider's own transaction id, the amount, when it
happened and when it was kept. No merchant, no memo, no payer: those are not the engineer's.
"""

from flask import Blueprint
from werkzeug.wrappers import Response as Answer

from cashless.reports import partner as report
from cashless.web.signed_in import Door, Visit, Way
from providers import find


def blueprint(door: Door) -> Blueprint:
    """Return the route ``/partner/<provider>``."""
    return door.blueprint(
        "partner", [Way("/partner/<provider>", "GET", partner, "provider", "provider")]
    )


def partner(visit: Visit, provider: str) -> Answer:
    """Show the newest payments of one provider, and the count of each day.

    Raises ``NotFound("provider_unknown")``.
    """
    find(provider)
    return visit.page(
        "partner.html",
        provider=provider,
        days=report.days(visit.db, provider),
        payments=report.newest(visit.db, provider),
    )
