"""Let several merchants hold one stall by shift, date what is sold, and guard accounts.

A tenancy learns its shift: a name, weekdays as bits and the minutes from and to which it lasts.
The minutes of the week that follow from it are computed by the database itself, so that two
tenancies of one stall which overlap in days and in hours are refused here, whatever a program
believes. A merchant has one shift at a stall at a time, and one live stand there.

What a merchant sells is dated: every change of a merchant's category leaves a row, whoever made it,
so that books of old periods keep the old group of the tax.

An account that was written down keeps its bank, number and merchant for ever, and stands in codes
only after its change was activated, which takes an approval and a day: a program that leaves a step
out is refused. One number is never heard for two merchants, as account of the one and terminal of
the other; the terminal of a bank waits for a second person. What a provider says of its own checks
of a merchant (KYC) is kept as what it said.

A place learns its former ward as a label, what kind of market it is, where it lies on the map, and
its zones: a stall is of the zone that its code names.
"""

from collections.abc import Iterator

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

KINDS = """
ALTER TABLE merchant DROP CONSTRAINT merchant_kind_check;
ALTER TABLE merchant ADD CONSTRAINT merchant_kind_check CHECK (kind IN
  ('household', 'unregistered', 'enterprise', 'cooperative', 'market_board'))
"""

SHIFTS = """
CREATE FUNCTION shift_minutes(days integer, begins integer, ends integer) RETURNS int4multirange
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT range_agg(part)
  FROM (SELECT day * 1440 + begins AS first,
               day * 1440 + begins + CASE WHEN ends > begins THEN ends - begins
                                          ELSE ends - begins + 1440 END AS last
        FROM generate_series(0, 6) AS day WHERE days >> day & 1 = 1) AS held
  CROSS JOIN LATERAL (VALUES (int4range(first, least(last, 10080))),
                             (int4range(0, greatest(last - 10080, 0)))) AS parts (part)
$$;
COMMENT ON FUNCTION shift_minutes IS 'minutes of the week, Monday 00:00 in Vietnam first';

ALTER TABLE tenancy
  ADD COLUMN shift_name text NOT NULL DEFAULT '' CHECK (length(shift_name) <= 20),
  ADD COLUMN shift_days smallint NOT NULL DEFAULT 127 CHECK (shift_days BETWEEN 1 AND 127),
  ADD COLUMN shift_begins smallint NOT NULL DEFAULT 0 CHECK (shift_begins BETWEEN 0 AND 1439),
  ADD COLUMN shift_ends smallint NOT NULL DEFAULT 0 CHECK (shift_ends BETWEEN 0 AND 1439);
ALTER TABLE tenancy ADD COLUMN minutes int4multirange NOT NULL
  GENERATED ALWAYS AS (shift_minutes(shift_days, shift_begins, shift_ends)) STORED;
ALTER TABLE tenancy DROP CONSTRAINT tenancy_stall_id_during_excl;
ALTER TABLE tenancy
  ADD CONSTRAINT tenancy_one_seller_at_a_time
    EXCLUDE USING gist (stall_id WITH =, during WITH &&, minutes WITH &&),
  ADD CONSTRAINT tenancy_one_shift_of_a_merchant
    EXCLUDE USING gist (stall_id WITH =, merchant_id WITH =, during WITH &&);

DROP INDEX stand_live_at_stall;
CREATE UNIQUE INDEX stand_live_at_stall ON stand (stall_id, merchant_id)
  WHERE revoked_at IS NULL AND stall_id IS NOT NULL
"""

CATEGORIES = """
CREATE TABLE merchant_category (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  merchant_id bigint NOT NULL REFERENCES merchant,
  category text NOT NULL,
  valid_from date NOT NULL,
  who text NOT NULL CHECK (length(who) BETWEEN 1 AND 120),
  why text NOT NULL CHECK (length(why) BETWEEN 1 AND 200),
  noted_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX merchant_category_of ON merchant_category (merchant_id, valid_from, id);
COMMENT ON TABLE merchant_category IS 'what a merchant sold from which day; the last noted counts';

CREATE FUNCTION note_category() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
  said jsonb := nullif(current_setting('cashless.category', true), '')::jsonb;
  today date := (now() AT TIME ZONE 'Asia/Ho_Chi_Minh')::date;
BEGIN
  IF said IS NULL AND NEW.category = OLD.category THEN
    RETURN NEW;
  END IF;
  INSERT INTO merchant_category (merchant_id, category, valid_from, who, why)
  SELECT OLD.id, OLD.category, DATE '0001-01-01', 'registry', 'as registered'
  WHERE NOT EXISTS (SELECT FROM merchant_category c WHERE c.merchant_id = OLD.id);
  INSERT INTO merchant_category (merchant_id, category, valid_from, who, why)
  VALUES (NEW.id, NEW.category, coalesce((said ->> 'from')::date, today),
          coalesce(said ->> 'who', 'registry'), coalesce(said ->> 'why', 'changed today'));
  RETURN NEW;
END $$;
CREATE TRIGGER note_category BEFORE UPDATE OF category ON merchant
  FOR EACH ROW EXECUTE FUNCTION note_category();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON merchant_category
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
"""

