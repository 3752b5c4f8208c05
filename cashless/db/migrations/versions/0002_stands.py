"""Add stands: the printed codes, what they say, and when they were withdrawn.

What stands on paper cannot be changed afterwards, so neither can its row: after it was issued only
the three facts of its withdrawal may be added, once. A trigger says so to everybody, the owner
included. A stall has one live stand at a time, and so has a merchant without a stall: "is this the
genuine code?" has one answer. The account must be the merchant's own, and a stand replaces a stand
of the same merchant, at most one each; the keys of two columns say that.
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

STAND = """
ALTER TABLE receiving_account ADD CONSTRAINT receiving_account_of UNIQUE (id, merchant_id);

CREATE TABLE stand (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  token text NOT NULL UNIQUE CHECK (token ~ '^[A-HJKMNP-Z2-9]{16}$'),
  merchant_id bigint NOT NULL REFERENCES merchant,
  stall_id bigint REFERENCES stall,
  account_id bigint NOT NULL,
  payload text NOT NULL CHECK (length(payload) BETWEEN 1 AND 512),
  check_word text NOT NULL CHECK (length(check_word) BETWEEN 1 AND 40),
  issued_at timestamptz NOT NULL,
  issued_by text NOT NULL CHECK (length(issued_by) BETWEEN 1 AND 120),
  reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 200),
  print_number integer NOT NULL CHECK (print_number > 0),
  replaces bigint UNIQUE,
  after_payment bigint NOT NULL,
  revoked_at timestamptz CHECK (revoked_at >= issued_at),
  revoked_by text CHECK (length(revoked_by) BETWEEN 1 AND 120),
  revoke_reason text CHECK (length(revoke_reason) BETWEEN 1 AND 200),
  UNIQUE (id, merchant_id),
  FOREIGN KEY (account_id, merchant_id) REFERENCES receiving_account (id, merchant_id),
  FOREIGN KEY (replaces, merchant_id) REFERENCES stand (id, merchant_id),
  CHECK ((print_number > 1) = (replaces IS NOT NULL)),
  CHECK (num_nonnulls(revoked_at, revoked_by, revoke_reason) IN (0, 3))
);
COMMENT ON COLUMN stand.after_payment IS 'newest payment when it was issued: later ones prove it';
CREATE UNIQUE INDEX stand_live_at_stall ON stand (stall_id)
  WHERE revoked_at IS NULL AND stall_id IS NOT NULL;
CREATE UNIQUE INDEX stand_live_of_merchant ON stand (merchant_id)
  WHERE revoked_at IS NULL AND stall_id IS NULL;
CREATE INDEX stand_merchant ON stand (merchant_id);
CREATE INDEX stand_stall ON stand (stall_id)
"""

GUARD = """
CREATE FUNCTION keep_stand() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  ending text[] := ARRAY['revoked_at', 'revoked_by', 'revoke_reason'];
BEGIN
  IF OLD.revoked_at IS NOT NULL OR to_jsonb(NEW) - ending <> to_jsonb(OLD) - ending THEN
    RAISE EXCEPTION 'a stand is as it was printed; it can be revoked, once'
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER keep BEFORE UPDATE ON stand FOR EACH ROW EXECUTE FUNCTION keep_stand();
CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON stand
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
"""

GRANTS = """
DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'cashless_app') THEN
    GRANT SELECT, INSERT ON stand TO cashless_app;
    GRANT UPDATE (revoked_at, revoked_by, revoke_reason) ON stand TO cashless_app;
    GRANT USAGE ON SEQUENCE stand_id_seq TO cashless_app;
  END IF;
END $$
"""


def upgrade() -> None:
    """Create the table, its guard, and what the program's own role may do."""
    for part in (STAND, GUARD, GRANTS):
        op.execute(part)


def downgrade() -> None:
    """Refuse: which codes are genuine is known here only."""
    message = "stands are not taken down by a migration: which codes are genuine stands there only"
    raise RuntimeError(message)
