"""Close days, date what comes late, and publish the heads of the books.

A day that was closed takes no more entries: what comes late counts on the first open day and keeps
the date it would have had (``entry.original_date``, docs/adr/0015). ``book.closed_through`` is what
posting reads under the lock it holds anyway; ``book.posted_at`` lets time in a book never run
backwards. Closes and roots are facts: rows are added only.
"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

BOOK = """
ALTER TABLE book ADD COLUMN closed_through date;
ALTER TABLE book ADD COLUMN posted_at timestamptz;
UPDATE book SET posted_at = e.posted_at
  FROM (SELECT book_id, max(posted_at) AS posted_at FROM entry GROUP BY book_id) AS e
  WHERE e.book_id = book.id;
ALTER TABLE entry ADD COLUMN original_date date
  CHECK (original_date IS NULL OR original_date < business_date);
CREATE INDEX entry_day ON entry (book_id, business_date)
"""

CLOSES = """
CREATE TABLE day_close (
  book_id bigint NOT NULL REFERENCES book,
  number bigint NOT NULL CHECK (number > 0),
  first_day date NOT NULL,
  last_day date NOT NULL CHECK (last_day >= first_day),
  last_seq bigint NOT NULL CHECK (last_seq >= 0),
  said text NOT NULL,
  digest bytea NOT NULL CHECK (length(digest) = 32),
  closed_at timestamptz NOT NULL,
  PRIMARY KEY (book_id, number),
  UNIQUE (book_id, last_day)
);
COMMENT ON COLUMN day_close.said IS 'canonical JSON; digest = sha256(previous digest + said)';
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON day_close
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
"""

ROOTS = """
CREATE TABLE published_root (
  number bigint PRIMARY KEY CHECK (number > 0),
  said text NOT NULL,
  signature bytea NOT NULL CHECK (length(signature) = 64),
  heads text NOT NULL,
  published_at timestamptz NOT NULL
);
COMMENT ON COLUMN published_root.heads IS 'JSON [[book, last_seq, head], ...], the leaves';
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON published_root
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
"""

GRANTS = """
DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'cashless_app') THEN
    GRANT SELECT, INSERT ON day_close, published_root TO cashless_app;
  END IF;
END $$
"""


def upgrade() -> None:
    """Add the columns and the two tables, then what the program's own role may do."""
    for part in (BOOK, CLOSES, ROOTS, GRANTS):
        op.execute(part)


def downgrade() -> None:
    """Refuse: a day that was closed is not opened by a migration."""
    message = "closed days and published roots cannot be undone: restore a backup"
    raise RuntimeError(message)
