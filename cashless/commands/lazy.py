"""A group whose commands are imported when they are called.

One command needs a fraction of what all commands together import, and a person who types it feels
the difference. Only a listing (``--help``) and a misspelt name import them all.
"""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import click


class LazyGroup(click.Group):
    """A group that is told where its commands are: name → ``module:attribute``."""

    def __init__(self, *given: Any, places: Mapping[str, str], **more: Any) -> None:  # noqa: ANN401  what click.Group takes
        """Make the group; ``places`` says where its commands are."""
        super().__init__(*given, **more)
        self._places = places

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the commands in the order of the alphabet."""
        return sorted({*super().list_commands(ctx), *self._places})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command of that name; None where there is none."""
        place = self._places.get(cmd_name)
        if place is None:
            return super().get_command(ctx, cmd_name)
        module, _, attribute = place.partition(":")
        found = getattr(import_module(module), attribute)
        if not isinstance(found, click.Command):
            raise TypeError(place)
        return found
