"""Two questions of whoever looks after the server.

``/healthz``: is the process alive. ``/readyz``: can it do its work, which means that the database
answers and takes entries. The second is 503 when it cannot, so that nobody sends it money.
"""

from flask import Blueprint, Response, jsonify

from cashless.reports.readiness import readiness
from cashless.reports.source import Transact

_UNAVAILABLE = 503


def blueprint(transact: Transact) -> Blueprint:
    """Return the routes ``/healthz`` and ``/readyz``."""
    routes = Blueprint("health", __name__)

    @routes.get("/healthz")
    def alive() -> Response:
        return jsonify({"ok": True})

    @routes.get("/readyz")
    def ready() -> Response:
        with transact() as db:
            found = readiness(db)
        response = jsonify({"ok": found["ready"], "append_only": found["append_only"]})
        response.status_code = 200 if found["ready"] else _UNAVAILABLE
        return response

    return routes
