"""The Flask application: every page and the plain webhook door, put together.

It is made once per process with an engine and the settings, and holds no other state. The live
feeds and the fast webhook door live in ``cashless.asgi``, which asks this application for the rest.
"""

from collections.abc import Sequence
from functools import partial

from flask import Flask
from sqlalchemy import Engine

from cashless.api import description
from cashless.clock import business_date, now
from cashless.db.engine import transaction
from cashless.errors import NotFound
from cashless.reports.adoption import Adoption, adoption, last_days
from cashless.reports.adoption_wards import Located, located
from cashless.settings import Settings, vault_key
from cashless.web import (
    area,
    city,
    everybody,
    formats,
    headers,
    health,
    me,
    merchant,
    office,
    onboarding,
    opening,
    partner,
    passkey,
    problems,
    proof,
    public,
    sign_in,
    stands,
    work,
)
from cashless.web.signed_in import Door
from merchants import areas
from webhooks import routes
from webhooks.directory import Directory

_BODY_BYTES = 64 * 1024
_BEHIND_THE_DOOR = (*(sign_in, passkey, me, work, opening, office, onboarding, partner, everybody),)


def create_app(engine: Engine, settings: Settings) -> Flask:
    """Return the application on this database. Raises what ``vault_key`` raises."""
    app = Flask(__name__, template_folder="web/templates", static_folder="web/static")
    app.config["MAX_CONTENT_LENGTH"] = _BODY_BYTES
    key = vault_key(settings)
    https = settings.base_url.startswith("https:")
    transact = partial(transaction, engine)
    door = Door(transact, key, settings.base_url)
    parts = (
        public.blueprint(transact, app_links=settings.app_links),
        stands.blueprint(transact, app_links=settings.app_links),
        merchant.blueprint(transact, key, https=https),
        proof.blueprint(transact, key),
        city.blueprint(partial(_adoption, engine)),
        health.blueprint(transact),
        *(room.blueprint(door) for room in _BEHIND_THE_DOOR),
        area.blueprint(door, area.Published(partial(_by_ward, engine), _ward_name)),
        routes.blueprint(engine, Directory(engine, key)),
    )
    for part in parts:
        app.register_blueprint(part)
    description.install(app, transact, key)
    formats.install(app)
    headers.install(app, https=https)
    problems.install(app)
    return app


def _adoption(engine: Engine) -> Adoption:
    """Read the figures of the last 28 days, today included."""
    with transaction(engine) as db:
        return adoption(db, *last_days(business_date(now())))


def _by_ward(engine: Engine) -> tuple[Adoption, Sequence[Located]]:
    """Read the same figures, and which place lies in which ward."""
    with transaction(engine) as db:
        return adoption(db, *last_days(business_date(now()))), located(db)


def _ward_name(code: str) -> str | None:
    """Return the name of a ward or commune of today; None for what is none."""
    try:
        found = areas.find(code, business_date(now()))
    except NotFound:
        return None
    return found.written if found.level != "province" else None
