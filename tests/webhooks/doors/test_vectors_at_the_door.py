"""The providers' own published messages, posted to a running server.

Connections are added by the command line with the secrets that were published with the messages;
such a connection is a sandbox, so that messages of past years are not stale.
"""

import json
import random
from collections.abc import Iterator, Mapping
from dataclasses import replace

import pytest
from click.testing import CliRunner

from cashless.cli import cashless
from cashless.clock import now
from providers import everyone
from providers._protocol import Delivery, Outcome, Reply
from tests.market import Market, until
from tests.providers.cases import CASES, UNCOVERED, Case, seal
from tests.webhooks.doors.conftest import environ
from tests.webhooks.doors.served import Served

# Where the secrets of the vectors are nobody's publication, the window is enforced.
PRODUCTION = {case.protocol.name for case in CASES if not case.is_published}
VERIFIED = tuple(case for case in CASES if case.result == "notifications")
UNPROVEN = tuple(
    case
    for case in CASES
    if case.result == "refused" and case.code != "stale"  # a sandbox has no window
)
SPOKEN = {protocol.name: name for name, one in everyone().items() for protocol in one.protocols}
FLIPPED = 12


def _keys(case: Case) -> set[tuple[str, str]]:
    return {(case.protocol.name, said.provider_txn_id) for said in case.notifications}


# Ids that several vectors tell of: whichever comes first is the one that is stored.
TOLD_TWICE = {
    key
    for one in VERIFIED
    for other in VERIFIED
    if one is not other
    for key in _keys(one) & _keys(other)
}


@pytest.fixture(scope="module")
def tokens(
    served: Served, market_url: str, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, str]:
    """Connect each protocol once, with the secrets of its vectors."""
    home, made = tmp_path_factory.mktemp("partner"), {}
    with pytest.MonkeyPatch.context() as patch:
        for name, value in environ(home, market_url).items():
            patch.setenv(name, value)
        for case in CASES:
            name = case.protocol.name
            made[name] = made.get(name) or connected(SPOKEN[name], name, case.secrets)
    assert {name for name, one in made.items() if one["environment"] == "production"} == PRODUCTION
    return {name: one["token"] for name, one in made.items()}


def connected(provider: str, protocol: str, secrets: Mapping[str, str]) -> dict[str, str]:
    """Add a connection by the command line."""
    pairs = [f"--secret={name}={value}" for name, value in secrets.items()]
    arguments = ["connections", "add", provider, "--protocol", protocol, *pairs, "--json"]
    done = CliRunner().invoke(cashless, arguments, catch_exceptions=False)
    return json.loads(done.stdout)


# The market fixture empties the database; these tests keep their connections and share the rows.
pytestmark = pytest.mark.usefixtures("tokens")


def now_genuine(case: Case) -> Delivery:
    """The call as published, or sealed anew where the protocol wants a fresh time."""
    if case.protocol.name not in PRODUCTION or case.protocol.window_seconds is None:
        return case.delivery
    arriving = replace(case.delivery, received_at=now())
    return seal(case.protocol, case.plain, case.secrets | case.speaking, arriving)


@pytest.mark.parametrize("case", VERIFIED, ids=str)
def test_a_published_message_is_kept_once_and_answered_as_the_protocol_says(
    case: Case, served: Served, tokens: dict[str, str], market_rows: Market
) -> None:
    call = now_genuine(case)
    answers = [served.post(tokens[case.protocol.name], call) for _ in range(4)]
    stored, again = (
        case.protocol.acknowledge(one, call, case.secrets)
        for one in (Outcome.STORED, Outcome.DUPLICATE)
    )
    if _keys(case) & TOLD_TWICE:
        assert set(answers) <= {stored, again}
    else:
        assert answers == [stored, *[again if case.notifications else stored] * 3]
    for said in case.notifications:
        assert _payments(market_rows, case, said.provider_txn_id) == [(said.kind, said.amount)]


