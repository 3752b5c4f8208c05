"""The comparison with SDKs counts what is taken and what is refused, here with SDKs of straw."""

from bench.sdks import Answer, Ask, compared


def believing(asks: list[Ask]) -> list[Answer]:
    return [True if "body" in ask else "no seal" for ask in asks]


def doubting(asks: list[Ask]) -> list[Answer]:
    return [False for _ in asks]


def test_an_sdk_that_believes_everything_is_seen() -> None:
    found = compared("PyPI payos", believing, 5, seed=1)
    assert (found.messages, found.ours_taken, found.theirs_taken, found.spoilt_refused) == (
        5,
        5,
        0,
        0,
    )


def test_an_sdk_that_refuses_everything_is_seen() -> None:
    for name in ("npm vnpay", "npm @payos/node", "npm standardwebhooks"):
        found = compared(name, doubting, 5, seed=1)
        assert (found.ours_taken, found.theirs_taken, found.spoilt_refused) == (0, 0, 5)
