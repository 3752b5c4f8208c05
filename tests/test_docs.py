"""What the documentation says is run, and what can be said is in the documentation."""

import re
import sys
from pathlib import Path

import pytest

from tests.docs import reference
from tests.docs.codes import codes, texts
from tests.docs.pages import anchors, links, name, pages
from tests.docs.run import play
from tests.house.sources import ROOT, packages, read

REFERENCE = ROOT / "docs/reference"
ADR_PARTS = ["Context", "Decision", "Refused", "Consequences", "Kept by"]


@pytest.mark.timeout(300)  # a page may have dozens of commands
@pytest.mark.parametrize("page", pages(), ids=name)
def test_a_page_does_what_it_says(page: Path, tmp_path: Path) -> None:
    play(page.read_text(encoding="utf-8"), tmp_path)


@pytest.mark.parametrize("page", pages(), ids=name)
def test_links_lead_somewhere(page: Path) -> None:
    lost = [link for link in links(page.read_text(encoding="utf-8")) if not _leads(page, link)]
    assert lost == []


def test_every_page_can_be_reached() -> None:
    linked = {
        (page.parent / link.partition("#")[0]).resolve()
        for page in pages()
        for link in links(page.read_text(encoding="utf-8"))
    }
    lonely = [name(page) for page in pages() if page not in linked and name(page) != "README.md"]
    assert lonely == []


def test_named_files_exist() -> None:
    """A path in backquotes that begins like one of ours has to be there."""
    told = re.compile(r"`((?:cashless|merchants|providers|webhooks|tests|docs|bench)/[\w./-]+)`")
    lost = [
        f"{name(page)}: {path}"
        for page in pages()
        for path in told.findall(page.read_text(encoding="utf-8"))
        if not (ROOT / path).exists()
    ]
    assert lost == []


def test_decisions_have_all_their_parts() -> None:
    for page in sorted((ROOT / "docs/adr").glob("0*.md")):
        parts = re.findall(r"^## (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
        assert parts == ADR_PARTS, page.name


@pytest.mark.parametrize("page", reference.PAGES)
def test_what_the_code_says_of_itself_is_up_to_date(page: str) -> None:
    there = (REFERENCE / page).read_text(encoding="utf-8")
    assert there == reference.PAGES[page](), "python -m tests.docs.reference rewrites it"


def test_every_command_says_what_it_does() -> None:
    assert [path for path, command in reference.leaves() if not command.help] == []


def test_every_setting_is_described() -> None:
    used = {text for text in texts(packages()) if re.fullmatch(r"CASHLESS_[A-Z_]*[A-Z]", text)}
    assert _first_cells("settings.md", "CASHLESS_[A-Z_]+") == used


def test_every_error_code_is_described() -> None:
    described = _first_cells("errors.md", "[a-z0-9_]+")
    used = codes(packages())
    missing = [f"| `{code}` | ({used[code]})" for code in sorted(used.keys() - described)]
    assert not missing, "\n" + "\n".join(missing)
    assert described - texts(packages()) == set()


def test_every_account_is_described() -> None:
    described = _first_cells("accounts.md", r"[A-Z]\w+:[\w:<>]+")
    said = {text for text in texts(packages()) if re.fullmatch(r"[A-Z]\w+:[A-Z][\w:]*", text)}
    roots = {account.partition("<")[0] for account in described}
    assert {account for account in said if account not in roots} == set()
    assert [account for account in roots if account not in said] == []


TOY_PROGRAM = """
import sys
words = sys.argv[1:]
print("merchant M7 added" if words == ["add"] else "known: " + " ".join(words))
print("at", 1234, "done")
sys.exit(2 if "wrong" in words else 0)
"""
TOY_PAGE = """
```console
$ toy add
merchant <merchant-id> added
at ... done
$ toy show <merchant-id> \\
  again
known: show <merchant-id> again
...
$ toy quiet
```
```console exit=2
$ toy wrong
known: wrong
...
```
```text
$ nothing here is run
```
"""


@pytest.fixture
def toy(tmp_path: Path) -> dict[str, list[str]]:
    program = tmp_path / "toy.py"
    program.write_text(TOY_PROGRAM, encoding="utf-8")
    return {"toy": [sys.executable, str(program)]}


def test_a_toy_page_runs_and_carries_words_along(toy: dict[str, list[str]], tmp_path: Path) -> None:
    assert play(TOY_PAGE, tmp_path, toy) == 4


@pytest.mark.parametrize(
    "wrong",
    [
        TOY_PAGE.replace("at ... done", "at ... gone"),
        TOY_PAGE.replace("merchant <merchant-id> added\n", ""),
        TOY_PAGE.replace("known: show <merchant-id> again", "known: show M8 again"),
        TOY_PAGE.replace("exit=2", ""),
        TOY_PAGE.replace("$ toy quiet", "$ rm -r everything"),
    ],
)
def test_a_toy_page_that_is_not_true_fails(
    wrong: str, toy: dict[str, list[str]], tmp_path: Path
) -> None:
    assert wrong != TOY_PAGE
    with pytest.raises(AssertionError):
        play(wrong, tmp_path, toy)


def test_codes_are_found_through_helpers_and_conditions() -> None:
    source = read(
        'def bad(field, code):\n    raise Invalid(code, "x", "y")\n'
        'def worse(code):\n    return bad("f", code)\n'
        'worse("a")\nbad("f", "b")\nerrors.NotFound("c")\nRefused("d" if 1 else "e")\nprint("f")\n'
    )
    assert set(codes([source])) == {"a", "b", "c", "d", "e"}


def test_lost_links_are_seen() -> None:
    text = "# One Two\n[a](README.md) [b](#one-two) [c](https://x) `[d](no)`\n```\n[e](no)\n```\n"
    assert list(links(text)) == ["README.md", "#one-two"]
    assert anchors(text) == {"one-two"}
    assert _leads(ROOT / "README.md", "docs/nowhere.md") is False


def _leads(page: Path, link: str) -> bool:
    path, _, anchor = link.partition("#")
    target = (page.parent / path).resolve() if path else page
    if not target.exists() or not anchor:
        return target.exists()
    return anchor in anchors(target.read_text(encoding="utf-8"))


def _first_cells(page: str, form: str) -> set[str]:
    text = (REFERENCE / page).read_text(encoding="utf-8")
    return set(re.findall(rf"^\| `({form})` \|", text, re.MULTILINE))
