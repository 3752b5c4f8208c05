"""Lay the first tables: registry, path of a payment, ledger.

Written in SQL on purpose: the rules that keep money right (append-only, once is once, positive
amounts, no overlapping tenancies) live in the database, where no later program can forget them.

The role ``cashless_app`` is what the program runs as. It may add facts and keep the registry, and
it may not change or remove a delivery, payment, match, entry or transfer. Triggers say the same to
every other role, the owner included. A login without CREATEROLE keeps the triggers alone.
"""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

ROLE = """
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'cashless_app') THEN
    CREATE ROLE cashless_app NOLOGIN;
  END IF;
  IF NOT pg_has_role(current_user, 'cashless_app', 'MEMBER') THEN
    EXECUTE format('GRANT cashless_app TO %I', current_user);
  END IF;
EXCEPTION
  WHEN insufficient_privilege OR duplicate_object OR unique_violation THEN
    RAISE NOTICE 'role cashless_app not created: triggers alone keep the ledger append-only';
END $$
"""

REGISTRY = """
CREATE EXTENSION IF NOT EXISTS btree_gist;

CREATE TABLE place (
  code text PRIMARY KEY CHECK (code ~ '^[A-Z0-9][A-Z0-9-]{0,19}$'),
  kind text NOT NULL CHECK (kind IN ('market', 'street')),
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 120),
  ward text NOT NULL DEFAULT '30742',
  ward_valid_from date NOT NULL DEFAULT '2025-07-01',
  market_class smallint CHECK (market_class BETWEEN 1 AND 3)
);

CREATE TABLE stall (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  place_code text NOT NULL REFERENCES place,
  code text NOT NULL UNIQUE CHECK (code ~ '^[A-Z0-9][A-Z0-9-]{0,29}$'),
  walking_order integer NOT NULL DEFAULT 0
);

CREATE TABLE merchant (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  code text NOT NULL UNIQUE,
  kind text NOT NULL CHECK (kind IN ('household', 'unregistered', 'enterprise', 'market_board')),
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 120),
  category text NOT NULL,
  status text NOT NULL CHECK (status IN ('draft', 'pending', 'active', 'suspended', 'closed')),
  page_version integer NOT NULL DEFAULT 1,
  registered_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE tenancy (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  stall_id bigint NOT NULL REFERENCES stall,
  merchant_id bigint NOT NULL REFERENCES merchant,
  during daterange NOT NULL,
  EXCLUDE USING gist (stall_id WITH =, during WITH &&)
);
CREATE INDEX tenancy_merchant ON tenancy (merchant_id);

CREATE TABLE receiving_account (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  merchant_id bigint NOT NULL REFERENCES merchant,
  provider text,
  bin text NOT NULL CHECK (bin ~ '^[0-9]{6}$'),
  number text NOT NULL CHECK (number ~ '^[A-Za-z0-9]{1,19}$'),
  holder text NOT NULL CHECK (length(holder) BETWEEN 1 AND 120),
  opened_at timestamptz NOT NULL DEFAULT now(),
  closed_at timestamptz
);
CREATE UNIQUE INDEX receiving_account_once ON receiving_account (bin, number)
  WHERE closed_at IS NULL;
CREATE INDEX receiving_account_provider ON receiving_account (provider, number);
CREATE INDEX receiving_account_merchant ON receiving_account (merchant_id);

CREATE TABLE "order" (
  code text PRIMARY KEY,
  merchant_id bigint NOT NULL REFERENCES merchant,
  account_id bigint NOT NULL REFERENCES receiving_account,
  amount bigint NOT NULL CHECK (amount BETWEEN 1 AND 499999999),
  note text NOT NULL DEFAULT '',
  payload text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  cancelled_at timestamptz
);
CREATE INDEX order_merchant ON "order" (merchant_id, created_at)
"""

