"""Let several merchants hold one stall by shift, and date what a merchant sells and who has what.

A tenancy learns its shift: a name, weekdays as bits and the minutes from and to which it lasts.
The minutes of the week that follow from it are computed by the database itself, so that two
tenancies of one stall which overlap in days and in hours are refused here, whatever a program
believes. A merchant has one shift at a stall at a time, and one live stand there.
"""

from alembic import op

revision = "0014"
down_revision = "0009"
branch_labels = None
depends_on = None

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

PARTS = (SHIFTS,)


def upgrade() -> None:
    """Give tenancies their shift."""
    for part in PARTS:
        op.execute(part)


def downgrade() -> None:
    """Refuse: a stall of two sellers cannot be given back to one."""
    message = "shifts are not taken back by a migration: restore a backup"
    raise RuntimeError(message)
