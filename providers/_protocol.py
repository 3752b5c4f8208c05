"""What every provider is made of: plain values and the shape of a protocol.

A *provider* is who holds the money, a *protocol* is a wire format that speaks for it. A protocol
is a handful of pure functions and the facts about the format that other rooms ask for (the axes).
Nothing here touches a database, a network or a clock: the time a call came in is part of the
Delivery. A *talk* is a call of the protocol that tells of no money (a token, a bill inquiry, "what
did you answer?"): it may ask us one question and answers from what we know.

The rule of the two errors: ``verify`` raises only Refused (nothing is proven), ``parse`` raises
only Unreadable (the call is genuine, its meaning is not). Neither lets another exception out.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from hashlib import sha256

import orjson

Secrets = Mapping[str, str]

KINDS = ("credit", "debit", "refund", "reversal")
"""What a notification can say: money came; money left; money given back by the merchant; money
taken back by the provider. Each has an id of its own."""


class Outcome(StrEnum):
    """What became of a delivery, in our words; each protocol has its own words for it."""

    STORED = "stored"
    DUPLICATE = "duplicate"
    REFUSED = "refused"
    UNAVAILABLE = "unavailable"


class Standing(StrEnum):
    """How a payment stands at the provider. Only PAID is money; UNKNOWN is never success."""

    PAID = "paid"
    PENDING = "pending"  # not final: ask again
    HOLD = "hold"  # money moved, but must not be trusted yet: ask again and show it to a person
    FAILED = "failed"  # final, no money
    UNKNOWN = "unknown"  # a code that no table has: ask
    TEST = "test"  # a sample of the provider, to be answered and not booked


TO_BE_ASKED = frozenset({Standing.PENDING, Standing.HOLD, Standing.UNKNOWN})


class Refused(Exception):
    """The call is not proven genuine. ``detail`` names a field or header, never a value."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail


class Unreadable(Exception):
    """The call is genuine but cannot be understood. ``detail`` names a field, never a value."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Delivery:
    """One HTTP call as it came. Header names are lower-case and in the order they came."""

    method: str
    operation: str
    query: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    received_at: datetime

    def header(self, name: str) -> str:
        """Return the one value of a header; a missing or repeated header is Refused."""
        values = [value for key, value in self.headers if key == name]
        if len(values) == 1:
            return values[0]
        raise Refused("header_doubled" if values else "header_missing", name)


@dataclass(frozen=True, slots=True)
class Notification:
    """What a verified delivery says, in our terms: amount in đồng, time in UTC.

    ``stable_time`` is False where the provider stamps the message and not the payment: an honest
    resend may then carry another time, so the time is no business field.
    """

    provider_txn_id: str
    kind: str  # one of KINDS
    amount: int
    occurred_at: datetime
    business_date: date
    account: str | None
    virtual_account: str | None
    order_ref: str | None
    memo: str
    payer: str | None  # masked, a hint for people only
    stable_time: bool = True
    # Transaction id or bank reference of the credit that this one takes back, where it is named.
    original: str | None = None
    reference: str | None = None  # the bank's own reference: not unique, the same for every teller
    balance: int | None = None  # of the account after this movement, where the provider tells it

    @property
    def digest(self) -> bytes:
        """SHA-256 over the business fields.

        Two deliveries with one transaction id and one digest are one payment sent twice; another
        digest is a conflict. The memo is left out, because banks fold it differently on its way;
        the id is left out, because it is the key the digest is stored under.
        """
        moment = int(self.occurred_at.timestamp()) if self.stable_time else None
        business = (
            self.kind,
            self.amount,
            self.account,
            self.virtual_account,
            self.order_ref,
            moment,
        )
        return sha256(orjson.dumps(business)).digest()


@dataclass(frozen=True, slots=True)
class Verified:
    """What a seal has proven. ``fields`` holds nothing that the seal does not cover."""

    fields: Mapping[str, object]
    delivery: Delivery


@dataclass(frozen=True, slots=True)
class Reply:
    """The HTTP answer in the provider's own words. Header names are lower-case."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


@dataclass(frozen=True, slots=True)
class Result:
    """What a genuine call says of a payment's standing, with the provider's own code for it."""

    code: str
    standing: Standing
    order_ref: str | None = None
    provider_txn_id: str | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """What must be known of us before a talk can be proven or answered."""

    order_ref: str | None = None  # an order of ours
    wants_answer: bool = False  # also what we answered to the last notification about that order


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """An order of ours as a provider may know it; amounts in đồng."""

    code: str
    amount: int
    paid: int
    is_open: bool  # it may still be paid
    payee: str  # name of the merchant


@dataclass(frozen=True, slots=True)
class Known:
    """What we know: the order asked about, and the answer once given about it."""

    order: OrderFacts | None = None
    answered: Reply | None = None


