"""Opening a stall: what follows when an officer confirms, and when the last proof is in.

Confirming makes, in one transaction or not at all: the merchant, the stall from its day, the
account, the book, the numbers of the person (sealed), the consents, the owner with an invitation,
and the stand. The merchant is *pending*: payments to the account are booked and told, but the stand
is not payable, no list of the city counts the stall. What was said in the draft is removed with
that: it stands where it belongs now. When all four proofs are in, the merchant is active.

Until any money has come, a wrong account can be put right here: the old one is closed and still
watched, and the stand is issued anew. Afterwards only ``account_changes`` can.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection, text

from cashless.access import grants, invitations, people
from cashless.access.contact import Contact
from cashless.access.people import Card
from cashless.clock import now
from cashless.errors import Conflict, Invalid
from merchants import accounts, consents, onboarding, personal, places, print_run, register, shifts
from merchants import tenancy as tenancies
from merchants.answers import same_name
from merchants.obstacles import obstacles
from merchants.onboarding import STEPS, Hand, Registration
from merchants.proof import proof
from merchants.register import Application, Merchant

_WHY: Final = "đăng ký sạp tại văn phòng chợ"
_CORRECTED: Final = "sửa tài khoản trước khi mở bán"

Draft = Mapping[str, Mapping[str, str]]

_LOCK = text("SELECT merchant_id, ended_at FROM registration WHERE id = :id FOR UPDATE")
# One after the other at a place: between looking at a stall and taking it nobody else may.
_LOCK_PLACE = text("SELECT code FROM place WHERE code = :place FOR NO KEY UPDATE")
_BECOMES = text("UPDATE registration SET merchant_id = :merchant, phone_mark = NULL WHERE id = :id")
_CLOSE = text(
    "UPDATE receiving_account SET closed_at = :at"
    " WHERE merchant_id = :merchant AND closed_at IS NULL"
)
# A stall that is new is walked to behind those that are known.
_LAST = text("SELECT coalesce(max(walking_order), 0) FROM stall WHERE place_code = :place")
_CAN_SIGN_IN = text("SELECT has_credential(:person)")
_OWNER = text(
    "SELECT person_id FROM role_grant WHERE merchant_id = :merchant AND role = 'owner'"
    " AND revoked_at IS NULL ORDER BY id LIMIT 1"
)


@dataclass(frozen=True, slots=True)
class Opened:
    """What came of a confirmation; ``token`` is the owner's invitation, None if not needed."""

    merchant: Merchant
    owner: str
    token: str | None


def confirm(
    db: Connection, registration: Registration, hand: Hand, *, other_holder: bool = False
) -> Opened:
    """Make a merchant of a draft that an officer has looked over, in the program's role.

    Raises ``Conflict("registration_over" | "registration_incomplete" | "merchant_known")``,
    ``Invalid("holder_differs")``, what ``obstacles`` finds, and what registering raises.
    """
    said = _complete(db, registration, hand.key)
    who, where, account = (said[step] for step in STEPS)
    if not (other_holder or same_name(account["holder"], *names(who))):
        raise _other_name()
    wanted = Application(
        name=who["stall_name"] or who["name"],
        category=where["category"],
        account=f"{account['bin']}:{account['number']}",
        holder=account["holder"],
        kind=who["kind"],
    )
    merchant = register.add(db, wanted)
    _take_stall(db, registration, merchant, where, hand)
    _keep_person(db, merchant, who, hand)
    print_run.issue(db, print_run.Wish(hand.who, hand.key, merchant=merchant.code))
    owner, token = _owner(db, merchant, who, hand)
    db.execute(_BECOMES, {"id": registration.id, "merchant": merchant.id})
    onboarding.forget(db, registration)
    return Opened(register.set_status(db, merchant.code, "pending"), owner, token)


def go_live(db: Connection, registration: Registration, hand: Hand) -> bool:
    """Make the stall live if everything is proven; tell whether it is, in the program's role.

    Raises ``Conflict("registration_unproven")`` when no payment has come that could be heard.
    """
    db.execute(_LOCK, {"id": registration.id})
    found = proof(db, registration)
    if found.account is None:
        raise Conflict(
            "registration_unproven",
            "No payment has come to this account yet, so there was nothing to hear.",
            "Chưa có khoản tiền nào vào tài khoản này nên chưa có gì để nghe.",
        )
    waits = registration.merchant_status == "pending" and registration.merchant is not None
    if found.is_whole and waits:
        register.set_status(db, str(registration.merchant), "active")
        onboarding.note(db, registration, "live", hand.who)
    return found.is_whole


