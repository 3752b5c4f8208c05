"""Passkeys: a person's public keys, and the challenges that were answered.

A passkey is a row that is added once; its person may rename it and remove it, once, and the program
notes each use with the counter of the authenticator. A removed one stays as a row, so that it never
comes back under another person. A challenge carries its own seal and needs no row before it is
answered; then its digest is kept until it would have ended, so that no answer counts twice.
"""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE passkey (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  person_id bigint NOT NULL REFERENCES person,
  credential_id bytea NOT NULL UNIQUE CHECK (length(credential_id) BETWEEN 16 AND 1023),
  public_key bytea NOT NULL CHECK (length(public_key) BETWEEN 32 AND 4096),
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 60),
  counter bigint NOT NULL CHECK (counter >= 0),
  added_at timestamptz NOT NULL DEFAULT now(),
  used_at timestamptz,
  removed_at timestamptz
);
CREATE INDEX passkey_person ON passkey (person_id) WHERE removed_at IS NULL;
CREATE TABLE spent_challenge (
  digest bytea PRIMARY KEY CHECK (length(digest) = 32),
  ends_at timestamptz NOT NULL
);
CREATE FUNCTION keep_passkey() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  lives text[] := ARRAY['name', 'counter', 'used_at', 'removed_at'];
BEGIN
  IF OLD.removed_at IS NOT NULL OR to_jsonb(NEW) - lives <> to_jsonb(OLD) - lives THEN
    RAISE EXCEPTION 'a passkey stays whose it was; it can be removed, once'
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER keep BEFORE UPDATE ON passkey FOR EACH ROW EXECUTE FUNCTION keep_passkey();
CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON passkey
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'cashless_app') THEN
    GRANT SELECT, INSERT ON passkey TO cashless_app;
    GRANT UPDATE (name, counter, used_at, removed_at) ON passkey TO cashless_app;
    GRANT SELECT, INSERT, DELETE ON spent_challenge TO cashless_app;
    GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO cashless_app;
  END IF;
END $$
"""

MINE = "person_id = (SELECT acting_person())"
SEEN = f"""
ALTER TABLE passkey ENABLE ROW LEVEL SECURITY;
CREATE POLICY machine ON passkey TO cashless_app USING (true) WITH CHECK (true);
CREATE POLICY seen ON passkey FOR SELECT TO cashless_person USING ({MINE});
CREATE POLICY changed ON passkey FOR UPDATE TO cashless_person USING ({MINE}) WITH CHECK ({MINE});
GRANT SELECT (id, person_id, credential_id, name, added_at, used_at, removed_at) ON passkey
  TO cashless_person;
GRANT UPDATE (name, removed_at) ON passkey TO cashless_person
"""
BOTH = "SELECT count(*) = 2 FROM pg_roles WHERE rolname IN ('cashless_app', 'cashless_person')"


def upgrade() -> None:
    """Create the tables, and let each person see the own passkeys only."""
    op.execute(TABLES)
    if op.get_bind().exec_driver_sql(BOTH).scalar_one():
        op.execute(SEEN)


def downgrade() -> None:
    """Refuse: who signed in with what is not forgotten by a migration."""
    message = "passkeys cannot be undone: restore a backup"
    raise RuntimeError(message)
