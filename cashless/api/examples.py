"""An example of each body the API takes, as the description shows it.

``tests/cashless/api/test_description.py`` sends every one of them.
"""

from collections.abc import Mapping
from typing import Any, Final

import marshmallow as ma

from cashless.api import wishes

_ACCOUNT: Final = {"bin": "970405", "number": "7704205001234", "holder": "NGUYEN THI TU"}
EXAMPLES: Final[Mapping[type[ma.Schema], dict[str, Any]]] = {
    wishes.MerchantPatch: {"name": "Cá khô Chị Tư"},
    wishes.NewAccount: _ACCOUNT,
    wishes.NewAccountChange: {**_ACCOUNT, "why": "mất thẻ, mở tài khoản mới"},
    wishes.NewMerchant: {
        "name": "Chị Tư cá khô",
        "category": "seafood",
        "kind": "household",
        "place": "RS",
        "stall": "RS-12",
        "account": _ACCOUNT,
    },
    wishes.NewOrder: {
        "merchant": "M2345678",
        "amount": 45_000,
        "minutes": 15,
        "note": "2 kg cá lóc",
    },
    wishes.NewStands: {"why": "bảng cũ bị rách"},
    wishes.Nothing: {},
    wishes.Reason: {"why": "nghỉ bán, đã báo ban quản lý"},
}
