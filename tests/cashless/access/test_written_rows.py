"""Plain SQL in the role of people, against the policies of what programs write over the API."""

import pytest
from sqlalchemy import text

from cashless.access import api_keys
from cashless.access.acting import acting
from cashless.db.engine import transaction
from cashless.errors import Forbidden
from merchants import print_run
from merchants.print_run import Wish as Print
from tests.cashless.access.test_row_security import person
from tests.market import KEY, Market
from tests.people import Crowd

ACCOUNT = "INSERT INTO receiving_account (merchant_id, bin, number, holder, usable)"
CHANGE = (
    "INSERT INTO account_change"
    " (merchant_id, old_account_id, new_account_id, requested_by, requested_at, why)"
)
MERCHANT = "INSERT INTO merchant (code, kind, name, category, status)"
STAND = (
    "INSERT INTO stand (token, payload, check_word, issued_at, reason, print_number, after_payment,"
    " merchant_id, account_id, issued_by)"
)
PAPER = "'ABCDEFGHJKMNPQRS', 'x', 'x', now(), 'in thử', 1, 0"
WRITES = {
    "owner": [
        f"{ACCOUNT} VALUES (:own, '970405', '77', 'TOI', true)",
        f"{ACCOUNT} VALUES (:other, '970405', '77', 'TOI', false)",
        f"{CHANGE} SELECT :other, id, id, :code, now(), 'chiếm tiền' FROM receiving_account",  # noqa: S608  our own text
        f"{CHANGE} SELECT :own, id, id, :code, now(), 'chiếm tiền' FROM receiving_account",  # noqa: S608  our own text
        f"{CHANGE} SELECT :own, id, id, 'PSOMEONE', now(), 'mạo danh' FROM receiving_account",  # noqa: S608  our own text
        f"{MERCHANT} VALUES ('MABCDEFG', 'household', 'tôi', 'seafood', 'active')",
        f"{STAND} SELECT {PAPER}, :own, id, :code FROM receiving_account",  # noqa: S608  our own text
        "INSERT INTO stall (place_code, code) VALUES ('RS', 'RS-77')",
        (
            "INSERT INTO merchant_change (merchant_id, field, was, becomes, who, why)"
            " VALUES (:own, 'name', 'a', 'b', :code, 'tự sửa')"
        ),
    ],
    "board": [
        f"{ACCOUNT} VALUES (:own, '970405', '77', 'TOI', true)",
        f"{ACCOUNT} VALUES (:other, '970405', '77', 'TOI', true)",
        "UPDATE receiving_account SET usable = true",
        (
            f"{MERCHANT[:-1]}, registered_by)"
            " VALUES ('MABCDEFG', 'household', 'ai', 'seafood', 'active', :them)"
        ),
        (
            "INSERT INTO tenancy (stall_id, merchant_id, during)"
            " SELECT id, :other, '[2099-01-01,)' FROM stall"
        ),
        (
            "INSERT INTO tenancy (stall_id, merchant_id, during)"
            " SELECT id, :own, '[2020-01-01,2020-02-01)' FROM stall"
        ),
        "INSERT INTO stall (place_code, code) VALUES ('VT', 'VT-77')",
        "INSERT INTO book (code, merchant_id, head) VALUES ('X', :own, decode('00', 'hex'))",
        f"{STAND} SELECT {PAPER}, :other, 1, :code",
        f"{STAND} SELECT {PAPER}, :own, id, 'PSOMEONE' FROM receiving_account",  # noqa: S608  our own text
        f"{STAND[:-1]}, stall_id) SELECT {PAPER}, :own, id, :code, :stall FROM receiving_account",  # noqa: S608  our own text
        "UPDATE stand SET payload = 'x'",
        (
            "INSERT INTO merchant_change (merchant_id, field, was, becomes, who, why)"
            " VALUES (:own, 'name', 'a', 'b', 'PSOMEONE', 'mạo danh')"
        ),
        (
            'INSERT INTO "order" (code, merchant_id, account_id, amount, payload, expires_at)'
            " VALUES ('X', :own, 1, 1, 'x', 'infinity')"
        ),
    ],
    "helper": ['UPDATE "order" SET cancelled_at = NULL', 'UPDATE "order" SET amount = 1'],
}


@pytest.mark.parametrize(
    ("role", "number"), [(role, n) for role, writes in WRITES.items() for n in range(len(writes))]
)
def test_what_a_role_may_not_write_is_refused(
    crowd: Crowd, market: Market, role: str, number: int
) -> None:
    market.order(crowd.merchants["own"], 10_000)
    row = {
        "code": crowd.everybody[role].code,
        "them": crowd.everybody["helper"].id,
        "own": crowd.merchants["own"].id,
        "other": crowd.merchants["other"].id,
        "stall": market.rows("SELECT id FROM stall WHERE code = 'VT-01'")[0][0],
    }
    with pytest.raises(Forbidden, match="not_yours"), person(crowd, role) as db:
        db.execute(text(WRITES[role][number]), row)


def test_somebody_else_s_rows_are_simply_not_changed(crowd: Crowd, market: Market) -> None:
    market.order(crowd.merchants["other"], 10_000)
    with transaction(market.engine) as db:
        print_run.issue(db, Print("chú Hùng", KEY, merchant=crowd.merchants["own"].code))
    with person(crowd, "owner") as db:
        for untouched in (
            "UPDATE merchant SET name = 'tôi'",
            "UPDATE merchant SET status = 'closed'",
            "UPDATE stand SET revoked_at = now(), revoked_by = 'x', revoke_reason = 'x'",
            'UPDATE "order" SET cancelled_at = now()',
        ):
            assert db.execute(text(untouched)).rowcount == 0


def test_a_key_opens_nobody_who_is_still_being_registered(crowd: Crowd, market: Market) -> None:
    with transaction(market.engine) as db:
        db.execute(text("UPDATE merchant SET status = 'draft'"))
        key = api_keys.add(db, crowd.everybody["board"].id, "thử", ["registry", "register"], 1)
    with transaction(market.engine) as db, acting(db, key):
        assert db.execute(text("UPDATE merchant SET status = 'active'")).rowcount == 0
