"""The rules of the house, tried on small samples: each must see what it is there to see."""

import pytest

from tests.house import rooms, rows, sizes, texts, words
from tests.house.sources import Source, read

LONG = "def walk():\n" + "    step()\n" * sizes.FUNCTION_LINES
MANY_ARGUMENTS = "def walk(self, a, b, c, d, *, e, f): pass\n"
MANY_BRANCHES = "def walk(a):\n" + "    if a: pass\n" * (sizes.BRANCHES + 1)
DEEP = "def walk(a):\n  if a:\n    for b in a:\n      with b:\n        while b: pass\n"
ELIFS = "def walk(a):\n  if a: pass\n  elif 1: pass\n  elif 2: pass\n  else:\n    if 3: pass\n"


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (LONG, "lines"),
        (MANY_ARGUMENTS, "arguments"),
        (MANY_BRANCHES, "branches"),
        (DEEP, "levels of nesting"),
        ("x = 1\n" * (sizes.MODULE_LINES + 1), "size"),
    ],
)
def test_what_is_too_large_is_seen(text: str, rule: str) -> None:
    assert {one.rule for one in sizes.too_large(read(text))} == {rule}


@pytest.mark.parametrize(
    "text",
    [
        LONG.replace("    step()\n", "", 1),
        MANY_ARGUMENTS.replace(", f", ""),
        MANY_BRANCHES.replace("    if a: pass\n", "", 1),
        DEEP.replace("while b: pass", "pass"),
        ELIFS,
        "@click.option('-a')\ndef walk(a, b, c, d, e, f, g): pass\n",
    ],
)
def test_what_is_just_small_enough_passes(text: str) -> None:
    assert list(sizes.too_large(read(text))) == []


def test_a_provider_is_shorter_than_a_room() -> None:
    text = "x = 1\n" * (sizes.PROVIDER_LINES + 1)
    assert list(sizes.too_large(read(text, "providers/_kit.py"))) == []
    assert list(sizes.too_large(read(text, "providers/momo.py"))) != []


@pytest.mark.parametrize("name", ["invoice", "new_invoices", "InvoiceTable", "paid_by_shop"])
def test_a_second_word_for_a_thing_is_seen(name: str) -> None:
    assert list(words.wrong_words(read(f"{name} = 1\n"))) != []
    assert list(words.wrong_words(read(f"def f({name}): pass\n"))) != []


@pytest.mark.parametrize("name", ["shopper", "shopeepay", "order", "billion", "payment"])
def test_words_that_only_contain_another_pass(name: str) -> None:
    assert list(words.wrong_words(read(f"{name} = 1\n"))) == []


def test_foreign_names_may_live_in_providers() -> None:
    assert list(words.wrong_words(read("invoice = 1\n", "providers/momo.py"))) == []


def test_rooms_named_after_kinds_of_code_are_seen() -> None:
    assert list(words.nameless_rooms(read("", "cashless/web/_utils.py"))) != []
    assert list(words.nameless_rooms(read("", "cashless/web/market.py"))) == []


def test_a_dead_file_is_seen() -> None:
    dead = read("", "cashless/dead.py")
    user = read("from . import used\nimport cashless.seen\nx = 'cashless.told:app'\n")
    others = [read("", f"cashless/{name}.py") for name in ("used", "seen", "told")]
    alive = read("", "providers/momo.py")
    everybody = [dead, user, *others, alive]
    found = [one.place for one in rooms.dead_files(everybody)]
    assert found == ["cashless/dead.py", "cashless/sample.py"]


@pytest.mark.parametrize(
    "text",
    [
        "import sqlalchemy",
        "from providers import agribank",
        "from providers.agribank import PROVIDER",
        "from cashless.db import engine",
        "from cashless import settings",
    ],
)
def test_a_provider_that_knows_too_much_is_seen(text: str) -> None:
    assert list(rooms.knowing_providers(read(text, "providers/momo.py"))) != []


def test_a_provider_may_know_the_kit_and_the_ground() -> None:
    text = "import hmac\nfrom providers import _seals\nfrom cashless.clock import now\n"
    assert list(rooms.knowing_providers(read(text, "providers/momo.py"))) == []


