"""Two readers over our pictures: a few here, ten thousand by ``python -m bench.pictures``."""

import shutil

import pytest

from bench import pictures

pytestmark = pytest.mark.skipif(
    shutil.which("zbarimg") is None, reason="apt-get install zbar-tools"
)


def test_both_readers_read_what_both_writers_drew() -> None:
    for one in pictures.measure(30, 5).values():
        assert one["read_the_same_by"] == {"zxing-cpp": 30, "zbar": 30}
        assert (one["not_read"], one["first_of_them"]) == (0, [])


def test_a_picture_without_its_code_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    genuine = pictures.WRITERS["page"]
    monkeypatch.setitem(pictures.WRITERS, "page", lambda text: genuine(text[:40]))
    done = pictures.measure(5, 5)
    assert done["page"]["read_the_same_by"] == {"zxing-cpp": 0, "zbar": 0}
    assert done["page"]["not_read"] == 10
    assert done["print"]["not_read"] == 0
