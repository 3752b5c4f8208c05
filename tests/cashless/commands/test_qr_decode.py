"""``cashless qr decode``: the verdict is the answer, for one code, a picture, a file of codes."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from PIL import Image, ImageOps

from cashless.cli import cashless
from cashless.errors import Invalid
from cashless.vietqr import image
from cashless.vietqr.payload import Transfer, decode, encode

VECTORS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[2] / "vectors/vietqr_vectors.json").read_text(encoding="utf-8")
)
PAYLOAD = encode(Transfer("970452", "1234567890", 50_000, "ca kho"))


def run(*words: object, given: bytes | None = None) -> Result:
    return CliRunner().invoke(cashless, ["qr", "decode", *map(str, words)], input=given)


def answers(done: Result) -> list[dict[str, Any]]:
    assert done.exit_code == 0, done.output
    return [json.loads(line) for line in done.output.splitlines()]


def test_all_published_codes_have_their_published_verdict_fields_and_errors(tmp_path: Path) -> None:
    file = tmp_path / "codes.jsonl"
    lines = [json.dumps(one["payload"]) for one in VECTORS]
    file.write_text("\n".join(lines), encoding="utf-8")
    found = answers(run("--file", file))
    assert [one["line"] for one in found] == list(range(1, len(VECTORS) + 1))
    for one, vector in zip(found, VECTORS, strict=True):
        wrong = {
            error["code"]
            if error["code"] in vector["errors"]
            else f"{error['code']}@{error['path']}"
            for error in one["errors"]
        }
        assert (one["valid"], one["scheme"]) == (vector["valid"], vector["scheme"])
        assert one["fields"] == vector["fields"]
        assert wrong == set(vector["errors"])


def test_plain_lines_are_judged_sign_by_sign() -> None:
    lines = [PAYLOAD, f" {PAYLOAD}", "", f"{PAYLOAD}\r", f"{PAYLOAD} ", '"not json', '["x"]', "\r"]
    found = answers(run("--file", "-", given="\n".join(lines).encode()))
    assert [(one["line"], one["valid"]) for one in found] == [
        *((1, True), (2, False), (4, True), (5, False), (6, False), (7, False)),
    ]


def test_a_bad_line_stops_nothing() -> None:
    long = b"0" * 100_000
    raw = b"\n".join([b"\xff\xfe", b"\x00", long, PAYLOAD.encode(), b'"\\ud800"', long + b"1"])
    found = answers(run("--file", "-", given=raw))
    assert [one["line"] for one in found] == [1, 2, 3, 4, 5, 6]
    assert [one["valid"] for one in found] == [False, False, False, True, False, False]
    codes = [[error["code"] for error in one["errors"]] for one in found]
    assert codes[0] == codes[4] == ["not_utf8"]
    assert codes[2] == codes[5] == ["too_long"]


def test_one_payload_is_answered_in_the_same_shape() -> None:
    done = run(f" {PAYLOAD}\n", "--json")
    assert json.loads(done.output) == json.loads(json.dumps(decode(PAYLOAD).as_json()))


def test_a_bad_payload_ends_well_too() -> None:
    done = run(PAYLOAD[:-1] + "?")
    assert done.exit_code == 0
    assert "Đừng trả tiền theo mã này" in done.output
    assert "Do not pay by this code" in done.output


def test_a_link_is_unwrapped() -> None:
    done = run("mb://applink?qrContent=" + PAYLOAD.replace(" ", "%20"), "--json")
    assert json.loads(done.output)["valid"] is True


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "code.png"
    path.write_bytes(image.png(PAYLOAD))
    return path


def test_a_picture_is_read(picture: Path) -> None:
    assert json.loads(run("--image", picture, "--json").output)["valid"] is True
    assert "50.000 đ" in run("--image", picture).output


def test_a_code_light_on_dark_is_read_and_refused(picture: Path) -> None:
    ImageOps.invert(Image.open(picture).convert("L")).save(picture)
    answer = json.loads(run("--image", picture, "--json").output)
    assert answer["valid"] is False
    assert [(one["code"], one["path"]) for one in answer["errors"]] == [("inverted", "image")]
    assert answer["fields"]["napas"]["account"] == "1234567890"


def test_a_code_of_something_else_is_read_and_refused(picture: Path) -> None:
    picture.write_bytes(image.png("WIFI:S:cho;T:WPA;P:12345678;;"))
    done = run("--image", picture)
    assert done.exit_code == 0
    assert "Đây không phải mã thanh toán" in done.output


def noise(picture: Path) -> None:
    Image.new("L", (200, 200), 255).save(picture)


def two(picture: Path) -> None:
    codes = [Image.open(io.BytesIO(image.png(one))).convert("L") for one in (PAYLOAD, "other")]
    ground = Image.new("L", (codes[0].width * 2, codes[0].height), 255)
    for number, code in enumerate(codes):
        ground.paste(code, (number * codes[0].width, 0))
    ground.save(picture)


def bomb(picture: Path) -> None:
    Image.new("1", (20_000, 20_000)).save(picture)


def heavy(picture: Path) -> None:
    picture.write_bytes(picture.read_bytes() + b"\0" * 6_000_000)


def text(picture: Path) -> None:
    picture.write_text("<svg/>")


def half(picture: Path) -> None:
    picture.write_bytes(picture.read_bytes()[:200])


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (noise, "photo_without_code"),
        (two, "photo_with_codes"),
        (bomb, "picture_too_large"),
        (heavy, "picture_too_heavy"),
        (text, "picture_format_unknown"),
        (half, "picture_unreadable"),
    ],
)
def test_a_picture_without_one_code_is_told_with_a_code_of_its_own(
    spoil: Callable[[Path], None], code: str, picture: Path
) -> None:
    spoil(picture)
    problem = run("--image", picture).exception
    assert isinstance(problem, Invalid)
    assert problem.code == code
    assert problem.exit_code == 2


def test_a_picture_comes_from_a_pipe_too(picture: Path) -> None:
    assert run("--image", "-", given=picture.read_bytes()).exit_code == 0


@pytest.mark.parametrize(
    "words",
    [[], [PAYLOAD, "--file", "-"], ["--image", "-", "--file", "-"], ["--file", "no/such/file"]],
)
def test_what_cannot_be_read_is_an_error(words: list[str]) -> None:
    assert run(*words, given=b"").exit_code == 2
