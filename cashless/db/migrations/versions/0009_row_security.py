"""Let the database ask who acts: row-level security for everything a signed-in person does.

What a person does runs as the role ``cashless_person``. The transaction names the device (the hash
of its token), and each policy asks on its own whose device that is, whether it still counts, and
what its person may: a filter that the program forgot shows nothing, and so does a device that was
signed out. A table that is not named below is not there for people at all. The program's own role
``cashless_app`` (webhooks, settling, the command line) sees all rows, as before.

A login that may not create roles keeps the tables and no way to sign in: it fails closed.
"""

from collections.abc import Iterator

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

# Read with the rights of the owner, because they are what row-level security itself asks.
QUESTIONS = """
CREATE FUNCTION acting_device() RETURNS SETOF device LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
  SELECT d.* FROM device d JOIN person p ON p.id = d.person_id
  WHERE d.token_hash = decode(nullif(current_setting('cashless.device', true), ''), 'hex')
    AND d.revoked_at IS NULL AND d.ends_at > now() AND d.seen_at + d.idle_for > now()
    AND p.closed_at IS NULL
$$;
CREATE FUNCTION acting_person() RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$ SELECT person_id FROM acting_device() $$;
CREATE FUNCTION acting_device_id() RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$ SELECT id FROM acting_device() $$;
CREATE FUNCTION acting_grants(wanted text) RETURNS SETOF role_grant LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT g.* FROM acting_device() d CROSS JOIN LATERAL live_grants(d.person_id) g
  JOIN role_permission r ON r.role = g.role
  WHERE r.permission = wanted AND (d.permissions IS NULL OR wanted = ANY (d.permissions))
$$;
CREATE FUNCTION acts_everywhere(wanted text) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
  SELECT EXISTS (SELECT FROM acting_grants(wanted) g
    WHERE num_nonnulls(g.merchant_id, g.place_code, g.ward, g.provider) = 0)
$$;
CREATE FUNCTION merchants_of(wanted text) RETURNS SETOF bigint LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT merchant_id FROM acting_grants(wanted) WHERE merchant_id IS NOT NULL
  UNION
  SELECT t.merchant_id FROM acting_grants(wanted) g JOIN stall s ON s.place_code = g.place_code
  JOIN tenancy t ON t.stall_id = s.id
  WHERE coalesce(upper(t.during), 'infinity') > (now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date
$$;
CREATE FUNCTION places_seen() RETURNS SETOF text LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
  SELECT place_code FROM acting_grants('registry') WHERE place_code IS NOT NULL
  UNION
  SELECT s.place_code FROM stall s JOIN tenancy t ON t.stall_id = s.id
  WHERE t.merchant_id IN (SELECT merchants_of('registry'))
$$;
CREATE FUNCTION may_recover(whose bigint) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
  SELECT whose <> acting_person()
    AND bool_and(coalesce(merchant_id IN (SELECT merchants_of('office')), false)) IS TRUE
  FROM role_grant WHERE person_id = whose AND revoked_at IS NULL
    AND (valid_until IS NULL OR valid_until > now())
$$;
CREATE FUNCTION person_with_contact(mark bytea) RETURNS bigint LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT person_id FROM person_contact WHERE fingerprint = mark
$$;
CREATE FUNCTION has_credential(whose bigint) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
  SELECT EXISTS (SELECT FROM credential WHERE person_id = whose)
$$;
CREATE FUNCTION acting_code() RETURNS text LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$ SELECT code FROM person WHERE id = acting_person() $$;
CREATE FUNCTION today_begins() RETURNS timestamptz LANGUAGE sql STABLE AS $$
  SELECT date_trunc('day', now() AT TIME ZONE 'Asia/Ho_Chi_Minh') AT TIME ZONE 'Asia/Ho_Chi_Minh'
$$
"""

