"""How we introduce ourselves to those whom we ask."""

from forum import __version__
from forum.config import Settings


def user_agent(settings: Settings) -> str:
    """Who asks, and where to complain."""
    contact = f"; mailto:{settings.contact}" if settings.contact else ""
    told = f"Footnote/{__version__} (+{settings.base_url}{contact})"
    return told.encode("ascii", "ignore").decode()