PATH = """
CREATE TABLE connection (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  token_hash bytea NOT NULL UNIQUE,
  provider text NOT NULL,
  protocol text NOT NULL,
  environment text NOT NULL CHECK (environment IN ('production', 'sandbox')),
  created_at timestamptz NOT NULL DEFAULT now(),
  closed_at timestamptz
);
CREATE TABLE connection_secret (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  connection_id bigint NOT NULL REFERENCES connection,
  sealed bytea NOT NULL,
  valid_from timestamptz NOT NULL DEFAULT now(),
  valid_until timestamptz
);
CREATE INDEX connection_secret_connection ON connection_secret (connection_id);

CREATE TABLE delivery (
  day date NOT NULL,
  id uuid NOT NULL,
  connection_id bigint NOT NULL,
  method text NOT NULL,
  operation text NOT NULL,
  query text NOT NULL,
  headers text NOT NULL,
  body bytea NOT NULL,
  digest bytea NOT NULL,
  source text NOT NULL,
  received_at timestamptz NOT NULL,
  outcome text NOT NULL
    CHECK (outcome IN ('stored', 'duplicate', 'conflict', 'silent', 'unreadable')),
  reason text,
  reply_status smallint NOT NULL,
  reply_headers text NOT NULL,
  reply_body bytea NOT NULL,
  PRIMARY KEY (day, id)
) PARTITION BY RANGE (day);

CREATE TABLE refusal (
  day date NOT NULL,
  connection_id bigint NOT NULL,
  reason text NOT NULL,
  count bigint NOT NULL,
  last_digest bytea NOT NULL,
  first_at timestamptz NOT NULL,
  last_at timestamptz NOT NULL,
  PRIMARY KEY (day, connection_id, reason)
);

CREATE SEQUENCE payment_id;
CREATE TABLE payment (
  id bigint PRIMARY KEY DEFAULT nextval('payment_id'),
  provider text NOT NULL,
  provider_txn_id text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('credit', 'debit', 'reversal')),
  amount bigint NOT NULL CHECK (amount BETWEEN 1 AND 1000000000000),
  account text,
  virtual_account text,
  order_ref text,
  memo text NOT NULL,
  payer text,
  occurred_at timestamptz NOT NULL,
  business_date date NOT NULL,
  digest bytea NOT NULL,
  trust text NOT NULL CHECK (trust IN ('signed', 'weak')),
  connection_id bigint NOT NULL,
  delivery_day date NOT NULL,
  delivery_id uuid NOT NULL,
  kept_at timestamptz NOT NULL,
  UNIQUE (provider, provider_txn_id, kind)
);
CREATE TABLE arrival (payment_id bigint PRIMARY KEY, not_before timestamptz);

CREATE TABLE conflict (
  id bigint PRIMARY KEY DEFAULT nextval('payment_id'),
  payment_id bigint NOT NULL REFERENCES payment,
  amount bigint NOT NULL,
  account text,
  memo text NOT NULL,
  occurred_at timestamptz NOT NULL,
  business_date date NOT NULL,
  digest bytea NOT NULL,
  delivery_day date NOT NULL,
  delivery_id uuid NOT NULL,
  noted_at timestamptz NOT NULL,
  UNIQUE (payment_id, digest)
);

CREATE TABLE match (
  payment_id bigint NOT NULL REFERENCES payment,
  seq smallint NOT NULL,
  merchant_id bigint REFERENCES merchant,
  order_code text,
  rule text NOT NULL,
  explanation text NOT NULL,
  matched_by text NOT NULL,
  matched_at timestamptz NOT NULL,
  PRIMARY KEY (payment_id, seq)
);
CREATE INDEX match_order ON match (order_code) WHERE order_code IS NOT NULL;
CREATE INDEX match_suspense ON match (payment_id) WHERE merchant_id IS NULL;
CREATE INDEX match_merchant ON match (merchant_id, payment_id) WHERE merchant_id IS NOT NULL;

CREATE TABLE message (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  merchant_id bigint NOT NULL,
  payment_id bigint NOT NULL,
  match_seq smallint NOT NULL,
  order_code text,
  amount bigint NOT NULL,
  provider text NOT NULL,
  created_at timestamptz NOT NULL,
  UNIQUE (payment_id, match_seq)
);
CREATE INDEX message_merchant ON message (merchant_id, id)
"""

