"""The bare limit: Starlette, one route, the bytes of a file."""

import os
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


def create() -> Starlette:
    """The app; BARE_BODY names the file and BARE_TYPE its media type."""
    body, media_type = Path(os.environ["BARE_BODY"]).read_bytes(), os.environ["BARE_TYPE"]

    async def answer(_request: Request) -> Response:
        return Response(body, media_type=media_type)

    return Starlette(routes=[Route("/", answer)])
