"""Keep personal data sealed, who looked at it, and what each merchant agreed to.

A number is stored sealed with the vault key and bound to its merchant and kind; its fingerprint
(a keyed hash) finds the same number again without opening anything. Looks and consents are facts:
rows are added only. A number may be replaced or forgotten, which leaves the looks in place.
"""

from alembic import op

revision = "0006"
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

GRANTS = """
DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'cashless_app') THEN
    GRANT SELECT, INSERT, UPDATE, DELETE ON personal_datum TO cashless_app;
    GRANT SELECT, INSERT ON look, consent TO cashless_app;
    GRANT USAGE ON SEQUENCE look_id_seq, consent_id_seq TO cashless_app;
  END IF;
END $$
"""


def upgrade() -> None:
    """Create the three tables, then what the program's own role may do."""
    op.execute(TABLES)
    op.execute(GRANTS)


def downgrade() -> None:
    """Refuse: who looked at personal data is not forgotten by a migration."""
    message = "looks at personal data cannot be undone: restore a backup"
    raise RuntimeError(message)
