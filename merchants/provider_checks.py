"""What a provider said of its own checks of a merchant (KYC): kept as said, never claimed by us.

The provider that holds the account identifies its holder and signs the contract; this platform does
neither and must not appear to. What the provider told, on which day and how we know, is a row that
nobody changes; the last one counts. It opens and closes nothing here.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import Connection, text

from cashless.clock import business_date, now
from cashless.errors import Invalid
from cashless.reason import require_why
from merchants import accounts
from merchants.register import Merchant

STANDINGS: Final = {
    "verified": ("đã xác minh", "verified"),
    "pending": ("đang xem", "pending"),
    "refused": ("từ chối", "refused"),
    "expired": ("hết hạn", "expired"),
}
"""Standing → how it is called, in Vietnamese and English."""

_CONTRACT_MAX: Final = 60
_NOTE: Final = text(
    "INSERT INTO provider_check (account_id, standing, contract, told_on, told_how, noted_by)"
    " VALUES (:account, :standing, :contract, :told_on, :told_how, :noted_by)"
)
_OF: Final = text(
    "SELECT r.bin || ':' || r.number, r.provider, c.standing, c.contract, c.told_on, c.told_how,"
    " c.noted_by FROM provider_check c JOIN receiving_account r ON r.id = c.account_id"
    " WHERE r.merchant_id = :merchant ORDER BY c.id"
)


@dataclass(frozen=True, slots=True)
class Told:
    """What a provider said: standing, its contract number, the day, and how we know of it."""

    standing: str
    told_on: date
    told_how: str
    contract: str = ""


@dataclass(frozen=True, slots=True)
class ProviderCheck:
    """What was said of one account, and who noted it."""

    account: str
    provider: str | None
    standing: str
    contract: str
    told_on: date
    told_how: str
    noted_by: str


def note(db: Connection, merchant: Merchant, written: str, told: Told, by: str) -> None:
    """Keep what a provider said of a merchant's account.

    Raises ``NotFound("account_missing")``, ``Invalid("provider_check_invalid" | "why_missing")``.
    """
    contract = " ".join(told.contract.split())
    wrong = told.standing not in STANDINGS or told.told_on > business_date(now())
    if wrong or len(contract) > _CONTRACT_MAX or not contract.isprintable():
        known = ", ".join(STANDINGS)
        raise Invalid(
            "provider_check_invalid",
            f"A provider says one of {known}, on a day that has come; a contract has up to 60"
            " visible characters.",
            f"Tổ chức thanh toán báo một trong: {known}, vào ngày đã đến; số hợp đồng tối đa 60"
            " ký tự nhìn thấy được.",
        )
    account = accounts.choose(db, merchant.id, written)
    row = {"account": account.id, "standing": told.standing, "contract": contract}
    row |= {"told_on": told.told_on, "told_how": require_why(told.told_how), "noted_by": by}
    db.execute(_NOTE, row)


def of_merchant(db: Connection, merchant: Merchant) -> list[ProviderCheck]:
    """Return what providers said of a merchant's accounts, oldest first; the last one counts."""
    return [ProviderCheck(*row) for row in db.execute(_OF, {"merchant": merchant.id})]
