"""What the API can be asked: every operation, from the files of the things it is about.

To add one: a line in the table of its file; ``tests/cashless/api`` then asks for its answers in
every role.
"""

from typing import Final

from cashless.api import (
    account_operations,
    key_operations,
    merchant_operations,
    order_operations,
    place_operations,
    stand_operations,
)
from cashless.api.operation import Operation

OPERATIONS: Final[tuple[Operation, ...]] = (
    *key_operations.OPERATIONS,
    *merchant_operations.OPERATIONS,
    *account_operations.OPERATIONS,
    *place_operations.OPERATIONS,
    *stand_operations.OPERATIONS,
    *order_operations.OPERATIONS,
)