ACCOUNTS = """
ALTER TABLE account_change ADD COLUMN keeps_old boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN account_change.keeps_old IS 'the new account comes beside the old one';

CREATE FUNCTION keep_account() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
  IF (NEW.id, NEW.merchant_id, NEW.bin, NEW.number, NEW.opened_at)
     <> (OLD.id, OLD.merchant_id, OLD.bin, OLD.number, OLD.opened_at)
     OR (OLD.closed_at IS NOT NULL AND NEW.closed_at IS NULL) THEN
    RAISE EXCEPTION 'an account keeps its bank, number and merchant, and is not opened again'
      USING ERRCODE = 'restrict_violation';
  END IF;
  IF NEW.usable AND NOT OLD.usable AND NOT EXISTS (
    SELECT FROM account_change c JOIN account_change_step s ON s.change_id = c.id
    WHERE c.new_account_id = NEW.id AND s.step = 'activated') THEN
    RAISE EXCEPTION 'an account stands in codes only after its change was activated'
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER keep BEFORE UPDATE ON receiving_account
  FOR EACH ROW EXECUTE FUNCTION keep_account();

CREATE FUNCTION keep_cool_off() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
  IF NEW.step = 'activated' AND NOT EXISTS (
    SELECT FROM account_change_step a WHERE a.change_id = NEW.change_id AND a.step = 'approved'
      AND a.at + interval '24 hours' <= NEW.at) THEN
    RAISE EXCEPTION 'a change is activated a day after it was approved, not before'
      USING ERRCODE = 'restrict_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER cool_off BEFORE INSERT ON account_change_step
  FOR EACH ROW EXECUTE FUNCTION keep_cool_off()
"""

TERMINALS = """
ALTER TABLE terminal
  ADD COLUMN asked_by text CHECK (length(asked_by) BETWEEN 1 AND 120),
  ADD COLUMN needs_second boolean NOT NULL DEFAULT false,
  ADD COLUMN approved_by text CHECK (length(approved_by) BETWEEN 1 AND 120),
  ADD COLUMN approved_at timestamptz,
  ADD CHECK (num_nonnulls(approved_by, approved_at) IN (0, 2)),
  ADD CHECK (NOT needs_second OR asked_by IS NOT NULL),
  ADD CHECK (approved_by <> asked_by),
  ADD CONSTRAINT terminal_is_no_account
    CHECK (provider <> 'standard' OR number !~ '^[0-9]{6}:') NOT VALID;
COMMENT ON COLUMN terminal.needs_second IS 'of a bank: heard once a second person approved it';

CREATE OR REPLACE VIEW heard_account AS
SELECT provider, number, merchant_id, closed_at, opened_at FROM receiving_account
UNION ALL SELECT provider, number, merchant_id, closed_at, coalesce(approved_at, opened_at)
  FROM terminal WHERE NOT needs_second OR approved_at IS NOT NULL
UNION ALL SELECT 'standard', bin || ':' || number, merchant_id, closed_at, opened_at
  FROM receiving_account;
COMMENT ON COLUMN heard_account.opened_at IS 'from when the merchant held the number';
COMMENT ON COLUMN heard_account.closed_at IS 'until when; money that is late comes after';

CREATE FUNCTION refuse_heard_twice() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(hashtextextended('heard ' || NEW.number, 0));
  IF EXISTS (SELECT FROM receiving_account a
             WHERE TG_TABLE_NAME = 'terminal' AND a.closed_at IS NULL
               AND a.merchant_id <> NEW.merchant_id AND a.provider = NEW.provider
               AND a.number = NEW.number)
     OR EXISTS (SELECT FROM terminal t
                WHERE TG_TABLE_NAME = 'receiving_account' AND t.closed_at IS NULL
                  AND t.merchant_id <> NEW.merchant_id AND t.provider = NEW.provider
                  AND t.number = NEW.number) THEN
    RAISE EXCEPTION 'this number is heard for another merchant' USING ERRCODE = 'unique_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER heard_once BEFORE INSERT ON terminal
  FOR EACH ROW EXECUTE FUNCTION refuse_heard_twice();
CREATE TRIGGER heard_once BEFORE INSERT ON receiving_account
  FOR EACH ROW EXECUTE FUNCTION refuse_heard_twice()
"""

