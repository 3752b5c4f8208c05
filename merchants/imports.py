"""Import a market's list: all rows or none, and the same file again changes nothing.

``check`` compares the rows with the registry and names every fault: a market that does not exist, a
stall that somebody else holds, an account that belongs to a merchant of another name. ``write``
registers what is new in the caller's transaction. Rows that tell of one merchant and name several
stalls make one merchant who holds them all, and a stall that nobody holds is added to a merchant
who is there already. A row whose account and stall are already registered for one merchant of the
same name is left as it is; nothing that exists is ever changed by an import, because a change of an
account has a way of its own (``account_changes``).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

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
SELECT asked.row, a.merchant_id AS owner, o.code AS owner_code, o.name AS owner_name, o.status,
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
    """A list compared with the registry: what is new, how many rows are there already, faults.

    ``owners`` has the merchants that are there already, by account: their new rows are stalls.
    """

    new: tuple[Applicant, ...]
    unchanged: int
    faults: tuple[Fault, ...]
    owners: Mapping[str, int] = field(default_factory=dict)

    @property
    def merchants(self) -> int:
        """How many merchants are new; the other new rows are further stalls."""
        return len({one.account for one in self.new} - self.owners.keys())


@dataclass(frozen=True, slots=True)
class _There:
    """What the registry already says of a row's account and stall."""

    owner: int | None
    owner_code: str | None
    owner_name: str | None
    status: str | None
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
        if not found and there[one.row].tenant is None:
            new.append(one)
    wrong_rows = {fault.row for fault in faults}
    unchanged = len(applicants) - len(new) - len(wrong_rows)
    owners = {one.account: owner for one in new if (owner := there[one.row].owner) is not None}
    return Checked(tuple(new), unchanged, tuple(faults), owners)


def write(db: Connection, checked: Checked, by: Officer, told: Callable[[int], None]) -> None:
    """Register what is new in the caller's transaction; ``told`` hears how many rows are done."""
    known = _places(db)
    owners = dict(checked.owners)
    for done, one in enumerate(checked.new, start=1):
        application = _application(one, known[_plain(one.market)])
        if one.account in owners:
            register.take_stall(db, owners[one.account], application)
        else:
            merchant = register.add(db, application)
            owners[one.account] = merchant.id
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
    yield from _owner_faults(one, there)


def _owner_faults(one: Applicant, there: _There) -> Iterator[Fault]:
    if there.owner is not None and _plain(there.owner_name or "") != _plain(one.name):
        words = (
            f"The account belongs to {there.owner_code}, who has another name.",
            f"Tài khoản này của {there.owner_code}, người có tên khác.",
        )
        yield _fault(one, "Tài khoản", "account_taken", words)
    elif _is_closed(there):
        words = (
            f"{there.owner_code} is closed and cannot take a stall.",
            f"{there.owner_code} đã ngừng kinh doanh, không nhận sạp được.",
        )
        yield _fault(one, "Tên", "merchant_closed", words)


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


def _is_closed(there: _There) -> bool:
    """Tell whether a stall would go to a merchant who has given up."""
    return there.status == "closed" and there.tenant is None


def _fault(one: Applicant, column: str, code: str, words: tuple[str, str]) -> Fault:
    return Fault(one.row, column, code, *words)


def _plain(written: str) -> str:
    return " ".join(ascii_text(written).upper().split())
