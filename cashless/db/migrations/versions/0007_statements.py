"""Keep statements: files as they came, their lines, which payment each line tells of; witnesses.

A statement is a delivery of its own kind; its lines and pairs are facts and only ever added. A
``witness`` is a telling of a transfer that another payment tells already: it is kept with its own
id and has no entry. One transfer told by bank, aggregator and wallet is one payment.
"""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

STATEMENT = """
CREATE TABLE statement (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  provider text NOT NULL,
  layout text NOT NULL,
  role text NOT NULL CHECK (role IN ('lines', 'differences', 'totals')),
  digest bytea NOT NULL UNIQUE CHECK (length(digest) = 32),
  file_name text NOT NULL CHECK (length(file_name) BETWEEN 1 AND 255),
  first_day date NOT NULL,
  last_day date NOT NULL CHECK (last_day >= first_day),
  lines integer NOT NULL,
  passed_over integer NOT NULL,
  amount_in bigint NOT NULL,
  amount_out bigint NOT NULL,
  delivery_day date NOT NULL,
  delivery_id uuid NOT NULL,
  imported_by text NOT NULL CHECK (length(imported_by) BETWEEN 1 AND 120),
  imported_at timestamptz NOT NULL
);
CREATE INDEX statement_days ON statement (provider, first_day, last_day);

CREATE TABLE statement_line (
  statement_id bigint NOT NULL REFERENCES statement,
  line integer NOT NULL,
  key text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('credit', 'debit', 'refund', 'reversal', 'return')),
  amount bigint NOT NULL CHECK (amount BETWEEN 0 AND 1000000000000),
  fee bigint NOT NULL,
  count integer NOT NULL,
  account text,
  virtual_account text,
  order_ref text,
  memo text NOT NULL,
  occurred_at timestamptz NOT NULL,
  exact boolean NOT NULL,
  business_date date NOT NULL,
  reference text,
  original text,
  balance bigint,
  PRIMARY KEY (statement_id, line)
);
CREATE INDEX statement_line_key ON statement_line (key);
CREATE INDEX statement_line_day ON statement_line (business_date);
CREATE INDEX statement_line_account ON statement_line (account, amount, business_date);
COMMENT ON COLUMN statement_line.exact IS 'false: only the day is told, the time is its noon';
COMMENT ON COLUMN statement_line.key IS 'id of the webhook, or made of what the line says';

CREATE TABLE statement_span (
  statement_id bigint NOT NULL REFERENCES statement,
  account text NOT NULL,
  opening bigint NOT NULL,
  closing bigint NOT NULL,
  first_line integer NOT NULL,
  last_line integer NOT NULL,
  first_day date NOT NULL,
  last_day date NOT NULL,
  PRIMARY KEY (statement_id, account, first_line)
);
CREATE INDEX statement_span_account ON statement_span (account, first_day);

CREATE TABLE statement_pair (
  statement_id bigint NOT NULL,
  line integer NOT NULL,
  payment_id bigint NOT NULL REFERENCES payment,
  rule text NOT NULL CHECK (rule IN ('again', 'id', 'reference', 'nearest', 'posted')),
  PRIMARY KEY (statement_id, line),
  FOREIGN KEY (statement_id, line) REFERENCES statement_line
);
CREATE INDEX statement_pair_payment ON statement_pair (payment_id);

CREATE INDEX payment_business_date ON payment USING brin (business_date) WITH (pages_per_range = 16)
"""

WITNESS = """
CREATE TABLE witness (
  payment_id bigint PRIMARY KEY REFERENCES payment,
  tells_of bigint NOT NULL REFERENCES payment,
  rule text NOT NULL CHECK (rule IN ('reference', 'statement')),
  noted_at timestamptz NOT NULL,
  CHECK (tells_of <> payment_id)
);
CREATE INDEX witness_tells_of ON witness (tells_of);

CREATE TABLE late_telling (
  payment_id bigint PRIMARY KEY REFERENCES payment,
  delivery_day date NOT NULL,
  delivery_id uuid NOT NULL,
  noted_at timestamptz NOT NULL
);
COMMENT ON TABLE late_telling IS 'the first webhook of a payment that a statement had told before';

ALTER TABLE confirmation DROP CONSTRAINT confirmation_source_check;
ALTER TABLE confirmation ADD CONSTRAINT confirmation_source_check
  CHECK (source IN ('statement', 'poll', 'person', 'witness'))
"""

TABLES = (
    *("statement", "statement_line", "statement_span", "statement_pair"),
    *("witness", "late_telling"),
)

GRANTS = """
DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'cashless_app') THEN
    GRANT SELECT, INSERT ON statement, statement_line, statement_span, statement_pair, witness,
      late_telling TO cashless_app;
    GRANT USAGE ON SEQUENCE statement_id_seq TO cashless_app;
  END IF;
END $$
"""


def upgrade() -> None:
    """Create the tables, their guards, and what the program's own role may do."""
    op.execute(STATEMENT)
    op.execute(WITNESS)
    for table in TABLES:
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    op.execute(GRANTS)


def downgrade() -> None:
    """Refuse: what a provider's file said is not forgotten by a migration."""
    message = "what statements said cannot be undone: restore a backup"
    raise RuntimeError(message)
