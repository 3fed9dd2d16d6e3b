"""For machines: is this process alive, and can it answer?"""

from starlette.responses import PlainTextResponse, Response

from forum.web.endpoint import Visit


def healthz(_visit: Visit) -> Response:
    return PlainTextResponse("ok\n")


def readyz(visit: Visit) -> Response:
    problems = visit.site.ready()
    return PlainTextResponse("\n".join(problems or ["ok"]) + "\n", 503 if problems else 200)
