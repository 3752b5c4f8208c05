"""What must not stand in any file of the repository: leftovers, machines, registries.

The patterns are put together from pieces so that this file does not report itself.
"""

import re
from collections.abc import Iterator

from tests.house.sources import Finding

LEFTOVER = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "X" * 3)) + r")\b")
MACHINE_PATH = re.compile(r"""(?:^|[\s"'`=:(,])/(?:root|home|work|tmp)(?:/|\b)""", re.MULTILINE)
REGISTRY = re.compile(
    "|".join(("py" + r"pi\.org", "index" + "-url", "find" + "-links", "npm" + "js"))
)
UNREASONED = re.compile(r"#\s*(?:noqa(?:: ?[A-Z0-9, ]+)?|type: ignore(?:\[[^\]]*\])?)\s*$")
BARE = re.compile(r"#\s*(?:noqa(?!:)|type: ignore(?!\[))")

_RULES = {
    "leftover": (LEFTOVER, "finish it, or file it where work is planned"),
    "machine path": (MACHINE_PATH, "a path of one machine"),
    "registry": (REGISTRY, "an address of a package registry"),
}


def unwanted(place: str, text: str) -> Iterator[Finding]:
    """Report leftovers, absolute paths of one machine, and addresses of registries."""
    for rule, (pattern, what) in _RULES.items():
        for found in pattern.finditer(text):
            line = text.count("\n", 0, found.end()) + 1
            yield Finding(rule, f"{place}:{line}", f"{found.group().strip()!r}: {what}")


def silencers(place: str, text: str) -> Iterator[Finding]:
    """Report a rule switched off without naming it, or without a reason on the same line."""
    for number, line in enumerate(text.splitlines(), start=1):
        if UNREASONED.search(line) or BARE.search(line):
            yield Finding("silenced", f"{place}:{number}", "name the rule and give the reason")
