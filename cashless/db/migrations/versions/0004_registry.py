"""Keep personal data sealed, what merchants agreed to, and changes of receiving accounts.

A number is stored sealed with the vault key and bound to its merchant and kind; its fingerprint
(a keyed hash) finds the same number again without opening anything. Looks and consents are facts:
rows are added only. A number may be replaced or forgotten, which leaves the looks in place.

Changing the account behind a code is the one attack that pays, so the database itself knows its
rules: who decides is not who asked, a change is decided once and ended once, and an account that is
still being changed to is heard of (``usable`` is false) but stands in no code.
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE personal_datum (
  merchant_id bigint NOT NULL REFERENCES merchant,
  kind text NOT NULL CHECK (kind IN ('tax_code', 'old_tax_code', 'id_card', 'phone',
                                     'registration_number')),
  sealed bytea NOT NULL,
  fingerprint bytea NOT NULL CHECK (length(fingerprint) = 32),
  noted_at timestamptz NOT NULL,
  noted_by text NOT NULL CHECK (length(noted_by) BETWEEN 1 AND 120),
  PRIMARY KEY (merchant_id, kind)
);
CREATE INDEX personal_datum_fingerprint ON personal_datum (fingerprint);

CREATE TABLE look (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  merchant_id bigint NOT NULL REFERENCES merchant,
  kind text NOT NULL,
  act text NOT NULL CHECK (act IN ('noted', 'revealed', 'exported', 'forgotten')),
  who text NOT NULL CHECK (length(who) BETWEEN 1 AND 120),
  why text NOT NULL CHECK (length(why) BETWEEN 3 AND 200),
  at timestamptz NOT NULL
);
CREATE INDEX look_merchant ON look (merchant_id, id);

CREATE TABLE consent (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  merchant_id bigint NOT NULL REFERENCES merchant,
  purpose text NOT NULL CHECK (purpose IN ('registration', 'statistics', 'contact')),
  text_version text NOT NULL CHECK (text_version ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'),
  is_given boolean NOT NULL,
  witness text NOT NULL CHECK (length(witness) BETWEEN 1 AND 120),
  at timestamptz NOT NULL
);
CREATE INDEX consent_merchant ON consent (merchant_id, purpose, id);

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON look
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON consent
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
"""

CHANGES = """
ALTER TABLE receiving_account ADD COLUMN usable boolean NOT NULL DEFAULT true;
COMMENT ON COLUMN receiving_account.usable IS 'false: heard of, but in no code yet';

CREATE TABLE account_change (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  merchant_id bigint NOT NULL REFERENCES merchant,
  old_account_id bigint NOT NULL REFERENCES receiving_account,
  new_account_id bigint NOT NULL UNIQUE REFERENCES receiving_account,
  requested_by text NOT NULL CHECK (length(requested_by) BETWEEN 1 AND 120),
  requested_at timestamptz NOT NULL,
  why text NOT NULL CHECK (length(why) BETWEEN 3 AND 200),
  UNIQUE (id, requested_by)
);
CREATE INDEX account_change_merchant ON account_change (merchant_id);

CREATE TABLE account_change_step (
  change_id bigint NOT NULL,
  stage smallint NOT NULL,
  step text NOT NULL,
  requested_by text NOT NULL,
  who text NOT NULL CHECK (length(who) BETWEEN 1 AND 120),
  why text NOT NULL CHECK (length(why) BETWEEN 3 AND 200),
  at timestamptz NOT NULL,
  PRIMARY KEY (change_id, stage),
  FOREIGN KEY (change_id, requested_by) REFERENCES account_change (id, requested_by),
  CHECK ((stage, step) IN ((1, 'approved'), (2, 'activated'), (2, 'refused'), (2, 'frozen'))),
  CHECK (step <> 'approved' OR who <> requested_by)
);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON account_change
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON account_change_step
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
"""

GRANTS = """
DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'cashless_app') THEN
    GRANT SELECT, INSERT, UPDATE, DELETE ON personal_datum TO cashless_app;
    GRANT SELECT, INSERT ON look, consent, account_change, account_change_step TO cashless_app;
    GRANT USAGE ON SEQUENCE look_id_seq, consent_id_seq, account_change_id_seq TO cashless_app;
  END IF;
END $$
"""


def upgrade() -> None:
    """Create the tables, then what the program's own role may do."""
    op.execute(TABLES)
    op.execute(CHANGES)
    op.execute(GRANTS)


def downgrade() -> None:
    """Refuse: who looked at personal data is not forgotten by a migration."""
    message = "looks at personal data cannot be undone: restore a backup"
    raise RuntimeError(message)
