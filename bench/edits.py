"""The edits a superuser makes in the tampering campaign, drawn from the rows of a database.

An edit changes one value of an entry, a transfer, a payment, a delivery, a day close, a published
root, or a statement with its lines, pairs and confirmations, lets two entries change places, or
deletes a row. Each knows the places by which an audit may name it.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, text

Row = dict[str, Any]
_KEYS = ("book_id", "seq", "line", "day", "id", "number")


@dataclass(frozen=True)
class Edit:
    """One edit: what it is called, the statements that do it, and the places that may name it."""

    kind: str
    statements: tuple[str, ...]
    places: tuple[str, ...]


_ENTRY = {
    "kind": "'refund'",
    "payment_id": "coalesce(payment_id, 0) + 1000000",
    "match_seq": "coalesce(match_seq, 0) + 1",
    "cause": "cause || '0'",
    "business_date": "business_date - 1",
    "posted_at": "posted_at - interval '1 microsecond'",
    "reverses": "coalesce(reverses, 0) + 1",
    "original_date": "business_date - 2",
    "hash": "sha256(hash)",
}
_TRANSFER = {
    "debit": "'Assets:Bank:Nobody'",
    "credit": "'Income:Nothing'",
    "amount": "amount + 1",
    "line": "line + 7",
}
_PAYMENT = {
    "provider": "'mb'",
    "provider_txn_id": "provider_txn_id || '1'",
    "kind": "'debit'",
    "amount": "amount + 1000",
    "account": "coalesce(account, '') || '1'",
    "virtual_account": "'9901'",
    "order_ref": "'ABCDEFGH'",
    "memo": "memo || ' '",
    "payer": "'NGUYEN VAN A'",
    "occurred_at": "occurred_at + interval '1 second'",
    "business_date": "business_date + 1",
    "digest": "sha256(digest)",
    "trust": "CASE trust WHEN 'weak' THEN 'signed' ELSE 'weak' END",
    "connection_id": "connection_id + 100",
    "delivery_day": "delivery_day - 1",
    "delivery_id": "gen_random_uuid()",
    "kept_at": "kept_at + interval '1 day'",
    "original": "'FT1'",
    "reference": "'FT1'",
    "balance": "1",
}
_CLOSE = {
    "said": "said || ' '",
    "digest": "sha256(digest)",
    "last_day": "last_day + 1",
    "last_seq": "last_seq + 1",
    "closed_at": "closed_at + interval '1 second'",
}
_ROOT = {
    "said": "replace(said, '\"books\"', '\"bokks\"')",
    "signature": "set_byte(signature, 0, 255 - get_byte(signature, 0))",
    "published_at": "published_at + interval '1 second'",
    "heads": "heads || ' '",
}
_DELIVERY = {
    "body": "body || ' '::bytea",
    "digest": "sha256(digest)",
    "connection_id": "connection_id + 100",
    "headers": "'[]'",
}

_STATEMENT = {
    "statement.layout": "layout || 'x'",
    "statement.provider": "'mb'",
    "statement.digest": "sha256(digest)",
    "statement.last_day": "last_day + 1",
    "statement.amount_in": "amount_in + 1",
    "statement.imported_by": "'nobody'",
    "statement_line.key": "key || '0'",
    "statement_line.amount": "amount + 1",
    "statement_line.account": "account || '1'",
    "statement_line.memo": "memo || ' '",
    "statement_line.occurred_at": "occurred_at + interval '1 second'",
    "statement_line.business_date": "business_date - 1",
    "statement_line.balance": "1",
    "statement_pair.payment_id": "payment_id + 1000000",
    "statement_pair.line": "line + 70",
}

_ENTRIES = text(
    "SELECT e.book_id, b.code, e.seq, b.last_seq, e.payment_id, e.match_seq FROM entry e"
    " JOIN book b ON b.id = e.book_id ORDER BY 1, 3"
)
_LINES = text(
    "SELECT t.book_id, b.code, t.seq, t.line FROM transfer t JOIN book b ON b.id = t.book_id"
    " ORDER BY 1, 3, 4"
)
_PAYMENTS = text(
    "SELECT id, provider || '/' || provider_txn_id || '/' || kind AS key FROM payment ORDER BY id"
)
_DELIVERIES = text(
    "SELECT d.day, d.id, min(p.id) AS payment FROM delivery d JOIN payment p"
    " ON p.delivery_day = d.day AND p.delivery_id = d.id GROUP BY d.day, d.id ORDER BY d.day, d.id"
)


_STATEMENT_LINES = text("SELECT statement_id, line FROM statement_pair ORDER BY statement_id, line")
_CLOSES = text(
    "SELECT c.book_id, c.number, b.code FROM day_close c JOIN book b ON b.id = c.book_id"
    " ORDER BY 1, 2"
)
_ROOTS = text("SELECT number FROM published_root ORDER BY number")


class Editor:
    """Draws edits from the rows of a database."""

    def __init__(self, db: Connection, seed: int) -> None:
        """Read what there is to edit."""
        self.draw = random.Random(seed)
        self.entries = _read(db, _ENTRIES)
        self.lines = _read(db, _LINES)
        self.payments = _read(db, _PAYMENTS)
        self.deliveries = _read(db, _DELIVERIES)
        self.closes = _read(db, _CLOSES)
        self.roots = _read(db, _ROOTS)
        self.told = _read(db, _STATEMENT_LINES)
        self.kinds: tuple[Callable[[], Edit], ...] = (
            *(self._entry, self._transfer, self._payment, self._order),
            *(self._deletion, self._delivery, self._proof, self._statement),
        )

    def edit(self) -> Edit:
        """Draw one edit; the kinds are equally likely."""
        return self.draw.choice(self.kinds)()

    def _entry(self) -> Edit:
        row, (column, value) = self._of(self.entries, _ENTRY)
        change = _update("entry", column, value, _at(row))
        return Edit(f"entry.{column}", (change,), (_place(row),))

    def _transfer(self) -> Edit:
        row, (column, value) = self._of(self.lines, _TRANSFER)
        change = _update("transfer", column, value, _at(row))
        return Edit(f"transfer.{column}", (change,), (_place(row),))

    def _payment(self) -> Edit:
        row, (column, value) = self._of(self.payments, _PAYMENT)
        change = _update("payment", column, value, _at(row))
        return Edit(f"payment.{column}", (change,), _payment_places(row))

    def _delivery(self) -> Edit:
        row, (column, value) = self._of(self.deliveries, _DELIVERY)
        change = _update("delivery", column, value, _at(row))
        return Edit(f"delivery.{column}", (change,), (f"delivery {row['id']}",))

    def _proof(self) -> Edit:
        """Edit a day close or a published root."""
        if self.draw.choice((True, False)):
            row, (column, value) = self._of(self.closes, _CLOSE)
            place, table = f"{row['code']} close {row['number']}", "day_close"
        else:
            row, (column, value) = self._of(self.roots, _ROOT)
            place, table = f"root {row['number']}", "published_root"
        return Edit(f"{table}.{column}", (_update(table, column, value, _at(row)),), (place,))

    def _statement(self) -> Edit:
        row, (place, value) = self._of(self.told, _STATEMENT)
        table, _, column = place.partition(".")
        of_file, of_line = f"statement {row['statement_id']}", f" line {row['line']}"
        where = f"WHERE statement_id = {row['statement_id']} AND line = {row['line']}"
        if table == "statement":
            of_line, where = "", f"WHERE id = {row['statement_id']}"
        return Edit(place, (_update(table, column, value, where),), (f"{of_file}{of_line}",))

    def _order(self) -> Edit:
        """Let two neighbours of a book change places, with or without their transfers."""
        row = self.draw.choice([row for row in self.entries if row["seq"] < row["last_seq"]])
        first, second, book = row["seq"], row["seq"] + 1, row["book_id"]
        tables = self.draw.choice((("entry", "transfer"), ("entry",)))
        swaps = tuple(
            _update(table, "seq", str(to), f"WHERE book_id = {book} AND seq = {now_}")
            for table in tables
            for now_, to in ((first, 10**9), (second, first), (10**9, second))
        )
        places = (_place(row), f"{row['code']}#{second}")
        return Edit(f"order of {' and '.join(tables)}", swaps, places)

    def _deletion(self) -> Edit:
        kind = self.draw.choice(("entry", "transfer", "entry and transfers", "payment", "delivery"))
        return getattr(self, "_without_" + kind.replace(" ", "_"))()

    def _without_entry(self) -> Edit:
        row = self.draw.choice(self.entries)
        return Edit("delete entry", (_delete("entry", row),), (_place(row),))

    def _without_transfer(self) -> Edit:
        row = self.draw.choice(self.lines)
        change = _delete("transfer", row)
        return Edit("delete transfer", (change,), (_place(row),))

    def _without_entry_and_transfers(self) -> Edit:
        row = self.draw.choice(self.entries)
        changes = tuple(_delete(table, row) for table in ("transfer", "entry"))
        return Edit("delete entry and transfers", changes, (_place(row),))

    def _without_payment(self) -> Edit:
        row = self.draw.choice(self.payments)
        change = _delete("payment", row)
        return Edit("delete payment", (change,), _payment_places(row))

    def _without_delivery(self) -> Edit:
        """The payment it told of is named: it has no evidence any more."""
        row = self.draw.choice(self.deliveries)
        change = _delete("delivery", row)
        return Edit("delete delivery", (change,), (f"payment {row['payment']}",))

    def _of(self, rows: list[Row], columns: dict[str, str]) -> tuple[Row, tuple[str, str]]:
        return self.draw.choice(rows), self.draw.choice(sorted(columns.items()))


def _payment_places(row: Row) -> tuple[str, ...]:
    return f"payment {row['id']}", f"payment {row['key']}"


def _place(row: Row) -> str:
    return f"{row['code']}#{row['seq']}"


def _at(row: Row) -> str:
    """Say which row: by the parts of its key that it has."""
    named = [f"{name} = '{row[name]}'" for name in _KEYS if name in row]
    return f"WHERE {' AND '.join(named)}"


def _update(table: str, column: str, value: str, where: str) -> str:
    return f"UPDATE {table} SET {column} = {value} {where}"  # noqa: S608  our own names


def _delete(table: str, row: Row) -> str:
    return " ".join(("DELETE FROM", table, _at(row)))


def _read(db: Connection, question: Any) -> list[Row]:  # noqa: ANN401  a text clause
    return [dict(row._mapping) for row in db.execute(question)]
