"""The baseline: pgbench doing the same writes, one transaction for each payment.

The script of a transaction writes what the platform writes for one payment: the delivery, the
payment and its place on the list, the match, the entry and its transfer, the sums of two accounts,
the book's head, the message, and takes the payment off the list. One transaction is one statement,
the fastest form measured; clients are tried at 8 and 16 and the better one counts. A colon begins a
variable of pgbench even inside quotes, so it is written by its code.
"""

import re
import subprocess
import tempfile
from pathlib import Path

from sqlalchemy import text

from cashless.db import binaries
from cashless.db.engine import connect, transaction
from cashless.settings import Settings

_MERCHANTS = 200
_CLIENTS = (8, 16)

_PREPARE = text(
    """
INSERT INTO merchant (code, kind, name, category, status)
  SELECT 'B' || n, 'household', 'baseline ' || n, 'other', 'active'
  FROM generate_series(1, :merchants) AS n;
"""
)
_BOOKS = text(
    "INSERT INTO book (code, merchant_id, head)"
    " SELECT code, id, decode(repeat('00', 32), 'hex') FROM merchant WHERE code LIKE 'B%'"
)

_SCRIPT = """
\\set m random({first}, {last})
\\set amount random(1000, 200000)
WITH taken AS (
  SELECT nextval('payment_id') AS id, gen_random_uuid() AS delivery, now() AS at,
         current_date AS day, :m::bigint AS merchant, :amount::bigint AS amount),
delivered AS (
  INSERT INTO delivery (day, id, connection_id, method, operation, query, headers, body, digest,
    source, received_at, outcome, reply_status, reply_headers, reply_body)
  SELECT day, delivery, 1, 'POST', '', '', repeat('h', 220), decode(repeat('62', 380), 'hex'),
    sha256(delivery::text::bytea), '127.0.0.1', at, 'stored', 200,
    '[["content-type","application/json"]]', '{{"success": true}}' FROM taken),
paid AS (
  INSERT INTO payment (id, provider, provider_txn_id, kind, amount, account, memo, occurred_at,
    business_date, digest, trust, connection_id, delivery_day, delivery_id, kept_at)
  SELECT id, 'baseline', delivery::text, 'credit', amount, '7704205001234',
    'MBVCB.3278907687 thanh toan tien hang CT tu 0123 toi 0456', at, day,
    sha256(delivery::text::bytea), 'signed', 1, day, delivery, at FROM taken),
matched AS (
  INSERT INTO match (payment_id, seq, merchant_id, rule, explanation, matched_by, matched_at)
  SELECT id, 1, merchant, 'account', '{{"account": "7704205001234"}}', 'settle', at FROM taken),
headed AS (
  UPDATE book SET last_seq = last_seq + 1, head = sha256(head || taken.delivery::text::bytea)
  FROM taken WHERE merchant_id = taken.merchant
  RETURNING book.id AS book, last_seq, head, taken.id AS payment, taken.amount, taken.at,
    taken.day),
entered AS (
  INSERT INTO entry (book_id, seq, kind, payment_id, match_seq, cause, business_date, posted_at,
    hash)
  SELECT book, last_seq, 'sale', payment, 1, 'baseline/' || payment, day, at, head FROM headed),
moved AS (
  INSERT INTO transfer (book_id, seq, line, debit, credit, amount)
  SELECT book, last_seq, 1, E'Assets\\x3aBank\\x3aAgribank', E'Income\\x3aSales', amount
  FROM headed),
summed AS (
  INSERT INTO account_day AS kept (book_id, account, business_date, debits, credits, debit_count,
    credit_count)
  SELECT book, side.account, day, side.debit, side.credit, sign(side.debit), sign(side.credit)
  FROM headed, LATERAL (VALUES (E'Assets\\x3aBank\\x3aAgribank', amount, 0::bigint),
    (E'Income\\x3aSales', 0::bigint, amount)) AS side (account, debit, credit)
  ON CONFLICT (book_id, account, business_date) DO UPDATE SET
    debits = kept.debits + excluded.debits, credits = kept.credits + excluded.credits,
    debit_count = kept.debit_count + excluded.debit_count,
    credit_count = kept.credit_count + excluded.credit_count)
INSERT INTO message (merchant_id, payment_id, match_seq, amount, provider, created_at)
SELECT merchant, id, 1, amount, 'baseline', at FROM taken;
"""


class Baseline:
    """pgbench on the same database server and the same tables."""

    def __init__(self, settings: Settings, url: str) -> None:
        """Register the merchants whose books the baseline writes."""
        self._pgbench = binaries.find(settings).program("pgbench")
        self._url = url
        engine = connect(url)
        with transaction(engine) as db:
            db.execute(_PREPARE, {"merchants": _MERCHANTS})
            db.execute(_BOOKS)
            first, last = db.execute(
                text("SELECT min(id), max(id) FROM merchant WHERE code LIKE 'B%'")
            ).one()
        engine.dispose()
        self._script = _SCRIPT.format(first=first, last=last)

    def rate(self, seconds: int) -> float:
        """Return payments per second of the better number of clients."""
        return max(self._run(clients, seconds) for clients in _CLIENTS)

    def _run(self, clients: int, seconds: int) -> float:
        with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
            script.write(self._script)
            script.flush()
            command = [
                *(str(self._pgbench), "-n", "-M", "prepared", "-c", str(clients), "-j", "2"),
                *("-T", str(seconds), "-f", str(Path(script.name)), self._url),
            ]
            done = subprocess.run(command, check=False, capture_output=True, text=True)
        found = re.search(r"tps = ([0-9.]+)", done.stdout)
        if found is None:
            raise RuntimeError(done.stdout + done.stderr)
        return float(found[1])
