"""Programs that some tests need from the machine: a browser, a code reader, PDF tools.

On a developer's machine a missing program skips the test and says what to
install. With CI=true it fails: a check that was not made has not passed.
"""

import os
import shutil

import pytest

# Program -> the Debian package that brings it.
PACKAGES = {
    "chromium": "chromium",
    "make": "make",
    "pdftotext": "poppler-utils",
    "pdftoppm": "poppler-utils",
    "zbarimg": "zbar-tools",
}


def require(tool: str) -> str:
    """Return the full path of a program, or skip the test (fail it when CI=true).

    ``tool`` is a key of PACKAGES; a name that is not there is a mistake in the
    test (KeyError), so that .ci/run and this table cannot drift apart unseen.
    """
    package = PACKAGES[tool]
    path = shutil.which(tool)
    if path is not None:
        return path
    sentence = f"{tool} is not installed: apt-get install {package}"
    if os.environ.get("CI") == "true":
        pytest.fail(sentence, pytrace=False)
    pytest.skip(sentence)