def correct(
    db: Connection, registration: Registration, account: Mapping[str, str], hand: Hand
) -> None:
    """Put a wrong account right while no money has come, in the program's role.

    Raises ``Conflict("registration_proven")``, and what adding an account raises.
    """
    db.execute(_LOCK, {"id": registration.id})
    if registration.state != "waiting" or proof(db, registration).account is not None:
        raise Conflict(
            "registration_proven",
            "Money has come to this account. To change it now, two officers are needed.",
            "Đã có tiền vào tài khoản này. Muốn đổi phải có hai cán bộ duyệt.",
        )
    merchant = register.set_status(db, str(registration.merchant), "active")
    db.execute(_CLOSE, {"merchant": merchant.id, "at": now()})
    written = f"{account['bin']}:{account['number']}"
    accounts.add(db, merchant.id, written, account["holder"])
    wish = print_run.Wish(hand.who, hand.key, merchant=merchant.code, why=_CORRECTED)
    print_run.issue(db, wish)
    register.set_status(db, merchant.code, "pending")


def invite_again(db: Connection, registration: Registration, hand: Hand) -> tuple[str, str]:
    """Return the owner's name and a new invitation, as long as the owner has no password.

    Raises ``Conflict("owner_signs_in")``.
    """
    person = int(db.execute(_OWNER, {"merchant": registration.merchant_id}).scalar_one())
    if db.execute(_CAN_SIGN_IN, {"person": person}).scalar_one():
        raise Conflict(
            "owner_signs_in",
            "The owner has a password already. A lost one is let in again by two officers.",
            "Chủ sạp đã có mật khẩu. Nếu quên, cần hai cán bộ cấp lại.",
        )
    token = invitations.invite(db, person, hand.who, _WHY)
    return people.by_id(db, person).name, token


def names(who: Mapping[str, str]) -> tuple[str, str]:
    """Return the names that an account of this merchant may bear."""
    return who["name"], who["stall_name"]


def _complete(db: Connection, registration: Registration, key: bytes) -> Draft:
    """Return the draft, locked, if nothing is missing and nothing stands in its way any more."""
    db.execute(_LOCK_PLACE, {"place": registration.place})
    row: Any = db.execute(_LOCK, {"id": registration.id}).one()
    if row.merchant_id is not None or row.ended_at is not None:
        raise Conflict(
            "registration_over",
            "This registration was confirmed or given up already.",
            "Hồ sơ này đã được xác nhận hoặc đã bỏ.",
        )
    said = onboarding.draft(db, registration, key)
    missing = [step for step in STEPS if step not in said]
    if missing or said["who"]["registration"] != consents.TEXT_VERSION:
        raise Conflict(
            "registration_incomplete",
            "Something is missing, or the consent has a new text. Go through the steps again.",
            "Hồ sơ còn thiếu, hoặc bản đồng ý có nội dung mới. Hãy xem lại từng bước.",
        )
    for step in STEPS:
        for problem in obstacles(db, registration.place, step, said[step], key).values():
            raise problem
    return said


def _take_stall(
    db: Connection,
    registration: Registration,
    merchant: Merchant,
    where: Mapping[str, str],
    hand: Hand,
) -> None:
    last = int(db.execute(_LAST, {"place": registration.place}).scalar_one())
    places.stall(db, registration.place, where["stall"], last)
    day = date.fromisoformat(where["since"])
    shift = shifts.read(where["shift"])
    over = tenancies.Handover(where["stall"], day, hand.who, _WHY, shift)
    tenancies.hand_over(db, merchant, over)


def _keep_person(db: Connection, merchant: Merchant, who: Mapping[str, str], hand: Hand) -> None:
    """Keep the numbers and the consents, and see that they are nobody else's."""
    numbers = {kind: who[kind] for kind in ("phone", "id_card") if who[kind]}
    personal.note(db, merchant, numbers, personal.Officer(hand.who, _WHY, hand.key))
    others = personal.same_person(db, merchant)
    if others and not who["same_person"]:
        raise _known(others)
    for purpose in consents.PURPOSES:
        consents.record(db, merchant, purpose, hand.who, is_given=bool(who[purpose]))


def _owner(
    db: Connection, merchant: Merchant, who: Mapping[str, str], hand: Hand
) -> tuple[str, str | None]:
    """Let the person own the merchant; return name and invitation, if there is no password yet."""
    contact = Contact("phone", who["phone"])
    known = people.with_contact(db, contact, hand.key)
    person = known or people.add(db, Card(who["name"], contact), hand.key, by=hand.id).id
    grants.add(db, person, grants.Wish("owner", hand.who, _WHY, merchant.id))
    owner = people.by_id(db, person).name
    if db.execute(_CAN_SIGN_IN, {"person": person}).scalar_one():
        return owner, None
    return owner, invitations.invite(db, person, hand.who, _WHY)


def _known(others: list[str]) -> Conflict:
    told = ", ".join(others)
    return Conflict(
        "merchant_known",
        f"A merchant with the same phone or ID number is registered: {told}. If it is the same"
        " person with one more stall, go back to step 1 and tick “the same person”.",
        f"Đã có người bán cùng số điện thoại hoặc căn cước: {told}. Nếu đúng người đó mở thêm sạp,"
        " hãy về bước 1 và đánh dấu «Đúng người này».",
    )


def _other_name() -> Invalid:
    return Invalid(
        "holder_differs",
        "The account bears another name than the merchant's. Look at the papers, then tick it.",
        "Tài khoản mang tên khác tên người bán. Hãy xem giấy tờ rồi đánh dấu xác nhận.",
    )
