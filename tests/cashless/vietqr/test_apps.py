"""Apps of banks: dated data, and links that say account, amount and content and nothing more."""

import re
from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest

from cashless.errors import NotFound
from cashless.vietqr.apps import Payee, checked, every_app, link
from cashless.vietqr.banks import is_known

PAYEE = Payee("970405", "7704205001234", 150_000, "JX2345678ABC")


def test_those_that_fill_in_come_first_with_their_date() -> None:
    since = {app.id: app.autofill_since for app in every_app() if app.autofill_since}
    assert since == {
        "acb": date(2025, 10, 31),
        "bidv": date(2026, 1, 9),
        "icb": date(2026, 2, 13),
        "mb": date(2026, 7, 31),
        "ocb": date(2024, 5, 28),
    }
    assert [app.id for app in every_app()[: len(since)]] == list(since)
    assert len(every_app()) > 30
    assert re.fullmatch(r"20\d\d-\d\d", checked())


def test_every_app_belongs_to_a_bank_of_the_list() -> None:
    assert [app.id for app in every_app() if not is_known(app.bin)] == []
    assert [app.id for app in every_app() if not re.fullmatch(r"[a-z0-9-]{2,12}", app.id)] == []


def test_a_link_says_what_is_to_be_paid() -> None:
    parts = urlsplit(link("ocb", PAYEE))
    assert (parts.scheme, parts.netloc, parts.path) == ("https", "dl.vietqr.io", "/pay")
    assert parse_qs(parts.query) == {
        "app": ["ocb"],
        "ba": ["7704205001234@vba"],
        "am": ["150000"],
        "tn": ["JX2345678ABC"],
    }


def test_without_an_amount_a_link_says_the_account_only() -> None:
    query = parse_qs(urlsplit(link("mb", Payee("970436", "1019876543210"))).query)
    assert query == {"app": ["mb"], "ba": ["1019876543210@vcb"]}


@pytest.mark.parametrize(
    ("app", "bin_"), [("none", "970405"), ("", "970405"), ("ocb&x=1", "970405"), ("ocb", "533948")]
)
def test_there_is_no_link_to_what_is_not_known(app: str, bin_: str) -> None:
    with pytest.raises(NotFound) as problem:
        link(app, Payee(bin_, "1"))
    assert problem.value.code == "app_unknown"
