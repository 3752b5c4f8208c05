"""Every session says the same about itself, whatever the address says."""

import pytest

from cashless.db import address
from cashless.errors import Invalid


@pytest.mark.parametrize("url", ["postgresql://u@h/d", "postgresql+psycopg://u@h/d"])
def test_an_address_is_read_for_our_driver(url: str) -> None:
    assert address.parse(url).drivername == "postgresql+psycopg"


@pytest.mark.parametrize("url", ["", "nonsense", "mysql://u@h/d", "sqlite://", "http://h"])
def test_anything_else_is_refused(url: str) -> None:
    with pytest.raises(Invalid) as refusal:
        address.parse(url)
    assert refusal.value.code == "setting_invalid"
    assert "CASHLESS_DATABASE_URL" in refusal.value.message


def test_a_password_stays_out_of_the_refusal() -> None:
    with pytest.raises(Invalid) as refusal:
        address.parse("mysql://user:s3cret@host/db")
    assert "s3cret" not in str(refusal.value)


def test_the_operators_options_stay_and_ours_come_after_them() -> None:
    place = address.parse("postgresql://u@h/d?options=-c%20work_mem%3D8MB&connect_timeout=3")
    session = address.session(place, role="cashless_app")
    options = str(session["options"])
    assert options.startswith("-c work_mem=8MB -c TimeZone=UTC ")
    assert options.endswith(" -c role=cashless_app")
    assert "connect_timeout" not in session


def test_a_setting_of_a_session_may_be_given_otherwise() -> None:
    session = address.session(address.parse("postgresql://u@h/d"), statement_timeout="0")
    assert str(session["options"]).count("statement_timeout") == 1
    assert "-c statement_timeout=0" in str(session["options"])
