"""Let programs write through the API, each row under a policy, and give keys two live secrets.

A board registers who sells at its own stalls, adds a *first* receiving account, prints and revokes
stands; an owner or a board proposes another account, which goes its way of four eyes. None of it is
a right of the program alone: with the program's checks gone the policies below still refuse, a
second usable account first of all. What was changed about a merchant is a row that stays.

A key may be exchanged while its old secret counts for a while (``earlier_hash``): it is one key, so
its kept replies and its budget of calls go on. The budget is one moment for each key, unlogged,
because after a crash it may begin anew.
"""

from collections.abc import Iterator

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

TABLES = """
ALTER TABLE device ADD COLUMN earlier_hash bytea UNIQUE CHECK (length(earlier_hash) = 32),
  ADD COLUMN earlier_until timestamptz,
  ADD CONSTRAINT earlier_of_key CHECK (num_nonnulls(earlier_hash, earlier_until) = 0
    OR (num_nonnulls(earlier_hash, earlier_until) = 2 AND permissions IS NOT NULL));
COMMENT ON COLUMN device.earlier_hash IS 'of an API key: the secret before, good until then';
CREATE UNLOGGED TABLE key_budget (
  device_id bigint PRIMARY KEY,
  full_at timestamptz NOT NULL
);
COMMENT ON COLUMN key_budget.full_at IS 'when all calls of the budget are there again';
CREATE INDEX kept_reply_at ON kept_reply (at);
CREATE INDEX order_created ON "order" (created_at, code);
ALTER TABLE merchant ADD COLUMN registered_by bigint REFERENCES person DEFAULT acting_person();
CREATE TABLE merchant_change (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  merchant_id bigint NOT NULL REFERENCES merchant,
  field text NOT NULL CHECK (field IN ('name', 'category', 'kind', 'status')),
  was text NOT NULL,
  becomes text NOT NULL CHECK (becomes <> was),
  who text NOT NULL CHECK (length(who) BETWEEN 1 AND 120),
  why text NOT NULL CHECK (length(why) BETWEEN 3 AND 200),
  at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX merchant_change_of ON merchant_change (merchant_id, id);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON merchant_change
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
INSERT INTO role_permission (role, permission) VALUES
  ('board', 'register'), ('board', 'stands'), ('board', 'propose'), ('owner', 'propose')
ON CONFLICT DO NOTHING
"""

# Read with the rights of the owner: policies and prints ask what the person may not read whole.
QUESTIONS = """
CREATE OR REPLACE FUNCTION acting_device() RETURNS SETOF device LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
  SELECT d.* FROM device d JOIN person p ON p.id = d.person_id
  CROSS JOIN (SELECT decode(nullif(current_setting('cashless.device', true), ''), 'hex')) asked (h)
  WHERE (d.token_hash = h OR (d.earlier_hash = h AND d.earlier_until > now()))
    AND d.revoked_at IS NULL AND d.ends_at > now() AND d.seen_at + d.idle_for > now()
    AND p.closed_at IS NULL
$$;
CREATE FUNCTION was_placed(whose bigint) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
  SELECT EXISTS (SELECT FROM tenancy WHERE merchant_id = whose)
$$;
CREATE FUNCTION has_account(whose bigint) RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$
  SELECT EXISTS (SELECT FROM receiving_account WHERE merchant_id = whose)
$$;
CREATE FUNCTION newest_payment() RETURNS bigint LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS $$ SELECT coalesce(max(id), 0) FROM payment $$;
CREATE FUNCTION stand_proof(which bigint) RETURNS TABLE (id bigint, occurred_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT y.id, y.occurred_at
  FROM stand k JOIN receiving_account a ON a.id = k.account_id
  JOIN match x ON x.merchant_id = k.merchant_id AND x.payment_id > k.after_payment
  JOIN payment y ON y.id = x.payment_id
  WHERE k.id = which
    AND x.rule IN ('account', 'virtual_account') AND y.kind = 'credit'
    AND y.provider = a.provider AND a.number IN (y.account, y.virtual_account)
    AND y.occurred_at >= k.issued_at - interval '1 minute'
    AND (k.revoked_at IS NULL OR y.occurred_at < k.revoked_at)
    AND NOT EXISTS (SELECT FROM match z WHERE z.payment_id = x.payment_id AND z.seq > x.seq)
  ORDER BY x.payment_id LIMIT 1
$$
"""

PROGRAM = """
DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'cashless_app') THEN
    GRANT SELECT, INSERT ON merchant_change TO cashless_app;
    GRANT SELECT, INSERT, UPDATE, DELETE ON key_budget TO cashless_app;
    GRANT DELETE ON kept_reply TO cashless_app;
    GRANT USAGE ON SEQUENCE merchant_change_id_seq TO cashless_app;
  END IF;
END $$
"""

