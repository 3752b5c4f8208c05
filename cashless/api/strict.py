"""How the API reads JSON: like the webhook door, so that no two readers can disagree.

The usual parser takes the last of two equal keys and calls 1.0 a number of đồng. Here a body that
is not strict JSON is refused with the code that says why, a body of another type or a packed one
with 415, and a parameter that is given twice with 422.
"""

from typing import Any

import marshmallow as ma
from flask import Request, abort
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import BadRequest

from cashless.strict_json import StrictJsonError, loads


class Malformed(BadRequest):
    """A body that is not strict JSON; ``code_name`` says why."""

    def __init__(self, code_name: str) -> None:
        """Keep the stable code."""
        super().__init__()
        self.code_name = code_name


class StrictParser(FlaskParser):
    """The parser of arguments, with our reader of JSON; unknown names in a query are errors."""

    DEFAULT_UNKNOWN_BY_LOCATION = FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION | {"query": ma.RAISE}

    def _raw_load_json(self, req: Request) -> Any:  # noqa: ANN401  any JSON document
        if req.mimetype != "application/json" or "Content-Encoding" in req.headers:
            abort(415)
        try:
            return loads(req.get_data())
        except StrictJsonError as error:
            raise Malformed(error.code) from error

    def load_querystring(self, req: Request, schema: ma.Schema) -> Any:  # noqa: ANN401  as its parent
        """Read the query, in which each parameter stands once."""
        twice = [name for name, values in req.args.lists() if len(values) > 1]
        if twice:
            raise ma.ValidationError({name: ["Given more than once."] for name in twice})
        return super().load_querystring(req, schema)
