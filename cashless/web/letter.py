"""The letter: an invitation's address as text and as a code, shown once to who hands it over.

The address is made of the site's fixed name, never of what a browser says the host is.
"""

from markupsafe import Markup
from werkzeug.wrappers import Response as Answer

from cashless.vietqr.image import svg
from cashless.web.signed_in import Visit


def letter(visit: Visit, token: str, name: str, back: str) -> Answer:
    """Show the invitation of a person; ``back`` is the page to go on with."""
    address = f"{visit.door.base_url}/invitation/{token}"
    picture = Markup(svg(address, title="invitation"))  # noqa: S704  our own drawing
    return visit.page("letter.html", name=name, back=back, address=address, picture=picture)
