"""Let people in: who they are, what they may, and on which devices.

A person has roles, each in a scope: a merchant, a market or street, a ward, a provider, or the
whole platform. What a role may is a table too: the program and the database read the same rows.
A helper's role ends with the day it was given on. A recovery is opened by one officer and approved
by another, and there is no key to it before: the table says so. What was granted stays as it was
and can be revoked, once. Phone numbers and e-mails are sealed; a keyed hash finds them. A key of
the API is a device that uses a part of its person's roles; its replies are kept by the caller's
Idempotency-Key.
"""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

ROLE = """
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'cashless_person') THEN
    CREATE ROLE cashless_person NOLOGIN;
  END IF;
  IF NOT pg_has_role(current_user, 'cashless_person', 'MEMBER') THEN
    EXECUTE format('GRANT cashless_person TO %I', current_user);
  END IF;
EXCEPTION
  WHEN insufficient_privilege OR duplicate_object OR unique_violation THEN
    RAISE NOTICE 'role cashless_person not created: nobody can sign in';
END $$
"""

TABLES = """
CREATE TABLE person (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  code text NOT NULL UNIQUE CHECK (code ~ '^P[A-HJKMNP-Z2-9]{7}$'),
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 120),
  created_at timestamptz NOT NULL DEFAULT now(),
  created_by bigint REFERENCES person,
  closed_at timestamptz
);
CREATE TABLE person_contact (
  person_id bigint NOT NULL REFERENCES person,
  kind text NOT NULL CHECK (kind IN ('phone', 'email')),
  sealed bytea NOT NULL,
  fingerprint bytea NOT NULL UNIQUE CHECK (length(fingerprint) = 32),
  PRIMARY KEY (person_id, kind)
);
CREATE TABLE credential (
  person_id bigint PRIMARY KEY REFERENCES person,
  password text NOT NULL CHECK (password LIKE '$argon2id$%'),
  totp bytea,
  totp_step bigint NOT NULL DEFAULT 0,
  changed_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE device (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  person_id bigint NOT NULL REFERENCES person,
  token_hash bytea NOT NULL UNIQUE CHECK (length(token_hash) = 32),
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 60),
  signed_in_at timestamptz NOT NULL DEFAULT now(),
  proven_at timestamptz NOT NULL DEFAULT now(),
  seen_at timestamptz NOT NULL DEFAULT now(),
  idle_for interval NOT NULL CHECK (idle_for > interval '0'),
  ends_at timestamptz NOT NULL,
  permissions text[],
  revoked_at timestamptz,
  CHECK (permissions IS NOT NULL OR idle_for <= interval '24 hours')
);
COMMENT ON COLUMN device.permissions IS 'of an API key: what of its person''s roles it may use';
CREATE INDEX device_person ON device (person_id) WHERE revoked_at IS NULL;
CREATE TABLE kept_reply (
  device_id bigint NOT NULL REFERENCES device,
  key text NOT NULL CHECK (length(key) BETWEEN 8 AND 64),
  digest bytea NOT NULL CHECK (length(digest) = 32),
  status smallint,
  body text,
  at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (device_id, key)
);
CREATE TABLE backoff (
  key bytea PRIMARY KEY CHECK (length(key) = 32),
  failures integer NOT NULL CHECK (failures > 0),
  last_at timestamptz NOT NULL
);
CREATE TABLE role_permission (
  role text NOT NULL,
  permission text NOT NULL,
  PRIMARY KEY (role, permission)
);
CREATE TABLE role_grant (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  person_id bigint NOT NULL REFERENCES person,
  role text NOT NULL CHECK (role IN ('owner', 'helper', 'board', 'ward', 'city', 'partner',
                                     'operator', 'auditor')),
  merchant_id bigint REFERENCES merchant,
  place_code text REFERENCES place,
  ward text CHECK (ward ~ '^[0-9]{5}$'),
  provider text CHECK (length(provider) BETWEEN 1 AND 40),
  valid_from timestamptz NOT NULL DEFAULT now(),
  valid_until timestamptz CHECK (valid_until > valid_from),
  granted_by text NOT NULL CHECK (length(granted_by) BETWEEN 1 AND 120),
  why text NOT NULL CHECK (length(why) BETWEEN 3 AND 200),
  revoked_at timestamptz,
  revoked_by text CHECK (length(revoked_by) BETWEEN 1 AND 120),
  CHECK ((merchant_id IS NOT NULL) = (role IN ('owner', 'helper'))),
  CHECK ((place_code IS NOT NULL) = (role = 'board')),
  CHECK ((ward IS NOT NULL) = (role = 'ward')),
  CHECK ((provider IS NOT NULL) = (role = 'partner')),
  CHECK (num_nonnulls(revoked_at, revoked_by) IN (0, 2)),
  CONSTRAINT helper_today_only CHECK (role <> 'helper' OR (valid_until IS NOT NULL
    AND (valid_from AT TIME ZONE 'Asia/Ho_Chi_Minh')::date
      = ((valid_until - interval '1 second') AT TIME ZONE 'Asia/Ho_Chi_Minh')::date))
);
CREATE INDEX role_grant_person ON role_grant (person_id) WHERE revoked_at IS NULL;
CREATE INDEX role_grant_merchant ON role_grant (merchant_id) WHERE revoked_at IS NULL;
CREATE TABLE invitation (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  person_id bigint NOT NULL REFERENCES person,
  is_recovery boolean NOT NULL,
  why text NOT NULL CHECK (length(why) BETWEEN 3 AND 200),
  opened_at timestamptz NOT NULL DEFAULT now(),
  opened_by text NOT NULL CHECK (length(opened_by) BETWEEN 1 AND 120),
  approved_at timestamptz,
  approved_by text CHECK (length(approved_by) BETWEEN 1 AND 120),
  token_hash bytea UNIQUE CHECK (length(token_hash) = 32),
  expires_at timestamptz NOT NULL,
  used_at timestamptz,
  CHECK (num_nonnulls(approved_at, approved_by) IN (0, 2)),
  CONSTRAINT two_officers CHECK (NOT is_recovery OR approved_by <> opened_by),
  CONSTRAINT no_key_before_two CHECK (NOT is_recovery
    OR (token_hash IS NULL) = (approved_by IS NULL))
);
CREATE INDEX invitation_person ON invitation (person_id);
CREATE TABLE person_act (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  person_id bigint NOT NULL REFERENCES person,
  act text NOT NULL CHECK (length(act) BETWEEN 3 AND 40),
  who text NOT NULL CHECK (length(who) BETWEEN 1 AND 120),
  at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX person_act_person ON person_act (person_id, id);
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON person_act
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE FUNCTION keep_role_grant() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  ending text[] := ARRAY['revoked_at', 'revoked_by'];
BEGIN
  IF OLD.revoked_at IS NOT NULL OR to_jsonb(NEW) - ending <> to_jsonb(OLD) - ending THEN
    RAISE EXCEPTION 'what was granted stays as it was; it can be revoked, once'
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER keep BEFORE UPDATE ON role_grant FOR EACH ROW EXECUTE FUNCTION keep_role_grant();
CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON role_grant
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

INSERT INTO role_permission (role, permission)
SELECT role, unnest(string_to_array(permissions, ' ')) FROM (VALUES
  ('owner', 'registry today history takings orders helpers changes privacy'),
  ('helper', 'registry today orders'),
  ('board', 'registry changes approve office'),
  ('ward', 'adoption'),
  ('city', 'adoption'),
  ('partner', 'provider'),
  ('operator', 'registry today history changes provider people sign_out'),
  ('auditor', 'registry today history takings changes privacy provider people')
) AS given (role, permissions)
"""