LEDGER = """
CREATE TABLE book (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  code text NOT NULL UNIQUE,
  merchant_id bigint UNIQUE REFERENCES merchant,
  last_seq bigint NOT NULL DEFAULT 0,
  head bytea NOT NULL
);
CREATE TABLE entry (
  book_id bigint NOT NULL REFERENCES book,
  seq bigint NOT NULL CHECK (seq > 0),
  kind text NOT NULL,
  payment_id bigint,
  match_seq smallint,
  cause text NOT NULL,
  business_date date NOT NULL,
  posted_at timestamptz NOT NULL,
  reverses bigint,
  hash bytea NOT NULL CHECK (length(hash) = 32),
  PRIMARY KEY (book_id, seq)
);
CREATE UNIQUE INDEX entry_once ON entry (payment_id, match_seq, book_id)
  WHERE payment_id IS NOT NULL;
CREATE TABLE transfer (
  book_id bigint NOT NULL,
  seq bigint NOT NULL,
  line smallint NOT NULL,
  debit text NOT NULL,
  credit text NOT NULL CHECK (credit <> debit),
  amount bigint NOT NULL CHECK (amount BETWEEN 1 AND 1000000000000),
  PRIMARY KEY (book_id, seq, line),
  FOREIGN KEY (book_id, seq) REFERENCES entry
);
CREATE TABLE account_day (
  book_id bigint NOT NULL,
  account text NOT NULL,
  business_date date NOT NULL,
  debits bigint NOT NULL,
  credits bigint NOT NULL,
  debit_count bigint NOT NULL,
  credit_count bigint NOT NULL,
  PRIMARY KEY (book_id, account, business_date)
);
CREATE INDEX account_day_date ON account_day (business_date);
INSERT INTO book (code, merchant_id, head)
VALUES ('platform', NULL, decode(repeat('00', 32), 'hex'))
"""

APPEND_ONLY = ("delivery", "payment", "conflict", "match", "message", "entry", "transfer")

GUARD = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only: % refused; correct by adding a row', TG_TABLE_NAME, TG_OP
    USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION ensure_delivery_partitions(from_day date, months integer) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
  first_day date;
  last_day date;
  name text;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('ensure_delivery_partitions'));
  FOR step IN 0 .. months - 1 LOOP
    first_day := (date_trunc('month', from_day) + make_interval(months => step))::date;
    last_day := (first_day + interval '1 month')::date;
    name := 'delivery_' || to_char(first_day, 'YYYY_MM');
    CONTINUE WHEN to_regclass(name) IS NOT NULL;
    CONTINUE WHEN EXISTS (
      SELECT FROM delivery_other WHERE day >= first_day AND day < last_day);
    EXECUTE format('CREATE TABLE %I PARTITION OF delivery FOR VALUES FROM (%L) TO (%L)',
                   name, first_day, last_day);
    EXECUTE format('CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON %I '
                   'FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()', name);
  END LOOP;
END $$;

CREATE FUNCTION tell_connection_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('cashless_connection', '');
  RETURN NULL;
END $$;
CREATE TRIGGER tell AFTER INSERT OR UPDATE OR DELETE ON connection
  FOR EACH STATEMENT EXECUTE FUNCTION tell_connection_change();
CREATE TRIGGER tell AFTER INSERT OR UPDATE OR DELETE ON connection_secret
  FOR EACH STATEMENT EXECUTE FUNCTION tell_connection_change();

CREATE TABLE delivery_other PARTITION OF delivery DEFAULT;
SELECT ensure_delivery_partitions((now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date, 3)
"""

GRANTS = """
DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'cashless_app') THEN
    GRANT USAGE ON SCHEMA public TO cashless_app;
    GRANT SELECT ON ALL TABLES IN SCHEMA public TO cashless_app;
    GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO cashless_app;
    GRANT INSERT ON delivery, payment, conflict, match, message, entry, transfer TO cashless_app;
    GRANT INSERT, UPDATE ON place, stall, merchant, tenancy, receiving_account, "order",
      connection, connection_secret, refusal, book, account_day TO cashless_app;
    GRANT INSERT, UPDATE, DELETE ON arrival TO cashless_app;
  END IF;
END $$
"""


def upgrade() -> None:
    """Create every table, then the guards, then what the program's own role may do."""
    for part in (ROLE, REGISTRY, PATH, LEDGER, GUARD):
        op.execute(part)
    for table in (*APPEND_ONLY, "delivery_other"):
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    op.execute(GRANTS)


def downgrade() -> None:
    """Refuse: a ledger is not taken down by a migration."""
    message = "the first migration is not undone: it would destroy the ledger; restore a backup"
    raise RuntimeError(message)
