"""Why an entry was made by a person: who, what it is about, and the reason.

The cause of an entry is under its hash. For an entry of the path it is the natural key of a payment
and its match (``agribank/92704/credit/1``). For an entry by a person it is a compact JSON list of
the act, the subject, who did it and why, so that the reason is as fixed as the amount.
"""

from dataclasses import dataclass

import orjson

from cashless.errors import Invalid

WHY_MIN, WHY_MAX = 3, 200


@dataclass(frozen=True, slots=True)
class Reason:
    """Who acts and why; made by ``reason``, which checks both."""

    who: str
    why: str


@dataclass(frozen=True, slots=True)
class Act:
    """What a person did: the act, its subject (a natural key, never a row id), and the reason."""

    act: str
    subject: str
    reason: Reason

    def written(self) -> str:
        """Return the cause of the entry."""
        words = [self.act, self.subject, self.reason.who, self.reason.why]
        return orjson.dumps(words).decode()


def reason(who: str, why: str) -> Reason:
    """Return a checked reason. Raises ``Invalid("why_missing")``, ``Invalid("why_too_long")``."""
    said = " ".join(why.split())
    if len(said) < WHY_MIN:
        raise Invalid("why_missing", "Say why (--why).", "Hãy ghi lý do (--why).")
    if len(said) > WHY_MAX:
        raise Invalid(
            "why_too_long",
            f"Say it in {WHY_MAX} characters.",
            f"Hãy ghi lý do trong {WHY_MAX} ký tự.",
        )
    return Reason(who, said)


def read(cause: str) -> Act | None:
    """Return what a person did; None for an entry of the path."""
    if not cause.startswith("["):
        return None
    act, subject, who, why = orjson.loads(cause)
    return Act(act, subject, Reason(who, why))
