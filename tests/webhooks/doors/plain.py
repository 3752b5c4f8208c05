"""Plain documents of the providers, and odd ones put under a genuine seal."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from cashless.clock import now
from providers._protocol import Delivery
from tests.market import Connected

SAID: dict[str, dict[str, Any]] = {
    "agribank": {
        "id": 1,
        "transactionDate": "2026-07-01 09:30:00",
        "accountNumber": "7704209001234",
        "content": "tien ca",
        "transferType": "in",
        "transferAmount": 50000,
    },
    "kienlongbank": {
        "transactionId": "KLB000001",
        "virtualAccount": "",
        "actualAccount": "7704219001234",
        "fromAccount": "",
        "success": True,
        "statusCode": "00",
        "amount": 50000,
        "transferDesc": "",
        "time": "2026-07-01 09:30:00",
    },
    "momo": {
        "partnerCode": "MOMOCHO",
        "orderId": "A1",
        "requestId": "A1",
        "amount": 50000,
        "orderInfo": "tien ca",
        "orderType": "momo_wallet",
        "transId": 1,
        "resultCode": 0,
        "message": "Successful.",
        "payType": "qr",
        "responseTime": 1782873000000,
        "extraData": "",
    },
    "sacombank": {
        "data": {
            "orderCode": 1,
            "amount": 50000,
            "description": "tien ca",
            "accountNumber": "7704239001234",
            "reference": "FT1",
            "transactionDateTime": "2026-07-01 09:30:00",
            "currency": "VND",
            "paymentLinkId": "LINK1",
            "code": "00",
            "desc": "success",
        }
    },
}


def sealed(spoken: Connected, provider: str, amount: str) -> Delivery:
    """Let the provider say that amount, literally, under a genuine seal."""
    plain = plain_of(provider).replace("50000", amount, 1)
    return spoken.protocol.seal(plain.encode(), spoken.secrets, now())


def doubled(spoken: Connected, provider: str, spelling: Callable[[str], str]) -> Delivery:
    """Say the amount twice: inside the seal where raw bytes are sealed, else beside the first."""
    genuine = plain_of(provider)
    name = spelling("transferAmount" if provider == "agribank" else "amount")
    if provider in {"agribank", "kienlongbank"}:
        twice = genuine.replace("50000", f'50000,"{name}":1', 1)
        return spoken.protocol.seal(twice.encode(), spoken.secrets, now())
    once = spoken.protocol.seal(genuine.encode(), spoken.secrets, now())
    beside = once.body.replace(b":50000", f':50000,"{name}":1'.encode(), 1)
    return replace(once, body=beside)


def plain_of(provider: str) -> str:
    """Return what a provider says of 50,000 đồng, before any seal."""
    return json.dumps(SAID[provider])