KYC = """
CREATE TABLE provider_check (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  account_id bigint NOT NULL REFERENCES receiving_account,
  standing text NOT NULL CHECK (standing IN ('verified', 'pending', 'refused', 'expired')),
  contract text NOT NULL DEFAULT '' CHECK (length(contract) <= 60),
  told_on date NOT NULL,
  told_how text NOT NULL CHECK (length(told_how) BETWEEN 3 AND 200),
  noted_by text NOT NULL CHECK (length(noted_by) BETWEEN 1 AND 120),
  noted_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX provider_check_account ON provider_check (account_id, id);
COMMENT ON TABLE provider_check IS 'what a provider said of its own checks (KYC); never our claim';
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON provider_check
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
"""

PLACES = """
ALTER TABLE place
  ADD COLUMN old_ward text CHECK (length(old_ward) BETWEEN 1 AND 60),
  ADD COLUMN market_kind text
    CHECK (market_kind IN ('planned', 'wholesale', 'night', 'temporary', 'unplanned')),
  ADD COLUMN latitude numeric(8, 6) CHECK (latitude BETWEEN 8 AND 24),
  ADD COLUMN longitude numeric(9, 6) CHECK (longitude BETWEEN 102 AND 118),
  ADD CHECK (num_nonnulls(latitude, longitude) IN (0, 2));
COMMENT ON COLUMN place.old_ward IS 'the ward before 1 July 2025, as a label for reports';
COMMENT ON COLUMN place.market_kind IS 'unplanned: where people sell and no market was planned';
CREATE TABLE zone (
  place_code text NOT NULL REFERENCES place,
  code text NOT NULL CHECK (code ~ '^[A-Z0-9]{1,8}$'),
  name text NOT NULL CHECK (length(name) BETWEEN 1 AND 60),
  PRIMARY KEY (place_code, code)
);
COMMENT ON TABLE zone IS 'a part of a market; its stalls are those whose codes name it'
"""

GRANTS = """
DO $$
BEGIN
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'cashless_app') THEN
    GRANT SELECT, INSERT ON merchant_category, provider_check TO cashless_app;
    GRANT SELECT, INSERT, UPDATE ON zone TO cashless_app;
    GRANT USAGE ON SEQUENCE merchant_category_id_seq, provider_check_id_seq TO cashless_app;
  END IF;
END $$
"""

BOTH = "SELECT count(*) = 2 FROM pg_roles WHERE rolname IN ('cashless_app', 'cashless_person')"
HELD = "(SELECT acts_everywhere('registry')) OR merchant_id IN (SELECT merchants_of('registry'))"
SEEN = {
    "merchant_category": HELD,
    "zone": "place_code IN (SELECT code FROM place)",
    "provider_check": "account_id IN (SELECT id FROM receiving_account)",
}
PARTS = (KINDS, SHIFTS, CATEGORIES, ACCOUNTS, TERMINALS, KYC, PLACES, GRANTS)


def guarded() -> Iterator[str]:
    """Give the statements of row-level security, table by table."""
    for table, seen in SEEN.items():
        yield f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"
        yield f"CREATE POLICY machine ON {table} TO cashless_app USING (true) WITH CHECK (true)"
        yield f"CREATE POLICY seen ON {table} FOR SELECT TO cashless_person USING ({seen})"
        yield f"GRANT SELECT ON {table} TO cashless_person"


def upgrade() -> None:
    """Give tenancies their shift, add the tables and guards, then what people see of them."""
    for part in PARTS:
        op.execute(part)
    if op.get_bind().exec_driver_sql(BOTH).scalar_one():
        for statement in guarded():
            op.execute(statement)


def downgrade() -> None:
    """Refuse: a stall of two merchants cannot be given back to one."""
    message = "shifts are not taken back by a migration: restore a backup"
    raise RuntimeError(message)
