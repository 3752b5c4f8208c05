"""Desks that import, doors that hear and settlers that post at the same moment."""

from tests.market import Market, at_once
from tests.webhooks.statements import files
from tests.webhooks.statements.test_keep import books, hear, imported, said, stall

__all__ = ["stall"]


def test_files_webhooks_and_settlers_at_once_book_each_transfer_once(stall: Market) -> None:
    """Two desks import overlapping files while webhooks tell the same transfers and are settled."""
    rows: list[dict[str, str]] = [{}] * 30
    told = [said(number) for number in range(1, 31)]
    stall.connect("agribank")

    def act(place: int) -> None:
        if place < 2:
            imported(stall, files.sepay(*rows[: 20 + 10 * place]))
        else:
            for first in range(0, 30, 6):
                hear(stall, *told[first : first + 6])

    at_once(4, act)
    stall.settle()
    assert books(stall) == (30, 30 * 50_000)
    assert stall.count("payment", "match") == (30, 30)
    assert stall.broken() == {}
