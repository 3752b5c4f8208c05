"""Keep more of what a provider says: links between payments, standings, sources, confirmations.

``payment`` learns which credit a refund or reversal takes back, the bank's own reference and the
balance it told. ``delivery`` learns the order and the standing a genuine call spoke of, so that
"what did you answer?" can be answered and what is not final can be asked. ``poll`` is the list of
what must be asked. A connection learns from where it may speak and of which accounts. A payment of
a weak connection is final once something independent confirms it (``confirmation``).
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

PAYMENT = """
ALTER TABLE payment ADD COLUMN original text;
ALTER TABLE payment ADD COLUMN reference text;
ALTER TABLE payment ADD COLUMN balance bigint;
ALTER TABLE payment DROP CONSTRAINT payment_kind_check;
ALTER TABLE payment ADD CONSTRAINT payment_kind_check
  CHECK (kind IN ('credit', 'debit', 'refund', 'reversal'));
CREATE INDEX payment_reference ON payment (reference) WHERE reference IS NOT NULL;
CREATE INDEX payment_original ON payment (provider, original) WHERE original IS NOT NULL
"""

DELIVERY = """
ALTER TABLE delivery ADD COLUMN order_ref text;
ALTER TABLE delivery ADD COLUMN standing text
  CHECK (standing IN ('paid', 'pending', 'hold', 'failed', 'unknown', 'test'));
ALTER TABLE delivery ADD COLUMN result_code text;
CREATE INDEX delivery_order ON delivery (connection_id, order_ref) WHERE order_ref IS NOT NULL
"""

POLL = """
CREATE TABLE poll (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  connection_id bigint NOT NULL REFERENCES connection,
  subject text NOT NULL CHECK (length(subject) BETWEEN 1 AND 200),
  order_ref text,
  provider_txn_id text,
  standing text NOT NULL CHECK (standing IN ('pending', 'hold', 'unknown')),
  result_code text NOT NULL,
  first_at timestamptz NOT NULL,
  last_at timestamptz NOT NULL,
  closed_at timestamptz,
  closed_as text CHECK (closed_as IN ('paid', 'failed', 'given_up')),
  UNIQUE (connection_id, subject),
  CHECK ((closed_at IS NULL) = (closed_as IS NULL))
);
CREATE INDEX poll_open ON poll (last_at) WHERE closed_at IS NULL
"""

CONNECTION = """
ALTER TABLE connection ADD COLUMN sources text[] NOT NULL DEFAULT '{}';
ALTER TABLE connection ADD COLUMN source_rule text NOT NULL DEFAULT 'record'
  CHECK (source_rule IN ('record', 'block'));
ALTER TABLE connection ADD COLUMN accounts text[] NOT NULL DEFAULT '{}';
COMMENT ON COLUMN connection.sources IS 'networks it may call from; empty: any';
COMMENT ON COLUMN connection.accounts IS 'account numbers it may speak of; empty: any'
"""

CONFIRMATION = """
CREATE TABLE confirmation (
  payment_id bigint PRIMARY KEY REFERENCES payment,
  source text NOT NULL CHECK (source IN ('statement', 'poll', 'person')),
  why text NOT NULL CHECK (length(why) BETWEEN 1 AND 200),
  confirmed_by text NOT NULL CHECK (length(confirmed_by) BETWEEN 1 AND 120),
  confirmed_at timestamptz NOT NULL
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON confirmation
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
"""

GRANTS = """
DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'cashless_app') THEN
    GRANT SELECT, INSERT, UPDATE ON poll TO cashless_app;
    GRANT SELECT, INSERT ON confirmation TO cashless_app;
    GRANT USAGE ON SEQUENCE poll_id_seq TO cashless_app;
  END IF;
END $$
"""


def upgrade() -> None:
    """Add the columns and the two tables, then what the program's own role may do."""
    for part in (PAYMENT, DELIVERY, POLL, CONNECTION, CONFIRMATION, GRANTS):
        op.execute(part)


def downgrade() -> None:
    """Refuse: what a provider said is not forgotten by a migration."""
    message = "what providers said cannot be undone: restore a backup"
    raise RuntimeError(message)
