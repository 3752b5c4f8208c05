"""Keep the rules of matching as numbered sets: drafted, rehearsed, switched on, never changed.

Set 1 is the ladder as it stood in the program before. Whoever switches a set on is not who drafted
it; where one person works alone, a day lies between the two. Except for set 1 nothing is switched
on without a rehearsal. These rules are kept by keys and checks, not by the program alone. A match
names the set it was made under; one without a number is older than the numbers, which is set 1.
"""

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

TABLES = """
CREATE TABLE rule_set (
  number smallint PRIMARY KEY CHECK (number > 0),
  body text NOT NULL CHECK (length(body) BETWEEN 2 AND 4000),
  digest bytea NOT NULL UNIQUE CHECK (length(digest) = 32),
  why text NOT NULL CHECK (length(why) BETWEEN 3 AND 200),
  drafted_by text NOT NULL CHECK (length(drafted_by) BETWEEN 1 AND 120),
  drafted_at timestamptz NOT NULL,
  UNIQUE (number, drafted_by, drafted_at)
);
CREATE TABLE rule_rehearsal (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  rule_set smallint NOT NULL REFERENCES rule_set,
  against smallint NOT NULL REFERENCES rule_set,
  since date,
  until date,
  place text,
  payments bigint NOT NULL,
  last_payment bigint NOT NULL,
  counts text NOT NULL,
  digest bytea NOT NULL CHECK (length(digest) = 32),
  rehearsed_by text NOT NULL CHECK (length(rehearsed_by) BETWEEN 1 AND 120),
  rehearsed_at timestamptz NOT NULL,
  UNIQUE (id, rule_set)
);
CREATE TABLE rule_switch (
  seq smallint PRIMARY KEY CHECK (seq > 0),
  rule_set smallint NOT NULL,
  drafted_by text NOT NULL,
  drafted_at timestamptz NOT NULL,
  rehearsal_id bigint,
  why text NOT NULL CHECK (length(why) BETWEEN 3 AND 200),
  is_alone boolean NOT NULL DEFAULT false,
  switched_by text NOT NULL CHECK (length(switched_by) BETWEEN 1 AND 120),
  switched_at timestamptz NOT NULL,
  FOREIGN KEY (rule_set, drafted_by, drafted_at)
    REFERENCES rule_set (number, drafted_by, drafted_at),
  FOREIGN KEY (rehearsal_id, rule_set) REFERENCES rule_rehearsal (id, rule_set),
  CHECK (rehearsal_id IS NOT NULL OR seq = 1),
  CHECK (switched_by <> drafted_by OR is_alone AND switched_at >= drafted_at + interval '24 hours')
);
ALTER TABLE match ADD COLUMN rule_set smallint;
COMMENT ON COLUMN match.rule_set IS 'the rules it was made under; none: older than the numbers'
"""

BODY = (
    '{"ladder":[{"cancelled_days":null,"expired_days":null,"rung":"order_field","weak":true},'
    '{"cancelled_days":null,"expired_days":null,"manglings":["accents","case","gaps","glued"],'
    '"rung":"reference"},{"closed_days":null,"rung":"virtual_account"},'
    '{"closed_days":null,"revoked_stand_days":null,"rung":"account"}]}'
)
FIRST = """
INSERT INTO rule_set
  SELECT 1, b, sha256(convert_to(b, 'UTF8')), 'as the program matched before rules were data',
    'cashless', now()
  FROM (VALUES ('BODY')) AS said (b);
INSERT INTO rule_switch
  SELECT 1, number, drafted_by, drafted_at, NULL, why, false, 'cashless init', drafted_at
  FROM rule_set
"""

APPEND_ONLY = ("rule_set", "rule_rehearsal", "rule_switch")

GRANTS = """
DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'cashless_app') THEN
    GRANT SELECT, INSERT ON rule_set, rule_rehearsal, rule_switch TO cashless_app;
    GRANT USAGE ON SEQUENCE rule_rehearsal_id_seq TO cashless_app;
  END IF;
END $$
"""


def upgrade() -> None:
    """Create the tables with set 1 in them, then the guards and what the program may do."""
    op.execute(TABLES)
    op.execute(FIRST.replace("BODY", BODY).replace(":", r"\:"))
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    op.execute(GRANTS)


def downgrade() -> None:
    """Refuse: by which rules money was matched is not forgotten by a migration."""
    message = "the rules of matches are not taken down by a migration: restore a backup"
    raise RuntimeError(message)
