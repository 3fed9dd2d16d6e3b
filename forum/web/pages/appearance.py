"""How the pages look in this browser: as the device prefers, light, dark, or with high contrast."""

from starlette.responses import Response

from forum.errors import Invalid
from forum.web import themes
from forum.web.endpoint import Visit

#: Each theme with its name and what is said of it.
CHOICES = (
    ("", "As the device", "Light or dark, and with more contrast if your device asks for it."),
    ("light", "Light", "Dark words on a warm white."),
    ("dark", "Dark", "Light words on a quiet grey, for the evening."),
    ("contrast", "High contrast", "Stronger colours and lines; light or dark as the device prefers."),
)


def read(visit: Visit) -> Response:
    return _page(visit, {"theme": visit.theme})


def keep(visit: Visit) -> Response:
    """The browser keeps the choice and sends it with every request; nothing of it is stored here."""
    theme = visit.form.get("theme")
    if theme not in themes.THEMES:
        return _page(visit, visit.form, Invalid({"theme": "Choose one of these."}))
    response = visit.redirect(visit.next_path(), told="appearance")
    secure = visit.settings.secure
    age = themes.SECONDS if theme else 0
    response.set_cookie(themes.COOKIE, theme, age, secure=secure, httponly=True, samesite="lax")
    return response


def _page(visit: Visit, form: dict[str, str], wrong: Invalid | None = None) -> Response:
    return visit.page(
        "appearance.html",
        wrong.status if wrong else 200,
        form=form,
        errors=wrong.fields if wrong else {},
        choices=CHOICES,
        next=visit.next_path(),
    )
