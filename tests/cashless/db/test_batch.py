"""Rows survive the way through one JSON parameter into PostgreSQL."""

import datetime as dt
import uuid
from enum import StrEnum

import orjson
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from cashless.db.batch import rows_json
from cashless.errors import Invalid

UNFOLD = text("""
SELECT number, name, seal::bytea AS seal, at, day, id
FROM json_to_recordset(:rows) AS r(
  number bigint, name text, seal text, at timestamptz, day date, id uuid)
""")
KEEPABLE = st.text(st.characters(codec="utf-8", exclude_characters="\0"))
INSTANTS = st.datetimes(
    min_value=dt.datetime(2000, 1, 1),  # noqa: DTZ001 - Hypothesis wants naive bounds
    max_value=dt.datetime(2100, 1, 1),  # noqa: DTZ001 - Hypothesis wants naive bounds
    timezones=st.sampled_from([dt.UTC, dt.timezone(dt.timedelta(hours=7))]),
)
ROW = st.fixed_dictionaries(
    {
        "number": st.integers(-(2**63), 2**63 - 1) | st.none(),
        "name": KEEPABLE | st.none(),
        "seal": st.binary() | st.none(),
        "at": INSTANTS,
        "day": st.dates(min_value=dt.date(1, 1, 1)),
        "id": st.uuids(),
    }
)


@given(rows=st.lists(ROW, max_size=5))
@hypothesis_settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_rows_come_out_as_they_went_in(engine: Engine, rows: list[dict[str, object]]) -> None:
    with engine.connect() as connection:
        kept = connection.execute(UNFOLD, {"rows": rows_json(rows)}).mappings().all()
    assert [dict(row) for row in kept] == rows


def test_no_rows_are_an_empty_list() -> None:
    assert rows_json([]) == "[]"


def test_names_of_an_enumeration_become_text() -> None:
    class Kind(StrEnum):
        CREDIT = "credit"

    assert rows_json([{"kind": Kind.CREDIT}]) == '[{"kind":"credit"}]'


@pytest.mark.parametrize("bad", ["\0", "a\0b", "\\\0", "\ud800"])
def test_text_that_postgresql_cannot_hold_is_refused_before_it_is_sent(bad: str) -> None:
    with pytest.raises(Invalid) as refusal:
        rows_json([{"memo": "honest"}, {"memo": bad}])
    assert refusal.value.code == "text_invalid"


@pytest.mark.parametrize("honest", ["\\u0000", "\\\\u0000", "u0000"])
def test_text_that_only_looks_like_nul_passes(honest: str) -> None:
    assert orjson.loads(rows_json([{"memo": honest}])) == [{"memo": honest}]


@pytest.mark.parametrize("value", [2**64, object(), dt.timedelta(1)])
def test_a_value_without_a_form_is_our_mistake(value: object) -> None:
    with pytest.raises(TypeError):
        rows_json([{"value": value}])


def test_a_row_may_be_any_mapping() -> None:
    row = {"id": uuid.UUID(int=7)}
    assert rows_json([{"row": row}]) == '[{"row":{"id":"00000000-0000-0000-0000-000000000007"}}]'
