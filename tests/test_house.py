"""The rules of the house, each kept by reading the sources.

The limits hold without a ratchet. An exception is one line in EXCEPTIONS with
its reason; an exception that is no longer needed fails, too. The rules have
tests of their own in tests/house/test_rules.py.
"""

import re
import tomllib
from collections.abc import Iterable

from tests.house import rooms, rows, sizes, texts, words
from tests.house.sources import (
    ROOT,
    TEMPLATE_SUFFIXES,
    Finding,
    everything,
    package_files,
    packages,
)
from tests.house.sources import texts as written

# (rule, place) -> reason. At most a few.
EXCEPTIONS: dict[tuple[str, str], str] = {
    ("size", "cashless/db/migrations/versions/0001_registry_path_and_ledger.py"): (
        "the first tables are laid in one step of SQL, which is never edited afterwards"
    ),
}
EXCEPTIONS_AT_MOST = 5


def assert_none(findings: Iterable[Finding]) -> None:
    """Fail with one line for each finding that is not excused."""
    lines = [str(one) for one in sorted(findings) if (one.rule, one.place) not in EXCEPTIONS]
    assert not lines, "\n" + "\n".join(lines)


def sizes_everywhere() -> list[Finding]:
    """Measure all Python files and templates."""
    found = [one for source in everything() for one in sizes.too_large(source)]
    for place, text in written():
        lines = len(text.splitlines())
        if place.endswith(TEMPLATE_SUFFIXES) and lines > sizes.TEMPLATE_LINES:
            found.append(Finding("size", place, f"{lines} lines, at most {sizes.TEMPLATE_LINES}"))
    return found


def test_files_and_functions_are_small() -> None:
    assert_none(sizes_everywhere())


def test_exceptions_are_few_and_needed() -> None:
    assert len(EXCEPTIONS) <= EXCEPTIONS_AT_MOST
    needed = {(one.rule, one.place) for one in sizes_everywhere()}
    assert set(EXCEPTIONS) <= needed
    assert all(EXCEPTIONS.values())


def test_files_are_named_after_things() -> None:
    assert_none(one for source in packages() for one in words.nameless_rooms(source))


def test_each_thing_has_one_word() -> None:
    assert_none(one for source in packages() for one in words.wrong_words(source))


def test_excused_words_stand_in_the_glossary() -> None:
    assert set(words.EXCUSED) <= set(words.glossary_nots())


def test_no_file_is_dead() -> None:
    assert_none(rooms.dead_files(packages()))


def test_providers_know_the_kit_and_the_ground_only() -> None:
    assert_none(one for source in packages() for one in rooms.knowing_providers(source))


def test_every_package_has_a_sign_on_its_door() -> None:
    assert_none(one for source in packages() for one in rooms.unsigned_doors(source))
    assert_none(rooms.doorless_folders(list(package_files())))


def test_every_module_says_what_it_is() -> None:
    assert_none(one for source in everything() for one in rooms.silent_modules(source))


def test_every_public_function_says_what_it_means() -> None:
    assert_none(one for source in packages() for one in rooms.silent_functions(source))


def test_money_never_meets_a_float() -> None:
    assert_none(one for source in packages() for one in rows.floats(source))


def test_kept_rows_are_never_changed() -> None:
    assert_none(one for source in packages() for one in rows.changes(source))


def test_the_ledger_is_written_in_its_own_room() -> None:
    assert_none(one for source in packages() for one in rows.ledger_writes(source))


def test_facts_with_dates_are_not_constants() -> None:
    assert_none(one for source in packages() for one in rows.undated_facts(source))


def test_nothing_unfinished_and_no_machine_is_named() -> None:
    assert_none(one for place, text in written() for one in texts.unwanted(place, text))


def test_a_silenced_rule_is_named_and_has_its_reason() -> None:
    python = [(place, text) for place, text in written() if place.endswith(".py")]
    assert_none(one for place, text in python for one in texts.silencers(place, text))


def test_pins_are_names_and_versions_only() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if not line.startswith("#")]
    assert [pin for pin in pins if not re.fullmatch(r"[a-z0-9-]+==[0-9][0-9a-z.]*", pin)] == []
    assert pins == sorted(pins)


def test_every_dependency_is_pinned_and_explained() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = [line for lines in project["optional-dependencies"].values() for line in lines]
    wanted = {_name(line) for line in (*project["dependencies"], *extras)} - {project["name"]}
    pins = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert wanted <= {pin.partition("==")[0] for pin in pins}
    adr = next((ROOT / "docs/adr").glob("0003-*.md")).read_text(encoding="utf-8")
    assert wanted == set(re.findall(r"^\| `([a-z0-9-]+)`", adr, re.MULTILINE))


def test_data_files_travel_with_their_package() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    patterns = project["tool"]["setuptools"]["package-data"]["*"]
    travelling = {"." + pattern.rpartition(".")[2] for pattern in patterns}
    suffixes = {"." + place.rpartition(".")[2] for place in package_files()}
    assert suffixes <= travelling


def _name(requirement: str) -> str:
    return re.split(r"[\[<>=]", requirement)[0]