def test_missing_words_of_explanation_are_seen() -> None:
    text = "def told():\n  'Say.'\ndef silent(): pass\nclass A:\n  def mute(self): pass\n"
    found = [one.place.partition("::")[2] for one in rooms.silent_functions(read(text))]
    assert found == ["silent", "mute"]
    assert list(rooms.silent_modules(read(text))) != []
    assert list(rooms.unsigned_doors(read("'Web.'", "cashless/web/__init__.py"))) != []
    assert list(rooms.doorless_folders(["cashless/web/city.py"])) != []


@pytest.mark.parametrize("text", ["x = 1.5", "x = float(y)", "f(rate=0.1)", "x = -0.5"])
def test_a_float_near_money_is_seen(text: str) -> None:
    assert list(rows.floats(read(text, "webhooks/post.py"))) != []
    assert list(rows.floats(read(text, "cashless/web/city.py"))) == []


@pytest.mark.parametrize("text", ["WAIT_SECONDS = 0.5", "poll(timeout=1.5)", "x = 15"])
def test_durations_may_be_floats(text: str) -> None:
    assert list(rows.floats(read(text, "webhooks/post.py"))) == []


def sql(text: str) -> Source:
    """Make a module with one statement."""
    return read(f"X = {text!r}\n")


@pytest.mark.parametrize(
    "text",
    [
        "UPDATE payment SET amount = 1",
        'update only "entry" set x = 1',
        "DELETE FROM cashless.transfer",
        "with a as (delete from match returning *) select",
        "TRUNCATE delivery",
        "insert into payment (a) values (1) on conflict (a) do update set a = 2",
    ],
)
def test_sql_that_changes_kept_rows_is_seen(text: str) -> None:
    assert list(rows.changes(sql(text))) != []


@pytest.mark.parametrize(
    "text",
    [
        "UPDATE book SET last_seq = 1 FROM entry",
        "SELECT 1 FROM payment FOR UPDATE",
        "CREATE TRIGGER keep BEFORE UPDATE OR DELETE ON payment",
        "INSERT INTO entry VALUES (1); INSERT INTO book VALUES (1) ON CONFLICT DO UPDATE SET a=1",
        "insert into entry select 1), b as (insert into day on conflict (a) do update set b = 1)",
    ],
)
def test_sql_that_only_adds_passes(text: str) -> None:
    assert list(rows.changes(sql(text))) == []


def test_table_methods_that_change_kept_rows_are_seen() -> None:
    text = "tables.entry.update()\nupdate(payment)\ndelete(tables.MATCH)\nseen.update(payment)\n"
    assert len(list(rows.changes(read(text)))) == 3


@pytest.mark.parametrize("text", ["insert into entry (a)", "UPDATE book SET a", "copy account_day"])
def test_writing_the_ledger_elsewhere_is_seen(text: str) -> None:
    elsewhere = read(f"X = {text!r}\n", "webhooks/post.py")
    inside = read(f"X = {text!r}\n", "cashless/ledger/post.py")
    assert list(rows.ledger_writes(elsewhere)) != []
    assert list(rows.ledger_writes(inside)) == []


@pytest.mark.parametrize("text", ["TAX_RATE = 1", "WARDS = {'x': 1}", "THRESHOLD: int = 5"])
def test_a_fact_with_a_date_is_seen(text: str) -> None:
    assert list(rows.undated_facts(read(text))) != []


def test_limits_of_our_own_are_no_facts_with_a_date() -> None:
    assert list(rows.undated_facts(read("BODY_LIMIT = 65536\nFORWARD = 1\n"))) == []


@pytest.mark.parametrize(
    "text", ["# TO" + "DO", "x = '/ho" + "me/me'", "see /ro" + "ot/x", "`/t" + "mp`"]
)
def test_what_must_not_be_written_is_seen(text: str) -> None:
    assert list(texts.unwanted("x.py", text)) != []


@pytest.mark.parametrize(
    "text", ["a/home/b", "/homes", "tmp_path", "https://x.vn/work/y", "/usr/lib"]
)
def test_what_only_looks_alike_passes(text: str) -> None:
    assert list(texts.unwanted("x.py", text)) == []


@pytest.mark.parametrize(
    "text", ["x  # no" + "qa", "x  # no" + "qa: E501", "x  # type: " + "ignore[a]"]
)
def test_a_silent_exception_is_seen(text: str) -> None:
    assert list(texts.silencers("x.py", text)) != []


def test_an_exception_with_its_reason_passes() -> None:
    text = "x  # no" + "qa: E501 the address is one word\n"
    assert list(texts.silencers("x.py", text)) == []
