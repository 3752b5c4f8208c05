"""Link what takes money back, name terminals, and note calls that came from elsewhere.

``match`` learns which credit a refund, reversal or debit takes back; ``unpaired`` is the list of
those whose credit is not known yet, and rows leave it as they leave ``arrival``. A *terminal* is
what a wallet or gateway calls a merchant or a stall: it is heard of like a receiving account, but
nobody can transfer money to it. A delivery remembers that its address was not one that the
connection lists, and a question to a provider who ended it and why.
"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

MATCH = """
ALTER TABLE match ADD COLUMN credit_id bigint REFERENCES payment;
CREATE INDEX match_credit ON match (credit_id) WHERE credit_id IS NOT NULL;
COMMENT ON COLUMN match.credit_id IS 'the credit that a refund, reversal or debit takes back';
CREATE TABLE unpaired (payment_id bigint PRIMARY KEY REFERENCES payment)
"""

TERMINAL = """
CREATE TABLE terminal (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  merchant_id bigint NOT NULL REFERENCES merchant,
  provider text NOT NULL,
  number text NOT NULL CHECK (number ~ '^[A-Za-z0-9._:-]{1,64}$'),
  opened_at timestamptz NOT NULL DEFAULT now(),
  closed_at timestamptz
);
CREATE UNIQUE INDEX terminal_once ON terminal (provider, number) WHERE closed_at IS NULL;
CREATE INDEX terminal_merchant ON terminal (merchant_id);
CREATE INDEX receiving_account_written ON receiving_account ((bin || ':' || number));
CREATE VIEW heard_account AS
SELECT provider, number, merchant_id, closed_at FROM receiving_account
UNION ALL SELECT provider, number, merchant_id, closed_at FROM terminal
UNION ALL SELECT 'standard', bin || ':' || number, merchant_id, closed_at FROM receiving_account;
COMMENT ON VIEW heard_account IS 'by what payments name their merchant, as each provider says it'
"""

PATH = """
ALTER TABLE delivery ADD COLUMN is_foreign boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN delivery.is_foreign IS 'it came from an address not listed';
ALTER TABLE poll ADD COLUMN closed_by text CHECK (length(closed_by) BETWEEN 1 AND 120);
ALTER TABLE poll ADD COLUMN closed_why text CHECK (length(closed_why) BETWEEN 1 AND 200)
"""

GRANTS = """
DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'cashless_app') THEN
    GRANT SELECT, INSERT, DELETE, UPDATE ON unpaired TO cashless_app;
    GRANT SELECT, INSERT, UPDATE ON terminal TO cashless_app;
    GRANT SELECT ON heard_account TO cashless_app;
    GRANT USAGE ON SEQUENCE terminal_id_seq TO cashless_app;
  END IF;
END $$
"""


def upgrade() -> None:
    """Add the columns and the two tables, then what the program's own role may do."""
    for part in (MATCH, TERMINAL, PATH, GRANTS):
        op.execute(part)


def downgrade() -> None:
    """Refuse: what was linked and heard is not forgotten by a migration."""
    message = "links between payments cannot be undone: restore a backup"
    raise RuntimeError(message)
