"""A book in the language of beancount, so that another program adds it up again.

Every account is opened on its first day, every entry is one transaction with its number, hash-bound
cause and moment as metadata, and the last lines assert each balance: ``bean-check`` accepts the
file only if its own sums agree with ours. What stood before a period is carried in as one
transaction, which balances because a whole book does.
"""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from cashless.ledger.balance import Line
from cashless.reports.book import KINDS, Book, why

_COMMODITY = "VND"


def write(book: Book) -> str:
    """Return the text of the file; an empty book gives a file with its title alone."""
    return "\n".join(_lines(book)) + "\n"


def _lines(book: Book) -> Iterator[str]:
    yield f'option "title" {_quoted(f"{book.code} {book.name}")}'
    yield f'option "operating_currency" "{_COMMODITY}"'
    yield ""
    opened = _opened(book)
    for account in sorted(opened):
        yield f"{opened[account]} open {account} {_COMMODITY}"
    yield from _carried(book)
    for entry in book.entries():
        yield from _transaction(entry)
    yield from _asserted(book, opened)


def _opened(book: Book) -> dict[str, date]:
    """Return the first day of every account; what was carried in comes the day before."""
    opened = {account: _day_before(book) for account in book.before}
    for line in book.lines:
        for account in (line.debit, line.credit):
            opened[account] = min(opened.get(account, line.business_date), line.business_date)
    return opened


def _carried(book: Book) -> Iterator[str]:
    if book.before:
        yield f'\n{_day_before(book)} * "Số dư mang sang"'
        yield from _postings(book.before)


def _transaction(entry: list[Line]) -> Iterator[str]:
    first = entry[0]
    kind = KINDS.get(first.kind, first.kind)
    yield f"\n{first.business_date} * {_quoted(kind)} {_quoted(why(first))}"
    yield f"  entry: {first.seq}"
    yield f"  cause: {_quoted(first.cause)}"
    yield f"  posted-at: {_quoted(first.posted_at.isoformat())}"
    if first.original_date is not None:
        yield f"  belongs-to: {first.original_date}"
    for line in entry:
        yield from _postings({line.debit: line.amount, line.credit: -line.amount})


def _asserted(book: Book, opened: Mapping[str, date]) -> Iterator[str]:
    """Assert every balance on the day after the last entry.

    An account that had come to nothing before the period, and was not moved in it, is not opened.
    """
    if not book.lines and not book.before:
        return
    days = [line.business_date for line in book.lines] or [_day_before(book)]
    yield ""
    for account in sorted(book.after.keys() & opened.keys()):
        amount = book.after[account]
        yield f"{max(days) + timedelta(days=1)} balance {account} {amount} {_COMMODITY}"


def _postings(amounts: Mapping[str, int]) -> Iterator[str]:
    for account, amount in amounts.items():
        yield f"  {account}  {amount} {_COMMODITY}"


def _day_before(book: Book) -> date:
    assert book.period.first, "only a period carries balances in"  # noqa: S101  our mistake
    return book.period.first - timedelta(days=1)


def _quoted(said: str) -> str:
    plain = "".join(sign if sign.isprintable() else " " for sign in said)
    escaped = plain.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
