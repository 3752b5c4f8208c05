"""The 13 providers: how each of them proves and says that money has come.

Here is one file per provider, named after it, each with a constant PROVIDER; files with an
underscore are the kit and the wire formats that several providers share. Everything is pure:
no database, no web framework, no clock, no network.

Not here: receiving the call, keeping it, finding whose money it is (all ``webhooks``).

To add one more: write ``providers/<name>.py`` and ``tests/vectors/providers/<name>.json``. Nothing
else is edited: the registry is the folder.
"""

import pkgutil
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from types import MappingProxyType

from cashless.errors import NotFound
from providers._protocol import Provider


@cache
def everyone() -> Mapping[str, Provider]:
    """Return every provider by name, in alphabetical order."""
    names = sorted(found.name for found in pkgutil.iter_modules(__path__))
    return MappingProxyType({name: _load(name) for name in names if not name.startswith("_")})


def find(name: str) -> Provider:
    """Return the provider of that name; NotFound("provider_unknown") if there is none."""
    provider = everyone().get(name)
    if provider is None:
        raise NotFound(
            "provider_unknown",
            f"There is no provider {name!r}. Known: {', '.join(everyone())}.",
            f"Không có tổ chức thanh toán {name!r}. Hiện có: {', '.join(everyone())}.",
        )
    return provider


def _load(name: str) -> Provider:
    provider: Provider = import_module(f"{__name__}.{name}").PROVIDER
    return provider
