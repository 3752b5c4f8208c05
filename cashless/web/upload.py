"""What a visitor sends to be checked: one photo, or one line of text. Never written to a disk.

The usual form parser keeps larger files in a temporary file; this one keeps them in memory, takes
one photo of 5 MB at most, and forgets it with the request.
"""

import io
from dataclasses import dataclass
from typing import IO, Final

from flask import Request
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import FormDataParser

from cashless.errors import Invalid
from cashless.vietqr.picture import BYTES_MAX

# The parser holds what it has not sorted yet to the same limit, and reads 64 KiB at a time.
_MEMORY_BYTES: Final = 256 * 1024
_TEXT_LENGTH_MAX: Final = 2_000
_PARTS_MOST: Final = 4


@dataclass(frozen=True, slots=True)
class Upload:
    """A photo (empty bytes if none) and the beginning of a text (empty if none)."""

    photo: bytes
    text: str


def read(request: Request) -> Upload:
    """Read the fields ``photo`` and ``payload``. Raises ``Invalid("picture_too_heavy")``."""
    parser = FormDataParser(
        stream_factory=_in_memory,
        max_form_memory_size=_MEMORY_BYTES,
        max_content_length=BYTES_MAX + _MEMORY_BYTES,
        max_form_parts=_PARTS_MOST,
    )
    try:
        _, form, files = parser.parse_from_environ(request.environ)
    except RequestEntityTooLarge as error:
        raise _too_large() from error
    photo = files["photo"].read() if "photo" in files else b""
    if len(photo) > BYTES_MAX:
        raise _too_large()
    return Upload(photo, form.get("payload", "").strip()[:_TEXT_LENGTH_MAX])


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