ME = "(SELECT acting_code())"
HELD = "merchant_id IN (SELECT merchants_of('{0}'))"
PLACE = "place_code IN (SELECT place_code FROM acting_grants('{0}'))"
STALL = f"stall_id IN (SELECT id FROM stall WHERE {PLACE})"  # noqa: S608  our own text
TODAY = "(now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date"
# Who has just been registered and stands at no stall yet, by whom.
NEW = (
    "registered_by = (SELECT acting_person()) AND EXISTS (SELECT FROM acting_grants('register'))"
    " AND NOT was_placed({0})"
)
SEEN = {
    "merchant": NEW.format("id"),
    "merchant_change": f"(SELECT acts_everywhere('registry')) OR {HELD.format('registry')}",
    "stand": STALL.format("registry"),
}
OWN = "EXISTS (SELECT FROM receiving_account a WHERE a.id = {0} AND a.merchant_id = {1} AND {2})"
ADDED = {
    "merchant": NEW.format("id"),
    "stall": PLACE.format("register"),
    "tenancy": f"{STALL.format('register')} AND lower(during) >= {TODAY}"  # noqa: S608  our own text
    f" AND ({HELD.format('register')} OR merchant_id IN"
    f" (SELECT m.id FROM merchant m WHERE {NEW.format('m.id')}))",
    "receiving_account": f"closed_at IS NULL AND ((usable AND NOT has_account(merchant_id)"
    f" AND {HELD.format('register')}) OR (NOT usable AND {HELD.format('propose')}))",
    "book": HELD.format("register")  # noqa: S608  our own text
    + " AND last_seq = 0 AND head = decode(repeat('00', 32), 'hex')"
    + " AND code = (SELECT m.code FROM merchant m WHERE m.id = merchant_id)",
    "merchant_change": f"who = {ME} AND {HELD.format('register')}",
    "account_change": f"requested_by = {ME} AND {HELD.format('propose')} AND "
    + OWN.format("old_account_id", "account_change.merchant_id", "a.usable")
    + " AND "
    + OWN.format("new_account_id", "account_change.merchant_id", "NOT a.usable"),
    "stand": f"issued_by = {ME} AND revoked_at IS NULL AND {HELD.format('stands')}"
    f" AND (stall_id IS NULL OR {STALL.format('stands')})",
}
OPEN = "status IN ('active', 'suspended', 'closed')"
STANDS = f"({HELD.format('stands')} OR {STALL.format('stands')})"
CHANGED = {
    "merchant (name, category, kind, status)": (
        f"{OPEN} AND id IN (SELECT merchants_of('register'))",
        OPEN,
    ),
    "stall (walking_order)": (PLACE.format("register"), PLACE.format("register")),
    "stand (revoked_at, revoked_by, revoke_reason)": (STANDS, f"revoked_by = {ME}"),
    '"order" (cancelled_at)': (
        f"cancelled_at IS NULL AND {HELD.format('orders')}",
        "cancelled_at IS NOT NULL",
    ),
}
ASKED = (
    "was_placed(bigint)",
    "has_account(bigint)",
    "newest_payment()",
    "stand_proof(bigint)",
)
BOTH = "SELECT count(*) = 2 FROM pg_roles WHERE rolname IN ('cashless_app', 'cashless_person')"


def guarded() -> Iterator[str]:
    """Give the statements of row-level security."""
    for question in ASKED:
        yield f"REVOKE EXECUTE ON FUNCTION {question} FROM PUBLIC"
        yield f"GRANT EXECUTE ON FUNCTION {question} TO cashless_app, cashless_person"
    yield "ALTER TABLE merchant_change ENABLE ROW LEVEL SECURITY"
    yield "CREATE POLICY machine ON merchant_change TO cashless_app USING (true) WITH CHECK (true)"
    yield "GRANT SELECT ON merchant_change TO cashless_person"
    yield "GRANT SELECT (earlier_until) ON device TO cashless_person"
    for table, seen in SEEN.items():
        yield f"CREATE POLICY api_seen ON {table} FOR SELECT TO cashless_person USING ({seen})"
    for table, added in ADDED.items():
        rule = f"FOR INSERT TO cashless_person WITH CHECK ({added})"
        yield f"CREATE POLICY api_added ON {table} {rule}"
        yield f"GRANT INSERT ON {table} TO cashless_person"
    for told, (before, after) in CHANGED.items():
        table, _, columns = told.partition(" ")
        yield f"GRANT UPDATE {columns} ON {table} TO cashless_person"
        yield (
            f"CREATE POLICY api_changed ON {table} FOR UPDATE TO cashless_person"
            f" USING ({before}) WITH CHECK ({after})"
        )


def upgrade() -> None:
    """Add the columns, tables and questions, then the policies."""
    for part in (TABLES, QUESTIONS, PROGRAM):
        op.execute(part)
    if op.get_bind().exec_driver_sql(BOTH).scalar_one():
        for statement in guarded():
            op.execute(statement)


def downgrade() -> None:
    """Refuse: what was changed about merchants, and by whom, is not forgotten by a migration."""
    message = "changes of merchants cannot be undone: restore a backup"
    raise RuntimeError(message)
