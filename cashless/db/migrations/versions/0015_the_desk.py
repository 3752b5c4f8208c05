"""Let people resolve what the path could not: suspense, conflicts, and four eyes above an amount.

What somebody at the desk wants done is a *proposal*; above an amount another person must approve
it, and the table refuses an approval by the one who proposed. A proposal is about the match its
author saw: when another match follows, it has expired without anybody ending it. A conflict is
decided once. ``match.amount`` is set where a decided conflict says that the payment came to another
amount than the payment's own row tells: that row stays as it was kept.

The role *clerk* sees the desk and acts there, the auditor sees it. Acts are posted by the program;
what a person writes is the proposal and its end, and row-level security asks who that is.
"""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

TABLES = """
ALTER TABLE match ADD COLUMN amount bigint CHECK (amount BETWEEN 1 AND 1000000000000);
COMMENT ON COLUMN match.amount IS 'what came, where a decided conflict says another amount';
CREATE INDEX match_corrected ON match (payment_id) WHERE amount IS NOT NULL;
CREATE TABLE proposal (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  act text NOT NULL CHECK (act IN ('assign', 'return', 'undo', 'first', 'second')),
  payment_id bigint NOT NULL REFERENCES payment,
  match_seq smallint NOT NULL,
  conflict_id bigint REFERENCES conflict,
  merchant text CHECK (length(merchant) BETWEEN 1 AND 40),
  order_code text CHECK (length(order_code) BETWEEN 1 AND 40),
  reference text CHECK (length(reference) BETWEEN 1 AND 64),
  amount bigint NOT NULL CHECK (amount > 0),
  why text NOT NULL CHECK (length(why) BETWEEN 3 AND 200),
  needs_second boolean NOT NULL,
  proposed_by text NOT NULL CHECK (length(proposed_by) BETWEEN 1 AND 120),
  proposed_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (id, proposed_by, needs_second),
  CHECK ((merchant IS NOT NULL) = (act = 'assign')),
  CHECK ((reference IS NOT NULL) = (act = 'return')),
  CHECK ((conflict_id IS NOT NULL) = (act IN ('first', 'second')))
);
CREATE INDEX proposal_payment ON proposal (payment_id);
CREATE TABLE proposal_end (
  proposal_id bigint PRIMARY KEY,
  proposed_by text NOT NULL,
  needs_second boolean NOT NULL,
  verdict text NOT NULL CHECK (verdict IN ('done', 'approved', 'declined')),
  why text NOT NULL CHECK (length(why) BETWEEN 3 AND 200),
  ended_by text NOT NULL CHECK (length(ended_by) BETWEEN 1 AND 120),
  ended_at timestamptz NOT NULL DEFAULT now(),
  FOREIGN KEY (proposal_id, proposed_by, needs_second)
    REFERENCES proposal (id, proposed_by, needs_second),
  CHECK ((verdict = 'done') = NOT needs_second),
  CONSTRAINT four_eyes CHECK (verdict <> 'approved' OR ended_by <> proposed_by)
);
CREATE TABLE conflict_decision (
  conflict_id bigint PRIMARY KEY REFERENCES conflict,
  stands text NOT NULL CHECK (stands IN ('first', 'second')),
  why text NOT NULL CHECK (length(why) BETWEEN 3 AND 200),
  decided_by text NOT NULL CHECK (length(decided_by) BETWEEN 1 AND 120),
  decided_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX order_head ON "order" (left(code, 6));
CREATE INDEX order_tail ON "order" (right(code, 5));
CREATE INDEX order_amount ON "order" (amount, created_at)
"""

APPEND_ONLY = ("proposal", "proposal_end", "conflict_decision")

# A merchant's own page may not see matches that are nobody's, but must know that one was undone.
QUESTION = """
CREATE FUNCTION still_matched(payment bigint, number smallint) RETURNS boolean LANGUAGE sql STABLE
SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT NOT EXISTS (SELECT FROM match m WHERE m.payment_id = payment AND m.seq > number)
$$
"""

ROLE = """
ALTER TABLE role_grant DROP CONSTRAINT role_grant_role_check;
ALTER TABLE role_grant ADD CONSTRAINT role_grant_role_check CHECK (role IN ('owner', 'helper',
  'board', 'ward', 'city', 'partner', 'operator', 'auditor', 'clerk'));
INSERT INTO role_permission (role, permission)
VALUES ('clerk', 'suspense'), ('clerk', 'resolve'), ('auditor', 'suspense')
"""

GUARD = """
DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'cashless_app') THEN
    GRANT SELECT, INSERT ON proposal, proposal_end, conflict_decision TO cashless_app;
    GRANT USAGE ON SEQUENCE proposal_id_seq TO cashless_app;
    REVOKE EXECUTE ON FUNCTION still_matched(bigint, smallint) FROM PUBLIC;
    GRANT EXECUTE ON FUNCTION still_matched(bigint, smallint) TO cashless_app;
  END IF;
  IF (SELECT count(*) = 2 FROM pg_roles WHERE rolname IN ('cashless_app', 'cashless_person')) THEN
    ALTER TABLE proposal ENABLE ROW LEVEL SECURITY;
    ALTER TABLE proposal_end ENABLE ROW LEVEL SECURITY;
    CREATE POLICY machine ON proposal TO cashless_app USING (true) WITH CHECK (true);
    CREATE POLICY machine ON proposal_end TO cashless_app USING (true) WITH CHECK (true);
    CREATE POLICY seen ON proposal FOR SELECT TO cashless_person
      USING ((SELECT acts_everywhere('suspense')));
    CREATE POLICY seen ON proposal_end FOR SELECT TO cashless_person
      USING ((SELECT acts_everywhere('suspense')));
    CREATE POLICY added ON proposal FOR INSERT TO cashless_person
      WITH CHECK (proposed_by = (SELECT acting_code()) AND (SELECT acts_everywhere('resolve')));
    CREATE POLICY added ON proposal_end FOR INSERT TO cashless_person
      WITH CHECK (ended_by = (SELECT acting_code()) AND (SELECT acts_everywhere('resolve')));
    GRANT SELECT, INSERT ON proposal, proposal_end TO cashless_person;
    GRANT EXECUTE ON FUNCTION still_matched(bigint, smallint) TO cashless_person;
  END IF;
END $$
"""


def upgrade() -> None:
    """Create the tables, then the role, then who may see and write."""
    for part in (TABLES, QUESTION, ROLE):
        op.execute(part)
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    op.execute(GUARD)


def downgrade() -> None:
    """Refuse: what people decided about money is not forgotten by a migration."""
    message = "what was decided at the desk cannot be undone: restore a backup"
    raise RuntimeError(message)