# Table → which of its rows a person sees.
HELD = "((SELECT acts_everywhere('{0}')) OR merchant_id IN (SELECT merchants_of('{0}')))"
TODAY = f"{HELD.format('history')} OR ({HELD.format('today')} AND {{0}} >= (SELECT today_begins()))"
MINE = "person_id = (SELECT acting_person())"
WITH_ROLE = "id IN (SELECT person_id FROM role_grant)"
ANYBODY = "(SELECT acts_everywhere('people'))"
OF_BOOKS = ("account_day", "day_close", "entry", "transfer")
SEEN = {
    "place": "(SELECT acts_everywhere('registry')) OR code IN (SELECT places_seen())",
    "stall": "(SELECT acts_everywhere('registry')) OR place_code IN (SELECT places_seen())",
    "merchant": HELD.format("registry").replace("merchant_id", "id"),
    "tenancy": HELD.format("registry"),
    "receiving_account": HELD.format("registry"),
    "stand": HELD.format("registry"),
    '"order"': f"{TODAY.format('created_at')} OR (merchant_id IN (SELECT merchants_of('orders'))"
    " AND created_at >= (SELECT today_begins()))",
    "message": TODAY.format("created_at"),
    "match": TODAY.format("matched_at"),
    "payment": "(SELECT acts_everywhere('provider'))"
    " OR provider IN (SELECT provider FROM acting_grants('provider'))"
    " OR EXISTS (SELECT FROM match x WHERE x.payment_id = payment.id)",
    "confirmation": "EXISTS (SELECT FROM payment p WHERE p.id = payment_id)",
    "book": HELD.format("takings"),
    **dict.fromkeys(OF_BOOKS, "book_id IN (SELECT id FROM book)"),
    "account_change": HELD.format("changes"),
    "account_change_step": "change_id IN (SELECT id FROM account_change)",
    "look": HELD.format("privacy"),
    "consent": HELD.format("privacy"),
    "person": f"(SELECT acting_person()) IN (id, created_by) OR {ANYBODY} OR {WITH_ROLE}",
    "person_contact": MINE,
    "device": f"{MINE} OR {ANYBODY}",
    "role_permission": "true",
    "role_grant": f"{MINE} OR {ANYBODY} OR merchant_id IN (SELECT merchants_of('helpers'))"
    " OR merchant_id IN (SELECT merchants_of('office'))",
    "invitation": "is_recovery AND may_recover(person_id)",
    "person_act": MINE,
    "kept_reply": "device_id = (SELECT acting_device_id())",
}
NEW_PERSON = "person_id IN (SELECT id FROM person WHERE created_by = (SELECT acting_person()))"
HELPER = "role = 'helper' AND merchant_id IN (SELECT merchants_of('helpers'))"
RECOVERY = "is_recovery AND approved_at IS NULL AND may_recover(person_id)"
# Table → what a person may add to it; (table, columns) → which rows may change, and into what.
ADDED = {
    '"order"': "merchant_id IN (SELECT merchants_of('orders'))",
    "person": "created_by = (SELECT acting_person())"
    " AND EXISTS (SELECT FROM acting_grants('helpers'))",
    "person_contact": NEW_PERSON,
    "role_grant": f"{HELPER} AND granted_by = (SELECT acting_code())",
    "invitation": f"opened_by = (SELECT acting_code()) AND (({RECOVERY})"
    f" OR (NOT is_recovery AND NOT has_credential(person_id) AND {NEW_PERSON}))",
    "kept_reply": "device_id = (SELECT acting_device_id())",
    "person_act": "who = (SELECT acting_code()) AND person_id IN (SELECT id FROM person)",
    "account_change_step": "stage = 1 AND who = (SELECT acting_code()) AND change_id IN"
    " (SELECT id FROM account_change WHERE merchant_id IN (SELECT merchants_of('approve')))",
}
CHANGED = {
    "merchant (page_version)": ("id IN (SELECT merchants_of('approve'))", "true"),
    "role_grant (revoked_at, revoked_by)": (HELPER, "revoked_by = (SELECT acting_code())"),
    "device (revoked_at)": (f"{MINE} OR (SELECT acts_everywhere('sign_out'))", "true"),
    "kept_reply (status, body)": ("device_id = (SELECT acting_device_id())", "true"),
    "invitation (approved_at, approved_by, token_hash, expires_at)": (
        RECOVERY,
        "approved_by = (SELECT acting_code())",
    ),
}
# Hashes of tokens are nobody's to read; elsewhere a row that is seen is seen whole.
READABLE = {
    "device": "(id, person_id, name, signed_in_at, proven_at, seen_at, idle_for, ends_at,"
    " permissions, revoked_at)",
    "invitation": "(id, person_id, is_recovery, why, opened_at, opened_by, approved_at,"
    " approved_by, expires_at, used_at)",
}
ASKED = (
    "acting_person()",
    "acting_device_id()",
    "acting_code()",
    "acting_grants(text)",
    "acts_everywhere(text)",
    "merchants_of(text)",
    "places_seen()",
    "may_recover(bigint)",
    "has_credential(bigint)",
    "person_with_contact(bytea)",
)

BOTH = "SELECT count(*) = 2 FROM pg_roles WHERE rolname IN ('cashless_app', 'cashless_person')"


def guarded() -> Iterator[str]:
    """Give the statements of row-level security, table by table."""
    yield "REVOKE EXECUTE ON FUNCTION acting_device() FROM PUBLIC"
    for question in ASKED:
        yield f"REVOKE EXECUTE ON FUNCTION {question} FROM PUBLIC"
        yield f"GRANT EXECUTE ON FUNCTION {question} TO cashless_app, cashless_person"
    yield "GRANT USAGE ON SCHEMA public TO cashless_person"
    for table, seen in SEEN.items():
        yield f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"
        yield f"CREATE POLICY machine ON {table} TO cashless_app USING (true) WITH CHECK (true)"
        yield f"CREATE POLICY seen ON {table} FOR SELECT TO cashless_person USING ({seen})"
        yield f"GRANT SELECT {READABLE.get(table, '')} ON {table} TO cashless_person"
    for table, added in ADDED.items():
        yield f"CREATE POLICY added ON {table} FOR INSERT TO cashless_person WITH CHECK ({added})"
        yield f"GRANT INSERT ON {table} TO cashless_person"
    for told, (before, after) in CHANGED.items():
        table, _, columns = told.partition(" ")
        yield f"GRANT UPDATE {columns} ON {table} TO cashless_person"
        yield (
            f"CREATE POLICY changed ON {table} FOR UPDATE TO cashless_person"
            f" USING ({before}) WITH CHECK ({after})"
        )


def upgrade() -> None:
    """Create the questions, then the policies that ask them."""
    op.execute(QUESTIONS)
    if op.get_bind().exec_driver_sql(BOTH).scalar_one():
        for statement in guarded():
            op.execute(statement)


def downgrade() -> None:
    """Refuse: without it a forgotten filter would show everything."""
    message = "row-level security is not taken down by a migration: restore a backup"
    raise RuntimeError(message)
