"""What a stranger can do to a call: bits, bytes, leaves, headers, forms, seals, several at once."""

import random
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import quote, unquote

from providers._protocol import Delivery
from tests.providers.documents import GONE, leaves, put, text_of, texts, tree_of, with_text

Mutation = Callable[[random.Random, Delivery], Delivery]
_VALUES = ("", "0", "1", "00", "null", None, True, 0, 1, -1, 1.5, "&amount=1", "|", "đ", [], {})
_HEADERS = ("content-type", "authorization", "x-signature", "signature", "host", "cookie")
_ADDED = ("amount", "vnp_Amount", "vnp_SecureHashType", "signature", "data", "status", "a[]")
_URL_ALPHABET = str.maketrans("+/", "-_")
_PIECE = 8  # bytes cut out or put in at once


def mutated(chance: random.Random, delivery: Delivery) -> Delivery:
    """Return the call with one to three wrongs done to it."""
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        delivery = chance.choice(MUTATIONS)(chance, delivery)
    return delivery


def _bits(chance: random.Random, delivery: Delivery) -> Delivery:
    return _anywhere(chance, delivery, _flipped)


def _bytes(chance: random.Random, delivery: Delivery) -> Delivery:
    return _anywhere(chance, delivery, _spliced)


def _anywhere(
    chance: random.Random, delivery: Delivery, wrong: Callable[[random.Random, bytes], bytes]
) -> Delivery:
    """Do it to the body, the query or a header, whichever there are."""
    places = [place for place in ("body", "query", "headers") if getattr(delivery, place)]
    place = chance.choice(places or ["body"])
    if place == "body":
        return replace(delivery, body=wrong(chance, delivery.body))
    if place == "query":
        return replace(delivery, query=_latin(wrong(chance, _raw(delivery.query))))
    at = chance.randrange(len(delivery.headers))
    name, value = delivery.headers[at]
    return _with_header(delivery, at, [(name, _latin(wrong(chance, _raw(value))))])


def _leaf(chance: random.Random, delivery: Delivery) -> Delivery:
    """Change a leaf, take it away, or give it the value of another."""
    for place, text in _one_text(chance, delivery):
        tree = tree_of(text)
        found = list(leaves(tree))
        if found:
            path, value = chance.choice(found)
            other = chance.choice([GONE, *_VALUES, *_near(value), chance.choice(found)[1]])
            return with_text(delivery, place, text_of(put(tree, path, other)))
    return delivery


def _shifted(chance: random.Random, delivery: Delivery) -> Delivery:
    """Move the end of one leaf to the front of its neighbour."""
    for place, text in _one_text(chance, delivery):
        tree = tree_of(text)
        found = [(path, value) for path, value in leaves(tree) if isinstance(value, str)]
        if len(found) > 1:
            at = chance.randrange(len(found) - 1)
            (path, value), (other_path, other) = found[at], found[at + 1]
            cut = chance.randint(0, len(value))
            joint = chance.choice(("", "|", "&", f"&{other_path[-1]}="))
            moved = put(put(tree, path, value[:cut]), other_path, f"{value[cut:]}{joint}{other}")
            return with_text(delivery, place, text_of(moved))
    return delivery


def _added(chance: random.Random, delivery: Delivery) -> Delivery:
    """Add a name that means something somewhere."""
    name, value = chance.choice(_ADDED), chance.choice(("1", "MD5", "00", ""))
    for place, text in _one_text(chance, delivery):
        tree = tree_of(text)
        if isinstance(tree, dict):
            return with_text(delivery, place, text_of(put(tree, (name,), value)))
    return replace(delivery, query=f"{name}={value}")


def _header(chance: random.Random, delivery: Delivery) -> Delivery:
    """Take a header away, double it, fold it, flood the call or name another charset."""
    at = chance.randrange(len(delivery.headers) + 1)
    if at == len(delivery.headers):
        flood = [(chance.choice(_HEADERS), "x")] * chance.choice((1, 50))
        return replace(delivery, headers=(*delivery.headers, *flood))
    name, value = delivery.headers[at]
    wrong = [[], [(name, value)] * 2, [(name, f"{value},{value}")], [(name, f"{value} ")]]
    wrong += [[(name, value.upper())], [(name, value.lower())], [(name, "")]]
    wrong += [[(name.upper(), value)], [(name, f"{value}; charset=utf-16")], [(name, value[:-1])]]
    wrong += [[(name, value.translate(_URL_ALPHABET))], [(name, value.replace("+", " "))]]
    return _with_header(delivery, at, chance.choice(wrong))


def _form(chance: random.Random, delivery: Delivery) -> Delivery:
    """Double, reorder or spell otherwise the pairs of a form or query."""
    for place, text in _one_text(chance, delivery):
        pairs = text.split("&")
        at = chance.randrange(len(pairs))
        pairs[at] = chance.choice(_spellings(*pairs[at].partition("=")[::2]))
        if chance.randrange(4) == 0:
            chance.shuffle(pairs)
        return with_text(delivery, place, "&".join(pairs))
    return delivery


def _spellings(name: str, value: str) -> list[str]:
    doubled = [f"{name}={value}&{name}={value}", f"{name}=1&{name}={value}", f"{name}[]={value}"]
    spaces = [value.replace("+", "%20"), value.replace("%20", "+"), f"+{value}", f"{value}%00"]
    others = [quote(unquote(value), safe="~*"), value.lower(), unquote(value), f"{value};{name}=1"]
    return [*doubled, value, *(f"{name}={other}" for other in (*spaces, *others))]


def _moved(chance: random.Random, delivery: Delivery) -> Delivery:
    """Bring what stood in the query in the body, or the other way round; or by another method."""
    if chance.randrange(2):
        return replace(delivery, query=_latin(delivery.body), body=_raw(delivery.query))
    return replace(delivery, method=chance.choice(("GET", "POST", "PUT", "get")))


MUTATIONS: tuple[Mutation, ...] = (
    _bits,
    _bytes,
    _leaf,
    _leaf,
    _shifted,
    _added,
    _header,
    _form,
    _moved,
)


def _one_text(chance: random.Random, delivery: Delivery) -> list[tuple[str, str]]:
    found = list(texts(delivery).items())
    return [chance.choice(found)] if found else []


def _near(value: object) -> list[object]:
    if isinstance(value, bool) or not isinstance(value, int | str):
        return [str(value)]
    if isinstance(value, int):
        return [value + 1, value * 10, -value, str(value), float(value)]
    return [value + "0", value[:-1], value.upper(), value.lower(), f" {value}", [value]]


def _with_header(delivery: Delivery, at: int, put_there: list[tuple[str, str]]) -> Delivery:
    before, after = delivery.headers[:at], delivery.headers[at + 1 :]
    return replace(delivery, headers=(*before, *put_there, *after))


def _flipped(chance: random.Random, raw: bytes) -> bytes:
    if not raw:
        return raw
    at = chance.randrange(len(raw))
    return raw[:at] + bytes([raw[at] ^ 1 << chance.randrange(8)]) + raw[at + 1 :]


def _spliced(chance: random.Random, raw: bytes) -> bytes:
    """Cut a piece out, and put nothing, noise or another piece of the same text there."""
    start, at = chance.randrange(len(raw) + 1), chance.randrange(len(raw) + 1)
    end = start + chance.randint(0, _PIECE)
    return (
        raw[:start] + chance.choice((b"", chance.randbytes(2), raw[at : at + _PIECE])) + raw[end:]
    )


def _raw(text: str) -> bytes:
    return text.encode("latin-1", "replace")


def _latin(raw: bytes) -> str:
    return raw.decode("latin-1")
