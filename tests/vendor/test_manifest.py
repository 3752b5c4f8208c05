"""What others wrote and we keep a copy of is listed with its licence, and is what was listed."""

import hashlib
import json
from pathlib import Path

FOLDER = Path(__file__).parent
LISTED = json.loads((FOLDER / "manifest.json").read_text(encoding="utf-8"))


def test_every_copied_file_is_the_one_that_was_listed() -> None:
    wanted = {path: digest for one in LISTED for path, digest in one["sha256"].items()}
    there = [path for path in sorted(FOLDER.glob("*/*")) if path.is_file()]
    files = [path for path in there if path.suffix != ".pyc"]
    found = {
        path.relative_to(FOLDER).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
    }
    assert found == wanted


def test_every_copy_says_what_it_is_and_brings_its_licence() -> None:
    for one in LISTED:
        assert all(one[key] for key in ("name", "version", "licence", "source", "used_for"))
        assert f"{one['name']}/LICENSE" in one["sha256"]
