"""A merchant who comes to the office of a market: what is typed, and each step taken."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from cashless.clock import business_date, now
from cashless.db.engine import transaction
from merchants import answers, onboarding, opening, places
from merchants.consents import TEXT_VERSION
from merchants.obstacles import obstacles
from merchants.onboarding import Hand, Registration, Step
from merchants.opening import Opened
from merchants.places import Place
from merchants.proof import Proof, proof
from tests.market import KEY, Market, credit

NUMBER = "7704207777001"
TYPED: Mapping[str, Mapping[str, str]] = {
    "who": {
        "name": "Nguyễn Thị Bảy",
        "stall_name": "Cá Chị Bảy",
        "phone": "0912 345 678",
        "kind": "household",
        "registration": TEXT_VERSION,
    },
    "where": {"stall": "RS-02", "since": "", "category": "seafood"},
    "account": {"bin": "970405", "number": NUMBER, "holder": "NGUYEN THI BAY"},
}
OFFICER = Hand(None, "PHUNG222", KEY)


def today() -> date:
    return business_date(now())


def open_market(market: Market) -> None:
    """A market with three stalls."""
    with transaction(market.engine) as db:
        places.add(db, [Place("RS", "market", "Chợ Rạch Sỏi", 2)])
        for order, code in enumerate(("RS-01", "RS-02", "RS-03"), start=1):
            places.stall(db, "RS", code, order)


def typed(step: str, **other: str) -> dict[str, str]:
    """Return what is typed in a step, some fields otherwise."""
    usual = dict(TYPED[step])
    if step == "where":
        usual["since"] = today().isoformat()
    return usual | other


@dataclass
class Office:
    """The office of the market, and the registration that lies on its table."""

    market: Market
    number: int = 0
    place: str = "RS"

    def start(self) -> Registration:
        """Open a registration."""
        with transaction(self.market.engine) as db:
            found = onboarding.start(db, self.place, OFFICER.who)
        self.number = found.id
        return found

    def find(self) -> Registration:
        """Read it again."""
        with transaction(self.market.engine) as db:
            return onboarding.find(db, self.place, self.number)

    def wrong(self, step: str, **other: str) -> dict[str, str]:
        """Return field → code of what is wrong with the answers of a step."""
        read = answers.read(step, typed(step, **other), today())
        found = dict(read.wrong)
        with transaction(self.market.engine) as db:
            if not found:
                found = obstacles(db, self.place, step, read.values, KEY)
        return {name: problem.code for name, problem in found.items()}

    def save(self, step: str, seen: int | None = None, **other: str) -> None:
        """Save a step, read at a revision; without one at the newest."""
        read = answers.read(step, typed(step, **other), today())
        assert read.wrong == {}
        found = self.find()
        at = found.revision if seen is None else seen
        with transaction(self.market.engine) as db:
            onboarding.save(db, found, Step(step, read.values, at), OFFICER)

    def draft(self) -> dict[str, dict[str, str]]:
        """Read what was said."""
        with transaction(self.market.engine) as db:
            return onboarding.draft(db, onboarding.find(db, self.place, self.number), KEY)

    def fill(self, **other: Mapping[str, str]) -> None:
        """Take the first three steps, some answers of some otherwise."""
        self.start()
        for step in onboarding.STEPS:
            self.save(step, **other.get(step, {}))

    def confirm(self, *, other_holder: bool = False) -> Opened:
        """Confirm, as the program does after an officer's word."""
        with transaction(self.market.engine) as db:
            found = onboarding.find(db, self.place, self.number)
            onboarding.note(db, found, "confirmed", OFFICER.who)
            return opening.confirm(db, found, OFFICER, other_holder=other_holder)

    def proof(self) -> Proof:
        """Ask what is proven."""
        with transaction(self.market.engine) as db:
            return proof(db, onboarding.find(db, self.place, self.number))

    def hear(self, step: str = "heard", who: str = "PCHIBAY2") -> bool:
        """Say that it was heard or not."""
        with transaction(self.market.engine) as db:
            found = onboarding.find(db, self.place, self.number)
            onboarding.note(db, found, step, who)
            return opening.go_live(db, found, Hand(None, who, KEY))

    def pay(self, amount: int = 1_000, number: str = NUMBER, memo: str = "") -> None:
        """Let an amount reach an account through the provider's door, and settle."""
        count = self.market.count("payment")[0] + 1
        said = credit(
            "agribank", count, amount=amount, account=number, memo=memo, occurred_at=now()
        )
        self.market.hear("agribank", said)
        self.market.settle()