@dataclass(frozen=True, slots=True)
class Talk:
    """A call that tells of no money: three pure functions, and one that speaks as the provider.

    ``ask`` and ``tell`` raise Refused, and then ``refuse`` answers. ``tell`` is where the seal is
    checked, because the signed text may hold what only we know (Viettel's amount).
    """

    purpose: str  # one sentence
    ask: Callable[[Delivery, Secrets], Question]
    tell: Callable[[Delivery, Secrets, Known], Reply]
    refuse: Callable[[Delivery, Secrets], Reply]
    # Speak as the provider about that order code and amount at that moment.
    speak: Callable[[str, int, Secrets, datetime], Delivery]
    methods: tuple[str, ...] = ("POST",)


@dataclass(frozen=True, slots=True)
class Axes:
    """The facts on which formats differ, in words for the people who connect a provider.

    Each is one short sentence or word; "none" or "not published" where that is the fact.
    """

    family: str  # S1 to S16: how a call is authenticated
    canonical: str  # the signed text
    digest: str  # algorithm, key form and encoding of the seal
    seal_place: str  # header, body field, query parameter
    codec: str  # the layers a message is read through
    replay: str  # what bounds the age of a call
    dedup: str  # the primary key, and the second look
    direction: str  # what tells a credit from a debit
    receiver: str  # what names the account, virtual account, terminal
    order: str  # what names the order
    coverage: str  # which results are sent
    answer_meaning: str  # what the answers mean to the provider
    reversal: str  # how money is taken back
    poll: str  # how the provider is asked
    refund: str
    file: str  # settlement file
    unsigned_use: str  # what happens to fields outside the seal
    encryption: str = "none"
    phases: str = "notify"
    test_message: str = "none"
    answer_seconds: int | None = None  # how long the provider waits for an answer
    sources: tuple[str, ...] = ()  # published addresses it calls from; they age: configuration


@dataclass(frozen=True, slots=True)
class Protocol:
    """A wire format: pure functions, then the axes on which formats differ."""

    name: str
    # Delivery, secrets, replay window in seconds (None = not enforced) -> what is proven.
    verify: Callable[[Delivery, Secrets, int | None], Verified]
    # An empty tuple means: true, but no money has come.
    parse: Callable[[Verified], tuple[Notification, ...]]
    # Pure: the same delivery and outcome give the same bytes, whenever it is asked.
    acknowledge: Callable[[Outcome, Delivery, Secrets], Reply]
    # Speak as the provider at a given instant: sandbox, simulator, tests.
    sign: Callable[[Notification, Secrets, datetime], Delivery]
    # Put a genuine seal on a plain document of the provider (JSON before any encryption).
    seal: Callable[[bytes, Secrets, datetime], Delivery]
    secrets: Mapping[str, str]  # name, in the provider's spelling -> one sentence what it is
    proof: str  # what is signed and how, one sentence
    success_rule: str  # when money has come, one sentence
    evidence: str  # A: document plus vector or official SDK, B: implementations, C: nothing
    source: str  # where the format is written down
    axes: Axes
    # Operations (what follows the token in the path) that carry notifications; empty: any.
    operations: tuple[str, ...] = ()
    # Operation -> a call that tells of no money.
    talks: Mapping[str, Talk] = field(default_factory=dict)
    # Code of the provider -> standing; a code that is not here is UNKNOWN.
    results: Mapping[str, Standing] = field(default_factory=dict)
    # What a verified call says of the standing; None where arrival itself is the success.
    result: Callable[[Verified], Result] | None = None
    # Secrets that only the provider has (a private key): wanted by ``sign`` and ``seal`` alone.
    speaking_secrets: Mapping[str, str] = field(default_factory=dict)
    # Names among ``secrets`` that only our answers need: they prove nothing of a call.
    answering_secrets: frozenset[str] = frozenset()
    # Secret -> regular expression of its form, for the secrets that have one.
    secret_forms: Mapping[str, str] = field(default_factory=dict)
    kinds: tuple[str, ...] = ("credit",)  # kinds of notification the format can say
    # Notification field -> regular expression of what the format can carry in it.
    carries: Mapping[str, str] = field(default_factory=dict)
    # True where the order field takes references of ours and nothing else (``carries`` lacks it).
    takes_reference: bool = False
    methods: tuple[str, ...] = ("POST",)
    content_types: tuple[str, ...] = ("application/json",)
    body_limit: int = 65_536  # bytes
    amount_unit: str = "dong"  # a name of _fields.AMOUNT_UNITS
    amount_form: str = "number"  # a name of _fields.AMOUNT_FORMS
    time_format: str = "local"  # a name of _fields.TIME_FORMATS
    window_seconds: int | None = None  # default replay window; None where nothing is timed
    retry: str = "not published"
    retry_horizon_seconds: int | None = None  # None where nothing is published
    unsigned: tuple[str, ...] = ()  # fields that come outside the seal
    weak: bool = False  # True where the seal alone does not prove the sender
    published_secrets: frozenset[str] = frozenset()  # SHA-256 hex of sample secrets: sandbox


@dataclass(frozen=True, slots=True)
class Provider:
    """Who holds the money. The first protocol is the default one."""

    name: str
    title: str
    bins: tuple[str, ...]
    settles: str  # "instant", or "later" where the money reaches the bank account afterwards
    protocols: tuple[Protocol, ...]
