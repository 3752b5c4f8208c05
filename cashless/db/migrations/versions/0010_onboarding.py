"""Keep registrations: a merchant's way into the register, from the first word to the first money.

What was said so far (``registration_draft``) is personal data: sealed, changed freely, and removed
when the registration is confirmed, given up or too old. Who did which step is a trail that is only
added to. Two open registrations cannot hold one phone number, and a registration is confirmed, goes
live and ends at most once: indexes say so, not a look before the insert.

An officer of a place sees and fills the registrations there; what follows from an officer's word
(the merchant, the stand, the owner) is written by the program in its own role, and only in the
transaction in which the database took that word.
"""

from collections.abc import Iterator

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE registration (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  place_code text NOT NULL REFERENCES place,
  opened_at timestamptz NOT NULL,
  opened_by text NOT NULL CHECK (length(opened_by) BETWEEN 1 AND 120),
  expires_at timestamptz NOT NULL CHECK (expires_at > opened_at),
  revision integer NOT NULL DEFAULT 0 CHECK (revision >= 0),
  phone_mark bytea CHECK (length(phone_mark) = 32),
  merchant_id bigint UNIQUE REFERENCES merchant,
  ended_at timestamptz,
  CHECK (phone_mark IS NULL OR num_nonnulls(merchant_id, ended_at) = 0)
);
COMMENT ON COLUMN registration.expires_at IS 'from then on the draft counts as gone';
CREATE UNIQUE INDEX registration_phone ON registration (phone_mark) WHERE phone_mark IS NOT NULL;
CREATE INDEX registration_place ON registration (place_code) WHERE ended_at IS NULL;
CREATE TABLE registration_draft (
  registration_id bigint NOT NULL REFERENCES registration,
  step text NOT NULL CHECK (step IN ('who', 'where', 'account')),
  sealed bytea NOT NULL,
  PRIMARY KEY (registration_id, step)
);
CREATE TABLE registration_step (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  registration_id bigint NOT NULL REFERENCES registration,
  step text NOT NULL CHECK (step IN ('who', 'where', 'account', 'seen', 'confirmed', 'invited',
                                     'heard', 'not_heard', 'corrected', 'live', 'ended', 'purged')),
  who text NOT NULL CHECK (length(who) BETWEEN 1 AND 120),
  at timestamptz NOT NULL
);
CREATE INDEX registration_step_of ON registration_step (registration_id, id);
CREATE UNIQUE INDEX registration_step_once ON registration_step (registration_id, step)
  WHERE step IN ('confirmed', 'live', 'ended', 'purged');
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON registration_step
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
INSERT INTO role_permission (role, permission) VALUES ('board', 'onboarding'), ('owner', 'opening')
"""

PROGRAM = """
DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'cashless_app') THEN
    GRANT SELECT, INSERT ON registration, registration_step TO cashless_app;
    GRANT UPDATE (revision, phone_mark, merchant_id, ended_at) ON registration TO cashless_app;
    GRANT SELECT, INSERT, UPDATE, DELETE ON registration_draft TO cashless_app;
    GRANT USAGE ON SEQUENCE registration_id_seq, registration_step_id_seq TO cashless_app;
  END IF;
END $$
"""

HERE = "place_code IN (SELECT place_code FROM acting_grants('onboarding'))"
OPEN = f"{HERE} AND merchant_id IS NULL AND ended_at IS NULL AND expires_at > now()"
OF = "registration_id IN (SELECT id FROM registration WHERE {})"
OF_OPEN, OF_HERE = OF.format(OPEN), OF.format(HERE)
OF_SEEN = "registration_id IN (SELECT id FROM registration)"
BY_OFFICER = "('who', 'where', 'account', 'seen', 'confirmed', 'invited', 'corrected', 'ended')"
SAID = (
    f"who = (SELECT acting_code()) AND ((step IN {BY_OFFICER} AND {OF_HERE})"
    f" OR (step IN ('heard', 'not_heard') AND {OF_SEEN}))"
)
# Table → what is read of it, which rows are seen, which may be added.
PEOPLE = {
    "registration": (
        "(id, place_code, opened_at, opened_by, expires_at, revision, merchant_id, ended_at)",
        f"{HERE} OR merchant_id IN (SELECT merchants_of('opening'))",
        f"{OPEN} AND opened_by = (SELECT acting_code())",
    ),
    "registration_draft": ("", OF_OPEN, OF_OPEN),
    "registration_step": ("", OF_SEEN, SAID),
}
CHANGED = {
    "registration (revision, phone_mark)": OPEN,
    "registration_draft (sealed)": OF_OPEN,
}
BOTH = "SELECT count(*) = 2 FROM pg_roles WHERE rolname IN ('cashless_app', 'cashless_person')"


def guarded() -> Iterator[str]:
    """Give the statements of row-level security, table by table."""
    for table, (readable, seen, added) in PEOPLE.items():
        yield f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"
        yield f"CREATE POLICY machine ON {table} TO cashless_app USING (true) WITH CHECK (true)"
        yield f"CREATE POLICY seen ON {table} FOR SELECT TO cashless_person USING ({seen})"
        yield f"CREATE POLICY added ON {table} FOR INSERT TO cashless_person WITH CHECK ({added})"
        yield f"GRANT SELECT {readable} ON {table} TO cashless_person"
        yield f"GRANT INSERT ON {table} TO cashless_person"
    for told, rows in CHANGED.items():
        table = told.partition(" ")[0]
        yield f"GRANT UPDATE {told.partition(' ')[2]} ON {table} TO cashless_person"
        yield f"CREATE POLICY changed ON {table} FOR UPDATE TO cashless_person USING ({rows})"


def upgrade() -> None:
    """Create the tables, what the program's own role may do, and what people may."""
    op.execute(TABLES)
    op.execute(PROGRAM)
    if op.get_bind().exec_driver_sql(BOTH).scalar_one():
        for statement in guarded():
            op.execute(statement)


def downgrade() -> None:
    """Refuse: who registered whom is not forgotten by a migration."""
    message = "registrations cannot be undone: restore a backup"
    raise RuntimeError(message)
