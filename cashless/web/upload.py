"""What a visitor sends to be checked: one photo, or one line of text. Never written to a disk.

The usual form parser keeps larger files in a temporary file; this one keeps them in memory, takes
one photo of 5 MB at most, and forgets it with the request.
"""

import io
from dataclasses import dataclass
from typing import IO, Final

from flask import Request
from werkzeug.datastructures import FileStorage, ImmutableMultiDict
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import FormDataParser

from cashless.errors import Invalid
from cashless.vietqr.picture import BYTES_MAX

# The parser holds what it has not sorted yet to the same limit, and reads 64 KiB at a time.
_MEMORY_BYTES: Final = 256 * 1024
_TEXT_LENGTH_MAX: Final = 2_000
_PARTS_MOST: Final = 4
_FIELDS_MOST: Final = 30
_TAKEN_MOST: Final = 3 * BYTES_MAX

Form = ImmutableMultiDict[str, str]
Files = ImmutableMultiDict[str, FileStorage]


@dataclass(frozen=True, slots=True)
class Upload:
    """A photo (empty bytes if none) and the beginning of a text (empty if none)."""

    photo: bytes
    text: str


def read(request: Request) -> Upload:
    """Read the fields ``photo`` and ``payload``. Raises ``Invalid("picture_too_heavy")``."""
    form, files = _parsed(request, BYTES_MAX + _MEMORY_BYTES, _PARTS_MOST)
    return Upload(_photo(files), form.get("payload", "").strip()[:_TEXT_LENGTH_MAX])


def take(request: Request) -> None:
    """Read a whole form with its photo, so that ``request.form`` and ``request.files`` hold it.

    It is for people who are signed in: more is taken than ``taken`` accepts, so that a photo that
    is too heavy does not cost what was typed beside it. Raises ``Invalid("picture_too_heavy")``.
    """
    form, files = _parsed(request, _TAKEN_MOST, _FIELDS_MOST)
    request.form = form
    request.files = files


def taken(request: Request) -> Upload:
    """Return photo and text of a form that was taken. Raises ``Invalid("picture_too_heavy")``."""
    text = request.form.get("payload", "").strip()[:_TEXT_LENGTH_MAX]
    return Upload(_photo(request.files), text)


def _parsed(request: Request, most: int, parts: int) -> tuple[Form, Files]:
    parser = FormDataParser(
        stream_factory=_in_memory,
        max_form_memory_size=_MEMORY_BYTES,
        max_content_length=most,
        max_form_parts=parts,
    )
    try:
        _, form, files = parser.parse_from_environ(request.environ)
    except RequestEntityTooLarge as error:
        raise _too_large() from error
    return ImmutableMultiDict(form), ImmutableMultiDict(files)


def _photo(files: Files) -> bytes:
    photo = files["photo"].read() if "photo" in files else b""
    if len(photo) > BYTES_MAX:
        raise _too_large()
    return photo


def _in_memory(
    total_content_length: int | None,  # noqa: ARG001  four names that the parser calls us by
    content_type: str | None,  # noqa: ARG001  see above
    filename: str | None,  # noqa: ARG001  see above
    content_length: int | None = None,  # noqa: ARG001  see above
) -> IO[bytes]:
    return io.BytesIO()


def _too_large() -> Invalid:
    return Invalid(
        "picture_too_heavy",
        f"The photo is too large; at most {BYTES_MAX // 1_000_000} MB are taken.",
        f"Ảnh quá lớn; chỉ nhận tối đa {BYTES_MAX // 1_000_000} MB.",
    )
