"""Let people take back what they, or the path, made of tellings: witnesses and statements.

What was noted stays: the tables keep every row under the name ``..._told``, and the names that the
questions ask (``witness``, ``statement``, ``statement_line``, ``statement_pair``) are views that
leave out what a person has taken back with a reason. A question that knows nothing of it is right.
A file that was withdrawn may be imported again, so its digest is unique only among those that are
not, which the import sees to under its lock.
"""

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

WITNESS = """
ALTER TABLE witness RENAME TO witness_told;
ALTER TABLE witness_told DROP CONSTRAINT witness_pkey, DROP CONSTRAINT witness_rule_check;
ALTER TABLE witness_told ADD PRIMARY KEY (payment_id, noted_at),
  ADD CHECK (rule IN ('reference', 'statement', 'person')),
  ADD COLUMN why text CHECK (length(why) BETWEEN 3 AND 200),
  ADD COLUMN noted_by text CHECK (length(noted_by) BETWEEN 1 AND 120),
  ADD CHECK ((rule = 'person') = (why IS NOT NULL AND noted_by IS NOT NULL));

CREATE TABLE separation (
  payment_id bigint NOT NULL REFERENCES payment,
  tells_of bigint NOT NULL REFERENCES payment,
  why text NOT NULL CHECK (length(why) BETWEEN 3 AND 200),
  separated_by text NOT NULL CHECK (length(separated_by) BETWEEN 1 AND 120),
  separated_at timestamptz NOT NULL,
  PRIMARY KEY (payment_id, separated_at)
);
CREATE INDEX separation_tells_of ON separation (tells_of);
COMMENT ON TABLE separation IS 'two tellings that are two payments after all, as a person says';

CREATE VIEW witness AS
SELECT payment_id, tells_of, rule, noted_at, why, noted_by FROM witness_told w
WHERE NOT EXISTS (SELECT FROM separation s
                  WHERE s.payment_id = w.payment_id AND s.separated_at >= w.noted_at)
"""

STATEMENT = """
ALTER TABLE statement RENAME TO statement_told;
ALTER TABLE statement_line RENAME TO statement_line_told;
ALTER TABLE statement_pair RENAME TO statement_pair_told;
ALTER TABLE statement_told DROP CONSTRAINT statement_digest_key;
CREATE INDEX statement_digest ON statement_told (digest);

CREATE TABLE statement_withdrawal (
  statement_id bigint PRIMARY KEY REFERENCES statement_told,
  why text NOT NULL CHECK (length(why) BETWEEN 3 AND 200),
  withdrawn_by text NOT NULL CHECK (length(withdrawn_by) BETWEEN 1 AND 120),
  withdrawn_at timestamptz NOT NULL
);
COMMENT ON TABLE statement_withdrawal IS 'files that were imported in the wrong place';

CREATE VIEW statement AS SELECT * FROM statement_told t
WHERE NOT EXISTS (SELECT FROM statement_withdrawal w WHERE w.statement_id = t.id);
CREATE VIEW statement_line AS SELECT * FROM statement_line_told t
WHERE NOT EXISTS (SELECT FROM statement_withdrawal w WHERE w.statement_id = t.statement_id);
CREATE VIEW statement_pair AS SELECT * FROM statement_pair_told t
WHERE NOT EXISTS (SELECT FROM statement_withdrawal w WHERE w.statement_id = t.statement_id)
"""

GRANTS = """
DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'cashless_app') THEN
    REVOKE INSERT ON witness_told, statement_told, statement_line_told, statement_pair_told
      FROM cashless_app;
    GRANT SELECT, INSERT ON witness, statement, statement_line, statement_pair, separation,
      statement_withdrawal TO cashless_app;
  END IF;
END $$
"""


def upgrade() -> None:
    """Rename the tables, put views in their place, and guard the two new tables."""
    op.execute(WITNESS)
    op.execute(STATEMENT)
    for table in ("separation", "statement_withdrawal"):
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    op.execute(GRANTS)


def downgrade() -> None:
    """Refuse: what people took back would count again."""
    message = "what people took back is not forgotten by a migration: restore a backup"
    raise RuntimeError(message)