LIVE = """
CREATE FUNCTION live_grants(whose bigint) RETURNS SETOF role_grant LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT * FROM role_grant WHERE person_id = whose AND revoked_at IS NULL
    AND valid_from <= now() AND (valid_until IS NULL OR valid_until > now())
$$
"""

KEPT = """
DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'cashless_app') THEN
    GRANT SELECT, INSERT ON person, person_contact, role_grant, person_act TO cashless_app;
    GRANT SELECT ON role_permission TO cashless_app;
    GRANT UPDATE (closed_at) ON person TO cashless_app;
    GRANT UPDATE (revoked_at, revoked_by) ON role_grant TO cashless_app;
    GRANT SELECT, INSERT, UPDATE ON credential, device, invitation, kept_reply
      TO cashless_app;
    GRANT SELECT, INSERT, UPDATE, DELETE ON backoff TO cashless_app;
    GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO cashless_app;
    REVOKE EXECUTE ON FUNCTION live_grants(bigint) FROM PUBLIC;
    GRANT EXECUTE ON FUNCTION live_grants(bigint) TO cashless_app;
  END IF;
END $$
"""


def upgrade() -> None:
    """Create the role of people, the tables, and what the program's own role may do."""
    for part in (ROLE, TABLES, LIVE, KEPT):
        op.execute(part)


def downgrade() -> None:
    """Refuse: who did what is not forgotten by a migration."""
    message = "people and what they did cannot be undone: restore a backup"
    raise RuntimeError(message)
