"""Import a market's list: all rows or none, and the same file again changes nothing.

``check`` compares the rows with the registry and names every fault: a market that does not exist, a
stall that somebody else holds, an account that belongs to another merchant or stands in the
registry with other words. ``write`` registers what is new in
the caller's transaction. A row whose account and stall are already registered for one merchant of
the same name is left as it is; nothing that exists is ever changed by an import, because a change
of an account has a way of its own (``account_changes``).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, text

from cashless.clock import business_date, now
from cashless.db.batch import rows_json
from cashless.vietqr.text import ascii_text
from merchants import personal, places, register
from merchants.import_rows import Applicant, Fault
from merchants.personal import Officer
from merchants.register import Application

_THERE = text(
    """
SELECT asked.row, a.merchant_id AS owner, o.code AS owner_code, o.name AS owner_name,
       t.merchant_id AS tenant, h.code AS tenant_code, s.place_code,
       t.shift_days = asked.days AND t.shift_begins = asked.begins AND t.shift_ends = asked.ends
FROM json_to_recordset(:rows) AS asked (row integer, bin text, number text, stall text,
  days integer, begins integer, ends integer)
LEFT JOIN receiving_account a ON a.bin = asked.bin AND a.number = asked.number
  AND a.closed_at IS NULL
LEFT JOIN merchant o ON o.id = a.merchant_id
LEFT JOIN stall s ON s.code = asked.stall
LEFT JOIN LATERAL (
  SELECT y.* FROM tenancy y WHERE y.stall_id = s.id AND y.during @> CAST(:day AS date)
    AND (y.merchant_id = a.merchant_id
         OR y.minutes && shift_minutes(asked.days, asked.begins, asked.ends))
  ORDER BY y.merchant_id = a.merchant_id DESC, y.id LIMIT 1) t ON true
LEFT JOIN merchant h ON h.id = t.merchant_id
"""
)


@dataclass(frozen=True, slots=True)
class Checked:
    """A list compared with the registry: what is new, how many rows are there already, faults."""

    new: tuple[Applicant, ...]
    unchanged: int
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class _There:
    """What the registry already says of a row's account and stall."""

    owner: int | None
    owner_code: str | None
    owner_name: str | None
    tenant: int | None
    tenant_code: str | None
    place: str | None
    same_shift: bool | None


def check(db: Connection, applicants: Sequence[Applicant]) -> Checked:
    """Compare a list with the registry; nothing is written."""
    known = _places(db)
    there = _there(db, applicants)
    faults: list[Fault] = []
    new: list[Applicant] = []
    for one in applicants:
        found = list(_faults(one, there[one.row], known.get(_plain(one.market))))
        faults.extend(found)
        if not found and there[one.row].owner is None:
            new.append(one)
    wrong_rows = {fault.row for fault in faults}
    return Checked(tuple(new), len(applicants) - len(new) - len(wrong_rows), tuple(faults))


def write(
    db: Connection, new: Sequence[Applicant], by: Officer, told: Callable[[int], None]
) -> None:
    """Register merchants in the caller's transaction; ``told`` hears how many are done."""
    known = _places(db)
    for done, one in enumerate(new, start=1):
        merchant = register.add(db, _application(one, known[_plain(one.market)]))
        if one.numbers:
            personal.note(db, merchant, one.numbers, by)
        told(done)


def _application(one: Applicant, place: str) -> Application:
    return Application(
        name=one.name,
        category=one.category,
        account=one.account,
        holder=one.holder,
        place=place,
        stall=one.stall,
        kind=one.kind,
        walking_order=one.walking_order,
        shift=one.shift,
    )


def _places(db: Connection) -> dict[str, str]:
    listed = places.listing(db)
    names = {_plain(place.name): place.code for place in listed}
    return names | {_plain(place.code): place.code for place in listed}


def _there(db: Connection, applicants: Sequence[Applicant]) -> dict[int, _There]:
    rows = [
        {
            "row": one.row,
            "bin": one.account.partition(":")[0],
            "number": one.account.partition(":")[2],
            "stall": one.stall,
            "days": one.shift.days,
            "begins": one.shift.begins,
            "ends": one.shift.ends,
        }
        for one in applicants
    ]
    asked = {"rows": rows_json(rows), "day": business_date(now())}
    return {row.row: _There(*row[1:]) for row in db.execute(_THERE, asked)}


def _faults(one: Applicant, there: _There, place: str | None) -> Iterator[Fault]:
    if place is None:
        words = (
            "There is no such market or street: cashless markets add.",
            "Chưa có chợ hay tuyến phố này.",
        )
        yield _fault(one, "Chợ", "place_unknown", words)
    elif there.place not in {None, place}:
        words = (f"This stall stands in {there.place}.", f"Sạp này thuộc {there.place}.")
        yield _fault(one, "Sạp", "stall_elsewhere", words)
    yield from _shift_faults(one, there)
    if there.owner is not None and not _is_same(one, there):
        words = (
            f"The account belongs to {there.owner_code}, who has another name or stall.",
            f"Tài khoản này của {there.owner_code}, khác tên hoặc khác sạp.",
        )
        yield _fault(one, "Tài khoản", "account_taken", words)


def _shift_faults(one: Applicant, there: _There) -> Iterator[Fault]:
    if there.tenant is not None and there.tenant != there.owner:
        words = (
            f"{there.tenant_code} holds it in those hours. Hand it over or write a shift.",
            f"{there.tenant_code} đang giữ sạp trong giờ đó. Hãy sang sạp trước hoặc ghi ca.",
        )
        yield _fault(one, "Sạp", "stall_taken", words)
    elif one.names_shift and there.tenant is not None and not there.same_shift:
        words = (
            "The merchant sells at other hours: cashless stalls shift.",
            "Người này đang bán ca khác: hãy dùng cashless stalls shift.",
        )
        yield _fault(one, "Ca", "shift_differs", words)


def _is_same(one: Applicant, there: _There) -> bool:
    return there.owner == there.tenant and _plain(there.owner_name or "") == _plain(one.name)


def _fault(one: Applicant, column: str, code: str, words: tuple[str, str]) -> Fault:
    return Fault(one.row, column, code, *words)


def _plain(written: str) -> str:
    return " ".join(ascii_text(written).upper().split())
