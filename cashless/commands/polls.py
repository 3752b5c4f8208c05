"""``cashless polls``: payments whose standing is not final, and asking about them."""

import getpass
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from cashless import strict_json
from cashless.commands.session import answer, database, json_option, ledger, read_settings, table
from cashless.errors import Invalid
from cashless.settings import vault_key
from providers._protocol import Result, Standing
from webhooks import polling
from webhooks import polls as room

_COLUMNS = {
    "id": "Số",
    "provider": "Tổ chức",
    "order_ref": "Phiếu thu",
    "provider_txn_id": "Mã giao dịch",
    "standing": "Tình trạng",
    "result_code": "Mã trả lời",
    "first_at": "Từ lúc",
    "last_at": "Lần cuối",
    "closed_as": "Kết thúc",
}


@click.group()
def polls() -> None:
    """Cần hỏi lại: payments that a provider calls neither paid nor failed."""


@polls.command("list")
@click.option("--all", "every", is_flag=True, help="Also those that have ended.")
@json_option
def list_(every: bool, as_json: bool) -> None:
    """List what has to be asked about at the providers, the longest waiting first."""
    with ledger() as db:
        rows = room.listing(db, every=every)
    empty = "Không có gì phải hỏi. / Nothing has to be asked about."
    answer(rows, as_json, lambda it: table(it, _COLUMNS, empty))


@polls.command()
@click.argument("poll", type=click.IntRange(1, 2**62))
@click.option("--as", "closed_as", type=click.Choice(room.CLOSED_AS), required=True)
@click.option("--why", required=True, help="The reason; it is kept.")
@json_option
def close(poll: int, closed_as: str, why: str, as_json: bool) -> None:
    """End question POLL by hand. This makes no payment: money comes by notice or statement."""
    with ledger() as db:
        room.close(db, poll, closed_as, why, getpass.getuser())
    said = {"poll": poll, "closed_as": closed_as}
    answer(said, as_json, lambda it: f"Mục {it['poll']}: {it['closed_as']}")


@polls.command()
@click.argument("answers", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@json_option
def ask(answers: Path, as_json: bool) -> None:
    """Take the answers of a provider's portal from file ANSWERS.

    A JSON list of objects with order_ref or provider_txn_id, standing (paid, pending, hold, failed
    or unknown) and code, the provider's own. An answer ends its question and confirms a payment
    that is known; it never makes one.
    """
    with database() as engine:
        asker = FileAsker(_read(answers))
        done = polling.ask_all(engine, vault_key(read_settings()), asker, getpass.getuser())
    said = {"asked": done.asked, "ended": done.ended, "unanswered": done.unanswered}
    answer(
        said,
        as_json,
        lambda it: (
            f"Đã hỏi / asked {it['asked']}, kết thúc / ended {it['ended']},"
            f" chưa có trả lời / unanswered {it['unanswered']}"
        ),
    )


class FileAsker:
    """Answers from a file: what a person read in a provider's portal or got as an export."""

    def __init__(self, answers: Mapping[str, Result]) -> None:
        """Take answers by the order or transaction they are about."""
        self._answers = answers

    def ask(self, pending: polling.Pending) -> Result | None:
        """Say what the file says of that payment."""
        named = (pending.order_ref, pending.provider_txn_id)
        return next((self._answers[name] for name in named if name and name in self._answers), None)


def _read(path: Path) -> dict[str, Result]:
    try:
        rows = strict_json.loads(path.read_bytes())
    except strict_json.StrictJsonError as error:
        raise _unreadable(1) from error
    if not isinstance(rows, list):
        raise _unreadable(1)
    return dict(_answer(number, row) for number, row in enumerate(rows, start=1))


def _answer(number: int, row: Any) -> tuple[str, Result]:  # noqa: ANN401  any JSON value
    if not isinstance(row, dict):
        raise _unreadable(number)
    subject, code = row.get("order_ref") or row.get("provider_txn_id"), row.get("code")
    asked_of = {str(one) for one in Standing} - {Standing.TEST}
    is_whole = (
        isinstance(subject, str) and isinstance(code, str) and row.get("standing") in asked_of
    )
    if not is_whole:
        raise _unreadable(number)
    return str(subject), Result(str(code), Standing(row["standing"]))


def _unreadable(number: int) -> Invalid:
    return Invalid(
        "answers_unreadable",
        f"Answer {number} is not an object with order_ref or provider_txn_id, standing and code.",
        f"Câu trả lời {number} phải có order_ref hoặc provider_txn_id, standing và code.",
    )