@pytest.mark.parametrize(
    "case",
    [one for one in VERIFIED if one.replies and one.protocol.name not in PRODUCTION],
    ids=str,
)
def test_the_answer_is_byte_for_byte_the_published_one(
    case: Case, served: Served, tokens: dict[str, str]
) -> None:
    answer = served.post(tokens[case.protocol.name], case.delivery)
    wanted = {(case.replies or {})[one] for one in (Outcome.STORED, Outcome.DUPLICATE)}
    assert answer in wanted


@pytest.mark.parametrize("case", VERIFIED, ids=str)
def test_a_message_with_one_byte_changed_is_refused(
    case: Case, served: Served, tokens: dict[str, str], market_rows: Market
) -> None:
    call = now_genuine(case)
    served.post(tokens[case.protocol.name], call)
    before = market_rows.count("payment", "conflict")
    for changed in _changed(case, call):
        if case.declares(changed):  # a weak protocol: it becomes a conflict, which a person sees
            continue
        answer = served.post(tokens[case.protocol.name], changed)
        if not _still_says(case, changed):
            assert answer == _refusal(case, changed)
    assert market_rows.count("payment", "conflict") == before


@pytest.mark.parametrize("case", UNPROVEN, ids=str)
def test_a_message_that_nobody_can_prove_is_refused(
    case: Case, served: Served, tokens: dict[str, str], market_rows: Market
) -> None:
    before = market_rows.count("delivery", "payment")
    assert served.post(tokens[case.protocol.name], case.delivery) == _refusal(case, case.delivery)
    assert market_rows.count("delivery", "payment") == before


def test_each_published_message_goes_to_the_books_or_to_suspense(market_rows: Market) -> None:
    market_rows.settle()
    until(lambda: market_rows.count("arrival") == (0,), 5)
    assert market_rows.broken() == {}


@pytest.fixture
def market_rows(market_engine) -> Market:
    """Look at the database without emptying it."""
    return Market(market_engine)


def _payments(market: Market, case: Case, txn: str) -> list[tuple[str, int]]:
    return market.rows(
        "SELECT kind, amount FROM payment WHERE provider = :provider AND provider_txn_id = :txn",
        provider=SPOKEN[case.protocol.name],
        txn=txn,
    )


def _refusal(case: Case, delivery: Delivery) -> Reply:
    return case.protocol.acknowledge(Outcome.REFUSED, delivery, case.secrets)


def _still_says(case: Case, changed: Delivery) -> bool:
    """Tell whether the change hit something that the seal does not cover (a letter of a name)."""
    try:
        heard = case.protocol.parse(case.protocol.verify(changed, case.secrets, None))
    except Exception:  # noqa: BLE001  refused, however
        return False
    return [one.digest for one in heard] == [one.digest for one in case.notifications]


def _changed(case: Case, delivery: Delivery) -> Iterator[Delivery]:
    """Change one byte of the message in several places, and one of each header of the seal.

    A message that no seal covers is left as it is: there the header is all that is proven.
    """
    chance = random.Random(len(delivery.body))
    if case.protocol.axes.family not in UNCOVERED:
        yield from _changed_message(delivery, chance)
    for at, (name, value) in enumerate(delivery.headers[1:], start=1):
        other = value[:-1] + ("1" if value[-1] == "0" else "0")
        headers = (*delivery.headers[:at], (name, other), *delivery.headers[at + 1 :])
        yield replace(delivery, headers=headers)


def _changed_message(delivery: Delivery, chance: random.Random) -> Iterator[Delivery]:
    for place in chance.sample(range(len(delivery.body)), min(len(delivery.body), FLIPPED)):
        body = bytearray(delivery.body)
        body[place] ^= 1
        yield replace(delivery, body=bytes(body))
    for place in chance.sample(range(len(delivery.query)), min(len(delivery.query), FLIPPED)):
        query = bytearray(delivery.query.encode())
        query[place] ^= 2
        if chr(query[place]).isalnum():
            yield replace(delivery, query=query.decode("ascii"))
