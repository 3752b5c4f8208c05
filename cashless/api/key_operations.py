"""The key itself over the API: what it may, until when, and how many calls it has."""

from typing import Any, Final

from cashless.access import api_keys, key_budget
from cashless.api import shapes
from cashless.api.door import Call
from cashless.api.operation import Operation


def own_key(call: Call) -> dict[str, Any]:
    """Return what the key of this call is: a first call to try it with."""
    found = api_keys.find(call.db, call.device)
    window = int(key_budget.WINDOW.total_seconds())
    names = ("name", "person", "permissions", "made_at", "ends_at", "earlier_until")
    said = {name: getattr(found, name) for name in names}
    return {**said, "calls": key_budget.CALLS, "window": window}


OPERATIONS: Final = (Operation("/key", own_key, "", shapes.KeyShape, fails=()),)
